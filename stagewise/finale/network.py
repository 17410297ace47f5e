"""A network of a student's own functions: a graph of modules, which the student's own container runs.

x - affine - batch normalisation - ReLU - dropout - residual block - affine - scores
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stagewise.finale.ingredients import BEND, BLOCK, DROPOUT, NORM, START, Recipe

Array = np.ndarray
Params = dict[str, Array]
KEEP = 0.9  # the probability with which dropout keeps a unit
_SMALL = 0.01  # standard deviation of the weights without He's start
_LAST = 0.1  # times as large are the weights in front of a sum or of the scores


class Network:
    """Scores and gradients of a network with `hidden` units between D features and C classes.

    recipe: the functions and the ingredients in use. seed: of the weights and the masks of dropout.
    """

    def __init__(self, recipe: Recipe, features: int, classes: int, hidden: int, seed: int) -> None:
        self.recipe = recipe
        self.graph = _graph(recipe)
        self.params = _params(recipe, features, classes, hidden, seed)
        self.running: dict[str, Any] = {}
        self._draws = np.random.default_rng(seed)

    def scores(self, x: Array) -> Array:
        """Class scores (N, C) of x (N, D), as at test time."""
        scores: Array = self._forward(x, "test")[0]["scores"]
        return scores

    def loss(self, x: Array, y: Array, mode: str = "test") -> float:
        """Mean cross-entropy of x (N, D) for labels y (N,)."""
        return float(self.recipe.functions["softmax_loss"](self._forward(x, mode)[0]["scores"], y)[0])

    def gradients(self, x: Array, y: Array) -> tuple[float, Params]:
        """Mean loss of a mini-batch x (N, D) for labels y (N,), and its gradient for each parameter."""
        values, modules, cache = self._forward(x, "train")
        loss, dscores = self.recipe.functions["softmax_loss"](values["scores"], y)
        grads = self.recipe.functions["graph_backward"]({"scores": dscores}, self.graph, modules, cache)
        return float(loss), {name: grads[name] for name in self.params}

    def state(self) -> tuple[Params, dict[str, Any]]:
        """Copies of the parameters and of what batch normalisation keeps."""
        return {name: value.copy() for name, value in self.params.items()}, dict(self.running)

    def restore(self, state: tuple[Params, dict[str, Any]]) -> None:
        """Go back to an earlier state."""
        self.params, self.running = dict(state[0]), dict(state[1])

    def _forward(self, x: Array, mode: str) -> tuple[Mapping[str, Array], dict[str, Any], Any]:
        modules = self._modules(mode)
        values, cache = self.recipe.functions["graph_forward"](self.graph, modules, {"x": x, **self.params})
        return values, modules, cache

    def _modules(self, mode: str) -> dict[str, Any]:
        """kind -> (forward, backward), as the modules unit has them; what depends on the mode knows it."""
        own = self.recipe.functions
        self.running["mode"] = mode

        def norm(x: Array, gamma: Array, beta: Array) -> Any:
            return own["batchnorm_forward"](x, gamma, beta, self.running)

        def dropout(x: Array) -> Any:
            seed = int(self._draws.integers(2**31)) if mode == "train" else 0
            return own["dropout_forward"](x, {"p": KEEP, "mode": mode, "seed": seed})

        modules = {"affine": (own["affine_forward"], own["affine_backward"])}
        if BEND in self.recipe:
            modules["relu"] = (own["relu_forward"], lambda dout, cache: (own["relu_backward"](dout, cache),))
        if NORM in self.recipe:
            modules["norm"] = (norm, own["batchnorm_backward"])
        if DROPOUT in self.recipe:
            modules["dropout"] = (dropout, lambda dout, cache: (own["dropout_backward"](dout, cache),))
        if BLOCK in self.recipe:
            modules["residual"] = (own["residual_forward"], own["residual_backward"])
        return modules


def _graph(recipe: Recipe) -> dict[str, tuple[str, tuple[str, ...]]]:
    """name -> (kind, names of what it reads)."""
    chain: list[tuple[str, tuple[str, ...]]] = [("affine", ("W1", "b1"))]
    chain += [("norm", ("gamma", "beta"))] if NORM in recipe else []
    chain += [("relu", ())] if BEND in recipe else []
    chain += [("dropout", ())] if DROPOUT in recipe else []
    chain += [("residual", ("W2", "b2", "W3", "b3"))] if BLOCK in recipe else []
    graph: dict[str, tuple[str, tuple[str, ...]]] = {}
    before = "x"
    for number, (kind, params) in enumerate(chain, start=1):
        name = f"{kind}{number}"
        graph[name] = (kind, (before, *params))
        before = name
    return graph | {"scores": ("affine", (before, "W4", "b4"))}


def _params(recipe: Recipe, features: int, classes: int, hidden: int, seed: int) -> Params:
    shapes = {"1": (features, hidden), "4": (hidden, classes)}
    if BLOCK in recipe:
        shapes |= {"2": (hidden, hidden), "3": (hidden, hidden)}
    params: Params = {}
    for number, (fan_in, fan_out) in sorted(shapes.items()):
        weights = _start(recipe, fan_in, fan_out, 10 * seed + int(number))
        params[f"W{number}"] = weights * (_LAST if number in "34" else 1.0)
        params[f"b{number}"] = np.zeros(fan_out)
    if NORM in recipe:
        params |= {"gamma": np.ones(hidden), "beta": np.zeros(hidden)}
    return params


def _start(recipe: Recipe, fan_in: int, fan_out: int, seed: int) -> Array:
    if START in recipe:
        return np.asarray(recipe.functions["he_init"](fan_in, fan_out, seed), dtype=np.float64)
    return _SMALL * np.random.default_rng(seed).standard_normal((fan_in, fan_out))
