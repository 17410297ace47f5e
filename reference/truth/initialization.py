"""Where weights start: constants and their symmetry, random rules, and starts learned by Boltzmann machines.

Matrices of weights are (fan_in, fan_out). Random weights come from NumPy's global stream, which a seed sets
first; any other stream is as good. Sources: Glorot and Bengio 2010 (AISTATS), He et al. 2015 (arXiv
1502.01852), Hinton 2002 (contrastive divergence, Neural Computation 14), Hinton, Osindero and Teh 2006 (deep
belief networks, Neural Computation 18), Hinton 2012 (A practical guide to training RBMs).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Machine = Mapping[str, Array]
Layer = Mapping[str, Array]


def zero_init(fan_in: int, fan_out: int) -> Array:
    """Weights that are all 0. Returns w: (fan_in, fan_out), floats."""
    w = np.zeros((fan_in, fan_out))
    return w


def constant_init(fan_in: int, fan_out: int, value: float) -> Array:
    """Weights that are all `value`. Returns w: (fan_in, fan_out), floats, also for a whole number."""
    w = np.full((fan_in, fan_out), float(value))
    return w


def symmetry(dw: Array) -> int:
    """How many different columns a gradient has: 1 when all units learn the same, H when no two do.

    dw: (D, H) float array, not changed. Two columns i and j count as the same when they differ by rounding
    alone:
        max over d of |dw[d, i] - dw[d, j]|  <=  1e-6 * max over all entries of |dw|
    Returns a whole number from 1 to H.
    """
    near = 1e-6 * np.max(np.abs(dw))
    different: list[Array] = []
    for column in dw.T:
        seen = [bool(np.max(np.abs(column - other)) <= near) for other in different]
        if not any(seen):
            different.append(column)
    return len(different)


def small_random_init(fan_in: int, fan_out: int, scale: float = 0.01, seed: int | None = None) -> Array:
    """Independent normal weights with mean 0 and standard deviation `scale`, whatever the sizes.

    Returns w: (fan_in, fan_out). seed: the same seed gives the same weights, 0 is a seed too; None: other
    weights in each call.
    """
    if seed is not None:
        np.random.seed(seed)
    w = scale * np.random.randn(fan_in, fan_out)
    return w


def xavier_init(fan_in: int, fan_out: int, seed: int | None = None) -> Array:
    """Independent weights with mean 0 and variance 2 / (fan_in + fan_out), normal ones.

    Returns w: (fan_in, fan_out). seed: as in `small_random_init`.
    """
    if seed is not None:
        np.random.seed(seed)
    std = np.sqrt(2 / (fan_in + fan_out))
    w: Array = std * np.random.randn(fan_in, fan_out)
    return w


def he_init(fan_in: int, fan_out: int, seed: int | None = None) -> Array:
    """Independent weights with mean 0 and variance 2 / fan_in, normal ones.

    Returns w: (fan_in, fan_out). seed: as in `small_random_init`.
    """
    if seed is not None:
        np.random.seed(seed)
    std = np.sqrt(2 / fan_in)
    w: Array = std * np.random.randn(fan_in, fan_out)
    return w


def activation_statistics(x: Array, weights: Sequence[Array], activation: str) -> tuple[Array, Array]:
    """Mean and standard deviation of the outputs of each layer of a stack without biases.

    x: (N, D). weights: a list of L matrices, the first with D rows, each other with as many rows as the one
    before it has columns. activation: "tanh" or "relu", after every matrix, the last one too; ValueError for
    another. With h_0 = x: h_l = activation(h_{l-1} @ w_l). Returns mean: (L,), std: (L,), of all N * H
    entries of each h_l; std is the root of the mean squared distance from the mean.
    """
    if activation not in ("tanh", "relu"):
        raise ValueError(f'activation should be "tanh" or "relu", not {activation!r}')
    h, means, stds = x, [], []
    for w in weights:
        z = h @ w
        h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        means.append(np.mean(h))
        stds.append(np.std(h))
    return np.array(means), np.array(stds)


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)) without overflow."""
    e = np.exp(-np.abs(z))
    s: Array = np.where(z >= 0, 1, e) / (1 + e)
    return s


def rbm_hidden(v: Array, w: Array, c: Array) -> Array:
    """The probability of each hidden unit to be 1, given the visible ones.

        P(h_j = 1 | v) = sigmoid(c_j + sum over i of v_i w_ij)

    v: (N, D), w: (D, H), c: (H,). Returns p: (N, H), without an overflow for large sums.
    """
    p = sigmoid(v @ w + c)
    return p


def rbm_visible(h: Array, w: Array, b: Array) -> Array:
    """The probability of each visible unit to be 1, given the hidden ones.

        P(v_i = 1 | h) = sigmoid(b_i + sum over j of w_ij h_j)

    h: (N, H), w: (D, H), b: (D,). Returns q: (N, D), without an overflow for large sums.
    """
    q = sigmoid(h @ w.T + b)
    return q


