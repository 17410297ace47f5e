"""Contrast and colour changed at random."""

from typing import Any

import numpy as np

from reference.exercises.regularization.windows import ANOTHER, OWN, SETTING, again  # noqa: F401
from reference.kit.chance import Stated, share
from reference.kit.drawn import Drawn, in_float32
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.probes import DTYPE, asker
from reference.kit.variants import exercise
from reference.truth import regularization as re
from stagewise.judge.handed import generator

DEFAULTS = "contrast and brightness not given: 0.2"
SHARES = {
    "told": 2.0,
    "far": 1.0,
    "far_s": 1.0,
    "below_fraction(c, none)": 2.0,
    "below_fraction(c, half)": 1.0,
    "below_fraction(s, none)": 2.0,
    "below_fraction(s, half_s)": 1.0,
    "channels": 1.0,
}


def coloured(N: int, *shape: int, low: float = 0.3, high: float = 0.7, seed: int = 1, **given: Any) -> Inputs:
    """x: (N, *shape) from low to high, channels of different brightness; a generator, what else is given."""

    def drawn(rng: np.random.Generator) -> Drawn:
        middle, width = rng.uniform(0.4, 0.6, (N, 1, 1, shape[-1])), (high - low) / 2
        x = (low + high) / 2 + width * (0.5 * rng.uniform(-1, 1, (N, *shape)) + 5 * (middle - 0.5))
        return {"x": np.clip(x, 0, 1).round(4), "rng": generator(seed), **given}

    return drawn


def _changed(
    name: str, N: int, C: int, inputs: Inputs, call: str, contrast: float, brightness: float, **options: Any
) -> Case:
    asked = ["told", "far", "far_s"]
    stated: dict[str, Stated] = {}
    if contrast:
        stated |= {"below_fraction(c, none)": share(0.5, N), "below_fraction(c, half)": share(0.75, N)}
    if brightness:
        asked += ["channels"]
        stated |= {
            "below_fraction(s, none)": share(0.5, N * C),
            "below_fraction(s, half_s)": share(0.75, N * C),
        }
    bounds = {"limit": contrast, "limit_s": brightness, "none": np.array([0.0])}
    bounds |= {"half": np.array([contrast / 2]), "half_s": np.array([brightness / 2])}
    return case(
        name,
        f"""
        out = color_jitter({call})
        told = jittered(out, x)
        c = contrasts(out, x)
        s = shifts(out, x)
        channels = colours(out, x)
        far = beyond(c, limit)
        far_s = beyond(s, limit_s)
        """,
        {output: SHARES[output] for output in (*asked, *stated)},
        lambda rng: {**inputs(rng), **bounds},
        stated=stated,
        updates=("rng",),
        **options,
    )


_ALL = "x, rng, contrast, brightness"
_still = asker("out = color_jitter(x, rng, contrast, brightness)", {"out": 2.0}, updates=("rng",))


def untouched(N: int, *shape: int) -> Inputs:
    """Pictures that stay as they are."""
    return coloured(N, *shape, contrast=0.0, brightness=0.0)


def picture_by_picture(
    x: Any, rng: np.random.Generator, contrast: float = 0.2, brightness: float = 0.2
) -> Any:
    """Each channel of each picture by itself."""
    out = np.empty_like(x)
    for n in range(len(x)):
        c = 1 + contrast * (2 * rng.random() - 1)
        for channel in range(x.shape[3]):
            s = brightness * (2 * rng.random() - 1)
            out[n, :, :, channel] = c * x[n, :, :, channel] + (1 - c) * x[n].mean() + s
    return np.minimum(np.maximum(out, 0), 1)


