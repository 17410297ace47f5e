"""A small network and its training loop, for experiments with a student's layers in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray
Forward = Callable[[Array, Array, Array, dict[str, Any]], tuple[Array, Any]]
Backward = Callable[[Array, Any], tuple[Array, Array, Array]]
Linear = tuple[Forward, Backward]
Thinning = tuple[Callable[[Array, dict[str, Any]], tuple[Array, Any]], Callable[[Array, Any], Array]]
Activation = tuple[Callable[[Array], tuple[Array, Any]], Callable[[Array, Any], Array]]
Start = Callable[..., Array]
Loss = Callable[[Array, Array], tuple[float, Array]]
Update = Callable[[dict[str, Array], dict[str, Array], int], dict[str, Array]]


class Passage(NamedTuple):
    """What one layer saw on the way forward.

    entered: (N, fan_in), its input; linear: (N, H), the linear map of it; preactivation: (N, H), what enters
    the activation (without normalisation `linear` itself); cache: the normalisation layer's, None without one
    or behind the last layer; bend, thinning: the caches of the activation and of the dropout that made
    `entered`, None for the first layer; product: the cache of the linear map.
    """

    entered: Array
    linear: Array
    preactivation: Array
    cache: Any
    bend: Any
    thinning: Any
    product: Any


def relu(x: Array) -> tuple[Array, Array]:
    """max(0, x) and what `relu_back` needs; the activation of a Network that is given no other."""
    return np.maximum(x, 0), x > 0


def relu_back(dout: Array, passed: Array) -> Array:
    """The gradient by x of `relu`, 0 at x = 0."""
    dx: Array = dout * passed
    return dx


def tanh(x: Array) -> tuple[Array, Array]:
    """tanh(x) and what `tanh_back` needs."""
    bounded = np.tanh(x)
    return bounded, bounded


def tanh_back(dout: Array, out: Array) -> Array:
    """The gradient by x of `tanh`."""
    dx: Array = dout * (1 + out) * (1 - out)
    return dx


def sigmoid(x: Array) -> tuple[Array, Array]:
    """1 / (1 + exp(-x)), without overflow, and what `sigmoid_back` needs."""
    out = 0.5 + 0.5 * np.tanh(0.5 * x)
    return out, out


def sigmoid_back(dout: Array, out: Array) -> Array:
    """The gradient by x of `sigmoid`."""
    dx: Array = dout * (out - out * out)
    return dx


ACTIVATIONS: dict[str, Activation] = {
    "relu": (relu, relu_back),
    "tanh": (tanh, tanh_back),
    "sigmoid": (sigmoid, sigmoid_back),
}
"""Activations of a Network, by name."""


def affine(x: Array, w: Array, b: Array, param: dict[str, Any]) -> tuple[Array, Any]:
    """x @ w + b and what `affine_back` needs; the linear map of a Network that is given no other."""
    return x @ w + b, (x, w)


def affine_back(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
    """The gradients by x, w and b of `affine`."""
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def cross_entropy(scores: Array, y: Array) -> tuple[float, Array]:
    """Mean cross-entropy of class scores (N, C) for labels y (N,), and its gradient for the scores."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    flow = np.exp(log_probabilities)
    flow[rows, y] -= 1
    return float(-log_probabilities[rows, y].mean()), flow / len(y)


def _one_of(scale: float | None, start: Start | None, seed: int) -> Start:
    """The start that is given, or the one that draws normal weights of that scale from one stream."""
    if (scale is None) == (start is None):
        raise ValueError("a network needs either a scale or a start, and not both.")
    rng = np.random.default_rng(seed)
    return start or (lambda fan_in, fan_out, seed: (scale or 0.0) * rng.standard_normal((fan_in, fan_out)))


