"""Windows cut out of pictures, and what all changes at random have in common."""

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


# Windows.

CROPS = {
    "told": 2.0,
    "places": 2.0,
    "below_fraction(down, first)": 2.0,
    "below_fraction(across, first)": 2.0,
    "zero_fraction(between)": 1.0,
}
_CUT = """
    out = random_crop({})
    told = windows(out, x, size, pad)
    down = tops(out, x, size, pad)
    across = lefts(out, x, size, pad)
    where = both(down, across)
    places = distinct(where)
    between = inside(down, across, last)
"""
_exact = asker("out = random_crop(x, size, rng, pad)", {"out": 2.0}, updates=("rng",))


def _cut(
    name: str, inputs: Inputs, places: tuple[int, int], N: int, call: str, first: int = 1, **options: Any
) -> Case:
    """So many windows that each of the places occurs: one is missing with a probability below 10^-12. first:
    of how many places, rows and columns alike, the share is asked; that of the two ends is, too."""
    ends = sum(min(2, count) / count for count in places) / 2
    return case(
        name,
        _CUT.format(call),
        CROPS,
        lambda rng: {
            **inputs(rng),
            "first": np.array([first - 0.5]),
            "last": (places[0] - 1, places[1] - 1),
        },
        stated={
            "below_fraction(down, first)": share(first / places[0], N),
            "below_fraction(across, first)": share(first / places[1], N),
            "zero_fraction(between)": share(ends, 2 * N),
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


named = Notation(globals())
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
    last-place-of-several-missing:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = rng.integers(0, max(1, padded.shape[1] - height), len(x))
        + lefts = rng.integers(0, max(1, padded.shape[2] - width), len(x))
        Where there are several places the last one is never drawn, in rows and columns. rng.integers leaves
        its upper end out, and H - h + 1 places fit.
    places-of-the-small-picture:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = rng.integers(0, max(1, x.shape[1] - height + 1), len(x))
        + lefts = rng.integers(0, max(1, x.shape[2] - width + 1), len(x))
        You count the places in the picture as it came. With `pad` the zeros around it belong to it: there are
        2 pad more in each direction.
    places-of-the-padding:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = rng.integers(0, 2 * pad + 1, len(x))
        + lefts = rng.integers(0, 2 * pad + 1, len(x))
        You draw one of 2 pad + 1 places. So many there are for a window as large as the picture; a smaller
        one has more.
    ends-half-as-likely:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = np.round(rng.random(len(x)) * (padded.shape[1] - height)).astype(int)
        + lefts = np.round(rng.random(len(x)) * (padded.shape[2] - width)).astype(int)
        The first and the last place come half as often as the others: so it is where a uniform number is
        rounded to the nearest one. Every place is equally likely.
    middle-more-likely:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = rng.binomial(padded.shape[1] - height, 0.5, len(x))
        + lefts = rng.binomial(padded.shape[2] - width, 0.5, len(x))
        Places in the middle come more often than the ends. Every place is equally likely.
    top-left:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + tops = lefts = np.zeros(len(x), int)
        You always cut out the corner at the top left. The place is drawn at random.
    one-number-for-both:
        - tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
        - lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
        + drawn = rng.random(len(x))
        + tops = (drawn * (padded.shape[1] - height + 1)).astype(int)
        + lefts = (drawn * (padded.shape[2] - width + 1)).astype(int)
        One random number decides about row and column of yours, so that not every place occurs. Draw both.
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
        Around the picture there are no zeros of yours: its edge is repeated there, for one.
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
