"""Inverted dropout, there and back."""

import random
from typing import Any

import numpy as np

from reference.exercises.dropout.inputs import entries
from reference.exercises.dropout.masks import asking, elementwise_cases
from reference.kit.chance import certain
from reference.kit.drawn import in_float32, only, strided
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from reference.truth import dropout as do

OVERWRITES_X = "Your function overwrites x. The caller's array must stay as it was."

SEED_ZERO = "A seed of 0 is ignored: `if seed` takes 0 for False. Ask whether there is a seed."
OTHER_MODES = (
    "A mode that does not exist is taken for test mode, so a typing error would go unseen. The docstring "
    "asks for a ValueError."
)
TWICE = "a second call with the same cache: it, and dout, stay as they were"

_MODES_SWAPPED = (
    "Your modes are the wrong way round: entries are dropped in test mode, and none in train mode."
)


def dropping_at_test_only(x: Any, dropout_param: Any) -> Any:
    """Nothing in train mode; zeros, and no factor, in test mode."""
    if dropout_param["mode"] == "train":
        return x, None
    kept = np.random.rand(*x.shape) < dropout_param["p"]
    return x * kept, kept


SEEDED = 'if "seed" in dropout_param:\n    np.random.seed(dropout_param["seed"])'
DRAWN = "kept = np.random.rand(*x.shape) < p\nmask = (kept / p).astype(x.dtype)"
named = Notation(globals())
NOT_DRAWN_APART = named.wrongs("""
one-mask-per-batch: np.random.rand(*x.shape) => np.random.rand(1, *x.shape[1:])
    All examples of your batch lose the same units: one row of random numbers is broadcast over the batch.
    Every entry needs a random number of its own.
one-mask-per-row: np.random.rand(*x.shape) => np.random.rand(len(x), *[1] * (x.ndim - 1))
    An example of yours is dropped as a whole or not at all: one random number is broadcast over its units.
    Every entry needs a random number of its own.
so-many:
    - kept = np.random.rand(*x.shape) < p
    + kept = np.random.permutation(x.size).reshape(x.shape) < round(p * x.size)
    As many of your entries are dropped in each call, and only which they are is drawn. Each entry is decided
    about by itself: a random number of its own is smaller than p, or it is not.
one-number-for-all: np.random.rand(*x.shape) => np.random.rand(*[1] * x.ndim)
    Your batch is kept or dropped as a whole: a single random number decides about all entries. Every entry
    needs one of its own.
normal-noise: np.random.rand(*x.shape) => np.random.randn(*x.shape)
    Your random numbers are normal ones. Only a uniform number between 0 and 1 is smaller than p with
    probability p.
reseed-inside-layer: @SEEDED => np.random.seed(dropout_param.get("seed", 0))
    Every call of yours draws the same mask, because the generator is seeded anew each time, even when no seed
    is given. Seed only if there is one.
seed-ignored: np.random.seed(dropout_param["seed"]) => pass
    Two calls with the same "seed" draw different masks. The seed in dropout_param is not used.
active-at-test: if mode == "train": => if mode in ("train", "test"):
    You still drop entries in test mode, so the answer for one picture changes from call to call.
    teach: Noise is for learning: ask the network twice about one picture, and the answer should be the same.
modes-swapped:
    - if mode == "train":
    + mode = {'train': 'test', 'test': 'train'}.get(mode, mode)
    + if mode == "train":
    @_MODES_SWAPPED
drops-at-test-only: by dropping_at_test_only
    @_MODES_SWAPPED
seed-demanded: @SEEDED => np.random.seed(dropout_param["seed"])
    The "seed" in dropout_param is optional, and most calls have none: dropout_param["seed"] raises a KeyError
    then. Look first whether it is there; dropout_param.get("seed") is None where it is not.
seed-zero-ignored: if "seed" in dropout_param: => if dropout_param.get("seed"):
    @SEED_ZERO
other-modes-taken: elif mode == "test": => elif mode != "train":
    @OTHER_MODES
two-axes-only: kept = np.random.rand(*x.shape) < p => N, D = x.shape; kept = np.random.rand(N, D) < p
    Your function takes an x of two axes only, as N, D = x.shape does. x may have any shape: draw as many
    numbers as x.shape says, without taking it apart.
""")