class Network:
    """Linear layers with an activation between them; with `norm`, a hidden layer is linear, normalisation,
    activation.

    sizes: numbers of units from input to classes, e.g. (64, 50, 50, 10).
    scale: standard deviation of the initial weights; biases and beta start at 0, gamma at 1.
    start: `start(fan_in, fan_out, seed=number) -> weights (fan_in, fan_out)` in place of `scale`, with a
        number of its own for each layer.
    norm: `forward(x, gamma, beta, param) -> (out, cache)` and `backward(dout, cache) -> (dx, dgamma, dbeta)`;
        `param` is the layer's own dict, at first a copy of `norm_param`; its "mode" is set before each call.
    activation: `forward(x) -> (out, cache)` and `backward(dout, cache) -> dx` between the layers.
    dropout: `forward(x, param) -> (out, cache)` and `backward(dout, cache) -> dx` after each activation;
        `param` is a copy of `dropout_param` with the "mode"; a "seed" in it is another number in each call.
    linear: `forward(x, w, b, param) -> (out, cache)` and `backward(dout, cache) -> (dx, dw, db)`, in place of
        x @ w + b; `param` is made of `linear_param` in the same way.
    loss: `loss(scores, y) -> (mean loss, its gradient for the scores)`.
    ValueError for fewer than two sizes, and unless just one of scale and start is given.
    """

    def __init__(
        self,
        sizes: tuple[int, ...],
        *,
        scale: float | None = None,
        start: Start | None = None,
        seed: int,
        norm: tuple[Forward, Backward] | None = None,
        norm_param: dict[str, Any] | None = None,
        activation: Activation = (relu, relu_back),
        dropout: Thinning | None = None,
        dropout_param: dict[str, Any] | None = None,
        linear: Linear | None = None,
        linear_param: dict[str, Any] | None = None,
        loss: Loss = cross_entropy,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"a network needs at least an input and an output size, not {sizes}")
        drawn = _one_of(scale, start, seed)
        self.norm = norm
        self.activation = activation
        self.dropout = dropout
        self.dropout_param = dict(dropout_param or {})
        self.linear = linear or (affine, affine_back)
        self.linear_param = dict(linear_param or {})
        self._draws = itertools.count()
        self.loss = loss
        self.depth = len(sizes) - 1
        self.params: dict[str, Array] = {}
        self.norm_params: list[dict[str, Any]] = [dict(norm_param or {}) for _ in range(self.depth - 1)]
        for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
            self.params[f"W{layer}"] = drawn(fan_in, fan_out, seed=1000 * seed + layer)
            self.params[f"b{layer}"] = np.zeros(fan_out)
            if norm is not None and layer < self.depth - 1:
                self.params[f"gamma{layer}"] = np.ones(fan_out)
                self.params[f"beta{layer}"] = np.zeros(fan_out)

    def propagate(self, x: Array, mode: str = "test") -> tuple[Array, list[Passage]]:
        """Class scores (N, C) of x (N, D), and each layer's passage; `mode` is for what depends on it."""
        trail: list[Passage] = []
        for layer in range(self.depth):
            entered, bend, thinning = (
                (x, None, None) if layer == 0 else self._activate(trail[-1].preactivation, mode)
            )
            weights, biases = self.params[f"W{layer}"], self.params[f"b{layer}"]
            linear, product = self.linear[0](entered, weights, biases, self._fresh(self.linear_param, mode))
            preactivation, cache = self._normalise(layer, linear, mode)
            trail.append(Passage(entered, linear, preactivation, cache, bend, thinning, product))
        return trail[-1].linear, trail

    def _activate(self, x: Array, mode: str) -> tuple[Array, Any, Any]:
        out, bend = self.activation[0](x)
        if self.dropout is None:
            return out, bend, None
        thinned, thinning = self.dropout[0](out, self._fresh(self.dropout_param, mode))
        return thinned, bend, thinning

    def _fresh(self, param: dict[str, Any], mode: str) -> dict[str, Any]:
        seed = {"seed": 100_000 * param["seed"] + next(self._draws)} if "seed" in param else {}
        return {**param, **seed, "mode": mode}

    def _activate_back(self, flow: Array, following: Passage) -> Array:
        if self.dropout is not None:
            flow = self.dropout[1](flow, following.thinning)
        return self.activation[1](flow, following.bend)

    def _normalise(self, layer: int, x: Array, mode: str) -> tuple[Array, Any]:
        if self.norm is None or layer == self.depth - 1:
            return x, None
        param = self.norm_params[layer]
        param["mode"] = mode
        return self.norm[0](x, self.params[f"gamma{layer}"], self.params[f"beta{layer}"], param)

    def gradients(self, x: Array, y: Array) -> tuple[float, dict[str, Array]]:
        """Mean loss of x (N, D) for labels y (N,), and its gradient for each parameter."""
        scores, trail = self.propagate(x, "train")
        loss, flow = self.loss(scores, y)
        grads: dict[str, Array] = {}
        for layer in reversed(range(self.depth)):
            if layer < self.depth - 1:
                flow = self._activate_back(flow, trail[layer + 1])
                if self.norm is not None:
                    cache = trail[layer].cache
                    flow, grads[f"gamma{layer}"], grads[f"beta{layer}"] = self.norm[1](flow, cache)
            flow, grads[f"W{layer}"], grads[f"b{layer}"] = self.linear[1](flow, trail[layer].product)
        return loss, grads


