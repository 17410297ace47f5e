"""Inputs of the unit's cases. Upstream gradients are random and never of one sign; x has both signs."""

from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs


def entries(*shape: int, spread: float = 2.0, gradient: float = 1.0, **constants: Any) -> Inputs:
    """x and dout of that shape, and the constants as they are.

    spread: of x; gradient: size of dout. No entry of x is so near a kink at 0 that rounding could decide.
    """

    def drawn(rng: np.random.Generator) -> Drawn:
        x = spread * rng.standard_normal(shape)
        x = np.where(np.abs(x) < 1e-3 * spread, spread, x)
        x.flat[0], x.flat[-1] = abs(x.flat[0]), -abs(x.flat[-1])
        return {"x": x, "dout": gradient * rng.standard_normal(shape), **constants}

    return drawn


def large(*shape: int, **constants: Any) -> Inputs:
    """Every second entry far beyond what exp can take in float64, of either sign; the others ordinary."""

    def drawn(rng: np.random.Generator) -> Drawn:
        values = entries(*shape, **constants)(rng)
        far = rng.uniform(750, 1000, shape) * rng.choice([-1.0, 1.0], shape)
        x = values["x"].copy()
        x.flat[::2] = far.flat[::2]
        x.flat[0], x.flat[2] = abs(far.flat[0]), -abs(far.flat[2])
        return {**values, "x": x}

    return drawn


def at_the_kink(*shape: int, **constants: Any) -> Inputs:
    """Every third entry of x is exactly 0."""

    def drawn(rng: np.random.Generator) -> Drawn:
        values = entries(*shape, **constants)(rng)
        values["x"].flat[1::3] = 0.0
        return values

    return drawn


def pieces(N: int, D: int, K: int, H: int, *, offset: float = 0.0, gradient: float = 1.0) -> Inputs:
    """x: (N, D), w: (K, D, H), b: (K, H), dout: (N, H) for maxout; offset: added to every b.

    Every unit's biases differ clearly, so that leaving them out shows.
    """

    def drawn(rng: np.random.Generator) -> Drawn:
        return {
            "x": rng.standard_normal((N, D)),
            "w": rng.standard_normal((K, D, H)),
            "b": offset + 1.5 * rng.standard_normal((K, H)),
            "dout": gradient * rng.standard_normal((N, H)),
        }

    return drawn
