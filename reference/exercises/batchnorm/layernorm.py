"""Layer normalisation, there and back."""

from typing import Any

import numpy as np

from reference.exercises.batchnorm.backward_mistakes import LAYERNORM
from reference.exercises.batchnorm.inputs import batch
from reference.exercises.batchnorm.layer_backward import CANCELS, MANY, SHARES
from reference.exercises.batchnorm.variants import float32_layer
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs, right
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import batchnorm as bn


def examples(
    N: int, D: int, *, offset: float = 0.0, spread: float = 1.0, flat: bool = False, **param: float
) -> Inputs:
    """x: examples of different means and spreads (flat: the first hardly varies), gamma, beta, dout."""

    def inputs(rng: np.random.Generator) -> Drawn:
        turned, values = batch(D, N, offset=offset, spread=spread, flat=flat)(rng), batch(N, D)(rng)
        taken = {name: values[name] for name in ("gamma", "beta", "dout")}
        return {"x": turned["x"].T.copy(), **taken, "ln_param": dict(param)}

    return inputs


FORWARD_CALL = "out, cache = layernorm_forward(x, gamma, beta, ln_param)"
_there = probes.asker(FORWARD_CALL, "out", takes="x gamma beta ln_param")
_back = probes.asker(f"{FORWARD_CALL}\ndx, dgamma, dbeta = layernorm_backward(dout, cache)", SHARES)
SQUARE = "axes that cannot be told apart by size"

THERE = (
    _there("6 examples, 4 features", examples(6, 4), weight=2, visible=True, main=True),
    _there("a nearly constant example", examples(3, 8, flat=True), visible=True, why=probes.FLAT),
    _there("5 examples, 7 features", examples(5, 7), weight=2, main=True),
    _there("a large eps", examples(4, 6, eps=0.5), weight=0.5, visible=True),
    _there("a large mean", examples(4, 9, offset=50.0), weight=0.5),
    _there("one example", examples(1, 6), weight=0.5, why="it does not need a batch"),
    _there("one feature", examples(5, 1), weight=0.5, why="D = 1: out is beta"),
    _there("as many examples as features", examples(5, 5), visible=True, why=SQUARE),
    keeps_dtype(examples(4, 7), visible=True),
    takes_gaps(examples(4, 7)),
)
BACK = (
    _back("6 examples, 5 features", examples(6, 5, spread=3.0), weight=2, visible=True, main=True),
    _back("a nearly constant example", examples(3, 8, flat=True), visible=True, why=probes.FLAT),
    _back("5 examples, 7 features", examples(5, 7, spread=3.0), weight=2, main=True),
    _back("3 examples, 16 features", examples(3, 16)),
    _back("a large eps", examples(4, 6, eps=0.5), weight=0.5, visible=True),
    _back("a large mean", examples(4, 9, offset=50.0), weight=0.5),
    _back("one example", examples(1, 6), weight=0.5),
    _back("one feature", examples(5, 1), weight=0.5, tolerance=CANCELS, why="D = 1: dx is zero"),
    _back("as many examples as features", examples(6, 6), weight=0.5),
    keeps_dtype(examples(4, 7), visible=True),
    pure(visible=True),
    takes_gaps(examples(4, 7)),
    _back(MANY, examples(16, 3000), weight=0.5, main=True),
)


def by_transposing(x: Any, gamma: Any, beta: Any, ln_param: Any) -> Any:
    """Batch normalisation of the transposed matrix, without its gamma and beta."""
    N = len(x)
    param = {**ln_param, "mode": "train"}
    turned, cache = bn.batchnorm_forward(x.T, np.ones(N, x.dtype), np.zeros(N, x.dtype), param)
    return gamma * turned.T + beta, {"xhat": turned.T, "cache": cache, "gamma": gamma}


def back_by_transposing(dout: Any, cache: Any) -> Any:
    """Back through the batch normalisation of the transposed matrix."""
    turned, _, _ = bn.batchnorm_backward(np.ascontiguousarray((dout * cache["gamma"]).T), cache["cache"])
    return turned.T, np.sum(dout * cache["xhat"], axis=0), np.sum(dout, axis=0)


def row_by_row(x: Any, gamma: Any, beta: Any, ln_param: Any) -> Any:
    """A loop over the examples."""
    out = np.empty_like(x)
    eps = ln_param.get("eps", 1e-5)
    for i, row in enumerate(x):
        out[i] = gamma * (row - row.mean()) / np.sqrt(row.var() + eps) + beta
    return out, (x, gamma, eps)


def back_row_by_row(dout: Any, cache: Any) -> Any:
    """A loop over the examples that follows mean and variance one after the other."""
    x, gamma, eps = cache
    dx, dgamma, dbeta = np.empty_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    D = x.shape[1]
    for i, row in enumerate(x):
        xmu, std = row - row.mean(), np.sqrt(row.var() + eps)
        dxhat = dout[i] * gamma
        dvar = -0.5 * np.sum(dxhat * xmu) / std**3
        dx[i] = dxhat / std + 2 * xmu * dvar / D - np.sum(dxhat) / std / D
        dgamma += dout[i] * xmu / std
        dbeta += dout[i]
    return dx, dgamma, dbeta


