"""Answers of which more than one is right: the slope at a kink may be anything between two."""

from __future__ import annotations

from typing import Any

import numpy as np

_ROUNDING = 1e-5  # of the larger of both: float32 work between them still is


def settled(got: Any, one: Any, other: Any) -> Any:
    """`got`, with each entry that lies between those of `one` and `other` replaced by that of `one`.

    Where the two are equal nothing is replaced. What is no float array of their shape comes back as it is.

    >>> settled(np.array([0.5, 7.0]), np.array([0.0, 2.0]), np.array([1.0, 2.0]))
    array([0., 7.])
    """
    if type(got) is not np.ndarray or got.dtype.kind != "f" or got.shape != np.shape(one):
        return got
    low, high = np.minimum(one, other), np.maximum(one, other)
    slack = _ROUNDING * np.maximum(np.abs(low), np.abs(high))
    inside = (low != high) & (got >= low - slack) & (got <= high + slack)
    return np.where(inside, one, got).astype(got.dtype)
