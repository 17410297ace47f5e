"""Monte Carlo dropout: what the mean and the spread should be is known, for 2^7 masks can be counted.

One example stands in many rows, whose masks are independent: a few passes over many rows are many passes.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.exercises.dropout.masks import asking
from reference.kit.chance import Stated, bounded_mean
from reference.kit.drawn import Drawn, in_float32
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from reference.truth import dropout as do
from stagewise.judge.compare import Tolerance

P = 0.7
_MEAN, _SPREAD = "row_mean(differing(mean), x)", "mean_square(spread, x)"
# Also of a mean with differing rows, or a mask for all rows would show in this by chance alone.
_FITS = "survivor_scale(spread, coin_spread(differing(mean)))"
_DTYPES = ("dtype_name(differing(mean))", "dtype_name(differing(spread))")
SHARES = {_MEAN: 3.0, _SPREAD: 3.0, "mean": 1.0, _FITS: 1.5, "levels(differing(mean))": 1.0}
SHARES |= dict.fromkeys(_DTYPES, 0.25)
NOTHING_DROPPED = Tolerance(
    rtol=1e-4, stol=2e-5, reason="probabilities, of which the spread cancels to nothing", scale=1.0
)


def network(seed: int, D: int = 4, H: int = 8, C: int = 3) -> dict[str, np.ndarray]:
    """A small network with large scores. With the example of seed 1364 or 1434 the mean of the probabilities
    is far from the probabilities of the mean, and from what it is without the division by p."""
    rng = np.random.default_rng(seed)
    rng.normal(size=D)
    return {
        "w1": rng.normal(size=(D, H)).round(1),
        "b1": np.abs(rng.normal(size=H)).round(1),
        "w2": (2.5 * rng.normal(size=(H, C))).round(1),
        "b2": rng.normal(size=C).round(1),
    }


def example(seed: int, D: int = 4) -> np.ndarray:
    """The example that goes with the network of that seed."""
    return np.random.default_rng(seed).normal(size=D).round(1)


def moments(x: np.ndarray, net: Mapping[str, np.ndarray], p: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the class probabilities of one example over all masks, by counting."""
    hidden = np.maximum(0, x @ net["w1"] + net["b1"])
    masks = np.array(list(itertools.product([0.0, 1.0], repeat=len(hidden))))
    weight = np.prod(np.where(masks == 1, p, 1 - p), axis=1)
    scores = (hidden * masks / p) @ net["w2"] + net["b2"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = e / e.sum(axis=1, keepdims=True)
    mean = weight @ probabilities
    return mean, weight @ (probabilities - mean) ** 2


def _rows(seed: int, count: int, samples: int, p: float) -> Inputs:
    def drawn(rng: np.random.Generator) -> Drawn:
        x = np.tile(example(seed), (count, 1))
        return {
            "x": x,
            "network": network(seed),
            "dropout_param": {"p": p, "mode": "test"},
            "samples": samples,
        }

    return drawn


def _stated(seed: int, count: int, samples: int, p: float) -> dict[str, Stated]:
    mean, variance = moments(example(seed), network(seed), p)
    n = count * samples
    shrunk = variance * (1 - 1 / samples)  # distances are from the mean of these samples
    return {_MEAN: bounded_mean(mean, n), _SPREAD: bounded_mean(shrunk, n)}


def _many(
    name: str, seed: int, count: int, samples: int, p: float = P, *, narrow: bool = False, **options: Any
) -> Case:
    outputs = (_MEAN, _SPREAD, *(_DTYPES if narrow else ()))
    inputs = _rows(seed, count, samples, p)
    drawn = f"{samples} passes, in each a mask for each row; p = {p:g} is the probability to KEEP a unit"
    return case(
        name,
        "mean, spread = mc_dropout_predict(x, network, dropout_param, samples)",
        inputs=in_float32(inputs) if narrow else inputs,
        why="x and the network are float32, so mean and spread are as well" if narrow else drawn,
        **asking(outputs, SHARES, _stated(seed, count, samples, p)),
        **options,
    )


def _nothing_dropped(name: str, N: int, **options: Any) -> Case:
    def drawn(rng: np.random.Generator) -> Drawn:
        x, net = rng.normal(size=(N, 4)).round(1), network(int(rng.integers(1000)))
        return {"x": x, "network": net, "dropout_param": {"p": 1.0}, "samples": 3}

    return case(
        name,
        "mean, spread = mc_dropout_predict(x, network, dropout_param, samples)",
        {output: SHARES[output] for output in ("mean", _SPREAD)},
        drawn,
        why="with p = 1 all passes are alike, so their spread is 0",
        tolerance=NOTHING_DROPPED,
        **options,
    )


def _sure(name: str, samples: int, N: int, **options: Any) -> Case:
    """A network that is sure of one class in each pass: the first if its first unit is kept, else the second
    if its second one is, else the third."""

    def drawn(_: np.random.Generator) -> Drawn:
        net = {"w1": np.ones((1, 2)), "b1": np.zeros(2), "w2": np.array([[200.0, 0, 0], [0, 100.0, 0]])}
        net["b2"] = np.array([0, 0, 50.0])
        return {"x": np.ones((N, 1)), "network": net, "dropout_param": {"p": 0.6}, "samples": samples}

    return case(
        name,
        "mean, spread = mc_dropout_predict(x, network, dropout_param, samples)",
        inputs=drawn,
        why="in each pass this network is sure of one class: mean is a count divided by the number of passes,"
        " and spread is sqrt(mean * (1 - mean))",
        **asking((_FITS, "levels(differing(mean))"), SHARES, {}),
        **options,
    )


def with_dropped_inputs(x: Any, net: Any, dropout_param: Any, samples: int) -> Any:
    """Drops what goes in instead of what is in the middle."""
    passes = []
    for _ in range(samples):
        thinned, _ = do.dropout_forward(x, {"p": dropout_param["p"], "mode": "train"})
        hidden = np.maximum(0, thinned @ net["w1"] + net["b1"])
        passes.append(do.softmax(hidden @ net["w2"] + net["b2"]))
    return np.mean(passes, axis=0), np.std(passes, axis=0)


def with_one_mask(x: Any, net: Any, dropout_param: Any, samples: int) -> Any:
    """The same hidden units are away in all rows of a pass."""
    p, hidden = dropout_param["p"], np.maximum(0, x @ net["w1"] + net["b1"])
    kept = np.random.rand(samples, hidden.shape[1]) < p
    passes = [do.softmax((hidden * mask / p).astype(x.dtype) @ net["w2"] + net["b2"]) for mask in kept]
    return np.mean(passes, axis=0), np.std(passes, axis=0)


def with_dropped_scores(x: Any, net: Any, dropout_param: Any, samples: int) -> Any:
    """Drops what comes out instead of what is in the middle."""
    hidden = np.maximum(0, x @ net["w1"] + net["b1"])
    scores, param = hidden @ net["w2"] + net["b2"], {"p": dropout_param["p"], "mode": "train"}
    passes = [do.softmax(do.dropout_forward(scores, param)[0]) for _ in range(samples)]
    return np.mean(passes, axis=0), np.std(passes, axis=0)


def with_p_to_drop(x: Any, net: Any, dropout_param: Any, samples: int) -> Any:
    """Keeps with probability 1 - p."""
    kept = 1 - dropout_param["p"]
    if not kept:
        return np.full((len(x), len(net["b2"])), np.nan), np.full((len(x), len(net["b2"])), np.nan)
    return do.mc_dropout_predict(x, net, {"p": kept}, samples)


ONE_PASS = (
    "Your spread is 0 although entries are dropped. Either all of your passes use the same masks (each "
    "starts from the same seed, or one pass is counted several times), or no spread is computed."
)
named = Notation(globals())
MISTAKES = named.wrongs("""
mode-left-at-test: "train" => dropout_param.get("mode", "test")
    All of your rows and passes are alike. Either nothing is dropped, because the layer is in test mode (Monte
    Carlo dropout keeps train mode when it predicts), or a single mask serves them all.
same-masks: "train" => "train", "seed": 7
    @ONE_PASS
one-pass: for _ in range(samples): => for _ in range(1):
    @ONE_PASS
one-mask-per-batch: by with_one_mask
    All examples of your batch lose the same hidden units in a pass: one mask is broadcast over the rows.
    Every example needs a mask of its own.
scores-averaged: mean = np.mean(passes, axis=0) => mean = softmax(np.mean(np.log(passes), axis=0))
    You average the scores and take the softmax of the mean. It is the probabilities of the passes that are
    averaged.
softmax-missing: passes.append(softmax(scores)) => passes.append(scores)
    Your mean and spread are those of the scores. Turn the scores of each pass into probabilities first.
variance-not-root: np.std(passes, axis=0) => np.var(passes, axis=0)
    Your spread is the variance. The standard deviation is its root.
standard-error: np.std(passes, axis=0) => np.std(passes, axis=0) / np.sqrt(samples)
    Your spread is divided by the root of the number of passes: that is how well the mean is known, which gets
    small with more passes. The spread of the passes themselves is asked for.
divided-by-samples-1: np.std(passes, axis=0) => np.std(passes, axis=0, ddof=1)
    Your spread divides by one less than the number of passes. The formula is a mean over all of them, as
    np.std takes it by itself.
negative-spread: np.std(passes, axis=0) => -np.std(passes, axis=0)
    Your spread is negative. It is a root, and a distance: it cannot be.
over-the-examples: np.std(passes, axis=0) => np.tile(np.std(np.mean(passes, axis=0), axis=0), (len(x), 1))
    Your spread is taken over the examples. Each example has a spread of its own, over the passes.
over-the-rows: np.std(passes, axis=0) => np.std(passes, axis=1)
    Your spread has a row for each pass: it is taken over the examples. Stacked, the passes lie along the
    first axis and the examples along the second; the spread over the passes is asked for.
not-scaled: scores = thinned @ => scores = (dropout_param["p"] * thinned) @
    Hidden units are dropped, but those that are kept stay as large as they were. If your masks come from your
    dropout_forward, look at its own check first; if you draw them here, divide by p.
wrong-factor:
    - thinned, _ = dropout_forward(hidden, {"p": dropout_param["p"], "mode": "train"})
    + thinned = hidden * (np.random.rand(*hidden.shape) < dropout_param["p"])
    + thinned = thinned * (1 / np.subtract(1, dropout_param["p"], dtype=hidden.dtype))
    Hidden units that are kept are divided by 1 - p, the probability to drop. If your masks come from your
    dropout_forward, look at its own check first.
relu-missing: np.maximum(0, x @ network["w1"] + network["b1"]) => x @ network["w1"] + network["b1"]
    The ReLU of the hidden layer is missing.
drops-inputs: by with_dropped_inputs
    You drop entries of x. Here the hidden units are dropped, after the ReLU.
drops-scores: by with_dropped_scores
    You drop scores, behind the second layer. Here the hidden units are dropped, between the layers.
keep-vs-drop: by with_p_to_drop
    Your p is the probability to DROP a hidden unit. Here it is the probability to KEEP one.
biases-missing:
    - hidden = np.maximum(0, x @ network["w1"] + network["b1"])
    + network = {**network, "b1": 0 * network["b1"], "b2": 0 * network["b2"]}
    + hidden = np.maximum(0, x @ network["w1"] + network["b1"])
    Your layers have no biases: b1 and b2 are added behind the products.
one-spread-for-all: np.std(passes, axis=0) => np.full_like(mean, np.std(passes))
    Your spread is one number for the whole array. Each example and each class has its own, over the passes.
writes-into-dropout_param: passes = [] => passes = []; dropout_param["mode"] = "train"
    Your function changes the mode in the caller's dropout_param. Make a dict of your own.
""")


def at_once(x: Any, net: Any, dropout_param: Any, samples: int) -> Any:
    """All passes in one array, with a generator of its own."""
    p, rng = dropout_param["p"], np.random.default_rng()
    hidden = np.maximum(0, x @ net["w1"] + net["b1"])
    kept = rng.random((samples, *hidden.shape)) < p
    scores = (kept * hidden / p).astype(x.dtype) @ net["w2"] + net["b2"]
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    probabilities = e / e.sum(axis=2, keepdims=True)
    return probabilities.mean(axis=0), probabilities.std(axis=0)


def running_sums(x: Any, net: Any, dropout_param: Any, samples: int) -> Any:
    """Sums instead of a list; the network once more in every pass; the variance as a difference."""
    total = squares = np.zeros_like(net["b2"])
    for _ in range(samples):
        hidden = np.maximum(0, x @ net["w1"] + net["b1"])
        thinned, _ = do.dropout_forward(hidden, {**dropout_param, "mode": "train"})
        scores = thinned @ net["w2"] + net["b2"]
        rows = [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in scores]
        total, squares = total + np.array(rows), squares + np.array(rows) ** 2
    mean = total / samples
    return mean, np.sqrt(np.maximum(0, squares / samples - mean**2))


MONTE_CARLO = exercise(
    do.mc_dropout_predict,
    (
        _many("25 passes over 200 rows", 1364, 200, 25, weight=2, visible=True, main=True),
        _nothing_dropped("p = 1", 5, visible=True, main=True),
        _sure("a network that is sure, 4 passes", 4, 220, visible=True, main=True),
        _many("40 passes over 300 rows", 1364, 300, 40, 0.6, weight=2, main=True),
        _many("float32", 1364, 200, 25, narrow=True, visible=True, weight=0.5),
        _many("100 passes over 50 rows", 1434, 50, 100, 0.4),
        _nothing_dropped("p = 1, one example", 1, weight=0.5),
        _sure("a network that is sure, 5 passes", 5, 400, weight=0.5),
    ),
    MISTAKES,
    named.rights("""
    all passes at once: by at_once
    running sums: by running_sums
    """),
)
EXERCISES = (MONTE_CARLO,)
