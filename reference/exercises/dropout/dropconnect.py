"""DropConnect, there and back: what the weights were is found by solving out = x @ w + b for w."""

from typing import Any

import numpy as np

from reference.exercises.dropout.inputs import linear, with_digits
from reference.exercises.dropout.inverted import OTHER_MODES, SEED_ZERO, TWICE, known_mode
from reference.exercises.dropout.masks import Masked, asking
from reference.kit.chance import certain
from reference.kit.drawn import Drawn, in_float32, only, strided
from reference.kit.exercise import Case, case
from reference.kit.notation import Notation
from reference.kit.promises import Promise
from reference.kit.variants import exercise
from reference.truth import dropout as do
from stagewise.judge.compare import Tolerance

SOLVED = Tolerance(
    rtol=3e-4,
    stol=1e-4,
    reason="solving for the weights enlarges float32's rounding to a few 1e-5; a factor 0.05 % off fails",
)
USED = "weights(x, out, b)"
BESIDE = f"active({{}}, {USED}, w)"
_TEST = BESIDE.format("weights(x, test_out, b)")
# What an ordinary linear layer has right is measured only beside weights that were dropped.
ONE_MATRIX = f"one_matrix(x, touched(out, {USED}, w), b)"
_SINGLE = "thinned(touched(single, weights(x, single, b), w))"
UNSHIFTED = "agreement(touched(unshifted, weights(x, unshifted, b), w), dout)"
SHIFT, TEST_SHIFT = (f"touched({one}, {USED}, w)" for one in ("shift", "test_shift"))
SHARES = {
    f"zero_fraction({USED})": 3.0,
    f"survivor_scale(thinned({USED}), w)": 4.0,
    ONE_MATRIX: 1.5,
    f"row_patterns({USED})": 1.0,
    f"column_patterns({USED})": 1.0,
    f"row_patterns({_SINGLE})": 0.5,
    f"column_patterns({_SINGLE})": 0.5,
    UNSHIFTED: 0.5,
    SHIFT: 1.0,
    f"zero_fraction({SHIFT})": 0.5,
    f"dtype_name({SHIFT})": 0.25,
    f"dtype_name({TEST_SHIFT})": 0.25,
    f"agreement({USED}, weights(x, again, b))": 0.75,
    "agreement(thinned(weights(x, one, b)), weights(x, same, b))": 0.5,
    "agreement(thinned(weights(x, one, b)), weights(x, other, b))": 0.25,
    f"zero_fraction({_TEST})": 1.25,
    f"survivor_scale({_TEST}, w)": 2.0,
}
LAYER = Masked(
    "dropconnect_forward",
    *(
        "x w b",
        "dropconnect_param",
        "w",
        "weights(x, {}, b)",
        linear,
        lambda sizes: sizes[1] * sizes[2],
        SHARES,
    ),
    kept="p = {:g} is the probability to KEEP a weight; those that are kept are divided by p",
    narrow="x, w and b are float32, so out is as well",
    at_test="in test mode all weights are used as they are",
    tolerance=SOLVED,
    beside=BESIDE,
)
_CALL = LAYER.call()


def _without_input(rng: np.random.Generator) -> Drawn:
    found = linear(4, 3, 300, p=0.6, mode="test")(rng)
    return {**found, "nothing": 0 * found["x"]}


_SHIFT = f"out, _ = {LAYER.call('training')}\nshift, _ = dropconnect_forward(nothing, w, b, training)"