def accuracy(network: Network, x: Array, y: Array, mode: str = "test") -> float:
    """Share of the rows of x (N, D) whose largest score is at label y (N,); NaN scores count as wrong."""
    with np.errstate(all="ignore"):
        scores, _ = network.propagate(x, mode)
    right = (scores.argmax(axis=1) == y) & np.isfinite(scores).all(axis=1)
    return float(right.mean())


@dataclass(frozen=True, slots=True)
class History:
    """What a training run leaves behind.

    loss: (steps,) of each mini-batch before its update; NaN from the step at which it was no longer finite.
    watched: step -> what `watch` returned before that step, see `train`.
    """

    loss: Array
    watched: dict[int, Array] = field(default_factory=dict)

    @property
    def diverged(self) -> bool:
        """True when the loss became infinite or NaN, upon which training stopped."""
        return not bool(np.isfinite(self.loss).all())


def train(
    network: Network,
    x: Array,
    y: Array,
    *,
    learning_rate: float | None = None,
    steps: int,
    batch_size: int,
    seed: int,
    frozen: Collection[str] = (),
    watch: Callable[[Network, int], Array | None] | None = None,
    update: Update | None = None,
) -> History:
    """Train in place on random mini-batches (without repetition within one batch).

    By plain gradient descent with `learning_rate`, or by `update(params, grads, step)`, which returns the new
    parameters by name; ValueError unless just one of the two is given.
    frozen: beginnings of names of parameters that stay as they are, e.g. ("gamma", "beta").
    watch: called as watch(network, step) before each step; what it returns, if not None, is kept.
    """
    if (learning_rate is None) == (update is None):
        raise ValueError("train needs either a learning_rate or an update, and not both.")
    change = update or _descent(learning_rate or 0.0)
    rng = np.random.default_rng(seed)
    loss = np.full(steps, np.nan)
    watched: dict[int, Array] = {}
    with np.errstate(all="ignore"):
        for step in range(steps):
            seen = watch(network, step) if watch else None
            if seen is not None:
                watched[step] = seen
            batch = rng.choice(len(x), size=batch_size, replace=False)
            value, grads = network.gradients(x[batch], y[batch])
            if not np.isfinite(value):
                break
            loss[step] = value
            moving = {name: grad for name, grad in grads.items() if not name.startswith(tuple(frozen))}
            network.params.update(change({name: network.params[name] for name in moving}, moving, step))
    return History(loss, watched)


def _descent(learning_rate: float) -> Update:
    def descend(params: dict[str, Array], grads: dict[str, Array], step: int) -> dict[str, Array]:
        return {name: params[name] - learning_rate * gradient for name, gradient in grads.items()}

    return descend
