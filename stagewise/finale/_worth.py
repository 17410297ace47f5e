"""Means with their uncertainty, and what paired differences allow to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# 97.5 % quantiles of Student's t with 1, 2, ... degrees of freedom (Student 1908; R: qt(0.975, 1:9)).
_T = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
_T_BEYOND = 2.26


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of some numbers and its standard error (NaN for a single one)."""

    value: float
    error: float
    count: int

    @property
    def reach(self) -> float:
        """How far the ends of a 95 % interval are from the mean."""
        freedom = self.count - 1
        return self.error * (_T[freedom - 1] if 0 < freedom <= len(_T) else _T_BEYOND)


def mean_of(numbers: Sequence[float]) -> Mean:
    """The mean of numbers, with the standard error s / sqrt(n); s has n - 1 in its denominator.

    >>> mean_of([1.0, 2.0, 3.0]).value, round(mean_of([1.0, 2.0, 3.0]).error, 3)
    (2.0, 0.577)
    """
    values = np.asarray(numbers, dtype=float)
    spread = values.std(ddof=1) if len(values) > 1 else np.nan
    return Mean(float(values.mean()), float(spread / np.sqrt(len(values))), len(values))


def verdict(gain: Mean) -> str:
    """What a mean gain allows to say: of several 95 % intervals, one in twenty lies beside the truth."""
    if not np.isfinite(gain.error):
        return "one split says nothing"
    if gain.value - gain.reach > 0:
        return "worth something"
    if gain.value + gain.reach < 0:
        return "does harm here"
    return "not to be told from nothing"
