"""A setting for functions that take a function: a description of one becomes it where the student's code is.

    {"kind": "function", "name": "cubic", "a": array, "c": array}

Every function takes an array in the shape of `a` and returns a number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def quadratic(x: Array, a: Array, c: Array) -> float:
    """The sum of a x^2 + c x, entry by entry."""
    return float(np.sum(a * x**2 + c * x))


def cubic(x: Array, a: Array, c: Array) -> float:
    """The sum of a x^3 + c x: a difference to one side only is visibly off."""
    return float(np.sum(a * x**3 + c * x))


def coupled(x: Array, a: Array, c: Array) -> float:
    """The square of the sum of a x, plus the sum of c x: each slope depends on all entries."""
    return float(np.sum(a * x) ** 2 + np.sum(c * x))


FUNCTIONS: dict[str, Callable[..., float]] = {one.__name__: one for one in (quadratic, cubic, coupled)}


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of data that calls `function` with what the data describes."""

    @wraps(function)
    def of_data(*arguments: Any, **keywords: Any) -> Any:
        here = map(made, arguments)
        return function(*here, **{name: made(value) for name, value in keywords.items()})

    return of_data


def made(value: Any) -> Any:
    """The function that a value describes; a value that describes none as it is."""
    if type(value) is not dict or value.get("kind") != "function":
        return value
    return partial(FUNCTIONS[value["name"]], a=value["a"], c=value["c"])


OBSERVERS: dict[str, Callable[..., Any]] = {}
