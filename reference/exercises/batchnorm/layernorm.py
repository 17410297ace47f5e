"""Layer normalisation, there and back."""

from typing import Any

import numpy as np

from reference.exercises.batchnorm.backward_mistakes import INTO_CACHE, WITH_GAMMA
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


named = Notation(globals(), INTO_CACHE=INTO_CACHE, WITH_GAMMA=WITH_GAMMA)
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
    named.wrongs("""
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
    gamma-missing: dxhat = gamma * dout => dxhat = dout
        gamma is missing in your dx: the output was gamma times xhat.
    dgamma-wrong-axis: dgamma = np.sum(dout * xhat, axis=0) => dgamma = np.sum(dout * xhat, axis=1)
        Your dgamma sums over the features. gamma has one entry per feature, so its gradient sums over the
        examples, as in batch normalisation.
    dbeta-wrong-axis: dbeta = np.sum(dout, axis=0) => dbeta = np.sum(dout, axis=1)
        Your dbeta sums over the features. beta has one entry per feature, so its gradient sums over the
        examples, as in batch normalisation.
    batch-axis-both-ways: by bn.batchnorm_backward_alt with over_the_batch
        Both your passes are batch normalisation: they fit each other, but mean and variance run over the
        examples. Here each example uses its own features, on the way back too.
    fits-no-eps: by back_without_eps with forward_without_eps
        Your backward pass fits a forward pass that has no eps. Mend that one, keep the root with eps in the
        cache, and both are right.
    gamma-missing-in-the-mean: np.mean(dxhat, axis=1 => np.mean(dout, axis=1
        gamma is missing in one term of your dx: both means are of dxhat, which has gamma in it.
    gamma-missing-in-the-product: np.mean(dxhat * xhat => np.mean(dout * xhat
        gamma is missing in one term of your dx: both means are of dxhat, which has gamma in it.
    gamma-twice: return dx, dgamma => return gamma * dx, dgamma
        gamma counts twice in your dx. It multiplies once, in dxhat.
    constant-statistics: dx = ivar * (dxhat - mean_dxhat - xhat * mean_product) => dx = ivar * dxhat
        Your dx treats mean and variance as constants: the two terms that are subtracted are missing.
    no-mean-path: mean_dxhat - xhat => xhat
        The mean of dxhat is not subtracted in your dx.
    no-variance-path: (dxhat - mean_dxhat - xhat * mean_product) => (dxhat - mean_dxhat)
        The part along xhat is not subtracted in your dx.
    divided-by-N:
        - dx = ivar * (dxhat - mean_dxhat - xhat * mean_product)
        + D_over_N = dout.shape[1] / dout.shape[0]
        + dx = ivar * (dxhat - D_over_N * mean_dxhat - D_over_N * xhat * mean_product)
        Your means divide by the number of examples. They run over the features: divide by D.
    mean-divided-by-N: mean_dxhat - xhat => dout.shape[1] / len(dout) * mean_dxhat - xhat
        The term without xhat is divided by the number of examples. It is a mean over the D features.
    product-divided-by-N: xhat * mean_product => xhat * mean_product * dout.shape[1] / len(dout)
        The term along xhat is divided by the number of examples. It is a mean over the D features.
    mean-over-the-batch: np.mean(dxhat, axis=1, keepdims=True) => np.mean(dxhat, axis=0)
        The mean of dxhat runs over the examples. It runs over the features: the other axis.
    product-over-the-batch: np.mean(dxhat * xhat, axis=1, keepdims=True) => np.mean(dxhat * xhat, axis=0)
        The mean of dxhat times xhat runs over the examples. It runs over the features: the other axis.
    mean-divided-twice: mean_dxhat - xhat => mean_dxhat / dout.shape[1] - xhat
        The mean of dxhat is divided by D twice in your dx: a mean was taken, and then divided once more.
    product-divided-twice: xhat * mean_product => xhat * mean_product / dout.shape[1]
        The term along xhat is divided by D twice in your dx: a mean was taken, and then divided once more.
    sums-for-means: mean_dxhat - xhat * mean_product => dout.shape[1] * (mean_dxhat + xhat * mean_product)
        You subtract sums. Both terms of the formula are means: the factors 1/D are missing.
    sum-for-the-mean: mean_dxhat - xhat => dout.shape[1] * mean_dxhat - xhat
        The term without xhat is a sum, and should be a mean over the features: a factor 1/D is missing.
    sum-for-the-product: xhat * mean_product => xhat * mean_product * dout.shape[1]
        The term along xhat is a sum, and should be a mean over the features: a factor 1/D is missing.
    mean-of-everything: np.mean(dxhat, axis=1, keepdims=True) => np.mean(dxhat)
        A mean in your dx runs over all examples as well. Each example has its own: name the axis.
    product-of-everything: np.mean(dxhat * xhat, axis=1, keepdims=True) => np.mean(dxhat * xhat)
        A mean in your dx runs over all examples as well. Each example has its own: name the axis.
    dvar-sign: mean_dxhat - xhat => mean_dxhat + xhat
        The last term has the wrong sign: the part along xhat is taken away.
    dmu-sign: dxhat - mean_dxhat => dxhat + mean_dxhat
        The mean of dxhat has the wrong sign in your dx: it is taken away.
    xhat-missing: xhat * mean_product => mean_product
        The last term needs xhat twice: inside the mean, and once more in front of it.
    factor-2-missing: xhat * mean_product => xhat * mean_product / 2
        The part along xhat is half of what it should be: look for the 2 of the square.
    half-missing: xhat * mean_product => 2 * xhat * mean_product
        The part along xhat is twice what it should be: look for the 1/2 of the root.
    xmu-for-xhat: xhat * mean_product => xhat * mean_product / ivar
        The part along xhat is off by a power of the standard deviation: with xhat, inside the mean and in
        front, it needs no other factor than the one of all three terms.
    divided-once-more: xhat * mean_product => xhat * mean_product * ivar
        The part along xhat is off by a power of the standard deviation: with xhat, inside the mean and in
        front, it needs no other factor than the one of all three terms.
    factor-for-the-first-only:
        - dx = ivar * (dxhat - mean_dxhat - xhat * mean_product)
        + dx = ivar * dxhat - mean_dxhat - xhat * mean_product
        The factor in front multiplies the first term of your dx alone. It stands in front of all three.
    first-term-without-gamma: ivar * (dxhat - => ivar * (dout -
        gamma is missing in the first term of your dx: all three start from dxhat, which has gamma in it.
    first-term-not-divided: ivar * (dxhat - => ivar * (dxhat / ivar -
        The first term of your dx is not divided by the standard deviation. All three are, once.
    mean-not-divided: mean_dxhat - xhat => mean_dxhat / ivar - xhat
        The mean of dxhat is not divided by the standard deviation in your dx. All three terms are, once.
    first-term-divided-by-D: ivar * (dxhat - => ivar * (dxhat / dout.shape[1] -
        The first term of your dx is divided by D. Only the other two are means.
    ivar-missing: return dx, dgamma => return dx / ivar, dgamma
        The whole of your dx still has to be divided by the standard deviation.
    divide-by-variance: return dx, dgamma => return ivar * dx, dgamma
        The whole of your dx is divided by the standard deviation once too often.
    multiplied-by-D: return dx, dgamma => return dx * dout.shape[1], dgamma
        The whole of your dx is D times too large: a factor 1/D is missing in front.
    dgamma-averaged: dgamma = np.sum(dout * xhat, axis=0) => dgamma = np.mean(dout * xhat, axis=0)
        Your dgamma is a mean over the examples. Gradients of several uses add up.
    dbeta-averaged: dbeta = np.sum => dbeta = np.mean
        Your dbeta is a mean over the examples. Gradients of several uses add up.
    dgamma-without-axis: np.sum(dout * xhat, axis=0) => np.sum(dout * xhat)
        Your dgamma is one number: the sum runs over the features as well. Name the axis.
    dbeta-without-axis: np.sum(dout, axis=0) => np.sum(dout)
        Your dbeta is one number: the sum runs over the features as well. Name the axis.
    dgamma-uses-xmu: np.sum(dout * xhat => np.sum(dout * (xhat / ivar)
        Your dgamma uses the values before the normalisation. gamma was multiplied by xhat.
    dgamma-with-gamma: np.sum(dout * xhat => np.sum(gamma * dout * xhat
        @WITH_GAMMA
    dbeta-with-gamma: np.sum(dout, => np.sum(gamma * dout,
        @WITH_GAMMA
    dgamma-and-dbeta-swapped: return dx, dgamma, dbeta => return dx, dbeta, dgamma
        dgamma and dbeta have changed places in what you return.
    writes-into-dout: dxhat = gamma * dout => dxhat = dout; dxhat *= gamma
        Your function changes dout, which belongs to the caller: the layer behind still needs it. Make a new
        array instead of multiplying in place.
    writes-into-xhat: return dx, dgamma, dbeta => xhat *= gamma; return dx, dgamma, dbeta
        @INTO_CACHE
    keepdims-shape: return dx, dgamma, dbeta => return dx, dgamma[None], dbeta[None]
        Your values are right, but dgamma and dbeta have the shape (1, D), from keepdims. A gradient has the
        shape of what it belongs to: (D,).
    """),
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
