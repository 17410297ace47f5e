"""Inputs of the unit's cases: batches with nothing special about them, and all values of the graph for a
batch.

No probe is degenerate: the upstream gradient is random, gamma is never near 1 nor beta near 0, both have
either sign, features differ in mean and spread, and N is not D unless a case says so."""

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.truth import batchnorm as bn


def batch(
    N: int, D: int, *, eps: float = 1e-5, offset: float = 0.0, spread: float = 1.0, flat: bool = False
) -> Inputs:
    """x: (N, D), gamma, beta: (D,), eps, dout: (N, D) and N.

    offset: added to all of x; spread: multiplies all of x; flat: the first feature nearly is constant, with a
    variance of 1e-6, so that it tells where eps belongs.
    """

    def drawn(rng: np.random.Generator) -> Drawn:
        means, spreads = rng.uniform(-2, 2, D), rng.uniform(0.5, 2.5, D)
        if flat:
            means[0], spreads[0] = 0.01, 1e-3
        x = spread * (offset + means + spreads * _standardised(rng.standard_normal((N, D))))
        gamma, beta = _away_from_zero(rng, 1.5, 3.0, D), _away_from_zero(rng, 0.5, 2.0, D)
        return {"x": x, "gamma": gamma, "beta": beta, "eps": eps, "dout": rng.standard_normal((N, D)), "N": N}

    return drawn


def walked(names: str, inputs: Inputs) -> Inputs:
    """Those values of the graph, there and back, that `names` lists (separated by spaces), for a batch."""
    wanted = names.split()
    return lambda rng: {name: value for name, value in walk(**inputs(rng)).items() if name in wanted}


def walk(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float, dout: np.ndarray, N: int) -> Drawn:
    """Every value of the graph by its name: the inputs, the nine steps forward, the ten steps back."""
    mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out = bn.batchnorm_stages(x, gamma, beta, eps)
    dgammax, dbeta = bn.batchnorm_backward_step9(dout)
    dxhat, dgamma = bn.batchnorm_backward_step8(dgammax, xhat, gamma)
    dxmu1, divar = bn.batchnorm_backward_step7(dxhat, xmu, ivar)
    dsqrtvar = bn.batchnorm_backward_step6(divar, sqrtvar)
    dvar = bn.batchnorm_backward_step5(dsqrtvar, var, eps)
    dsq = bn.batchnorm_backward_step4(dvar, N)
    dxmu2 = bn.batchnorm_backward_step3(dsq, xmu)
    dx1, dmu = bn.batchnorm_backward_step2(dxmu1, dxmu2)
    dx2 = bn.batchnorm_backward_step1(dmu, N)
    dx = bn.batchnorm_backward_step0(dx1, dx2)
    return dict(locals())


def _away_from_zero(rng: np.random.Generator, low: float, high: float, size: int) -> np.ndarray:
    return rng.choice([-1.0, 1.0], size) * rng.uniform(low, high, size)


def _standardised(z: np.ndarray) -> np.ndarray:
    """Columns of spread 1: by chance, no feature of a small batch varies as little as eps."""
    return (z - z.mean(axis=0)) / z.std(axis=0) if len(z) > 1 else z
