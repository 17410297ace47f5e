"""Inputs of the unit's cases. All sizes of a case differ; biases are not 0; logits have both signs."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs


def pictures(N: int, *shape: int, whole: bool = False) -> Inputs:
    """images: (N, *shape), in numbers or, `whole`, as bytes."""

    def drawn(rng: np.random.Generator) -> Drawn:
        bytes_of = rng.integers(0, 256, (N, *shape))
        return {"images": bytes_of.astype(np.uint8) if whole else bytes_of / 255}

    return drawn


def affine(N: int, shape: tuple[int, ...], M: int, gradient: float = 1.0) -> Inputs:
    """x: (N, *shape), w: (D, M), b: (M,) and an upstream gradient dout: (N, M)."""

    def drawn(rng: np.random.Generator) -> Drawn:
        D = math.prod(shape)
        return {
            "x": rng.standard_normal((N, *shape)),
            "w": rng.standard_normal((D, M)),
            "b": 1 + rng.uniform(0.5, 2, M) * rng.choice([-1, 1], M),
            "dout": gradient * rng.standard_normal((N, M)),
        }

    return drawn


def logits(*shape: int, spread: float = 2.0, offset: float = 0.0) -> Inputs:
    """z of that shape, of both signs, whose rows lie around multiples of `offset`."""

    def drawn(rng: np.random.Generator) -> Drawn:
        z = spread * rng.standard_normal(shape)
        z.flat[0], z.flat[-1] = abs(z.flat[0]), -abs(z.flat[-1])
        rows = np.arange(len(z)) - len(z) // 2
        apart = z + offset * rows.reshape(-1, *[1] * (z.ndim - 1))
        return {"z": np.round(256 * apart) / 256}  # exact in float32, also far from 0

    return drawn


def with_a_zero(z: Inputs) -> Inputs:
    """The same, one logit 0."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = z(rng)["z"]
        given.flat[given.size // 2] = 0
        return {"z": given}

    return drawn


def unlikely(*shape: int) -> Inputs:
    """z between -40 and -25: their probabilities are tiny, all of them."""
    return lambda rng: {"z": -rng.uniform(25, 40, shape)}


def far(*shape: int) -> Inputs:
    """z far beyond what exp can take, of both signs, and some ordinary ones."""

    def drawn(rng: np.random.Generator) -> Drawn:
        z = rng.uniform(750, 1000, shape) * rng.choice([-1.0, 1.0], shape)
        z.flat[0], z.flat[1] = abs(z.flat[0]), -abs(z.flat[1])
        z.flat[2::4] = rng.uniform(-3, 3, z.flat[2::4].shape)
        return {"z": z}

    return drawn


def answered(z: Inputs, shape: tuple[int, ...] = (), *, floats: bool = False) -> Inputs:
    """z and answers y, 0 or 1, of z's shape or another; the first two are the less likely ones."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = z(rng)
        y = rng.integers(0, 2, given["z"].shape)
        y.flat[:2] = given["z"].flat[:2] < 0
        y = y.reshape(shape or y.shape)
        return {**given, "y": y.astype(np.float64) if floats else y}

    return drawn


def classified(z: Inputs, *, surprised: bool = False) -> Inputs:
    """z: (N, C) and classes y: (N,); `surprised`: of every second row the least likely class."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = z(rng)["z"]
        y = rng.integers(0, given.shape[1], len(given))
        if surprised:
            y[::2] = given[::2].argmin(axis=1)
        return {"z": given, "y": y}

    return drawn


def predicted(shape: tuple[int, ...], of_y: tuple[int, ...] = (), size: float = 1.0) -> Inputs:
    """prediction, and y of the same shape or of another with as many entries; they differ everywhere."""

    def drawn(rng: np.random.Generator) -> Drawn:
        y = size * rng.standard_normal(shape)
        off = size * rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)
        return {"prediction": y + off, "y": y.reshape(of_y or shape)}

    return drawn


def three_layers(
    N: int, shape: tuple[int, ...], sizes: tuple[int, int, int], gradient: float = 1.0, size: float = 1.5
) -> Inputs:
    """x: (N, *shape), about as large as `size`, params of three layers with these sizes, dscores: (N, C).

    About half of the hidden units are off, and scores have both signs.
    """

    def drawn(rng: np.random.Generator) -> Drawn:
        widths = (math.prod(shape), *sizes)
        params: dict[str, Any] = {}
        for layer, (before, after) in enumerate(pairwise(widths), start=1):
            params[f"w{layer}"] = rng.standard_normal((before, after)) / before**0.5
            params[f"b{layer}"] = rng.uniform(0.2, 0.6, after) * rng.choice([-1, 1], after)
        return {
            "x": size * rng.standard_normal((N, *shape)),
            "params": params,
            "dscores": gradient * rng.standard_normal((N, sizes[-1])),
        }

    return drawn
