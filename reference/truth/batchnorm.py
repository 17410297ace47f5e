"""Batch normalisation in nine steps forward and ten back; layer normalisation; a published version to debug.

Rows are examples: N examples, D features. Signatures, dict keys and conventions follow CS231n
(eps 1e-5, momentum 0.9 on the OLD value, running statistics from zero, biased variance); torch's: at the end.
Source: Ioffe and Szegedy, Batch Normalization, 2015 (arXiv 1502.03167); Ba et al., Layer Normalization, 2016.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Cache = Any

# The forward pass, one node of the computational graph a function.


def batchnorm_step1(x: Array) -> Array:
    """Mean of each feature. x: (N, D). Returns mu: (D,), mu = 1/N sum_i x_i."""
    N = x.shape[0]
    mu: Array = np.sum(x, axis=0) / N
    return mu


def batchnorm_step2(x: Array, mu: Array) -> Array:
    """Centre. x: (N, D), mu: (D,). Returns xmu: (N, D), xmu = x - mu."""
    return x - mu


def batchnorm_step3(xmu: Array) -> Array:
    """Square. xmu: (N, D). Returns sq: (N, D), sq = xmu^2, entry by entry."""
    return xmu**2


def batchnorm_step4(sq: Array) -> Array:
    """Variance of each feature, biased. sq: (N, D). Returns var: (D,), var = 1/N sum_i sq_i."""
    N = sq.shape[0]
    var: Array = np.sum(sq, axis=0) / N
    return var


def batchnorm_step5(var: Array, eps: float) -> Array:
    """Root, kept away from zero by eps. var: (D,). Returns sqrtvar: (D,), sqrtvar = sqrt(var + eps)."""
    return np.sqrt(var + eps)


def batchnorm_step6(sqrtvar: Array) -> Array:
    """Invert. sqrtvar: (D,). Returns ivar: (D,), ivar = 1 / sqrtvar."""
    return 1 / sqrtvar


def batchnorm_step7(xmu: Array, ivar: Array) -> Array:
    """Normalise. xmu: (N, D), ivar: (D,). Returns xhat: (N, D), xhat = xmu * ivar."""
    return xmu * ivar


def batchnorm_step8(gamma: Array, xhat: Array) -> Array:
    """Scale. gamma: (D,), xhat: (N, D). Returns gammax: (N, D), gammax = gamma * xhat."""
    return gamma * xhat


def batchnorm_step9(gammax: Array, beta: Array) -> Array:
    """Shift. gammax: (N, D), beta: (D,). Returns out: (N, D), out = gammax + beta."""
    return gammax + beta


def batchnorm_forward(x: Array, gamma: Array, beta: Array, bn_param: dict[str, Any]) -> tuple[Array, Cache]:
    """Batch normalisation of x: (N, D) with gamma, beta: (D,). Returns out: (N, D) and what backward needs.

    bn_param: mode ("train" or "test", required), eps (1e-5), momentum (0.9), running_mean and running_var
    (zeros, each (D,)).
    "train" normalises with the batch's own mean and biased variance and updates, in bn_param,
        running = momentum * running + (1 - momentum) * batch
    "test" normalises with the running statistics, the same eps under the root, and leaves them as they are.
    ValueError for any other mode.
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    D = x.shape[1]
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    cache = None
    if mode == "train":
        mu = batchnorm_step1(x)
        xmu = batchnorm_step2(x, mu)
        sq = batchnorm_step3(xmu)
        var = batchnorm_step4(sq)
        sqrtvar = batchnorm_step5(var, eps)
        ivar = batchnorm_step6(sqrtvar)
        xhat = batchnorm_step7(xmu, ivar)
        gammax = batchnorm_step8(gamma, xhat)
        out = batchnorm_step9(gammax, beta)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    elif mode == "test":
        running_xhat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * running_xhat + beta
    else:
        raise ValueError(f'Invalid forward batchnorm mode "{mode}"')
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


# The way back: step k takes the gradient of the loss by what forward step k made and returns it by what that
# step took. Step 0 joins the two ways along which x entered.


def batchnorm_backward_step9(dout: Array) -> tuple[Array, Array]:
    """Of out = gammax + beta. dout: (N, D). Returns dgammax: (N, D), dbeta: (D,)."""
    dgammax = dout
    dbeta = np.sum(dout, axis=0)
    return dgammax, dbeta


