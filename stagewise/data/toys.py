"""Small two-dimensional problems made on the spot."""

import numpy as np


def spirals(
    per_class: int = 100, classes: int = 3, *, noise: float = 0.2, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return points on intertwined spiral arms, one arm per class: no straight line separates them.

    x: (per_class * classes, 2) float64, within about [-1, 1]; y: (per_class * classes,) int64, in order of
    class. noise: standard deviation of the angle, in radians. The same seed gives the same points.
    """
    rng = np.random.default_rng(seed)
    radius = np.tile(np.linspace(0, 1, per_class), classes)
    y = np.repeat(np.arange(classes), per_class)
    angle = 4 * radius + y * 2 * np.pi / classes + noise * rng.standard_normal(len(y))
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]), y