def over_the_batch(x: Any, gamma: Any, beta: Any, ln_param: Any) -> Any:
    """Batch normalisation in train mode."""
    return bn.batchnorm_forward(x, gamma, beta, {**ln_param, "mode": "train"})


def transposed_in_place(x: Any, gamma: Any, beta: Any, ln_param: Any) -> Any:
    """Right, but the mode for batch normalisation stays in the caller's dict."""
    ln_param["mode"] = "train"
    return bn.layernorm_forward(x, gamma, beta, ln_param)


def forward_without_eps(x: Any, gamma: Any, beta: Any, ln_param: Any) -> Any:
    """With a cache of its own form."""
    xmu, std = x - x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return gamma * xmu / std + beta, {"xhat": xmu / std, "std": std, "gamma": gamma}


def back_without_eps(dout: Any, cache: Any) -> Any:
    """The gradient of `forward_without_eps`."""
    with np.errstate(divide="ignore"):
        return bn.layernorm_backward(dout, (cache["xhat"], cache["gamma"], 1 / cache["std"]))


named = Notation(globals())
FORWARD = exercise(
    bn.layernorm_forward,
    THERE,
    named.wrongs("""
    batch-axis:
        - mu = np.mean(x, axis=1, keepdims=True)
        - xmu = x - mu
        - var = np.mean(xmu**2, axis=1, keepdims=True)
        + mu = np.mean(x, axis=0)
        + xmu = x - mu
        + var = np.mean(xmu**2, axis=0)
        You take mean and variance over the examples: that is batch normalisation. Here each example uses its
        own features, so the axis is the other one.
    variance-is-a-sum: np.mean(xmu**2, axis=1, keepdims=True) => np.sum(xmu**2, axis=1, keepdims=True)
        Your variance adds up the squares but never divides by the number of features.
    divided-by-N: np.mean(xmu**2, axis=1, keepdims=True) => np.sum(xmu**2, axis=1, keepdims=True) / len(x)
        Your variance is divided by the number of examples. It is a mean over the D features.
    normalise-with-ddof1: np.mean(xmu**2, axis=1, keepdims=True) => np.var(x, axis=1, keepdims=True, ddof=1)
        Your variance is divided by D - 1. Layer normalisation uses the biased one, divided by D.
    var-not-centred: np.mean(xmu**2, axis=1, keepdims=True) => np.mean(x**2, axis=1, keepdims=True)
        Your variance is the mean of the squares of x. The squares of x - mu are meant.
    never-centred:
        - mu = np.mean(x, axis=1, keepdims=True)
        + mu = np.zeros((len(x), 1), x.dtype)
        Your examples are divided by the root of their mean square, and never centred. Subtract the mean.
    everything-together:
        - mu = np.mean(x, axis=1, keepdims=True)
        - xmu = x - mu
        - var = np.mean(xmu**2, axis=1, keepdims=True)
        + mu = np.mean(x)
        + xmu = x - mu
        + var = np.var(x) + 0 * x[:, :1]
        You get one mean and one variance for the whole array. Each example needs its own, so the axis must be
        named.
    variance-over-the-batch: np.mean(xmu**2, axis=1, keepdims=True) => np.var(x, axis=0)
        Your mean is that of each example, and your variance that of each feature. Both are of the example.
    eps-missing: np.sqrt(var + eps) => np.sqrt(var)
        Your root does not use eps: an example whose features are all alike is divided by zero.
    eps-outside-sqrt: np.sqrt(var + eps) => (np.sqrt(var) + eps)
        Your eps stands behind the root. It belongs under it: an example that hardly varies shows the
        difference.
    divide-by-variance: np.sqrt(var + eps) => (var + eps)
        You divide by the variance, without the root.
    keepdims-missing: np.mean(x, axis=1, keepdims=True) => np.mean(x, axis=1)
        Your means have the shape (N,), which broadcasts along the wrong axis. Keep the axis: (N, 1).
    affine-per-example: gamma * xhat + beta => gamma[:, None] * xhat + beta[:, None]
        You give each example its own gamma and beta. They belong to the features, as in batch normalisation,
        and broadcast along the rows.
    std-for-var: np.mean(xmu**2, axis=1, keepdims=True) => np.std(x, axis=1, keepdims=True)
        Your var holds standard deviations: np.std has taken the root already.
    var-of-everything: np.mean(xmu**2, axis=1, keepdims=True) => np.var(x)
        You get one variance for the whole array. Each example needs its own, so the axis must be named.
    mean-of-everything: mu = np.mean(x, axis=1, keepdims=True) => mu = np.mean(x)
        You get one mean for the whole array. Each example needs its own, so the axis must be named.
    sum-for-the-mean: mu = np.mean => mu = np.sum
        Your mean is a sum: it adds up the features but never divides by their number D.
    eps-behind-the-quotient: xhat = xmu * ivar => xhat = xmu / np.sqrt(var) + eps
        Your eps is added to the quotient: look at where your root ends. It belongs under it.
    eps-squared: np.sqrt(var + eps) => np.sqrt(var + eps**2)
        You add eps squared under the root. It is eps itself that is added.
    eps-default-missing: "eps", 1e-5 => "eps", 0
        Without an entry in ln_param your eps is next to nothing. The default is 1e-5: an example whose
        features are nearly alike shows the difference.
    mean-alone-divided: xhat = xmu * ivar => xhat = x - mu * ivar
        The mean alone is divided by the standard deviation: x - mu needs a bracket of its own.
    gamma-missing: gamma * xhat + beta => xhat + beta
        gamma is not used: the normalised values still have to be scaled.
    beta-missing: gamma * xhat + beta => gamma * xhat
        beta is not used: the scaled values still have to be shifted.
    beta-sign: gamma * xhat + beta => gamma * xhat - beta
        You subtract beta. The shift is added.
    beta-scaled: gamma * xhat + beta => gamma * (xhat + beta)
        beta is scaled as well: look at where your bracket closes. gamma multiplies xhat alone.
    gamma-and-beta-swapped: gamma * xhat + beta => beta * xhat + gamma
        gamma and beta have changed places: gamma scales, beta shifts.
    affine-forgotten: gamma * xhat + beta => xhat
        gamma and beta are not used: the normalised values still have to be scaled and shifted.
    eps-hard-coded: ln_param.get("eps", 1e-5) => 1e-5
        Your eps is always 1e-5. Take the one from ln_param if there is one.
    writes-into-ln_param: by transposed_in_place
        Your values are right, but ln_param, which belongs to the caller, has another entry afterwards. Hand
        a new dict on.
    writes-into-x: xmu = x - mu => x -= mu; xmu = x
        Your values are right, but the function changes the x of its caller. Make a new array instead of
        subtracting in place.
    """),
    (
        right("in float32", by=float32_layer(bn.layernorm_forward)),
        *named.rights("""
        row by row: by row_by_row
        batch normalisation of the transposed: by by_transposing
        one-pass variance: (xmu**2, axis=1, keepdims=True) => (x**2, axis=1, keepdims=True) - mu**2
        a list as cache: return out, (xhat, gamma, ivar) => return out, [x, ln_param]
        """),
    ),
)


