"""Inputs of the unit's cases: gradients with known columns, stacks of weights, Boltzmann machines.

All sizes of a case differ, so that no transposed matrix fits. A uniform number u is never so near to the
probability that it is compared with that rounding could decide.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.truth.initialization import pretrain_stack

CLEAR = 1e-4


def columns(D: int, groups: Sequence[int], size: float = 1.0, apart: float = 0.0) -> Inputs:
    """dw: (D, sum of groups), `size` large: each group is one column as often as its number says, mixed.

    apart: the copies differ from it by up to that much of an entry.
    """

    def drawn(rng: np.random.Generator) -> Drawn:
        each = size * rng.choice([-1.0, 1.0], (D, len(groups))) * rng.uniform(0.4, 2.0, (D, len(groups)))
        dw = np.repeat(each, groups, axis=1)
        dw *= 1 + apart * rng.uniform(0.5, 1, dw.shape)
        return {"dw": dw[:, rng.permutation(dw.shape[1])]}

    return drawn


def stack(N: int, sizes: tuple[int, ...], activation: str, size: float = 1.0) -> Inputs:
    """x: (N, sizes[0]), weights: a list of matrices, whose deviation is `size` / sqrt(fan_in)."""

    def drawn(rng: np.random.Generator) -> Drawn:
        weights = [size * rng.standard_normal(pair) / np.sqrt(pair[0]) for pair in pairwise(sizes)]
        return {"x": rng.standard_normal((N, sizes[0])), "weights": weights, "activation": activation}

    return drawn


def machine(rng: np.random.Generator, D: int, H: int, size: float = 0.8) -> dict[str, np.ndarray]:
    """An RBM with D visible and H hidden units and biases that count."""
    return {
        "w": size * rng.standard_normal((D, H)),
        "b": rng.choice([-1.0, 1.0], D) * rng.uniform(0.3, 1, D),
        "c": rng.choice([-1.0, 1.0], H) * rng.uniform(0.3, 1, H),
    }


def grey(rng: np.random.Generator, N: int, D: int) -> np.ndarray:
    """Pictures of D pixels between 0 and 1; a quarter of the pixels is empty."""
    ink: np.ndarray = rng.uniform(0, 1, (N, D)) * (rng.random((N, D)) < 0.75)
    return ink


def layer(N: int, D: int, H: int, size: float = 0.8) -> Inputs:
    """v: (N, D), h: (N, H), and w, b, c of a machine."""

    def drawn(rng: np.random.Generator) -> Drawn:
        return {"v": grey(rng, N, D), "h": grey(rng, N, H), **machine(rng, D, H, size)}

    return drawn


def extreme(N: int, D: int, H: int) -> Inputs:
    """Sums of some hundreds of either sign, on both sides."""

    def drawn(rng: np.random.Generator) -> Drawn:
        values = layer(N, D, H)(rng)
        w = 900 * rng.choice([-1.0, 1.0], (D, H))
        w[0], w[:, 0], w[-1], w[:, -1] = -900, -900, 900, 900
        signs = {"b": rng.choice([-1.0, 1.0], D), "c": rng.choice([-1.0, 1.0], H)}
        far = {key: 2000 * sign * (np.arange(len(sign)) % 2) for key, sign in signs.items()}
        return {**values, "v": np.ones((N, D)), "h": np.ones((N, H)), "w": w, **far}

    return drawn


def divergence(N: int, D: int, H: int, size: float = 0.8) -> Inputs:
    """v, rbm and u for one step."""

    def drawn(rng: np.random.Generator) -> Drawn:
        values = training(N, D, (H,), 1, rate=1.0, batch=N, size=size)(rng)
        return {"v": values["v"], "rbm": values["rbms"][0], "u": values["draws"][0][0]}

    return drawn


def training(
    N: int, D: int, sizes: tuple[int, ...], E: int, *, rate: float, batch: int, size: float = 0.8
) -> Inputs:
    """v, a list of machines and one of draws (E, N, H) for a stack, learning_rate and batch_size."""

    def drawn(rng: np.random.Generator) -> Drawn:
        while True:
            v, rbms = grey(rng, N, D), [machine(rng, *pair, size) for pair in pairwise((D, *sizes))]
            draws = [rng.uniform(CLEAR, 1 - CLEAR, (E, N, H)) for H in sizes]
            if _clear(v, rbms, draws, rate, batch):
                return {"v": v, "rbms": rbms, "draws": draws, "learning_rate": rate, "batch_size": batch}

    return drawn


def alone(inputs: Inputs) -> Inputs:
    """The first machine of a stack: rbm and u in place of the lists."""

    def drawn(rng: np.random.Generator) -> Drawn:
        values = dict(inputs(rng))
        rbms, draws = values.pop("rbms"), values.pop("draws")
        return {**values, "rbm": rbms[0], "u": draws[0]}

    return drawn


def _clear(v: Any, rbms: Any, draws: Any, rate: float, batch: int) -> bool:
    """Whether no number of the draws is so near to its probability that moving it a little matters."""
    low, high = (pretrain_stack(v, rbms, [u + step for u in draws], rate, batch) for step in (-CLEAR, CLEAR))
    return all(np.array_equal(a["w"], b["w"]) for a, b in zip(low, high, strict=True))


def network(
    N: int, sizes: tuple[int, ...], rate: float = 0.7, size: float = 1.5, shift: float = 0.0
) -> Inputs:
    """layers, x: (N, sizes[0]), y: (N,) with each class in it if there are enough, learning_rate.

    shift: what is added to all biases of the last layer, and so to all scores.
    """

    def drawn(rng: np.random.Generator) -> Drawn:
        layers = [
            {"w": size * rng.standard_normal(pair) / np.sqrt(pair[0]), "b": rng.normal(0, 0.5, pair[1])}
            for pair in pairwise(sizes)
        ]
        layers[-1]["b"] += shift
        y = rng.permutation(np.arange(N) % sizes[-1])
        return {"layers": layers, "x": grey(rng, N, sizes[0]), "y": y, "learning_rate": rate}

    return drawn
