"""Gradients measured with central differences, and the check of a gradient that somebody derived.

A derivative is the limit of (f(x + h) - f(x - h)) / 2h. Its error has two parts: the formula's, which grows
with h^2, and rounding's, which grows as h shrinks. In float64, h = 1e-5 leaves nine or ten right digits; in
float32 no h leaves more than four.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# About the cube root of the machine epsilon, where both parts of the error are equally small.
_STEPS = {"float64": 1e-5, "float32": 5e-3}
# What a right gradient's error stays under, and what it takes to call a gradient wrong.
_BOUNDS = {"float64": (1e-7, 1e-5), "float32": (1e-3, 1e-2)}
# Entries smaller than this share of the largest are measured against that share: their own digits are noise.
_SHARE = 1e-3


def numerical_gradient(
    f: Callable[[Array], Any], x: Array, df: Array | None = None, h: float | None = None
) -> Array:
    """The gradient of f at x by central differences, shape of x.

    x: float array. f(x): a number, or an array; then `df`, the upstream gradient of its shape, must be given
    and the result is the gradient of sum(df * f(x)). h: the step; None: 1e-5 for float64, 5e-3 for float32.
    While f runs, x itself is changed, one entry at a time, and always restored. TypeError or ValueError if x,
    f(x) or df do not fit this.

    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    _require_floats(x)
    h = _STEPS[x.dtype.name] if h is None else h
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        gradient[index] = _slope(f, x, index, df, h)
    return gradient


def relative_error(a: Any, b: Any) -> float:
    """The worst |a - b| / (|a| + |b|) over all entries of two arrays of one shape; 0 where both are 0.

    An entry under a thousandth of the largest is divided by that thousandth instead. There is no absolute
    floor: gradients of 1e-12 are compared as strictly as gradients of 1. ValueError if the shapes differ.

    >>> relative_error(np.array([1.0, 2.0]), np.array([1.0, 2.2])) # doctest: +ELLIPSIS
    0.0476...
    """
    return float(np.max(_relative_errors(np.asarray(a), np.asarray(b)), initial=0.0))