OF_ITS_OWN: tuple[Case | Promise, ...] = (
    LAYER.case(
        "train, one feature and no bias",
        f"single, _ = {_CALL}",
        (f"row_patterns({_SINGLE})", f"column_patterns({_SINGLE})"),
        LAYER.given((40, 1, 80), 0.6, bias=False),
        {},
        visible=True,
        main=True,
        why="all examples meet the same weights: a column of out is zero for all of them or for none",
    ),
    LAYER.case(
        "train, no bias",
        f"unshifted, _ = {_CALL}",
        (UNSHIFTED,),
        only("x w b dout dropconnect_param", linear(20, 15, 30, p=0.6, bias=False)),
        {UNSHIFTED: certain(1.0, 600, loose=0.05)},
        visible=True,
        main=True,
        why="weights are dropped, not outputs: a sum of what is left is not zero",
    ),
    LAYER.case(
        "train, x = 0",
        _SHIFT,
        (SHIFT, f"zero_fraction({SHIFT})"),
        only("x nothing w b training", _without_input),
        {f"zero_fraction({SHIFT})": certain(0.0, 300)},
        visible=True,
        main=True,
        why="b is always added, whole",
    ),
    LAYER.case(
        "both modes, x = 0, float32",
        f"{_SHIFT}\ntest_shift, _ = dropconnect_forward(nothing, w, b, dropconnect_param)",
        (SHIFT, f"dtype_name({SHIFT})", f"dtype_name({TEST_SHIFT})"),
        only("x nothing w b training dropconnect_param", in_float32(_without_input)),
        {},
        visible=True,
        weight=0.25,
        why="x, w and b are float32, so out is as well",
    ),
    *LAYER.promises((14, 10, 12)),
)


def _forward_cases() -> tuple[Case | Promise, ...]:
    train, twice, seeds, test = LAYER.train, LAYER.twice, LAYER.seeds, LAYER.test
    scaled = (*LAYER.scaled(), ONE_MATRIX)
    everything = (*scaled, *LAYER.patterns())
    return (
        train("train, p = 0.6", (80, 50, 60), 0.6, everything, weight=2, visible=True, main=True),
        twice("train, twice without a seed", (40, 24, 30), 0.6, visible=True, main=True),
        seeds("train, with seeds", (40, 24, 30), 0.6, visible=True, main=True),
        test("test, p = 0.6", (40, 24, 30), 0.6, weight=2, visible=True, main=True),
        *OF_ITS_OWN,
        train("train, float32", (40, 24, 30), 0.1, scaled, in_float32, visible=True, weight=0.5),
        train("train, p = 0.3", (120, 70, 90), 0.3, everything, weight=2, main=True),
        train("train, p = 0.9", (90, 50, 80), 0.9, scaled, with_digits),
        train("train, p = 1", (12, 6, 7), 1.0, LAYER.scaled(), weight=0.5),
        train("train, gaps in memory", (80, 50, 60), 0.35, scaled, strided, weight=0.5),
        twice("train, twice without a seed, p = 0.3", (60, 40, 50), 0.3),
        seeds("train, with other seeds", (60, 40, 50), 0.35),
        test("test, p = 0.3", (60, 40, 50), 0.3, with_digits, weight=2, main=True),
    )


SEEDED = 'if "seed" in dropconnect_param:\n    np.random.seed(dropconnect_param["seed"])'
named = Notation(globals(), SEED_ZERO=SEED_ZERO, OTHER_MODES=OTHER_MODES)


def _instead(shape: str) -> str:
    return f"(np.random.rand(*{shape}) < p) / p if mode == 'train' else np.ones({shape})"


