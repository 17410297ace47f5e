"""Inputs of the unit's cases. All sizes differ; biases are not 0; about half of the units are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.truth.modules import graph_forward
from stagewise.judge.handed import modules
from stagewise.modules import MODULES

Parts = Mapping[str, tuple[str, tuple[str, ...]]]
Shapes = Mapping[str, tuple[int, ...]]


def weights(rng: np.random.Generator, before: int, after: int) -> np.ndarray:
    """(before, after), of a size that keeps the spread."""
    w: np.ndarray = rng.standard_normal((before, after)) / before**0.5
    return w


def biases(rng: np.random.Generator, units: int, size: float = 0.6) -> np.ndarray:
    """(units,), none of them near 0."""
    b: np.ndarray = size * rng.uniform(0.3, 1, units) * rng.choice([-1, 1], units)
    return b


def residual(N: int, D: int, H: int, gradient: float = 1.0) -> Inputs:
    """x, w1, b1, w2, b2 and dout of a fast forward."""

    def drawn(rng: np.random.Generator) -> Drawn:
        return {
            "x": 1.5 * rng.standard_normal((N, D)),
            "w1": weights(rng, D, H),
            "b1": biases(rng, H),
            "w2": weights(rng, H, D),
            "b2": biases(rng, D),
            "dout": gradient * rng.standard_normal((N, D)),
        }

    return drawn


def split(N: int, D: int, H1: int, H2: int, merge: str, gradient: float = 1.0) -> Inputs:
    """x, w1, b1, w2, b2, merge and dout of two branches."""

    def drawn(rng: np.random.Generator) -> Drawn:
        return {
            "x": 1.5 * rng.standard_normal((N, D)),
            "w1": weights(rng, D, H1),
            "b1": biases(rng, H1),
            "w2": weights(rng, D, H2),
            "b2": biases(rng, H2),
            "merge": merge,
            "dout": gradient * rng.standard_normal((N, H1 if merge == "add" else H1 + H2)),
        }

    return drawn


def step(N: int, D: int, H: int, gradient: float = 1.0, size: float = 1.0) -> Inputs:
    """x, prev_h, Wx, Wh, b and dnext_h of one step in time."""

    def drawn(rng: np.random.Generator) -> Drawn:
        return {
            "x": size * rng.standard_normal((N, D)),
            "prev_h": rng.uniform(-0.9, 0.9, (N, H)),
            "Wx": 0.7 * weights(rng, D, H),
            "Wh": 0.7 * weights(rng, H, H),
            "b": biases(rng, H, 0.4),
            "dnext_h": gradient * rng.standard_normal((N, H)),
        }

    return drawn


def sequence(N: int, T: int, D: int, H: int, gradient: float = 1.0, size: float = 1.0) -> Inputs:
    """x, h0, Wx, Wh, b and dh of T steps; dh has something at every step."""

    def drawn(rng: np.random.Generator) -> Drawn:
        one = step(N, D, H)(rng)
        return {
            "x": size * rng.standard_normal((N, T, D)),
            "h0": one["prev_h"],
            "Wx": one["Wx"],
            "Wh": one["Wh"],
            "b": one["b"],
            "dh": gradient * rng.standard_normal((N, T, H)),
        }

    return drawn


def network(
    graph: Parts, shapes: Shapes, outputs: tuple[str, ...] = ("out",), gradient: float = 1.0, **kinds: str
) -> Inputs:
    """A graph, its modules, inputs of these shapes, and upstream gradients of the outputs; `kinds`: what the
    course's modules are called in the graph (default: by their own names)."""

    def drawn(rng: np.random.Generator) -> Drawn:
        inputs: dict[str, Any] = {name: _array(rng, shape) for name, shape in shapes.items()}
        named = kinds or {kind: kind for kind in MODULES}
        real = {kind: MODULES[name] for kind, name in named.items()}
        values = graph_forward(graph, real, inputs)[0] if outputs else {}
        return {
            "graph": dict(graph),
            "modules": modules(**named),
            "inputs": inputs,
            "dvalues": {name: gradient * rng.standard_normal(values[name].shape) for name in outputs},
        }

    return drawn


def _array(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return biases(rng, *shape) if len(shape) == 1 else rng.standard_normal(shape) / shape[-1] ** 0.25
