"""Numbers in sentences, told alike by every processor although their last digits differ.

A number on the edge between two roundings would be told now one way, now the other; so it is rounded twice,
and what lies on the edge but for the last digits lies on it exactly after the first time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_FEWEST = 4  # digits: enough to find an entry by
_OF_THE_DIFFERENCE = 2  # digits of it that are to be seen
_GUARD = 3
_NOISE = 64  # roundings that a number made by cancelling has gathered


def numeral(value: Any, digits: int = _FEWEST) -> str:
    """A number with so many digits.

    >>> numeral(0.70710678), numeral(1.0625), numeral(1.0625000000000002)
    ('0.7071', '1.062', '1.062')
    """
    kind = complex if isinstance(value, complex) else float
    return f"{kind(f'{value:.{digits + _GUARD}g}'):.{digits}g}"


def small(value: float) -> str:
    """An error or a bound, of which only the size matters.

    >>> small(0.00012345), small(0.125), small(0.12500000000000003)
    ('1.2e-04', '1.2e-01', '1.2e-01')
    """
    return f"{float(f'{value:.{1 + _GUARD}e}'):.1e}"


def pair(one: Any, other: Any, rounding: float) -> tuple[str, str]:
    """Two numbers with the digits that show their difference; beside it, a few roundings are 0.

    rounding: the relative one of the numbers' type.

    >>> pair(1.0, 1.0005, 2e-16), pair(0.139012, 3.9e-32, 2e-16)
    (('1', '1.0005'), ('0.139', '0'))
    """
    with np.errstate(over="ignore"):
        size, off = max(abs(one), abs(other)), abs(one - other)
    digits = _FEWEST
    if 0 < off < math.inf:
        digits = max(_FEWEST, _OF_THE_DIFFERENCE - math.floor(math.log10(float(small(off / size)))))
    noise = _NOISE * rounding * off if off < math.inf else 0.0
    first, second = (numeral(0.0 if abs(value) <= noise else value, digits) for value in (one, other))
    return first, second
