"""Other forms of the whole backward pass, with caches of their own: the forward pass belongs to the student,
and so does what it keeps."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.kit.exercise import right
from reference.kit.notation import Notation
from reference.kit.variants import in_float32
from reference.truth import batchnorm as bn


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


def along_paths(dout: Any, cache: Any) -> Any:
    """Straight back, through the variance and through the mean, one after the other."""
    xhat, gamma, xmu, ivar, *_ = cache
    N = len(dout)
    over: dict[str, Any] = {"axis": 0}
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    straight = dxhat * ivar
    dvar = -0.5 * np.sum(dxhat * xmu, **over) * ivar**3
    dmu = -np.sum(straight, **over)
    through_variance = 2 * xmu * dvar / N
    through_mean = dmu / N
    dx = straight + through_variance + through_mean
    return dx, dgamma, dbeta


def along_rows(dout: Any, cache: Any) -> Any:
    """The same for layer normalisation."""
    xhat, gamma, ivar = cache
    xmu = xhat / ivar
    N = dout.shape[1]
    over: dict[str, Any] = {"axis": 1, "keepdims": True}
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    straight = dxhat * ivar
    dvar = -0.5 * np.sum(dxhat * xmu, **over) * ivar**3
    dmu = -np.sum(straight, **over)
    through_variance = 2 * xmu * dvar / N
    through_mean = dmu / N
    dx = straight + through_variance + through_mean
    return dx, dgamma, dbeta


def forward_without_eps(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Its cache has a form of its own, too."""
    xmu, std = x - x.mean(axis=0), x.std(axis=0)
    with np.errstate(invalid="ignore"):
        return gamma * xmu / std + beta, (xmu, std, gamma)


def back_without_eps(dout: Any, cache: Any) -> Any:
    """The gradient of `forward_without_eps`."""
    xmu, std, gamma = cache
    with np.errstate(invalid="ignore"):
        xhat = xmu / std
        dx = gamma / std * (dout - dout.mean(axis=0) - xhat * np.mean(dout * xhat, axis=0))
    return dx, np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)


named = Notation(globals())
ALWAYS = (
    right("in float32", by=in_float32(bn.batchnorm_backward)),
    *named.rights("""
    a loop over features: by feature_by_feature_from_its_cache
    a dict as cache: by backward_from_a_dict with forward_keeping_a_dict
    an object as cache: by backward_from_an_object with forward_keeping_an_object
    the inputs as cache: by backward_from_the_inputs with forward_keeping_the_inputs
    """),
)