named = Notation(globals())
JITTER = exercise(
    re.color_jitter,
    (
        _changed(
            "contrast alone",
            120,
            3,
            coloured(120, 2, 3, 3, contrast=0.4, brightness=0.0),
            _ALL,
            0.4,
            0.0,
            weight=2,
            visible=True,
            main=True,
            why="brightness = 0: the mean of each picture stays as it is",
        ),
        _changed(
            "brightness alone",
            120,
            3,
            coloured(120, 2, 2, 3, seed=2, contrast=0.0, brightness=0.1),
            _ALL,
            0.0,
            0.1,
            visible=True,
            main=True,
            why="contrast = 0: differences between pixels of one channel stay as they are",
        ),
        _still("neither", untouched(3, 4, 2, 3), visible=True, main=True, weight=0.5, why="out = x"),
        _still("float32", in_float32(untouched(3, 2, 3, 3)), visible=True, exact_dtype=True, why=DTYPE),
        _changed(
            "both, and far beyond 0 and 1, four channels",
            100,
            4,
            coloured(100, 3, 3, 4, low=0.0, high=1.0, seed=3, contrast=0.9, brightness=0.3),
            _ALL,
            0.9,
            0.3,
            visible=True,
            why="what is below 0 becomes 0, what is above 1 becomes 1",
        ),
        again(
            lambda rng: f"color_jitter(x, {rng}, contrast, brightness)",
            coloured(4, 3, 2, 3, contrast=0.2, brightness=0.2),
            visible=True,
            main=True,
        ),
        _changed(
            "defaults",
            120,
            3,
            coloured(120, 3, 2, 3, seed=5),
            "x, rng",
            0.2,
            0.2,
            visible=True,
            weight=0.5,
            why=DEFAULTS,
        ),
        _changed(
            "defaults, more pictures",
            300,
            3,
            coloured(300, 3, 2, 3, seed=7),
            "x, rng",
            0.2,
            0.2,
            weight=0.5,
            why=DEFAULTS,
        ),
        _changed(
            "both, five channels",
            300,
            5,
            coloured(300, 3, 4, 5, seed=6, contrast=0.5, brightness=0.15),
            _ALL,
            0.5,
            0.15,
            weight=2,
            main=True,
        ),
        _still("one picture", untouched(1, 3, 4, 3), weight=0.5, why="N = 1"),
    ),
    named.wrongs("""
    mean-of-the-batch: np.mean(x, axis=(1, 2, 3), keepdims=True) => np.mean(x, keepdims=True)
        You take one mean of all pictures. With a changed contrast each picture then becomes brighter or
        darker: m is the picture's own mean.
    mean-of-each-channel: axis=(1, 2, 3) => axis=(1, 2)
        You take a mean for each channel. m is the mean of all numbers of a picture, so that the distances
        between its colours are stretched as well.
    mean-of-each-pixel: axis=(1, 2, 3) => axis=3
        You take a mean for each pixel, over its channels. m is the mean of all numbers of a picture.
    around-a-half: np.mean(x, axis=(1, 2, 3), keepdims=True) => np.asarray(0.5, x.dtype)
        You stretch the distances from one fixed number, 0.5 for one. m is the picture's own mean, which a
        changed contrast leaves as it is.
    shifted-first:
        - m = np.mean(x, axis=(1, 2, 3), keepdims=True)
        + x, s = x + s, 0 * s
        + m = np.mean(x, axis=(1, 2, 3), keepdims=True)
        You add s before the contrast, so that it is multiplied by c as well. s is added last.
    around-zero: m + c * (x - m) + s => c * x + s
        You multiply x itself, which makes bright pictures brighter. The distances from the mean m are
        multiplied.
    mean-not-added-back: m + c * (x - m) + s => c * (x - m) + s
        You subtract the mean and do not add it again.
    not-cut: np.clip(m + c * (x - m) + s, 0, 1) => m + c * (x - m) + s
        Your numbers go below 0 and above 1, where there is no colour. Cut them there.
    not-cut-above: np.clip(m + c * (x - m) + s, 0, 1) => np.maximum(m + c * (x - m) + s, 0)
        Your numbers go above 1, where there is no colour. Cut them there, too.
    not-cut-below: np.clip(m + c * (x - m) + s, 0, 1) => np.minimum(m + c * (x - m) + s, 1)
        Your numbers go below 0, where there is no colour. Cut them there, too.
    wraps-around: np.clip(m + c * (x - m) + s, 0, 1) => np.mod(m + c * (x - m) + s, 1 + 1e-9).astype(x.dtype)
        What goes beyond 1 comes back at 0. It should stay at 1.
    shift-not-cut: np.clip(m + c * (x - m) + s, 0, 1) => np.clip(m + c * (x - m), 0, 1) + s
        You cut before s is added. Cut what you return.
    no-shift: m + c * (x - m) + s => m + c * (x - m)
        No s is added: brightness changes nothing in your pictures.
    multiplied-brightness:
        - out: Array = np.clip(m + c * (x - m) + s, 0, 1)
        + out: Array = np.clip((m + c * (x - m)) * (1 + s), 0, 1)
        You multiply for brightness. Here s is added.
    normal-numbers:
        - c = rng.uniform(1 - contrast, 1 + contrast, (N, 1, 1, 1)).astype(x.dtype)
        - s = rng.uniform(-brightness, brightness, (N, 1, 1, C)).astype(x.dtype)
        + c = rng.normal(1, contrast, (N, 1, 1, 1)).astype(x.dtype)
        + s = rng.normal(0, brightness, (N, 1, 1, C)).astype(x.dtype)
        Your random numbers are normal ones, which go beyond every limit. Uniform ones are asked for.
    ends-only:
        - c = rng.uniform(1 - contrast, 1 + contrast, (N, 1, 1, 1)).astype(x.dtype)
        - s = rng.uniform(-brightness, brightness, (N, 1, 1, C)).astype(x.dtype)
        + c = (1 + contrast * rng.choice([-1, 1], (N, 1, 1, 1))).astype(x.dtype)
        + s = (brightness * rng.choice([-1, 1], (N, 1, 1, C))).astype(x.dtype)
        Your c and s are always at the ends of their ranges. Every number between them is as likely.
    one-for-everything: N, _, _, C = x.shape => N = C = 1
        All pictures get the same c and the same s, channels included. Each picture has a c of its own, and
        each of its channels an s.
    one-contrast-for-all: (N, 1, 1, 1) => (1, 1, 1, 1)
        All pictures get the same c. Each one has its own.
    contrast-for-each-channel: 1 + contrast, (N, 1, 1, 1) => 1 + contrast, (N, 1, 1, C)
        Each channel has a c of its own. There is one for a picture.
    noise-in-contrast: 1 + contrast, (N, 1, 1, 1) => 1 + contrast, x.shape
        Each pixel has a c of its own, which is noise. There is one for a picture.
    one-shift-for-a-picture: (N, 1, 1, C) => (N, 1, 1, 1)
        In each picture all channels are moved alike. Each has an s of its own, so that the colour changes.
    one-shift-for-all: (N, 1, 1, C) => (1, 1, 1, C)
        All pictures are moved by the same s. Each one has its own.
    noise-in-shift: brightness, (N, 1, 1, C) => brightness, x.shape
        Each pixel is moved by an s of its own, which is noise. There is one for each channel of a picture.
    contrast-only-higher: 1 - contrast, 1 + contrast => 1, 1 + contrast
        Your c is never below 1. It is drawn from 1 - contrast to 1 + contrast.
    only-brighter: rng.uniform(-brightness, brightness => rng.uniform(0, brightness
        Your s is never negative. It is drawn from -brightness to brightness.
    contrast-around-zero: rng.uniform(1 - contrast, 1 + contrast => rng.uniform(-contrast, contrast
        Your c is drawn around 0, which takes the picture away. It is drawn around 1.
    settings-swapped:
        - N, _, _, C = x.shape
        + N, _, _, C = x.shape
        + contrast, brightness = brightness, contrast
        contrast and brightness are swapped.
    half-as-far: rng.uniform(-brightness, brightness => rng.uniform(-brightness / 2, brightness / 2
        Your s goes half as far as it should: from -brightness to brightness.
    wide: (N, 1, 1, C)).astype(x.dtype) => (N, 1, 1, C))
        Your values are right, but float32 comes back as float64: rng.uniform draws float64. Give the random
        numbers x's dtype.
    own-generator: N, _, _, C = x.shape => N, _, _, C = x.shape; rng = np.random.default_rng(0)
        @OWN
    another-stream: N, _, _, C = x.shape => N, _, _, C = x.shape; rng = np.random.mtrand._rand
        @ANOTHER
    """),
    named.rights("""
    picture by picture: by picture_by_picture
    a mixture: m + c * (x - m) + s => c * x + (1 - c) * m + s
    """),
    setting=SETTING,
)
