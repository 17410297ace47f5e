"""Less overfitting: penalties, changed pictures, fractional pooling, a time to stop, and several networks.

Pictures are (N, H, W, ...), the first axis counting examples; whatever is random takes the generator that is
handed in (`rng`). Sources: Graham 2014 (fractional max pooling, arXiv 1412.6071), Zou and Hastie 2005 (the
elastic net), Prechelt 1998 (early stopping).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Params = Mapping[str, Array]
Cache = Any


def overfitting_gap(train_losses: Array, val_losses: Array) -> tuple[Array, int]:
    """How far the loss on new examples lies above that on known ones, and when the former was least.

    train_losses, val_losses: (T,) arrays, one loss an epoch. Returns gap: (T,), turn: a whole number.
        gap[t] = val_losses[t] - train_losses[t]
        turn: the epoch, counted from 0, of the least val_losses, the first one of equals
    """
    gap = val_losses - train_losses
    turn = int(np.argmin(val_losses))
    return gap, turn


def l2_penalty(params: Params, reg: float) -> tuple[Any, dict[str, Array]]:
    """The L2 penalty of a network's weights, and its gradient.

    params: dict of float arrays. Those whose name begins with "W" are weights; all others (biases, gamma,
    beta) are left alone. Returns loss: a number, grads: a dict with an array for every name of params.
        loss = reg/2 * sum of w^2,  over every entry w of all weights together
        grads[name]: the derivative of this loss by params[name]; zeros for what is left alone
    """
    loss, grads = 0.0, {}
    for name, values in params.items():
        grads[name] = np.zeros_like(values)
        if name.startswith("W"):
            loss = loss + reg / 2 * np.sum(values**2)
            grads[name] = reg * values
    return loss, grads


def l1_penalty(params: Params, reg: float) -> tuple[Any, dict[str, Array]]:
    """The L1 penalty of a network's weights, and its gradient; arguments and results as in l2_penalty.

    loss = reg * sum of |w|,  over every entry w of all weights together
    The slope of |w| at w = 0 is taken to be 0.
    """
    loss, grads = 0.0, {}
    for name, values in params.items():
        grads[name] = np.zeros_like(values)
        if name.startswith("W"):
            loss = loss + reg * np.sum(np.abs(values))
            grads[name] = reg * np.sign(values)
    return loss, grads


def elastic_net_penalty(params: Params, reg: float, ratio: float) -> tuple[Any, dict[str, Array]]:
    """A mixture of both penalties, and its gradient; params and results as in l2_penalty.

    ratio: from 0 (all L2) to 1 (all L1).
        loss = reg * (ratio * sum of |w| + (1 - ratio)/2 * sum of w^2)
    """
    loss, grads = 0.0, {}
    for name, values in params.items():
        grads[name] = np.zeros_like(values)
        if name.startswith("W"):
            size, square = np.sum(np.abs(values)), np.sum(values**2)
            loss = loss + reg * (ratio * size + (1 - ratio) / 2 * square)
            grads[name] = reg * (ratio * np.sign(values) + (1 - ratio) * values)
    return loss, grads


def horizontal_flip(x: Array, rng: np.random.Generator, p: float = 0.5) -> Array:
    """Mirror each picture with probability p, so that left and right are swapped.

    x: (N, H, W, ...), of any dtype; rng: a np.random.Generator, the only source of chance. Each picture is
    decided about by itself. Returns out like x.
    """
    mirrored = rng.random(len(x)) < p
    out = x.copy()
    out[mirrored] = x[mirrored, :, ::-1]
    return out


def random_crop(x: Array, size: tuple[int, int], rng: np.random.Generator, pad: int = 0) -> Array:
    """Cut a window at a random place out of each picture, with `pad` rows and columns of zeros around it.

    x: (N, H, W, ...), of any dtype; size: (h, w) with h <= H + 2 pad, w <= W + 2 pad; rng: the only source of
    chance. Every place at which the window fits is equally likely, for each picture by itself: (H + 2 pad - h
    + 1) (W + 2 pad - w + 1) places. Returns (N, h, w, ...) with x's dtype.
    """
    height, width = size
    edges = [(0, 0), (pad, pad), (pad, pad)] + [(0, 0)] * (x.ndim - 3)
    padded = np.pad(x, edges)
    tops = rng.integers(0, padded.shape[1] - height + 1, len(x))
    lefts = rng.integers(0, padded.shape[2] - width + 1, len(x))
    windows = []
    for picture, top, left in zip(padded, tops, lefts, strict=True):
        windows.append(picture[top : top + height, left : left + width])
    return np.array(windows)


def color_jitter(x: Array, rng: np.random.Generator, contrast: float = 0.2, brightness: float = 0.2) -> Array:
    """Change contrast and colour of each picture at random.

    x: (N, H, W, C) floats from 0 to 1; rng: the only source of chance.
        out = m + c (x - m) + s, and where that is below 0 or above 1: 0 or 1
    m: the mean of all H W C numbers of the picture; c: uniform in 1 - contrast to 1 + contrast, one for each
    picture; s: uniform in -brightness to brightness, one for each channel of each picture. out is like x.
    """
    N, _, _, C = x.shape
    c = rng.uniform(1 - contrast, 1 + contrast, (N, 1, 1, 1)).astype(x.dtype)
    s = rng.uniform(-brightness, brightness, (N, 1, 1, C)).astype(x.dtype)
    m = np.mean(x, axis=(1, 2, 3), keepdims=True)
    out: Array = np.clip(m + c * (x - m) + s, 0, 1)
    return out


def pooling_boundaries(end: int, count: int, rng: np.random.Generator, kind: str) -> Array:
    """Where the regions of fractional pooling begin: a_0 = 0 < a_1 < ... < a_count = end, in steps of 1 or 2.

    count <= end <= 2 count; rng: the only source of chance. Returns count + 1 whole numbers, an array. kind:
        "random": the steps 1 and 2, as many of each as it takes, in random order, every order equally likely
        "pseudorandom": a_i = ceil(alpha (i + u)) - ceil(alpha u), alpha = end / count, u uniform in 0 to 1
    ValueError for another kind.
    """
    if kind == "random":
        steps = np.repeat([1, 2], [2 * count - end, end - count])
        return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
    if kind == "pseudorandom":
        alpha, u = end / count, rng.random()
        raised = np.ceil(alpha * (np.arange(count + 1) + u))
        boundaries: Array = (raised - raised[0]).astype(int)
        return boundaries
    raise ValueError(f'kind is "random" or "pseudorandom", not {kind!r}')


def fractional_max_pool_forward(x: Array, pool_param: Mapping[str, Any]) -> tuple[Array, Cache]:
    """The largest number of each region, for each channel.

    x: (N, H, W, C). pool_param: dict of "rows": a_0 < ... < a_K and "cols": b_0 < ... < b_L, arrays of whole
    numbers, and "overlapping": True or False. Region i, j (from 0) has these rows and columns of x:
        disjoint:     a_i to a_(i+1) - 1  and  b_j to b_(j+1) - 1
        overlapping:  a_i to a_(i+1)      and  b_j to b_(j+1)
    Returns out: (N, K, L, C) with out[n, i, j, c] = max of x[n, :, :, c] in the region, and a cache.
    """
    rows, cols = pool_param["rows"], pool_param["cols"]
    more = 1 if pool_param["overlapping"] else 0
    out = np.empty((len(x), len(rows) - 1, len(cols) - 1, x.shape[3]), x.dtype)
    for i in range(len(rows) - 1):
        for j in range(len(cols) - 1):
            region = x[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more]
            out[:, i, j] = np.max(region, axis=(1, 2))
    return out, (x, pool_param)


def fractional_max_pool_backward(dout: Array, cache: Cache) -> Array:
    """The gradient by x: (N, H, W, C). dout: (N, K, L, C); cache: as the forward pass returned it.

    Each number of dout goes to the place of its region where the maximum was found, of several equal ones to
    the first, row by row; what comes to one place from several regions is added.
    """
    x, pool_param = cache
    rows, cols = pool_param["rows"], pool_param["cols"]
    more = 1 if pool_param["overlapping"] else 0
    dx: Array = np.zeros_like(x)
    n, c = np.ogrid[: x.shape[0], : x.shape[3]]
    for i in range(len(rows) - 1):
        for j in range(len(cols) - 1):
            region = x[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more]
            first = region.reshape(len(x), -1, x.shape[3]).argmax(axis=1)
            down, right = np.divmod(first, region.shape[2])
            dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
    return dx


def early_stopping(losses: Sequence[float] | Array, patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """When to stop, and which epoch was the best: a rule for a curve that is known one loss at a time.

    losses: (T,) validation losses, T >= 1. Epoch t, counted from 0, is an improvement where
        losses[t] < m - min_delta,  m: the loss of the last improvement, infinity before the first
    (with NaN this is False). best: the last improvement so far, -1 before the first. stop: the first t with
        t - best >= patience,  T - 1 where there is none
    Returns stop, best, two whole numbers; no loss after `stop` changes them.
    """
    best, least = -1, np.inf
    for t, loss in enumerate(losses):
        if loss < least - min_delta:
            best, least = t, loss
        if t - best >= patience:
            break
    return t, best


def ensemble_predict(scores: Array) -> tuple[Array, Array]:
    """What several networks say together.

    scores: (M, N, C), the class scores of M networks, of any size. Returns labels: (N,) whole numbers,
    probabilities: (N, C).
        probabilities = the mean over the M networks of softmax(scores[m]), softmax over the classes
        labels[n] = the class with the largest probability
    """
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
    return np.argmax(probabilities, axis=1), probabilities
