"""From one neuron to a trained network: layers, losses, gradients and the loop; examples are rows.

Losses return the loss and its gradient by the first argument; both are means over the N examples, sums over
labels or outputs. Logits are what a neuron computes before its sigmoid or softmax. Sources: Cox 1958 (J. R.
Stat. Soc. B 20) for logistic regression, Bridle 1990 for softmax, Rumelhart, Hinton and Williams 1986
(Nature 323) for the way back.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Cache = Any
Params = Mapping[str, Array]


def flatten_images(images: Array) -> Array:
    """images: (N, d1, ..., dk). Returns x: (N, D), D = d1 * ... * dk, each row one picture in the order in
    which images.ravel() lists its entries; the dtype of images."""
    x: Array = images.reshape(len(images), -1)
    return x


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, Cache]:
    """out[n, m] = sum over d of x[n, d] w[d, m] + b[m], each example of x flattened to D numbers.

    x: (N, d1, ..., dk) with d1 * ... * dk = D, w: (D, M), b: (M,). Returns out: (N, M) and the cache.
    """
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w)


def affine_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """The gradients of affine_forward. dout: (N, M). Returns dx in the shape of x, dw: (D, M), db: (M,)."""
    x, w = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = np.sum(dout, axis=0)
    return dx, dw, db


def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + exp(-z)), entry by entry, for any |z| accurate and without a warning."""
    small = np.exp(-np.abs(z))
    a: Array = np.where(z >= 0, 1, small) / (1 + small)
    return a


def logistic_loss(z: Array, y: Array) -> tuple[float, Array]:
    """The mean of -(y log a + (1 - y) log(1 - a)), a = sigmoid(z), and its gradient by z.

    z: logits, (N,) or (N, 1); y: 0 or 1, (N,) or (N, 1). Finite and without a warning for any |z|. Returns
    loss: a number, dz: the shape of z.
    """
    y = y.reshape(z.shape)
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    loss = np.mean(losses)
    dz = (sigmoid(z) - y) / len(z)
    return loss, dz


def multilabel_loss(z: Array, y: Array) -> tuple[float, Array]:
    """Logistic losses of L labels for each example: summed over the labels, averaged over the examples.

    z: logits, (N, L); y: 0 or 1, (N, L). Finite and without a warning for any |z|. Returns loss: a number,
    dz: (N, L).
    """
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    loss = np.sum(losses) / len(z)
    dz = (sigmoid(z) - y) / len(z)
    return loss, dz


def softmax(z: Array) -> Array:
    """p[n, c] = exp(z[n, c]) / sum over k of exp(z[n, k]); z, p: (N, C). Accurate for any |z|."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    p: Array = e / np.sum(e, axis=1, keepdims=True)
    return p


def softmax_loss(z: Array, y: Array) -> tuple[float, Array]:
    """The mean of -log p[n, y[n]], p = softmax(z), and its gradient by z.

    z: logits, (N, C); y: classes, whole numbers from 0 to C - 1, (N,). Finite for any |z|. Returns loss: a
    number, dz: (N, C).
    """
    rows = np.arange(len(z))
    shifted = z - np.max(z, axis=1, keepdims=True)
    logs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    loss = -np.mean(logs[rows, y])
    dz = np.exp(logs)
    dz[rows, y] -= 1
    dz /= len(z)
    return loss, dz


def mse_loss(prediction: Array, y: Array) -> tuple[float, Array]:
    """Squared errors, summed over the K outputs, averaged over the examples, and the gradient.

    prediction: (N, K) or (N,); y: as many numbers, (N, K) or, for K = 1, (N,). Returns loss: a number,
    dprediction: the shape of prediction.
    """
    off = prediction - y.reshape(prediction.shape)
    loss = np.sum(off * off) / len(off)
    dprediction = 2 * off / len(off)
    return loss, dprediction


def count_parameters(sizes: Sequence[int]) -> int:
    """The number of weights and biases of affine layers that lead from sizes[0] inputs to sizes[1] units,
    from there to sizes[2], and so on to the last."""
    count = 0
    for layer in range(1, len(sizes)):
        count += sizes[layer - 1] * sizes[layer] + sizes[layer]
    return count


def three_layer_forward(x: Array, params: Params) -> tuple[Array, Cache]:
    """scores = affine3(relu(affine2(relu(affine1(x))))), relu(z) = max(0, z).

    x: (N, d1, ..., dk); params: "w1": (D, H1), "b1": (H1,), "w2": (H1, H2), "b2": (H2,), "w3": (H2, C),
    "b3": (C,). Returns scores: (N, C) and the cache.
    """
    z1, cache1 = affine_forward(x, params["w1"], params["b1"])
    z2, cache2 = affine_forward(np.maximum(0, z1), params["w2"], params["b2"])
    scores, cache3 = affine_forward(np.maximum(0, z2), params["w3"], params["b3"])
    return scores, (cache1, z1, cache2, z2, cache3)


def three_layer_backward(dscores: Array, cache: Cache) -> dict[str, Array]:
    """The gradient of each parameter, by its name. dscores: (N, C), the gradient by the scores."""
    cache1, z1, cache2, z2, cache3 = cache
    dh2, dw3, db3 = affine_backward(dscores, cache3)
    dz2 = dh2 * (z2 > 0)
    dh1, dw2, db2 = affine_backward(dz2, cache2)
    dz1 = dh1 * (z1 > 0)
    _, dw1, db1 = affine_backward(dz1, cache1)
    return {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}


def numerical_gradient(f: Callable[[Array], Any], x: Array, h: float = 1e-5) -> Array:
    """gradient[i] = (f(x with x[i] + h) - f(x with x[i] - h)) / (2 h) for each entry of x, the others as they
    are.

    f: takes an array in the shape of x, returns a number. x: numbers, also whole ones, of any shape. It keeps
    its values. Returns gradient: float64, in the shape of x.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        middle = x[place]
        x[place] = middle + h
        above = f(x)
        x[place] = middle - h
        below = f(x)
        x[place] = middle
        gradient[place] = (above - below) / (2 * h)
    return gradient


def minibatches(x: Array, y: Array, batch_size: int, seed: int | None = None) -> list[tuple[Array, Array]]:
    """One epoch: (x, y) of batch_size examples each in a random order, every example once.

    x: (N, ...), y: (N, ...), row n of y belongs to row n of x. The last batch holds what is left. seed: the
    same one gives the same order, None another order in each call.
    """
    order = np.random.default_rng(seed).permutation(len(x))
    batches = []
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        batches.append((x[chosen], y[chosen]))
    return batches


def gradient_descent_step(params: Params, grads: Params, learning_rate: float) -> dict[str, Array]:
    """New parameters, params[name] - learning_rate * grads[name]; params and grads keep their values."""
    return {name: params[name] - learning_rate * grads[name] for name in params}


def train_epoch(
    params: Params, batches: Sequence[tuple[Array, Array]], learning_rate: float
) -> tuple[Params, list[float]]:
    """A step of gradient descent on the softmax loss for each batch, in order, each from where the last
    ended.

    params: of three_layer_forward, they keep their values; batches: (x, y) each. Returns the parameters after
    the last step and the loss of each batch before its step.
    """
    losses = []
    for x, y in batches:
        scores, cache = three_layer_forward(x, params)
        before, dscores = softmax_loss(scores, y)
        losses.append(before)
        grads = three_layer_backward(dscores, cache)
        params = gradient_descent_step(params, grads, learning_rate)
    return params, losses