def batchnorm_backward_step8(dgammax: Array, xhat: Array, gamma: Array) -> tuple[Array, Array]:
    """Of gammax = gamma * xhat. dgammax, xhat: (N, D), gamma: (D,). Returns dxhat: (N, D), dgamma: (D,)."""
    dxhat = dgammax * gamma
    dgamma = np.sum(dgammax * xhat, axis=0)
    return dxhat, dgamma


def batchnorm_backward_step7(dxhat: Array, xmu: Array, ivar: Array) -> tuple[Array, Array]:
    """Of xhat = xmu * ivar. dxhat, xmu: (N, D), ivar: (D,). Returns dxmu1: (N, D), divar: (D,)."""
    dxmu1 = dxhat * ivar
    divar = np.sum(dxhat * xmu, axis=0)
    return dxmu1, divar


def batchnorm_backward_step6(divar: Array, sqrtvar: Array) -> Array:
    """Of ivar = 1 / sqrtvar. divar, sqrtvar: (D,). Returns dsqrtvar: (D,)."""
    return -1 / sqrtvar**2 * divar


def batchnorm_backward_step5(dsqrtvar: Array, var: Array, eps: float) -> Array:
    """Of sqrtvar = sqrt(var + eps). dsqrtvar, var: (D,). Returns dvar: (D,)."""
    return 0.5 / np.sqrt(var + eps) * dsqrtvar


def batchnorm_backward_step4(dvar: Array, N: int) -> Array:
    """Of var = 1/N sum_i sq_i. dvar: (D,), N examples. Returns dsq: (N, D), the same row N times."""
    return np.ones((N, 1), dtype=dvar.dtype) * dvar / N


def batchnorm_backward_step3(dsq: Array, xmu: Array) -> Array:
    """Of sq = xmu^2. dsq, xmu: (N, D). Returns dxmu2: (N, D)."""
    return 2 * xmu * dsq


def batchnorm_backward_step2(dxmu1: Array, dxmu2: Array) -> tuple[Array, Array]:
    """Of xmu = x - mu, which steps 3 and 7 used. dxmu1, dxmu2: (N, D). Returns dx1: (N, D), dmu: (D,)."""
    dx1 = dxmu1 + dxmu2
    dmu = -np.sum(dxmu1 + dxmu2, axis=0)
    return dx1, dmu


def batchnorm_backward_step1(dmu: Array, N: int) -> Array:
    """Of mu = 1/N sum_i x_i. dmu: (D,), N examples. Returns dx2: (N, D), the same row N times."""
    return np.ones((N, 1), dtype=dmu.dtype) * dmu / N


def batchnorm_backward_step0(dx1: Array, dx2: Array) -> Array:
    """x was used twice (steps 1 and 2). dx1, dx2: (N, D). Returns dx: (N, D)."""
    return dx1 + dx2


