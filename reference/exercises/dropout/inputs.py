"""Inputs of the unit's cases: no entry is near zero, so that a zero in an answer is a dropped one.

They are rounded to one decimal, unless it is said: the recorded answers hold thousands of them, and
statistics need no digits.
"""

import numpy as np

from reference.kit.drawn import Drawn, each_array
from reference.kit.exercise import Inputs


def away_from_zero(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Entries of either sign, between 0.5 and 2.5 in size."""
    entries: np.ndarray = rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.5, shape).round(1)
    return entries


def with_digits(inputs: Inputs) -> Inputs:
    """The same with numbers of many digits: a function that rounds shows."""
    return lambda rng: each_array(inputs(rng), lambda array: array * (np.pi / 3))


def entries(*shape: int, p: float, mode: str = "train") -> Inputs:
    """x and dout of that shape, a dropout_param without a seed, and `training`, one for train mode."""

    def drawn(rng: np.random.Generator) -> Drawn:
        x, dout = away_from_zero(rng, *shape), away_from_zero(rng, *shape)
        training = {"p": p, "mode": "train"}
        return {"x": x, "dout": dout, "dropout_param": {**training, "mode": mode}, "training": training}

    return drawn


def seeded(name: str, inputs: Inputs) -> Inputs:
    """The same with the dict `name` twice more: `seeded` with a seed, `reseeded` with another one."""

    def drawn(rng: np.random.Generator) -> Drawn:
        values = inputs(rng)
        seed = int(rng.integers(1, 1000))
        dicts = {"seeded": {**values[name], "seed": seed}, "reseeded": {**values[name], "seed": seed + 1}}
        return {**values, **dicts}

    return drawn


def linear(N: int, D: int, H: int, *, p: float, mode: str = "train", bias: bool = True) -> Inputs:
    """x: (N, D), w: (D, H), b: (H,), dout: (N, H), a dropconnect_param, and `training`, one for train mode;
    without bias b is zero."""

    def drawn(rng: np.random.Generator) -> Drawn:
        return {
            "x": away_from_zero(rng, N, D),
            "w": away_from_zero(rng, D, H),
            "b": away_from_zero(rng, H) * bias,
            "dout": away_from_zero(rng, N, H),
            "dropconnect_param": {"p": p, "mode": mode},
            "training": {"p": p, "mode": "train"},
        }

    return drawn