BACKWARD = exercise(
    bn.layernorm_backward,
    BACK,
    (
        *LAYERNORM,
        *named.wrongs("""
batch-axis:
    - mean_dxhat = np.mean(dxhat, axis=1, keepdims=True)
    - mean_product = np.mean(dxhat * xhat, axis=1, keepdims=True)
    + mean_dxhat = np.mean(dxhat, axis=0)
    + mean_product = np.mean(dxhat * xhat, axis=0)
    Your means in dx run over the examples, as in batch normalisation. Mean and variance of an example
    were taken over its features: the other axis.
gamma-factored-out:
    - dx = ivar * (dxhat - mean_dxhat - xhat * mean_product)
    + mean_dout = np.mean(dout, axis=1, keepdims=True)
    + mean_dout_xhat = np.mean(dout * xhat, axis=1, keepdims=True)
    + dx = gamma * ivar * (dout - mean_dout - xhat * mean_dout_xhat)
    You took gamma out of the means. Here they run over the features, and gamma differs from feature to
    feature: it has to stay inside, in dxhat.
batch-axis-both-ways: by bn.batchnorm_backward_alt with over_the_batch
    Both your passes are batch normalisation: they fit each other, but mean and variance run over the
    examples. Here each example uses its own features, on the way back too.
fits-no-eps: by back_without_eps with forward_without_eps
    Your backward pass fits a forward pass that has no eps. Mend that one, keep the root with eps in the
    cache, and both are right.
mean-over-the-batch: np.mean(dxhat, axis=1, keepdims=True) => np.mean(dxhat, axis=0)
    The mean of dxhat runs over the examples. It runs over the features: the other axis.
product-over-the-batch: np.mean(dxhat * xhat, axis=1, keepdims=True) => np.mean(dxhat * xhat, axis=0)
    The mean of dxhat times xhat runs over the examples. It runs over the features: the other axis.
mean-of-everything: np.mean(dxhat, axis=1, keepdims=True) => np.mean(dxhat)
    A mean in your dx runs over all examples as well. Each example has its own: name the axis.
product-of-everything: np.mean(dxhat * xhat, axis=1, keepdims=True) => np.mean(dxhat * xhat)
    A mean in your dx runs over all examples as well. Each example has its own: name the axis.
"""),
    ),
    named.rights("""
    row by row: by back_row_by_row with row_by_row
    batch normalisation of the transposed: by back_by_transposing with by_transposing
    D taken out:
        - dx = ivar * (dxhat - mean_dxhat - xhat * mean_product)
        + D = dout.shape[1]
        + total = np.sum(dxhat * xhat, axis=1, keepdims=True)
        + dx = ivar / D * (D * dxhat - D * mean_dxhat - xhat * total)
    """),
    partners=(bn.layernorm_forward,),
)
