"""Pictures mirrored, and windows cut out of them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.kit.chance import share
from reference.kit.drawn import Drawn, in_float32, strided
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.probes import DTYPE, MEMORY, asker
from reference.kit.variants import exercise
from reference.truth import regularization as re
from stagewise.judge.handed import generator

SETTING = "stagewise.judge.pictures"
OWN = (
    "Every call of yours makes the same choices: they come from a generator of your own with a fixed seed, "
    "or from no chance at all. Draw from the rng that is handed in."
)
ANOTHER = (
    "You draw from another stream than the rng that is handed in, so nobody can repeat your work with it."
)
GREY = "grey pictures have three axes: (N, H, W)"
ALONE = "rng alone decides: an equal generator gives the same pictures, a second call others"


def pictures(N: int, *shape: int, whole: bool = False, seed: int = 1, **given: Any) -> Inputs:
    """x: (N, *shape) whose numbers all differ and are not 0, or bytes; a generator; what else is given."""

    def drawn(rng: np.random.Generator) -> Drawn:
        x = (1 + rng.permutation(N * int(np.prod(shape)))).reshape(N, *shape) / 8
        bytes_ = rng.integers(1, 256, (N, *shape)).astype(np.uint8)
        return {"x": bytes_ if whole else x, "rng": generator(seed), **given}

    return drawn


def with_twin(inputs: Inputs, seed: int = 1) -> Inputs:
    """The same and an equal generator."""
    return lambda rng: {**inputs(rng), "twin": generator(seed)}


def again(call: Callable[[str], str], inputs: Inputs, weight: float = 1.0, **options: Any) -> Case:
    """Two calls with equal generators, and a second one with the first."""
    script = f"out = {call('rng')}\nsame = {call('twin')}\nagain = {call('rng')}"
    return case(
        "twice with one generator",
        f"{script}\nrepeatable = repeated(out, same, again)",
        {"repeatable": 2.0},
        with_twin(inputs),
        weight=weight,
        updates=("rng", "twin"),
        why=ALONE,
        **options,
    )


# Mirrored.

FLIPS = {"told": 2.0, "zero_fraction(turned)": 3.0}
_flip = asker("out = horizontal_flip(x, rng, p)", {"out": 4.0}, updates=("rng",))


def _tossed(name: str, N: int, p: float, call: str, inputs: Inputs, **options: Any) -> Case:
    return case(
        name,
        f"out = horizontal_flip({call})\ntold = faces(out, x)\nturned = mirrored(out, x)",
        FLIPS,
        inputs,
        stated={"zero_fraction(turned)": share(1 - p, N)},
        updates=("rng",),
        **options,
    )


def one_by_one(x: Any, rng: np.random.Generator, p: float = 0.5) -> Any:
    """A coin for each picture, in a loop."""
    return np.stack([np.fliplr(one) if rng.uniform() >= 1 - p else one for one in x])


named = Notation(globals())
FLIP = exercise(
    re.horizontal_flip,
    (
        _flip("p = 1, in colour", pictures(4, 3, 5, 3, p=1.0), weight=2, visible=True, main=True),
        _flip("p = 0", pictures(4, 3, 5, 3, p=0.0), visible=True, why="no picture is mirrored"),
        _flip("p = 1, grey", pictures(5, 4, 3, p=1.0), visible=True, why=GREY),
        _tossed(
            "300 pictures, p = 0.3",
            300,
            0.3,
            "x, rng, p",
            pictures(300, 1, 3, p=0.3),
            visible=True,
            main=True,
        ).because("each picture is decided about by itself"),
        _flip("bytes", pictures(3, 2, 4, 3, p=1.0, whole=True), visible=True, weight=0.5).because(
            "bytes stay bytes"
        ),
        again(
            lambda rng: f"horizontal_flip(x, {rng}, p)", pictures(60, 2, 3, p=0.5), visible=True, main=True
        ),
        _tossed(
            "200 pictures, p not given", 200, 0.5, "x, rng", pictures(200, 2, 2, seed=3), visible=True
        ).because("the default is 0.5"),
        _tossed(
            "500 pictures, p = 0.8",
            500,
            0.8,
            "x, rng, p",
            pictures(500, 2, 3, p=0.8, seed=4),
            weight=2,
            main=True,
        ),
        _flip("one picture", pictures(1, 3, 4, 3, p=1.0), weight=0.5, why="N = 1"),
        _flip("float32", in_float32(pictures(3, 2, 4, 3, p=1.0)), weight=0.5, exact_dtype=True, why=DTYPE),
        _flip("bytes stay bytes", pictures(3, 4, 4, p=1.0, whole=True), weight=0.5, exact_dtype=True),
        _flip("gaps in memory", strided(pictures(3, 4, 3, 2, p=1.0)), weight=0.5, why=MEMORY),
    ),
    named.wrongs("""
    upside-down: x[mirrored, :, ::-1] => x[mirrored, ::-1]
        Your pictures stand on their heads: top and bottom are swapped. Left and right are axis 2, the
        columns.
    last-axis: x[mirrored, :, ::-1] => x[mirrored][..., ::-1]
        You turn the last axis round. In (N, H, W, C) that is the colours: red and blue are swapped. The
        columns are axis 2, whatever comes behind it.
    half-turn: x[mirrored, :, ::-1] => x[mirrored, ::-1, ::-1]
        You turn rows and columns round, which rotates the picture by half a turn. Only the columns.
    order-of-examples: x[mirrored, :, ::-1] => x[mirrored][::-1]
        You turn the first axis round: that changes the order of the pictures, not the pictures.
    always: rng.random(len(x)) < p => rng.random(len(x)) < 2
        Every picture is mirrored, whatever p is.
    never: rng.random(len(x)) < p => rng.random(len(x)) < -1
        No picture is mirrored, whatever p is.
    whole-batch: rng.random(len(x)) < p => np.full(len(x), rng.random() < p)
        All pictures are mirrored, or none: one random number decides about the batch. Each picture needs one.
    one-minus-p: rng.random(len(x)) < p => rng.random(len(x)) > p
        You mirror with probability 1 - p. A uniform number is *smaller* than p with probability p.
    always-half: rng.random(len(x)) < p => rng.random(len(x)) < 0.5
        You mirror half of the pictures, whatever p is.
    normal-numbers: rng.random(len(x)) < p => rng.standard_normal(len(x)) < p
        Your random numbers are normal ones. Only a uniform one is smaller than p with probability p.
    the-first-ones: rng.random(len(x)) < p => np.arange(len(x)) < p * len(x)
        @OWN
    own-generator: rng.random(len(x)) => np.random.default_rng(0).random(len(x))
        @OWN
    another-stream: rng.random(len(x)) => np.random.random(len(x))
        @ANOTHER
    in-place: out = x.copy() => out = x
        Your function mirrors the pictures of its caller. Work on a copy.
    floats: out = x.copy() => out = x.astype(float)
        Bytes come back as float64. The result has the dtype of x.
    """),
    named.rights("""
    one by one: by one_by_one
    np.where:
        - out = x.copy()
        - out[mirrored] = x[mirrored, :, ::-1]
        + out = np.where(mirrored.reshape(-1, *[1] * (x.ndim - 1)), x[:, :, ::-1], x)
    """),
    setting=SETTING,
    explained_pairs={
        (
            "the-first-ones",
            "own-generator",
        ): "both choose the same in every call, and are told the same sentence"
    },
)

# Windows.

CROPS = {"told": 2.0, "places": 2.0, "below_fraction(down, first)": 2.0, "below_fraction(across, first)": 2.0}
_CUT = """
    out = random_crop({})
    told = windows(out, x, size, pad)
    down = tops(out, x, size, pad)
    across = lefts(out, x, size, pad)
    where = both(down, across)
    places = distinct(where)