FORWARD_MISTAKES = (
    *named.wrongs("""
    keep-vs-drop: @DRAWN => kept = np.random.rand(*x.shape) > p; mask = (kept / (1 - p)).astype(x.dtype)
        Your p is the probability to DROP. Here p is the probability to KEEP: for p = 0.6 a share of 0.4
        becomes zero.
        teach: Write behind every p whose probability it is: papers and libraries disagree, and at p = 0.5
        nobody notices.
    mixed-convention: np.random.rand(*x.shape) < p => np.random.rand(*x.shape) > p
        You divide by p, the probability to KEEP, but your comparison keeps with probability 1 - p. One of the
        two has the wrong convention: a kept entry has a random number below p.
        teach: What is kept and what one divides by is one probability: take the mean of the output of ones,
        which must stay 1.
    unscaled: (kept / p).astype(x.dtype) => kept.astype(x.dtype)
        You drop, but the entries that are kept stay as large as they were, so the mean of the output falls.
        Inverted dropout makes up for it in training.
        teach: A unit that is kept with probability p passes p of its signal on average: dividing by p makes
        up for it where the dropping happens.
    wrong-factor: kept / p => kept / (1 - p)
        You divide by 1 - p, the probability to drop. To keep the mean, divide by the probability to KEEP.
    multiply-by-p: kept / p => kept * p
        You multiply by p, which shrinks the output a second time. What is kept with probability p must be
        made larger to keep the mean.
    scaled-at-test-too:
        - elif mode == "test":
        -     out = x
        + elif mode == "test":
        +     out = x * p
        Training already divides by p, and your test mode multiplies by p on top of it: the output shrinks. In
        this scheme test mode changes nothing.
        teach: The factor is paid once, in training or at test time: inverted dropout pays in training so that
        the test needs nothing.
    divided-at-test-too:
        - elif mode == "test":
        -     out = x
        + elif mode == "test":
        +     out = x / p
        You divide by p in test mode as well. Nothing is dropped there, so nothing must be made up for.
    precedence: @DRAWN => kept = np.random.rand(*x.shape) < p / p; mask = kept.astype(x.dtype)
        Nothing is ever dropped: every entry survives as it is. If you compare and divide in one line, the
        division comes first, and your numbers are compared with p / p = 1.
    dtype-lost: (kept / p).astype(x.dtype) => kept / p
        For float32 input your output is float64. A mask of float64 numbers, for one, makes the product wide.
        Give the result the dtype of x.
    writes-into-x: out = x * mask => x *= mask; out = x
        @OVERWRITES_X
    """),
    *NOT_DRAWN_APART,
)


def known_mode(param: Any) -> str:
    """The mode, "train" or "test"; ValueError for another one."""
    mode: str = param["mode"]
    if mode not in ("train", "test"):
        raise ValueError(mode)
    return mode


def with_own_generator(x: Any, dropout_param: Any) -> Any:
    """Another stream, the other side of the interval, a dict as the cache."""
    rng = np.random.default_rng(dropout_param.get("seed"))
    p, train = dropout_param["p"], known_mode(dropout_param) == "train"
    if not train:
        return x.copy(), {}
    kept = rng.random(x.shape, dtype=np.float32) > 1 - p
    return np.where(kept, x / p, 0).astype(x.dtype), {"kept": kept, "p": p}


def with_loops(x: Any, dropout_param: Any) -> Any:
    """Entry by entry, with Python's own random numbers."""
    draw = random.Random(dropout_param.get("seed"))
    out, mask = np.zeros_like(x), np.zeros_like(x)
    for place in np.ndindex(x.shape):
        if known_mode(dropout_param) == "test":
            mask[place] = 1
        elif draw.random() < dropout_param["p"]:
            mask[place] = 1 / dropout_param["p"]
        out[place] = x[place] * mask[place]
    return out, mask


