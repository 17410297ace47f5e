"""The whole backward pass, in steps and in closed form, on the cache of the student's own forward pass."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.exercises.batchnorm.inputs import batch
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.exercise import Alternative, Case, Exercise, Function, Inputs, Misconception, right
from reference.kit.notation import Notation
from reference.kit.promises import Promise, keeps_dtype, takes_gaps
from reference.kit.variants import exercise, in_float32
from reference.truth import batchnorm as bn
from stagewise.judge.compare import Tolerance

SHARES = {"dx": 6.0, "dgamma": 1.0, "dbeta": 1.0}
CANCELS = Tolerance(
    rtol=1e-4,
    stol=2e-5,
    scale=1.0,
    reason="dx and dgamma are exactly zero here; rounding may leave something small beside dout, near 1",
)


def training(drawn: Inputs, **param: float) -> Inputs:
    """A batch in train mode and a random upstream gradient."""

    def inputs(rng: np.random.Generator) -> Drawn:
        values = drawn(rng)
        taken = {name: values[name] for name in ("x", "gamma", "beta", "dout")}
        return {**taken, "bn_param": {"mode": "train", **param}}

    return inputs


STEP8 = "dxhat, dgamma = batchnorm_backward_step8(dgammax, xhat, gamma)"
named = Notation(globals())


def _cases(name: str) -> tuple[Case | Promise, ...]:
    script = f"""
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        dx, dgamma, dbeta = {name}(dout, cache)
    """
    ask = probes.asker(script, SHARES, updates=("bn_param",))
    return (
        ask("6 examples, 4 features", training(batch(6, 4)), weight=2, visible=True, main=True),
        ask("a nearly constant feature", training(batch(8, 3, flat=True)), visible=True, why=probes.FLAT),
        ask("5 examples, 7 features", training(batch(5, 7)), weight=2, main=True),
        ask("16 examples, 3 features", training(batch(16, 3)), weight=1),
        ask("a large eps", training(batch(6, 3), eps=0.5), weight=0.5),
        ask("a large mean", training(batch(9, 4, offset=50.0)), weight=0.5),
        ask("one feature", training(batch(6, 1)), weight=0.5),
        ask("one example", training(batch(1, 5)), weight=0.5, tolerance=CANCELS, why="N = 1: dx is zero"),
        keeps_dtype(training(batch(6, 5)), visible=True, why=probes.DTYPE),
        takes_gaps(training(batch(7, 4))),
    )


# Other caches: the forward pass belongs to the student, and so does what it keeps.


def forward_keeping_a_dict(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Keeps names and values."""
    out, (xhat, _, _, ivar, _, _, _) = bn.batchnorm_forward(x, gamma, beta, bn_param)
    return out, {"xhat": xhat, "scale": gamma * ivar}