class Verdict(Enum):
    """What a gradient check found; the value is its sentence."""

    RIGHT = "The gradients agree."
    DOUBTFUL = (
        "The gradients are close, but not as close as they should be. A kink near x (ReLU at 0) can do this; "
        "otherwise a small term is missing."
    )
    WRONG = "The gradients differ: the formula is wrong, or it belongs to another f."
    RANDOM = (
        "f gives another value each time it is called, so nothing can be measured. Give what is random in "
        "it a seed."
    )
    EMPTY = (
        "Both gradients are zero up to rounding, so this proves nothing. Take a random upstream gradient "
        "instead of a plain sum."
    )


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The worst entry of a gradient, measured and derived. print() it."""

    verdict: Verdict
    error: float
    index: tuple[int, ...]
    measured: float
    derived: float
    bound: float
    dtype: str

    @property
    def right(self) -> bool:
        """Whether the derived gradient is right."""
        return self.verdict is Verdict.RIGHT

    def __str__(self) -> str:
        where = f"[{', '.join(map(str, self.index))}]"
        lines = [
            self.verdict.value,
            f"relative error {self.error:.1e}; a right gradient stays under {self.bound:.0e} in {self.dtype}",
            f"worst at {where}: measured {self.measured:.8g}, derived {self.derived:.8g}",
        ]
        if self.dtype == "float32" and self.verdict is not Verdict.RIGHT:
            lines.append(
                "float32 holds 7 digits; a difference keeps 3 or 4 of them. Repeat with x in float64."
            )
        return "\n".join(lines)


def gradient_check(
    f: Callable[[Array], Any], x: Array, gradient: Array, df: Array | None = None, h: float | None = None
) -> GradientCheck:
    """Compare `gradient`, derived by hand for f at x, with `numerical_gradient(f, x, df, h)`.

    >>> x = np.array([1.0, -3.0])
    >>> gradient_check(lambda x: (x**2).sum(), x, gradient=2 * x).right
    True
    >>> print(gradient_check(lambda x: (x**2).sum(), x, gradient=2.001 * x)) # doctest: +ELLIPSIS
    The gradients differ: the formula is wrong, or it belongs to another f.
    relative error 2.5e-04; a right gradient stays under 1e-07 in float64
    worst at [...]: measured ..., derived ...
    """
    measured = numerical_gradient(f, x, df, h)
    derived = np.asarray(gradient)
    if measured.size == 0:
        raise ValueError(f"x has shape {x.shape}: there is no entry whose gradient could be checked.")
    errors = _relative_errors(measured, derived)
    flat = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    index = tuple(int(i) for i in np.unravel_index(flat, errors.shape))
    bound, wrong = _BOUNDS[x.dtype.name]
    error = float(errors[index])
    if error <= bound and np.any(measured):
        verdict = Verdict.RIGHT
    elif not np.array_equal(_value(f, x, df), _value(f, x, df), equal_nan=True):
        verdict = Verdict.RANDOM
    elif _is_noise(f, x, df, h, measured, derived):
        verdict = Verdict.EMPTY
    else:
        verdict = Verdict.DOUBTFUL if error <= wrong else Verdict.WRONG
    return GradientCheck(
        verdict, error, index, float(measured[index]), float(derived[index]), bound, x.dtype.name
    )


def _slope(f: Callable[[Array], Any], x: Array, index: tuple[int, ...], df: Array | None, h: float) -> float:
    old = x[index]
    try:
        x[index] = old + h
        right, above = float(x[index]), _value(f, x, df)
        x[index] = old - h
        left, below = float(x[index]), _value(f, x, df)
    finally:
        x[index] = old
    if right == left:
        raise ValueError(f"The step h={h:g} is lost in x[{index}]={old:g} ({x.dtype.name}): give a larger h.")
    change = above - below
    upstream = 1.0 if df is None else df
    # Divided by the step that was taken, which rounding made a little different from 2h.
    return float(np.sum(change * upstream)) / (right - left)


def _value(f: Callable[[Array], Any], x: Array, df: Array | None) -> Array:
    """f(x) as a float64 array of its own: f may give back the same buffer each time."""
    value = f(x)
    if isinstance(value, tuple):
        raise TypeError(
            f"f(x) gave {len(value)} things; a gradient needs one: f = lambda x: forward(x, ...)[0]"
        )
    value = np.array(value, dtype=np.float64)
    if df is None and value.shape != ():
        raise ValueError(f"f(x) has shape {value.shape}. Give df, the upstream gradient of that shape.")
    if df is not None and value.shape != np.shape(df):
        raise ValueError(f"f(x) has shape {value.shape} but df has shape {np.shape(df)}. They must be equal.")
    return value


def _require_floats(x: Array) -> None:
    if not isinstance(x, np.ndarray) or x.dtype.name not in _STEPS:
        kind = x.dtype.name if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"x must be a float64 or float32 array, not {kind}: x = np.array(x, dtype=float)")


def _relative_errors(a: Array, b: Array) -> Array:
    if a.shape != b.shape:
        raise ValueError(f"The gradients have shapes {a.shape} and {b.shape}. They must be equal.")
    size = np.abs(a) + np.abs(b)
    size = np.maximum(size, _SHARE * np.max(size, initial=0.0, where=np.isfinite(size)))
    errors: Array = np.abs(a - b) / np.where(size == 0, 1.0, size)
    return errors


def _is_noise(
    f: Callable[[Array], Any], x: Array, df: Array | None, h: float | None, measured: Array, derived: Array
) -> bool:
    """Whether `measured` is only rounding (another step gives another answer) and `derived` is no larger."""
    h = _STEPS[x.dtype.name] if h is None else h
    again = numerical_gradient(f, x, df, 1.4 * h)
    size = max(np.max(np.abs(measured), initial=0.0), np.max(np.abs(again), initial=0.0))
    changed = np.max(np.abs(measured - again), initial=0.0) >= 0.5 * size
    return bool(changed and np.max(np.abs(derived), initial=0.0) <= 10 * size)
