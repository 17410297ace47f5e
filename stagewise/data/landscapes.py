"""Loss surfaces over two parameters, each with one difficulty for gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Landscape:
    """A loss of two parameters w: (..., 2), with its gradient.

    loss: (..., 2) -> (...); gradient: (..., 2) -> (..., 2). start: where a race begins; goal: the
    lowest point; window: the part worth drawing, (left, right, bottom, top).
    """

    name: str
    loss: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    start: tuple[float, float]
    goal: tuple[float, float]
    window: tuple[float, float, float, float]


def ravine(steepness: float = 25.0) -> Landscape:
    """A long valley, L = (x^2 + steepness y^2) / 2: across it curves `steepness` times as much as along it.

    >>> ravine(9.0).gradient(np.array([2.0, 1.0]))
    array([2., 9.])
    """
    curvature = np.array([1.0, steepness])

    def loss(w: np.ndarray) -> np.ndarray:
        value: np.ndarray = (curvature * w**2).sum(axis=-1) / 2
        return value

    return Landscape("ravine", loss, lambda w: curvature * w, (-4.0, 0.8), (0.0, 0.0), (-4.6, 1.8, -1.3, 1.3))


def saddle() -> Landscape:
    """A saddle at the origin, L = x^2/2 - y^2/2 + y^4/4, and a minimum of -1/4 at (0, 1) and at (0, -1).

    The start is beside the ridge by a thousandth, from where plain descent runs into the saddle first.
    """

    def loss(w: np.ndarray) -> np.ndarray:
        value: np.ndarray = w[..., 0] ** 2 / 2 - w[..., 1] ** 2 / 2 + w[..., 1] ** 4 / 4
        return value

    def gradient(w: np.ndarray) -> np.ndarray:
        return np.stack([w[..., 0], w[..., 1] ** 3 - w[..., 1]], axis=-1)

    return Landscape("saddle", loss, gradient, (-1.6, 0.001), (0.0, 1.0), (-1.8, 1.0, -1.4, 1.4))


def two_valleys() -> Landscape:
    """A shallow valley in front of a deep one, L = x^4/4 - x^2/2 + x/8 + y^2/2.

    The start lies above the shallow minimum near x = 0.92; the deep one is near x = -1.06, behind a barrier.
    """

    def loss(w: np.ndarray) -> np.ndarray:
        x, y = w[..., 0], w[..., 1]
        value: np.ndarray = x**4 / 4 - x**2 / 2 + x / 8 + y**2 / 2
        return value

    def gradient(w: np.ndarray) -> np.ndarray:
        x, y = w[..., 0], w[..., 1]
        return np.stack([x**3 - x + 1 / 8, y], axis=-1)

    return Landscape("two valleys", loss, gradient, (1.9, 0.9), (-1.0575, 0.0), (-2.0, 2.2, -1.3, 1.3))