def backward_from_a_dict(dout: Any, cache: Any) -> Any:
    """The closed form with means."""
    xhat = cache["xhat"]
    dx = cache["scale"] * (dout - dout.mean(axis=0) - xhat * (dout * xhat).mean(axis=0))
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def forward_keeping_an_object(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Keeps an object of a class."""
    out, _ = bn.batchnorm_forward(x, gamma, beta, bn_param)
    eps = bn_param.get("eps", 1e-5)
    return out, SimpleNamespace(x=x, gamma=gamma, mean=x.mean(axis=0), var=x.var(axis=0), eps=eps)


def backward_from_an_object(dout: Any, cache: Any) -> Any:
    """As the paper writes it, with the term that is zero."""
    N, xmu, std = len(dout), cache.x - cache.mean, np.sqrt(cache.var + cache.eps)
    dxhat = dout * cache.gamma
    dvar = np.sum(dxhat * xmu * -0.5 * std**-3, axis=0)
    dmu = np.sum(-dxhat / std, axis=0) + dvar * np.mean(-2 * xmu, axis=0)
    dx = dxhat / std + dvar * 2 * xmu / N + dmu / N
    return dx, np.sum(dout * xmu / std, axis=0), np.sum(dout, axis=0)


def forward_keeping_the_inputs(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Keeps nothing but its arguments."""
    out, _ = bn.batchnorm_forward(x, gamma, beta, bn_param)
    return out, [x, gamma, bn_param]


def backward_from_the_inputs(dout: Any, cache: Any) -> Any:
    """Computes everything again, and multiplies each feature by its N x N Jacobian matrix."""
    x, gamma, bn_param = cache
    N, D = x.shape
    std = np.sqrt(x.var(axis=0) + bn_param.get("eps", 1e-5))
    xhat = (x - x.mean(axis=0)) / std
    dx = np.empty_like(x)
    for d in range(D):
        h = xhat[:, d]
        jacobian = (np.eye(N, dtype=x.dtype) - 1 / N - np.outer(h, h) / N) / std[d]
        dx[:, d] = gamma[d] * (jacobian @ dout[:, d])
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def feature_by_feature_from_its_cache(dout: Any, cache: Any) -> Any:
    """The closed form in a loop over the features."""
    xhat, gamma, _, ivar, _, _, _ = cache
    dx, dgamma, dbeta = np.empty_like(dout), np.empty_like(gamma), np.empty_like(gamma)
    for d in range(dout.shape[1]):
        g, h = dout[:, d], xhat[:, d]
        dbeta[d], dgamma[d] = sum(g), sum(g * h)
        dx[:, d] = gamma[d] * ivar[d] * (g - dbeta[d] / len(g) - h * dgamma[d] / len(g))
    return dx, dgamma, dbeta


ALWAYS = (
    right("in float32", by=in_float32(bn.batchnorm_backward)),
    *named.rights("""
    a loop over features: by feature_by_feature_from_its_cache
    a dict as cache: by backward_from_a_dict with forward_keeping_a_dict
    an object as cache: by backward_from_an_object with forward_keeping_an_object
    the inputs as cache: by backward_from_the_inputs with forward_keeping_the_inputs
    """),
)

STAGED_MISTAKES = named.wrongs("""
constant-statistics: dx = batchnorm_backward_step0(dx1, dx2) => dx = dxmu1
    Your dx treats mean and variance as constants. Both were computed from x, so two more paths lead back to
    it.
no-mean-path: dx = batchnorm_backward_step0(dx1, dx2) => dx = dx1
    The path through the mean is missing in your dx: look at steps 1 and 0.
no-variance-path: dxmu2 = batchnorm_backward_step3(dsq, xmu) => dxmu2 = 0 * xmu
    The path through the variance is missing in your dx: look at where step 2 joins two gradients.
var-without-1/N: dsq = batchnorm_backward_step4(dvar, N) => dsq = np.ones_like(dout) * dvar
    On the way through the variance a factor 1/N is missing: look at step 4.
mean-without-1/N: dx2 = batchnorm_backward_step1(dmu, N) => dx2 = np.ones_like(dout) * dmu
    On the way through the mean a factor 1/N is missing: look at step 1.
factor-2-missing: dxmu2 = batchnorm_backward_step3(dsq, xmu) => dxmu2 = xmu * dsq
    On the way through the variance the 2 of the square is missing: look at step 3.
dvar-sign: batchnorm_backward_step5(dsqrtvar, var, eps) => -batchnorm_backward_step5(dsqrtvar, var, eps)
    The path through the variance has the wrong sign: look at steps 6 and 5. One minus, not none and not two.
dvar-power: dvar = batchnorm_backward_step5(dsqrtvar, var, eps) => dvar = -0.5 * divar * sqrtvar**-1.5
    The power in your dvar is wrong. Steps 6 and 5 together divide by the third power of sqrtvar, that is by
    var + eps to the power 3/2.
gamma-missing: batchnorm_backward_step8(dgammax, xhat, gamma) => dgammax, np.sum(dgammax * xhat, axis=0)
    gamma is missing in your dx: look at step 8.
sum-without-axis: batchnorm_backward_step7(dxhat, xmu, ivar) => dxhat * ivar, np.sum(dxhat * xmu)
    A sum on the way through the variance runs over the features as well: look at step 7 and name the axis.
scalar-dmu-mean: dx2 = batchnorm_backward_step1(dmu, N) => dx2 = np.ones_like(dout) * np.mean(dmu) / N
    Your dmu is averaged over the features. Each feature keeps its own entry: look at step 1.
dgamma-uses-xmu: @STEP8 => dxhat, dgamma = dgammax * gamma, np.sum(dgammax * xmu, axis=0)
    Your dgamma uses the values before the normalisation. gamma was multiplied by xhat.
dgamma-averaged: @STEP8 => dxhat, dgamma = dgammax * gamma, np.mean(dgammax * xhat, axis=0)
    Your dgamma is a mean over the examples. Gradients of several uses add up.
dbeta-averaged: batchnorm_backward_step9(dout) => dout, np.mean(dout, axis=0)
    Your dbeta is a mean over the examples. Gradients of several uses add up.
dgamma-and-dbeta-swapped: return dx, dgamma, dbeta => return dx, dbeta, dgamma
    dgamma and dbeta have changed places in what you return.
diagonal-Jacobian: dx = batchnorm_backward_step0(dx1, dx2) => dx = dxhat * ivar * (1 - 1 / N - xhat**2 / N)
    Your dx asks how each entry of x changes its own output. It changes those of all other examples of the
    batch too, through the mean and the variance.
cache-unpacked-wrong-order: ivar, sqrtvar, => sqrtvar, ivar,
    Two values of the cache have changed places: ivar and sqrtvar. Unpack in the order in which you packed.
omits-eps: batchnorm_backward_step5(dsqrtvar, var, eps) => batchnorm_backward_step5(dsqrtvar, var, 0)
    Your backward pass forgets eps, which the forward pass used: look at step 5. A feature that hardly varies
    shows the difference.
keepdims-shape: return dx, dgamma, dbeta => return dx, dgamma[None], dbeta[None]
    Your values are right, but dgamma and dbeta have the shape (1, D), from keepdims. A gradient has the shape
    of what it belongs to: (D,).
float32-lost: dsq = batchnorm_backward_step4(dvar, N) => dsq = np.ones(dout.shape) * dvar / N
    Your values are right, but float32 comes back as float64: np.ones makes float64 rows unless it is told the
    dtype.
writes-into-dout:
    - dgammax, dbeta = batchnorm_backward_step9(dout)
    - dxhat, dgamma = batchnorm_backward_step8(dgammax, xhat, gamma)
    + dbeta, dgamma = dout.sum(axis=0), (dout * xhat).sum(axis=0)
    + dxhat = dout
    + dxhat *= gamma
    Your function changes dout, which belongs to the caller: the layer behind still needs it. Make a new array
    instead of multiplying in place.
""")


CLOSED_MISTAKES = named.wrongs("""
constant-statistics: dx = gamma * ivar * (dout - dbeta / N - xhat * dgamma / N) => dx = gamma * ivar * dout
    Your dx treats mean and variance as constants: the two terms that are subtracted are missing.
no-mean-path: dbeta / N - xhat => xhat
    The mean of dout is not subtracted in your dx.
no-variance-path: (dout - dbeta / N - xhat * dgamma / N) => (dout - dbeta / N)
    The part along xhat is not subtracted in your dx.
mean-without-1/N: dbeta / N - xhat => dbeta - xhat
    You subtract the sum of dout. The formula has its mean: a factor 1/N is missing.
var-without-1/N: (dout - dbeta / N - xhat * dgamma / N) => (dout - dbeta / N - xhat * dgamma)
    The last term has a sum where the formula has a mean: a factor 1/N is missing.
sums-for-means: (dout - dbeta / N - xhat * dgamma / N) => (dout - dbeta - xhat * dgamma)
    You subtract sums. Both terms of the formula are means: the factors 1/N are missing.
xhat-missing: xhat * dgamma => dgamma
    In the last term xhat stands twice: once inside the mean, and once in front of it.
dvar-sign: N - xhat => N + xhat
    The last term has the wrong sign: the part along xhat is taken away.
gamma-missing: gamma * ivar => ivar
    gamma is missing in your dx.
ivar-missing: ivar * (dout - dbeta / N - xhat * dgamma / N) => (dout - dbeta / N - xhat * dgamma / N)
    The whole of your dx still has to be divided by sqrt(var + eps).
divide-by-variance: gamma * ivar => gamma * ivar**2
    You divide by the variance. The formula divides by its root, s, once.
xmu-for-xhat: N - xhat => N - cache[2]
    The last term has xmu in front of the mean. It is the normalised xhat that stands there.
sum-without-axis: xhat * dgamma => xhat * np.sum(dout * xhat)
    The last mean runs over the features as well. Name the axis.
mean-of-everything: dbeta / N => np.mean(dout)
    You subtract one mean from everything. Each feature has its own mean of dout. Name the axis.
dgamma-uses-xmu:
    - dgamma = np.sum(dout * xhat, axis=0)
    + dgamma = np.sum(dout * cache[2], axis=0)
    + dx = gamma * ivar * (dout - dbeta / N - xhat * np.mean(dout * xhat, axis=0))
    + return dx, dgamma, dbeta
    Your dgamma uses the values before the normalisation. gamma was multiplied by xhat.
gradients-averaged: return dx, dgamma, dbeta => return dx, dgamma / N, dbeta / N
    Your dgamma and dbeta are means over the examples, as in the formula for dx. As results they are sums.
keepdims-shape: return dx, dgamma, dbeta => return dx, dgamma[None], dbeta[None]
    Your values are right, but dgamma and dbeta have the shape (1, D), from keepdims. A gradient has the shape
    of what it belongs to: (D,).
""")


def _layer(truth: Function, mistakes: Sequence[Misconception], others: Sequence[Alternative]) -> Exercise:
    there = (bn.batchnorm_forward,)
    return exercise(truth, _cases(truth.__name__), mistakes, (*ALWAYS, *others), partners=there)


BACKWARD = _layer(
    bn.batchnorm_backward,
    STAGED_MISTAKES,
    named.rights("""
    the zero term of step 2 left out:
        dx1, dmu = batchnorm_backward_step2(dxmu1, dxmu2) => dx1, dmu = dxmu1 + dxmu2, -np.sum(dxmu1, axis=0)
    rows by broadcasting: dx2 = batchnorm_backward_step1(dmu, N) => dx2 = dmu / N
    the closed form: by bn.batchnorm_backward_alt
    """),
)
BACKWARD_ALT = _layer(
    bn.batchnorm_backward_alt,
    CLOSED_MISTAKES,
    named.rights("""
    N taken out:
        - dx = gamma * ivar * (dout - dbeta / N - xhat * dgamma / N)
        + dx = gamma * ivar / N * (N * dout - dbeta - xhat * dgamma)
    dgamma without xhat in the cache: np.sum(dout * xhat, axis=0) => np.sum(dout * (cache[2] * ivar), axis=0)
    the ten steps: by bn.batchnorm_backward
    """),
)