def batchnorm_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Steps 9 to 0. dout: (N, D), cache of a "train" call. Returns dx: (N, D), dgamma: (D,), dbeta: (D,)."""
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N = dout.shape[0]
    dgammax, dbeta = batchnorm_backward_step9(dout)
    dxhat, dgamma = batchnorm_backward_step8(dgammax, xhat, gamma)
    dxmu1, divar = batchnorm_backward_step7(dxhat, xmu, ivar)
    dsqrtvar = batchnorm_backward_step6(divar, sqrtvar)
    dvar = batchnorm_backward_step5(dsqrtvar, var, eps)
    dsq = batchnorm_backward_step4(dvar, N)
    dxmu2 = batchnorm_backward_step3(dsq, xmu)
    dx1, dmu = batchnorm_backward_step2(dxmu1, dxmu2)
    dx2 = batchnorm_backward_step1(dmu, N)
    dx = batchnorm_backward_step0(dx1, dx2)
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """In closed form: dx = gamma ivar (dout - mean_i(dout) - xhat mean_i(dout xhat)). Shapes as above."""
    xhat, gamma, _, ivar, _, _, _ = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dx = gamma * ivar * (dout - dbeta / N - xhat * dgamma / N)
    return dx, dgamma, dbeta


# Layer normalisation: each example by its own mean and variance over the features.


def layernorm_forward(x: Array, gamma: Array, beta: Array, ln_param: dict[str, Any]) -> tuple[Array, Cache]:
    """x: (N, D), gamma, beta: (D,), ln_param: eps (1e-5). Returns out: (N, D) and what backward needs.

    out = gamma xhat + beta, xhat = (x - mu) / sqrt(var + eps); mu, var: (N, 1), of each example's features.
    """
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    xmu = x - mu
    var = np.mean(xmu**2, axis=1, keepdims=True)
    ivar = 1 / np.sqrt(var + eps)
    xhat = xmu * ivar
    out = gamma * xhat + beta
    return out, (xhat, gamma, ivar)


def layernorm_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """dout: (N, D). Returns dx: (N, D), dgamma: (D,), dbeta: (D,).

    dx = ivar (dxhat - mean_j(dxhat) - xhat mean_j(dxhat xhat)), dxhat = gamma dout: gamma varies with j, so
    it stays inside the means.
    """
    xhat, gamma, ivar = cache
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = gamma * dout
    mean_dxhat = np.mean(dxhat, axis=1, keepdims=True)
    mean_product = np.mean(dxhat * xhat, axis=1, keepdims=True)
    dx = ivar * (dxhat - mean_dxhat - xhat * mean_product)
    return dx, dgamma, dbeta


# A version in circulation, to be debugged: its backward is right, its forward is not, so they do not match.


def published_forward(x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Cache]:
    """x: (N, D), gamma, beta: (D,). Returns out: (N, D) and cache = (the nine steps' results, gamma, eps)."""
    N = x.shape[0]
    mu = np.sum(x, axis=0) / N
    xmu = x - mu
    sq = xmu**2
    var = np.sum(sq, axis=0)  # the fault: it lacks 1/N
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    stages = [mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out]
    return out, (stages, gamma, eps)


def published_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """The gradients of a forward pass whose nine steps are right. dout: (N, D). Returns dx, dgamma, dbeta."""
    stages, gamma, eps = cache
    _, xmu, _, var, sqrtvar, ivar, xhat, _, _ = stages
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar**2
    dvar = 0.5 * dsqrtvar / np.sqrt(var + eps)
    dsq = np.ones_like(dout) * dvar / N
    dx1 = dxhat * ivar + 2 * xmu * dsq
    dmu = -np.sum(dx1, axis=0)
    dx2 = np.ones_like(dout) * dmu / N
    return dx1 + dx2, dgamma, dbeta


def name_faulty_step(x: Array, gamma: Array, beta: Array, eps: float, stages: list[Array]) -> int:
    """The number, 1 to 9, of the first step whose result in `stages` is not what its formula gives, or 0.

    stages: what some implementation's steps 1 to 9 gave for x: (N, D), gamma, beta: (D,) and eps.
    """
    expected = batchnorm_stages(x, gamma, beta, eps)
    for number, (got, right) in enumerate(zip(stages, expected, strict=True), start=1):
        if np.max(np.abs(got - right)) > 1e-4 * np.max(np.abs(right)):
            return number
    return 0


def repaired_forward(x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Cache]:
    """`published_forward` with its fault repaired; its cache still suits `published_backward`."""
    N = x.shape[0]
    mu = np.sum(x, axis=0) / N
    xmu = x - mu
    sq = xmu**2
    var = np.sum(sq, axis=0) / N
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    stages = [mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out]
    return out, (stages, gamma, eps)


def batchnorm_stages(x: Array, gamma: Array, beta: Array, eps: float) -> list[Array]:
    """The results of steps 1 to 9: mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out."""
    mu = batchnorm_step1(x)
    xmu = batchnorm_step2(x, mu)
    sq = batchnorm_step3(xmu)
    var = batchnorm_step4(sq)
    sqrtvar = batchnorm_step5(var, eps)
    ivar = batchnorm_step6(sqrtvar)
    xhat = batchnorm_step7(xmu, ivar)
    gammax = batchnorm_step8(gamma, xhat)
    return [mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, batchnorm_step9(gammax, beta)]


# Torch's conventions. torch.nn.BatchNorm1d weighs the NEW value, starts running_var at ones and feeds it the
# unbiased variance; it normalises with the biased one, as everybody here does.


def torch_momentum(momentum: float) -> float:
    """The momentum to give to torch: its weight is on the new value, ours on the old."""
    return 1 - momentum


def unbiased_variance(var: Array, N: int) -> Array:
    """var: (D,), biased, of N examples. Returns N/(N-1) var. ValueError for N = 1: it does not exist."""
    if N < 2:
        raise ValueError("the unbiased variance needs at least two examples; N is 1")
    return var * N / (N - 1)


def torch_running_var(running_var: Array, N: int, momentum: float, batches: int) -> Array:
    """Torch's running_var where ours, from zeros, is `running_var`: (D,), after some batches of N examples.

    Torch's starts at ones, of which momentum**batches is left, and takes N/(N-1) times each batch's variance.
    The running means are equal.
    """
    return momentum**batches + unbiased_variance(running_var, N)