FORWARD_MISTAKES = named.wrongs(f"""
keep-vs-drop:
    - kept = np.random.rand(*w.shape) < p
    - mask = (kept / p).astype(w.dtype)
    + kept = np.random.rand(*w.shape) > p
    + mask = (kept / (1 - p)).astype(w.dtype)
    Your p is the probability to DROP. Here p is the probability to KEEP: for p = 0.6 a share of 0.4 of the
    weights becomes zero.
mixed-convention: np.random.rand(*w.shape) < p => np.random.rand(*w.shape) > p
    You divide by p, the probability to KEEP, but your comparison keeps with probability 1 - p. One of the two
    has the wrong convention.
unscaled: kept / p => kept / 1
    You drop weights, but those that are kept stay as large as they were, so the sums fall to p times their
    size. Divide by the probability to KEEP.
wrong-factor: kept / p => kept / (1 - p)
    You divide by 1 - p, the probability to drop. To keep the mean, divide by the probability to KEEP.
never-dropped: out = x @ (w * mask) + b => out = x @ w + b
    No weight of yours is ever dropped: the mask is not used, neither in training nor in test mode.
p-for-the-mask: out = x @ (w * mask) + b => out = x @ (w * p) + b
    You multiply w by the number p, in both modes, and nothing is dropped. In training each weight has a mask
    of 0 or 1 / p, and test mode uses w as it is.
drops-inputs: out = x @ (w * mask) + b => out = (x * ({_instead("x.shape")})).astype(x.dtype) @ w + b
    You drop entries of x. That is dropout; DropConnect drops entries of w.
drops-outputs:
    out = x @ (w * mask) + b => out = (x @ w) * ({_instead("(len(x), len(b))")}).astype(x.dtype) + b
    You drop entries of x @ w. That is dropout of the outputs; DropConnect drops entries of w, before the
    product.
mask-per-example:
    - out = x @ (w * mask) + b
    + masks = ({_instead("(len(x), *w.shape)")}).astype(w.dtype)
    + out = np.einsum('nd,ndh->nh', x, w * masks) + b
    Each example of yours has a mask of its own. The paper does that; here one mask serves the whole batch, as
    the docstring says, which costs far less.
one-mask-per-unit: np.random.rand(*w.shape) => np.random.rand(1, w.shape[1])
    A whole column of w is dropped or kept: one row of random numbers is broadcast. Every weight needs a
    random number of its own.
one-mask-per-input: np.random.rand(*w.shape) => np.random.rand(len(w), 1)
    A whole row of w is dropped or kept: one column of random numbers is broadcast. Every weight needs a
    random number of its own.
bias-missing: x @ (w * mask) + b => x @ (w * mask) + 0 * b
    The bias b is not added.
bias-scaled: x @ (w * mask) + b => x @ (w * mask) + b * mask.max()
    Your bias is multiplied by 1 / p, or by a mask. It is never dropped, so there is nothing to make up for:
    add b as it is.
bias-dropped: out = x @ (w * mask) + b => out = x @ (w * mask) + b * ({_instead("b.shape")}).astype(b.dtype)
    Entries of your bias are dropped. All of b is added as it is; only w has a mask.
scaled-at-test-too: mask = np.ones_like(w) => mask = np.full_like(w, p)
    Training already divides by p, and your test mode multiplies by p on top of it. In test mode the weights
    are used as they are.
active-at-test: if mode == "train": => if mode in ("train", "test"):
    You still drop weights in test mode, so the answer for one example changes from call to call.
modes-swapped:
    - if mode == "train":
    + mode = {{'train': 'test', 'test': 'train'}}.get(mode, mode)
    + if mode == "train":
    Your modes are the wrong way round: weights are dropped in test mode, and none in train mode.
dtype-lost: (kept / p).astype(w.dtype) => kept / p
    For float32 input your output is float64. A mask of float64 numbers, for one, makes the product wide. Give
    the mask the dtype of w.
dtype-lost-at-test: mask = np.ones_like(w) => mask = np.ones(w.shape)
    In test mode float32 comes back as float64. np.ones, for one, makes float64 unless it is told a dtype.
reseed-inside-layer: @SEEDED => np.random.seed(dropconnect_param.get("seed", 0))
    Every call of yours draws the same mask, because the generator is seeded anew each time, even when no seed
    is given. Seed only if there is one.
seed-demanded: @SEEDED => np.random.seed(dropconnect_param["seed"])
    The "seed" in dropconnect_param is optional, and most calls have none: dropconnect_param["seed"] raises a
    KeyError then. Look first whether it is there; dropconnect_param.get("seed") is None where it is not.
seed-zero-ignored: if "seed" in dropconnect_param: => if dropconnect_param.get("seed"):
    @SEED_ZERO
seed-ignored: np.random.seed(dropconnect_param["seed"]) => pass
    Two calls with the same "seed" draw different masks: the one in dropconnect_param is not used.
mode-ignored: if mode == "train": => if True:
    Your mode makes no difference: weights are dropped in test mode, too, and a misspelt mode goes unseen.
other-modes-taken: elif mode == "test": => elif mode != "train":
    @OTHER_MODES
writes-into-w: out = x @ (w * mask) + b => w *= mask; out = x @ w + b
    Your function overwrites w: the dropped weights would be lost for ever.
""")