def cd1_gradient(v: Array, rbm: Machine, u: Array) -> tuple[Array, Array, Array]:
    """The direction in which one step of contrastive divergence moves the parameters (they are added).

    v: (N, D). rbm: dict of "w": (D, H), "b": (D,), "c": (H,). u: (N, H), uniform random numbers.
        p  = P(h = 1 | v),    h = 1 where u < p, else 0
        v' = P(v = 1 | h)     (probabilities, no samples)
        p' = P(h = 1 | v')
        dw[i, j] = 1/N * sum over n of (v[n, i] p[n, j] - v'[n, i] p'[n, j])
        db[i] = 1/N * sum over n of (v[n, i] - v'[n, i])
        dc[j] = 1/N * sum over n of (p[n, j] - p'[n, j])
    Returns dw: (D, H), db: (D,), dc: (H,).
    """
    w, b, c = rbm["w"], rbm["b"], rbm["c"]
    p = rbm_hidden(v, w, c)
    h = (u < p).astype(v.dtype)
    v1 = rbm_visible(h, w, b)
    p1 = rbm_hidden(v1, w, c)
    dw = (v.T @ p - v1.T @ p1) / len(v)
    db = np.mean(v - v1, axis=0)
    dc = np.mean(p - p1, axis=0)
    return dw, db, dc


def rbm_train(
    v: Array, rbm: Machine, u: Array, learning_rate: float, batch_size: int
) -> tuple[dict[str, Array], Array]:
    """Train a machine by contrastive divergence, and tell how well it reconstructs after each epoch.

    v: (N, D). rbm: dict of "w": (D, H), "b": (D,), "c": (H,), which keeps its values. u: (E, N, H), uniform
    random numbers: in epoch e example n uses u[e, n]. An epoch takes the rows in their order, `batch_size` at
    a time; the last batch has what is left. After each batch: parameter + learning_rate * its cd1 direction.
    Returns the trained dict, and errors: (E,), the mean of (v - r)^2 over all entries, with
        r = P(v = 1 | p),  p = P(h = 1 | v)  (probabilities on both ways)
    and the parameters at the end of epoch e.
    """
    rbm = dict(rbm)
    errors = []
    for draws in u:
        for start in range(0, len(v), batch_size):
            rows = slice(start, start + batch_size)
            dw, db, dc = cd1_gradient(v[rows], rbm, draws[rows])
            rbm["w"] = rbm["w"] + learning_rate * dw
            rbm["b"] = rbm["b"] + learning_rate * db
            rbm["c"] = rbm["c"] + learning_rate * dc
        r = rbm_visible(rbm_hidden(v, rbm["w"], rbm["c"]), rbm["w"], rbm["b"])
        errors.append(np.mean((v - r) ** 2))
    return rbm, np.array(errors)


def pretrain_stack(
    v: Array, rbms: Sequence[Machine], draws: Sequence[Array], learning_rate: float, batch_size: int
) -> list[dict[str, Array]]:
    """Train a stack of machines one after the other, each on what the one below it makes of the data.

    v: (N, D). rbms: a list of L dicts as in `rbm_train`, which keep their values; the first has D visible
    units, each other as many as the one before it has hidden ones. draws: a list of L arrays (E, N, H_l), the
    u of each. The first machine learns v, each other P(h = 1 | its data) of the trained one below it
    (probabilities, no samples). Returns the list of the trained dicts.
    """
    trained = []
    for rbm, u in zip(rbms, draws, strict=True):
        rbm, _ = rbm_train(v, rbm, u, learning_rate, batch_size)
        v = rbm_hidden(v, rbm["w"], rbm["c"])
        trained.append(rbm)
    return trained


def fine_tune_step(
    layers: Sequence[Layer], x: Array, y: Array, learning_rate: float
) -> tuple[float, list[dict[str, Array]]]:
    """One step of gradient descent through all layers of a stack with class scores on top.

    layers: a list of dicts of "w": (D_l, D_{l+1}), "b": (D_{l+1},), which keep their values. x: (N, D_0),
    y: (N,), whole numbers from 0 to C - 1. With a_0 = x: a_{l+1} = sigmoid(a_l @ w_l + b_l) for all layers
    but the last, which gives scores = a @ w + b: (N, C). loss = the mean over the N examples of
    -log softmax(scores)[y], without an overflow for large scores. Every w and b becomes itself minus
    learning_rate * its gradient, all gradients taken at the old parameters. Returns the loss before the
    step, and the new list.
    """
    outputs = [x]
    for layer in layers[:-1]:
        outputs.append(sigmoid(outputs[-1] @ layer["w"] + layer["b"]))
    scores = outputs[-1] @ layers[-1]["w"] + layers[-1]["b"]
    loss, dz = softmax_loss(scores, y)
    tuned = []
    for layer, a in zip(reversed(layers), reversed(outputs), strict=True):
        dw, db = a.T @ dz, np.sum(dz, axis=0)
        dz = dz @ layer["w"].T * a * (1 - a)
        w = layer["w"] - learning_rate * dw
        b = layer["b"] - learning_rate * db
        tuned.append({"w": w, "b": b})
    return loss, tuned[::-1]


def softmax_loss(scores: Array, y: Array) -> tuple[float, Array]:
    """Mean of -log softmax(scores)[y] over the N rows of scores: (N, C), and its gradient: (N, C)."""
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    right = np.arange(len(y)), y
    dscores: Array = np.exp(log_p)
    dscores[right] -= 1
    return float(-np.mean(log_p[right])), dscores / len(y)