def back_with_loops(dout: Any, cache: Any) -> Any:
    """Entry by entry."""
    dx = np.zeros_like(dout)
    for place in np.ndindex(dout.shape):
        dx[place] = dout[place] * cache[place]
    return dx


def back_with_where(dout: Any, cache: Any) -> Any:
    """With the cache of `with_own_generator`."""
    return np.where(cache["kept"], dout / cache["p"], 0).astype(dout.dtype) if cache else dout.copy()


FORWARD = exercise(
    do.dropout_forward,
    elementwise_cases("dropout_forward", "are divided by p", "left as it is"),
    FORWARD_MISTAKES,
    named.rights("""
    loops, Python's random: by with_loops
    default_rng, rand > 1 - p, np.where: by with_own_generator
    RandomState and binomial:
        - kept = np.random.rand(*x.shape) < p
        + kept = np.random.RandomState(dropout_param.get('seed')).binomial(1, p, x.shape)
    rand > 1 - p: np.random.rand(*x.shape) < p => np.random.rand(*x.shape) > 1 - p
    choice: np.random.rand(*x.shape) < p => np.random.choice([True, False], x.shape, p=[p, 1 - p])
    in place on a copy: out = x * mask => out = x.copy(); out[~kept] = 0; out /= p
    """),
)

# Two functions that do nothing fit each other, so out must have been thinned before anything fits it.
_PATTERN = "agreement(dx, thinned(out))"
_FACTOR = "survivor_scale(as_wide(dx, dout, out), fitting(dout, x, thinned(out)))"
# dx is dout in test mode; beside a forward pass that multiplies there too, what fits it is as right.
_TEST_DX = "active(test_dx, dx, dout)"
_AT_TEST = "nearest(test_dx, dout, fitting(dout, x, test_out))"
BACK = {
    _PATTERN: 2.0,
    _FACTOR: 2.0,
    f"agreement({_TEST_DX}, {_AT_TEST})": 0.5,
    f"survivor_scale({_TEST_DX}, {_AT_TEST})": 0.5,
}
_THERE = "out, cache = dropout_forward(x, dropout_param)"
_AND_BACK = "dx = dropout_backward(dout, cache)"
SAME_MASK = (
    "dx is dout times the mask that your own forward pass drew, with its factor; the mask has to travel in"
    " the cache"
)


def _back(title: str, inputs: Inputs, n: int, *, script: str = "", **options: Any) -> Case:
    return case(
        title,
        script or f"{_THERE}\n{_AND_BACK}",
        inputs=inputs,
        **{"why": SAME_MASK, **options},
        **asking((_PATTERN, _FACTOR), BACK, {_PATTERN: certain(1.0, n)}),
    )


def _test(title: str, shape: tuple[int, int], p: float, **options: Any) -> Case:
    pattern, factor = list(BACK)[-2:]
    return case(
        title,
        """
        out, cache = dropout_forward(x, training)
        test_out, test_cache = dropout_forward(x, dropout_param)
        dx = dropout_backward(dout, cache)
        test_dx = dropout_backward(dout, test_cache)
        """,
        inputs=entries(*shape, p=p, mode="test"),
        why="in test mode nothing was dropped, so nothing is on the way back",
        **asking([pattern, factor], BACK, {pattern: certain(1.0, shape[0] * shape[1])}),
        **options,
    )


def _two_batches(inputs: Inputs) -> Inputs:
    return lambda rng: {**only("x dout dropout_param", inputs)(rng), "x2": inputs(rng)["x"]}


_BETWEEN = f"{_THERE}\n_, _ = dropout_forward(x2, dropout_param)\n{_AND_BACK}"

