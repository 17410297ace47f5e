"""Pictures mirrored."""

from typing import Any

import numpy as np

from reference.exercises.regularization.windows import ANOTHER, OWN, SETTING, again, pictures  # noqa: F401
from reference.kit.chance import share
from reference.kit.drawn import Drawn, in_float32, strided
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.probes import DTYPE, MEMORY, asker
from reference.kit.variants import exercise
from reference.truth import regularization as re
from stagewise.judge.handed import generator

GREY = "grey pictures have three axes: (N, H, W)"
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


def halves(rng: np.random.Generator) -> Drawn:
    """2,000 pictures of two bytes that differ."""
    left = rng.integers(0, 255, (2000, 1, 1))
    return {"x": np.concatenate([left, left + 1], axis=2).astype(np.uint8), "rng": generator(2), "p": 0.4}


def _eight_calls(**options: Any) -> Case:
    """Of 2,000 pictures the same number is mirrored eight times with a probability below 10^-12."""
    names = "abcdefgh"
    calls = "\n".join(f"{one} = horizontal_flip(x, rng, p)" for one in names)
    return case(
        "eight calls",
        f"{calls}\nmany = counted(x, {', '.join(names)})",
        {"many": 2.0},
        halves,
        updates=("rng",),
        why="each picture is decided about by itself, so how many are mirrored is a matter of chance, too",
        **options,
    )


def coin_for_each_row(x: Any, rng: np.random.Generator, p: float = 0.5) -> Any:
    """Rows of one picture are mirrored, others are not."""
    rows = rng.random(x.shape[:2]) < p
    out = x.copy()
    out[rows] = x[:, :, ::-1][rows]
    return out


def overwritten(x: Any, rng: np.random.Generator, p: float = 0.5) -> Any:
    """Column by column within one array."""
    out = x.copy()
    for n in np.flatnonzero(rng.random(len(x)) < p):
        for column in range(x.shape[2]):
            out[n, :, column] = out[n, :, -1 - column]
    return out


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
        _eight_calls(visible=True, main=True),
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
    last-axis-but-one: x[mirrored, :, ::-1] => x[mirrored][..., ::-1, :]
        You turn the last axis but one round. In grey pictures, (N, H, W), that is the rows. The columns are
        axis 2, whatever comes behind it.
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
    so-many: rng.random(len(x)) < p => rng.permutation(len(x)) < round(p * len(x))
        You mirror p times N pictures, and draw which. Each picture is decided about by itself: how many are
        mirrored differs from call to call.
        teach: Toss ten coins: five heads are likely and not certain, so what has a probability each has no
        fixed number.
    another-default: p: float = 0.5 => p: float = 1.0
        Without p, every picture of yours is mirrored. The default is 0.5.
    coin-for-each-row: by coin_for_each_row
        Rows of one picture are mirrored, and others are not: you draw a number for each row. Each picture
        needs one.
    overwritten: by overwritten
        Your columns are overwritten before they are read, so that both halves of a picture are alike. Read
        from x and write into another array.
    others-black: out = x.copy() => out = np.zeros_like(x)
        The pictures that are not mirrored are all 0. They stay as they were.
    others-missing: out[mirrored] = x[mirrored, :, ::-1] => out = x[mirrored, :, ::-1].copy()
        You return the mirrored pictures alone. The others come back as well, as they were.
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
