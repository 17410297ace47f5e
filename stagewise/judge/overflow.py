"""Warnings of overflow where NumPy gives none: processors tell of one by a flag, which WebAssembly lacks.

There the functions of NumPy in which students' formulas overflow look at what they return. Operators (`/`,
`**`) cannot.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

_LOGARITHMS = ("log", "log2", "log10", "log1p")
LOOKED_AT = ("exp", "exp2", "expm1", "cosh", "sinh", "square", "sqrt", *_LOGARITHMS)
_SETTING = {"overflow": "over", "divide by zero": "divide", "invalid value": "invalid"}


@cache
def is_silent() -> bool:
    """Whether NumPy warns of nothing here."""
    with warnings.catch_warnings(record=True) as heard, np.errstate(over="warn"):
        warnings.simplefilter("always")
        np.exp(np.array([1e4]))
    return not heard


@contextmanager
def spoken() -> Iterator[None]:
    """Where NumPy is silent, let the functions that are LOOKED_AT warn as they do elsewhere."""
    before = {name: getattr(np, name) for name in LOOKED_AT} if is_silent() else {}
    for name, function in before.items():
        setattr(np, name, _Spoken(function))
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(np, name, function)


class _Spoken:
    """A function of one argument of NumPy, which warns."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, x: Any, *more: Any, **options: Any) -> Any:
        given = np.array(x)  # `out` may be the argument itself
        result = self._function(x, *more, **options)
        for kind in kinds(self._function.__name__, given, result, options.get("where", True)):
            if dict(np.geterr())[_SETTING[kind]] != "ignore":
                text = f"{kind} encountered in {self._function.__name__}"
                warnings.warn(text, RuntimeWarning, stacklevel=2)
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


def kinds(name: str, given: Any, result: Any, where: Any = True) -> list[str]:
    """What NumPy warns of when the function of this name makes `result` of `given`, in its words."""
    if np.asarray(given).dtype.kind not in "biuf" or np.asarray(result).dtype.kind != "f":
        return []
    infinite = np.isinf(result) & np.isfinite(given) & where
    undefined = np.isnan(result) & ~np.isnan(given) & where
    found = ["divide by zero" if name in _LOGARITHMS else "overflow"] if np.any(infinite) else []
    return found + (["invalid value"] if np.any(undefined) else [])