def with_loops(x: Any, w: Any, b: Any, dropconnect_param: Any) -> Any:
    """Weight by weight, with a generator of its own."""
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    p = dropconnect_param["p"]
    out = np.zeros((len(x), len(b)), dtype=x.dtype) + b
    used = np.zeros_like(w)
    for d, h in np.ndindex(w.shape):
        if known_mode(dropconnect_param) == "test":
            used[d, h] = w[d, h]
        elif rng.random() > 1 - p:
            used[d, h] = w[d, h] / p
        out[:, h] += x[:, d] * used[d, h]
    return out, {"x": x, "used": used, "w": w}


def back_with_loops(dout: Any, cache: Any) -> Any:
    """Example by example, with the cache of `with_loops`."""
    x, used, w = cache["x"], cache["used"], cache["w"]
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1], dtype=w.dtype)
    for n in range(len(x)):
        dx[n] = used @ dout[n]
        dw += np.outer(x[n], dout[n]) * (used / w)
        db += dout[n]
    return dx, dw, db


FORWARD = exercise(
    do.dropconnect_forward,
    _forward_cases(),
    FORWARD_MISTAKES,
    named.rights("""
    loops, a generator of its own: by with_loops
    divided after the product:
        out = x @ (w * mask) + b => scale = mask.max(); out = (x @ (w * (mask > 0))) * scale + b
    rand > 1 - p: np.random.rand(*w.shape) < p => np.random.rand(*w.shape) > 1 - p
    """),
)

# An ordinary linear layer fits itself, so weights must have been dropped before anything fits them.
_DROPPED = f"thinned({USED})"
_FITTING = "thinned(fitting_dw(x, w, b, out, dout))"
FITS = {
    f"agreement(weights_back(dout, dx), {_DROPPED})": 2.0,
    f"survivor_scale(weights_back(dout, as_wide(dx, dout, out)), {_DROPPED})": 3.0,
    f"agreement(dw, {_FITTING})": 2.0,
    f"survivor_scale(as_wide(dw, dout, out), {_FITTING})": 3.0,
    "db": 2.0,
    "test_dx": 0.75,
    "test_dw": 0.75,
}
_BACK = "dx, dw, db = dropconnect_backward(dout, cache)"
_ALL = list(FITS)[:5]
SAME_MASK = "dx and dw use the mask that your own forward pass drew, with its factor"


def _back(
    name: str,
    sizes: tuple[int, int, int],
    p: float,
    change: Any = None,
    between: str = "",
    **options: Any,
) -> Case:
    n = sizes[1] * sizes[2]
    inputs = linear(*sizes, p=p)
    # Sums like x.T @ dout come near zero now and then, where rounding decides what is one.
    stated = {output: certain(1.0, n, loose=2e-3) for output in FITS if output.startswith("agreement")}
    return case(
        name,
        f"out, cache = {_CALL}\n{between}{_BACK}",
        inputs=change(inputs) if change else inputs,
        tolerance=SOLVED,
        **asking(_ALL, FITS, stated),
        **{"why": SAME_MASK, **options},
    )