"""
_exact = asker("out = random_crop(x, size, rng, pad)", {"out": 2.0}, updates=("rng",))


def _cut(
    name: str, inputs: Inputs, places: tuple[int, int], N: int, call: str, first: int = 1, **options: Any
) -> Case:
    """So many windows that each of the places occurs: one is missing with a probability below 10^-12. first:
    of how many places, rows and columns alike, the share is asked."""
    return case(
        name,
        _CUT.format(call),
        CROPS,
        lambda rng: {**inputs(rng), "first": np.array([first - 0.5])},
        stated={
            "below_fraction(down, first)": share(first / places[0], N),
            "below_fraction(across, first)": share(first / places[1], N),
        },
        updates=("rng",),
        **options,
    )


def by_views(x: Any, size: Any, rng: np.random.Generator, pad: int = 0) -> Any:
    """All windows of each picture as a view, and one of them chosen."""
    full = np.zeros((x.shape[0], x.shape[1] + 2 * pad, x.shape[2] + 2 * pad, *x.shape[3:]), x.dtype)
    full[:, pad : pad + x.shape[1], pad : pad + x.shape[2]] = x
    views = np.lib.stride_tricks.sliding_window_view(full, size, axis=(1, 2))
    place = rng.integers(views.shape[1] * views.shape[2], size=len(x))
    chosen = views[np.arange(len(x)), place // views.shape[2], place % views.shape[2]]
    return np.ascontiguousarray(np.moveaxis(chosen, (-2, -1), (1, 2)))


_WINDOW = "picture[top : top + height, left : left + width]"
_TOPS = "rng.integers(0, padded.shape[1] - height + 1, len(x))"
_LEFTS = "rng.integers(0, padded.shape[2] - width + 1, len(x))"
CROP = exercise(
    re.random_crop,
    (
        _cut(
            "2 x 3 out of 4 x 4, 200 pictures",
            pictures(200, 4, 4, size=(2, 3), pad=0),
            (3, 2),
            200,
            "x, size, rng",
            weight=2,
            visible=True,
            main=True,
            why="six places, each as likely as the others",
        ),
        _cut(
            "with two rows and columns of zeros around",
            pictures(800, 3, 3, size=(3, 3), pad=2, seed=2),
            (5, 5),
            800,
            "x, size, rng, pad",
            first=2,
            visible=True,
            main=True,
            why="pad = 2: twenty-five places for a window as large as the picture",
        ),
        _exact(
            "as large as the picture", pictures(3, 4, 5, 3, size=(4, 5), pad=0), visible=True, main=True
        ).because("one place alone: the picture itself"),
        _exact("bytes", pictures(3, 2, 4, size=(2, 4), pad=0, whole=True), visible=True, weight=0.5).because(
            "grey pictures, and bytes stay bytes"
        ),
        again(
            lambda rng: f"random_crop(x, size, {rng})",
            pictures(60, 3, 4, size=(2, 3)),
            visible=True,
            main=True,
        ),
        _cut(
            "2 x 4 out of 5 x 6, in colour",
            pictures(600, 5, 6, 2, size=(2, 4), pad=0, seed=5),
            (4, 3),
            600,
            "x, size, rng, pad",
            weight=2,
            main=True,
        ),
        _cut(
            "3 x 3 out of 2 x 4 with two rows and columns of zeros around",
            pictures(900, 2, 4, size=(3, 3), pad=2, seed=6),
            (4, 6),
            900,
            "x, size, rng, pad",
            why="pad = 2, and a window higher than the picture",
        ),
        _exact(
            "float32",
            in_float32(pictures(3, 3, 2, size=(3, 2), pad=0)),
            weight=0.5,
            exact_dtype=True,
            why=DTYPE,
        ),
        _exact("bytes stay bytes", pictures(3, 3, 2, size=(3, 2), pad=0, whole=True), exact_dtype=True),
        _exact("gaps in memory", strided(pictures(3, 3, 2, 2, size=(3, 2), pad=0)), weight=0.5, why=MEMORY),
    ),
    named.wrongs("""
    last-place-missing:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = rng.integers(0, padded.shape[1] - height, len(x))
        + lefts = rng.integers(0, padded.shape[2] - width, len(x))
        The last place is never drawn, in rows and columns. rng.integers leaves its upper end out, and
        H - h + 1 places fit. For a window as large as the picture none would be left.
        teach: Count the places on paper: a window of 3 in a picture of 5 has 5 - 3 + 1 of them, and
        rng.integers leaves its end out.
    last-row-missing: padded.shape[1] - height + 1 => max(1, padded.shape[1] - height)
        The last place in the direction of the rows is never drawn.
    last-column-missing: padded.shape[2] - width + 1 => max(1, padded.shape[2] - width)
        The last place in the direction of the columns is never drawn.
    one-place-for-all:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = np.full(len(x), rng.integers(0, padded.shape[1] - height + 1))
        + lefts = np.full(len(x), rng.integers(0, padded.shape[2] - width + 1))
        All pictures are cut at one place. Each picture has a place of its own.
    on-the-diagonal:
        @_LEFTS => np.minimum(tops, padded.shape[2] - width)
        Your row and column go together, so that only places on a diagonal occur. Draw both.
    in-the-middle:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = np.full(len(x), (padded.shape[1] - height) // 2)
        + lefts = np.full(len(x), (padded.shape[2] - width) // 2)
        You always cut out the middle. The place is drawn at random.
    height-and-width-swapped: height, width = size => width, height = size
        Your windows have height and width swapped: size is (h, w), rows first.
    pad-ignored: edges = [(0, 0), (pad, pad), (pad, pad)] => edges = [(0, 0), (0, 0), (0, 0)]
        You do not put zeros around the picture.
    pad-behind-only: [(0, 0), (pad, pad), (pad, pad)] => [(0, 0), (0, pad), (0, pad)]
        Your zeros are below and to the right only. `pad` rows and columns are on each of the four sides.
    pad-half: [(0, 0), (pad, pad), (pad, pad)] => [(0, 0), (pad // 2, pad // 2), (pad // 2, pad // 2)]
        You share `pad` out between two sides. Each side gets `pad` rows or columns.
    pad-repeats-the-edge: np.pad(x, edges) => np.pad(x, edges, mode="edge")
        Around the picture you repeat its edge. Zeros are asked for.
    other-pictures: zip(padded, tops => zip(padded[::-1], tops
        Your windows come in another order than the pictures.
    own-generator:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        + rng = np.random.default_rng(0)
        + tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        @OWN
    another-stream:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = np.random.randint(0, padded.shape[1] - height + 1, len(x))
        + lefts = np.random.randint(0, padded.shape[2] - width + 1, len(x))
        @ANOTHER
    floats: return np.array(windows) => return np.array(windows, float)
        Bytes come back as float64. The result has the dtype of x.
    """),
    named.rights("""
    all windows as a view: by by_views
    picture by picture:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = [int(rng.random() * (padded.shape[1] - height + 1)) for _ in x]
        + lefts = [int(rng.random() * (padded.shape[2] - width + 1)) for _ in x]
    """),
    setting=SETTING,
    explained_pairs={
        ("in-the-middle", "own-generator"): "without padding to spare both choose the same in every call"
    },
)
EXERCISES = (FLIP, CROP)
