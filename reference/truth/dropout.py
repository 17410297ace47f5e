"""Dropout there and back, in both schemes; DropConnect; and predictions with a spread by Monte Carlo.

p is everywhere the probability to KEEP, as in CS231n. Masks come from NumPy's global stream, which a "seed"
in the dict of parameters sets first; any other stream is as good. Sources: Srivastava et al. 2014 (JMLR 15),
Wan et al. 2013 (DropConnect, ICML), Gal and Ghahramani 2016 (Monte Carlo, arXiv 1506.02142).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Cache = Any
Param = Mapping[str, Any]


def dropout_forward(x: Array, dropout_param: Param) -> tuple[Array, Cache]:
    """mode "train": out = x * kept / p, P(kept = 1) = p, kept is 0 or 1; mode "test": out = x.

    x: float array of any shape, each entry with a kept of its own. dropout_param: dict with "p": 0 < p <= 1,
    the probability to KEEP; "mode": "train" or "test"; "seed": optional, the same seed gives the same mask.
    Returns out like x and the cache. ValueError for another mode.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":
        kept = np.random.rand(*x.shape) < p
        mask = (kept / p).astype(x.dtype)
        out = x * mask
    elif mode == "test":
        out = x
    else:
        raise ValueError(f'Invalid forward dropout mode "{mode}"')
    return out, mask


def dropout_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout * kept / p with the kept of the forward pass; in test mode dx = dout. dout: like x."""
    mask = cache
    dx = dout
    if mask is not None:
        dx = dout * mask
    return dx


def vanilla_dropout_forward(x: Array, dropout_param: Param) -> tuple[Array, Cache]:
    """mode "train": out = x * kept, P(kept = 1) = p, kept is 0 or 1; mode "test": out = x * p.

    The scheme of the first paper: nothing is scaled in training, so everything is at test time. Arguments and
    results as in `dropout_forward`.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "train":
        kept = np.random.rand(*x.shape) < p
        factor = kept.astype(x.dtype)
    elif mode == "test":
        factor = np.full(x.shape, p, dtype=x.dtype)
    else:
        raise ValueError(f'Invalid forward dropout mode "{mode}"')
    out = x * factor
    return out, factor


def dropconnect_forward(x: Array, w: Array, b: Array, dropconnect_param: Param) -> tuple[Array, Cache]:
    """mode "train": out = x @ (w * kept / p) + b, P(kept = 1) = p; mode "test": out = x @ w + b.

    kept is 0 or 1, one for each weight, the same for all N examples; b is always kept. x: (N, D), w: (D, H),
    b: (H,). dropconnect_param: as dropout_param. Returns out: (N, H) and the cache. ValueError for another
    mode.
    """
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    if "seed" in dropconnect_param:
        np.random.seed(dropconnect_param["seed"])
    if mode == "train":
        kept = np.random.rand(*w.shape) < p
        mask = (kept / p).astype(w.dtype)
    elif mode == "test":
        mask = np.ones_like(w)
    else:
        raise ValueError(f'Invalid forward dropconnect mode "{mode}"')
    out = x @ (w * mask) + b
    return out, (x, w, mask)


def dropconnect_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """The gradients with the kept of the forward pass. dout: (N, H); dx: (N, D), dw: (D, H), db: (H,).

    dx = dout @ (w * kept / p).T, dw = (x.T @ dout) * kept / p, db = sum of dout over the N examples.
    """
    x, w, mask = cache
    dx = dout @ (w * mask).T
    dw = (x.T @ dout) * mask
    db = np.sum(dout, axis=0)
    return dx, dw, db


def mc_dropout_predict(
    x: Array, network: Mapping[str, Array], dropout_param: Param, samples: int
) -> tuple[Array, Array]:
    """Mean and standard deviation of the class probabilities of `samples` passes, each with its own masks.

    x: (N, D). network: dict of "w1": (D, H), "b1": (H,), "w2": (H, C), "b2": (C,). dropout_param: dict with
    "p"; a "mode" in it does not matter. One pass: h = relu(x @ w1 + b1), dropout of h in train mode,
    probabilities = softmax(h @ w2 + b2). Returns mean: (N, C), spread: (N, C), the root of the mean squared
    distance from the mean.
    """
    hidden = np.maximum(0, x @ network["w1"] + network["b1"])
    passes = []
    for _ in range(samples):
        thinned, _ = dropout_forward(hidden, {"p": dropout_param["p"], "mode": "train"})
        scores = thinned @ network["w2"] + network["b2"]
        passes.append(softmax(scores))
    mean = np.mean(passes, axis=0)
    spread = np.std(passes, axis=0)
    return mean, spread


def softmax(scores: Array) -> Array:
    """The probabilities of C classes for scores: (N, C)."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = e / e.sum(axis=1, keepdims=True)
    return probabilities