BACKWARD_CASES = (
    _back("train, p = 0.6", (80, 50, 60), 0.6, weight=2, visible=True, main=True),
    case(
        "test, p = 0.6",
        f"_, cache = {_CALL}\ntest_dx, test_dw, db = dropconnect_backward(dout, cache)",
        {output: FITS[output] for output in ("test_dx", "test_dw", "db")},
        linear(7, 5, 6, p=0.6, mode="test"),
        visible=True,
        main=True,
        why="in test mode it is an ordinary linear layer",
    ),
    _back("train, p = 0.3", (120, 70, 90), 0.3, weight=2, main=True),
    _back("train, another call in between", (80, 50, 60), 0.35, between=f"_, _ = {_CALL}\n"),
    _back(
        "train, float32",
        (24, 10, 12),
        0.35,
        in_float32,
        exact_dtype=True,
        visible=True,
        weight=0.5,
        why="what comes in float32 goes out in float32",
    ),
    _back(
        "train, called twice",
        (24, 10, 12),
        0.35,
        between="_, _, _ = dropconnect_backward(dout, cache)\n",
        visible=True,
        weight=0.5,
        why=TWICE,
    ),
    _back("train, gaps in memory", (80, 50, 60), 0.35, strided, weight=0.5),
    case(
        "test, p = 0.3",
        f"_, cache = {_CALL}\ntest_dx, test_dw, db = dropconnect_backward(dout, cache)",
        {output: FITS[output] for output in ("test_dx", "test_dw", "db")},
        linear(9, 4, 11, p=0.3, mode="test"),
        main=True,
    ),
)

BACKWARD = exercise(
    do.dropconnect_backward,
    BACKWARD_CASES,
    named.wrongs("""
    dx-without-mask: (w * mask).T => w.T
        Your dx goes back through all weights. The forward pass used w * kept / p: that matrix has to be
        transposed.
    dw-without-mask: (x.T @ dout) * mask => x.T @ dout
        Your dw is not zero for dropped weights, although changing them would not have changed the output.
    mask-forgotten: dx = dout @ (w * mask).T; dw = (x.T @ dout) * mask => dx = dout @ w.T; dw = x.T @ dout
        This is the backward pass of an ordinary linear layer: the mask of the forward pass is not used at
        all.
    dw-unscaled: (x.T @ dout) * mask => (x.T @ dout) * (mask > 0)
        Your dw passes the right weights, but without the factor by which the forward pass multiplied them.
    dx-masked-twice: (w * mask).T => (w * mask * mask).T
        The factor of the forward pass is in your dx twice: what the cache holds may have it already.
    dx-unscaled: (w * mask).T => (w * (mask > 0)).T
        Your dx uses the right weights, but without the factor by which the forward pass multiplied them.
    fresh-mask:
        - x, w, mask = cache
        + x, w, mask = cache
        + mask = np.random.permutation(mask.ravel()).reshape(mask.shape)
        Your backward pass draws a mask of its own. It needs the one of the forward pass: put it into the
        cache.
    changes-the-cache: dw = (x.T @ dout) * mask => mask *= x.T @ dout; dw = mask
        Your values are right the first time, but your function changes the mask in the cache: a second call
        with the same cache answers something else.
    db-averaged: np.sum(dout, axis=0) => np.mean(dout, axis=0)
        Your db is a mean over the examples. b is added to each of them, so the gradients add.
    averaged-over-the-batch: (x.T @ dout) * mask => (x.T @ dout) * mask / len(x)
        Your dw is divided by N. The loss may have done so already, in dout; the layer only sums.
    """),
    named.rights("""
    loops, another cache: by back_with_loops with with_loops
    einsum:
        - dx = dout @ (w * mask).T
        - dw = (x.T @ dout) * mask
        + dx = np.einsum('nh,dh,dh->nd', dout, w, mask)
        + dw = np.einsum('nd,nh,dh->dh', x, dout, mask)
    """),
    partners=(do.dropconnect_forward,),
)
EXERCISES = (FORWARD, BACKWARD)