named = Notation(
    globals(),
    multiplies_by_out_back=lambda dout, out: dout * out,
    multiplies_by_out_in_training=lambda x, param: (
        out := do.dropout_forward(x, param)[0],
        out if param["mode"] == "train" else np.ones_like(x),
    ),
    multiplies_by_out_there=lambda x, param: (do.dropout_forward(x, param)[0],) * 2,
)
BACKWARD = exercise(
    do.dropout_backward,
    (
        _back("train, p = 0.6", entries(30, 40, p=0.6), 1200, weight=2, visible=True, main=True),
        _test("test, p = 0.6", (20, 30), 0.6, weight=2, visible=True, main=True),
        _back("train, p = 0.3", entries(80, 90, p=0.3), 7200, weight=2, main=True),
        _back(
            "train, another batch went forward in between",
            _two_batches(entries(40, 50, p=0.35)),
            2000,
            script=_BETWEEN,
        ),
        _back("train, three axes", entries(10, 12, 15, p=0.35), 1800),
        _back("train, one example", entries(1, 900, p=0.35), 900, weight=0.5),
        _back(
            "train, float32",
            in_float32(entries(12, 15, p=0.6)),
            180,
            visible=True,
            weight=0.5,
            why="dout is float32, so dx is as well, whatever dtype your mask has",
        ),
        _back(
            "train, called twice",
            entries(24, 30, p=0.3),
            720,
            script=f"{_THERE}\n_ = dropout_backward(dout, cache)\n{_AND_BACK}",
            visible=True,
            weight=0.5,
            why=TWICE,
        ),
        _back("train, gaps in memory", strided(entries(30, 40, p=0.35)), 1200, weight=0.5),
        _test("test, p = 0.3", (20, 40), 0.3, main=True),
    ),
    named.wrongs("""
    no-mask: dx = dout * mask => dx = dout * 1
        Gradient flows through entries that were dropped: your mask is not used on the way back. Where the
        output was 0 whatever x was, the derivative is 0.
        teach: An entry that was dropped had no influence on the output, so nothing comes back to it: the same
        mask, both ways.
    fresh-mask: dx = dout * mask => dx = dout * np.random.permutation(mask.ravel()).reshape(mask.shape)
        Your backward pass draws a mask of its own. It needs the one of the forward pass: put it into the
        cache.
    unscaled-backward: dx = dout * mask => dx = dout * (mask > 0)
        The right entries pass, but without the factor by which the forward pass multiplied them: it belongs
        to the derivative too.
    scaled-twice: dx = dout * mask => dx = dout * mask * mask.max()
        The factor of the forward pass is in your gradient twice: it is in the mask already.
    mask-inverted: dx = dout * mask => dx = dout * (mask == 0) * mask.max()
        Gradient flows through the entries that were dropped, and only through those. It is the other way
        round.
    writes-into-dout: dx = dout * mask => dout *= mask; dx = dout
        Your function overwrites dout. The caller's array must stay as it was.
    changes-the-cache: dx = dout * mask => mask *= dout; dx = mask
        Your values are right the first time, but your function changes the mask in the cache: a second call
        with the same cache answers something else.
    dtype-lost: dx = dout * mask => dx = dout * (mask * np.float64(1))
        For float32 your dx is float64: a mask of float64 numbers makes the product wide. Give dx the dtype of
        dout.
    no-test-mode:
        - if mask is not None:
        -     dx = dout * mask
        + dx = dout * mask
        After a forward pass in test mode there is no mask in your cache, and your backward pass multiplies by
        it all the same. There, dx is dout.
    multiplies-by-out-in-training: by multiplies_by_out_back with multiplies_by_out_in_training
        Entries are let through where they should be, but not with one factor, as it comes of multiplying by
        the output of the forward pass. The derivative is the factor of each entry, the mask, not the entry.
    multiplies-by-out: by multiplies_by_out_back with multiplies_by_out_there
        Entries are let through where they should be, but not with one factor, as it comes of multiplying by
        the output of the forward pass. The derivative is the factor of each entry, the mask, not the entry.
    """),
    named.rights("""
    loops: by back_with_loops with with_loops
    another cache: by back_with_where with with_own_generator
    np.where: dx = dout * mask => dx = np.where(mask > 0, dout * mask.max(), 0).astype(dout.dtype)
    """),
    partners=(do.dropout_forward,),
)
EXERCISES = (FORWARD, BACKWARD)
