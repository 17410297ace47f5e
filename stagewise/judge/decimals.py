"""Whether numbers are right ones that were rounded, as for printing."""

from __future__ import annotations

import numpy as np

MOST = 8
_SOME = 4  # numbers that are looked at before all are rounded, which takes several times as long
_SAME = 1e-9  # nearer than this, beside the largest number, nothing was rounded


def are_rounded(got: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether `got` is `wanted` rounded to 1 to 8 decimals, both of one shape, and so another array.

    What has no decimals, or is as exact in float32, may have come about otherwise.

    >>> are_rounded(np.array([0.333, 0.1]), np.array([1 / 3, 0.1]))
    True
    >>> are_rounded(np.array([0.0, 1.0]), np.array([1e-12, 1 - 1e-12]))
    False
    """
    if got.dtype.kind != "f" or wanted.dtype != np.float64 or not got.size:
        return False
    if any(round(one, MOST) != one for one in got.ravel()[:: -(-got.size // _SOME)].tolist()):
        return False
    if not (np.isfinite(got).all() and np.isfinite(wanted).all()):
        return False
    with np.errstate(all="ignore"):
        near = np.abs(got - wanted).max() <= _SAME * np.abs(wanted).max()
        if near or np.array_equal(got.astype(np.float32), got):
            return False
        return any(np.array_equal(got, np.round(wanted, places)) for places in range(1, MOST + 1))
