"""Statistics of tests and their items: pure functions over arrays, NaN where a number is not defined.

Rows are students, columns are items. Nothing here knows of class sizes that are too small: see `estimates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

CONFIDENCE = 0.95
EXTREME = 0.27
_SAME = 1e-9


def is_constant(values: Floats) -> bool:
    """Whether all values are the same, but for what adding binary fractions leaves.

    >>> is_constant(np.array([0.3, 0.1 + 0.2])), is_constant(np.array([1.0, 2.0]))
    (True, False)
    """
    return bool(np.ptp(values) <= _SAME * max(1.0, float(np.abs(values).max()))) if values.size else True


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's r of two (N,) arrays without gaps; NaN where one of them is constant or N < 2."""
    if len(x) < 2 or is_constant(x) or is_constant(y):
        return float("nan")
    from scipy.stats import pearsonr

    return float(pearsonr(x, y).statistic)


def rest_totals(points: Floats) -> Floats:
    """For each item the sum of all others: (N, K) points without gaps to (N, K).

    An item's correlation with these is its corrected item-total correlation. Source: Henrysson, S. (1963),
    Correction of item-total correlations in item analysis, Psychometrika 28, 211-218.

    >>> rest_totals(np.array([[1.0, 2.0, 4.0]])).tolist()
    [[6.0, 5.0, 3.0]]
    """
    rests: Floats = points.sum(axis=1, keepdims=True) - points
    return rests


def upper_lower(shares: Floats, totals: Floats, part: float = EXTREME) -> float:
    """The mean share of an item in the best `part` of the class by total, minus that in the worst.

    `shares` and `totals` are (N,). Each group has round(part N) students, at least one; students who tie for
    its last places share them, so that the order of a list decides nothing. Source: Kelley, T. L. (1939), The
    selection of upper and lower groups for the validation of test items, Journal of Educational Psychology
    30, 17-24.
    """
    if len(totals) < 2:
        return float("nan")
    size = max(1, round(part * len(totals)))
    return _mean_of_highest(shares, totals, size) - _mean_of_highest(shares, -totals, size)


def _mean_of_highest(shares: Floats, totals: Floats, size: int) -> float:
    """The mean share of the `size` highest by total; those at the limit count in equal parts."""
    limit = np.sort(totals)[-size]
    margin = _SAME * max(1.0, abs(float(limit)))
    above, tied = totals > limit + margin, np.abs(totals - limit) <= margin
    places = size - np.count_nonzero(above)
    return float((shares[above].sum() + places * shares[tied].mean()) / size)


def cronbach_alpha(points: Floats) -> float:
    """Cronbach's alpha of (N, K) points without gaps: K / (K - 1) (1 - sum of variances / variance of sums).

    NaN for fewer than two students or items, and where all totals are the same. Source: Cronbach, L. J.
    (1951), Coefficient alpha and the internal structure of tests, Psychometrika 16, 297-334.
    """
    students, items = points.shape
    totals = points.sum(axis=1)
    if students < 2 or items < 2 or is_constant(totals):
        return float("nan")
    within = float(points.var(axis=0, ddof=1).sum())
    return float(items / (items - 1) * (1 - within / totals.var(ddof=1)))


def feldt_interval(
    alpha: float, students: int, items: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The interval of an alpha: (1 - alpha) / (1 - true alpha) is F with N - 1 and (N - 1)(K - 1) degrees.

    Source: Feldt, L. S. (1965), The approximate sampling distribution of Kuder-Richardson reliability
    coefficient twenty, Psychometrika 30, 357-370.
    """
    from scipy.stats import f

    degrees = students - 1, (students - 1) * (items - 1)
    tail = (1 - confidence) / 2
    low, high = (1 - (1 - alpha) * float(f.ppf(part, *degrees)) for part in (1 - tail, tail))
    return low, high


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation of two (N,) arrays without gaps; NaN where one of them is constant.

    Source: Spearman, C. (1904), The proof and measurement of association between two things, American Journal
    of Psychology 15, 72-101.
    """
    if len(x) < 2 or is_constant(x) or is_constant(y):
        return float("nan")
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic)


def spearman_interval(rho: float, students: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a rank correlation: Fisher's z with the standard error sqrt((1 + rho^2 / 2) / (N - 3)).

    Source: Bonett, D. G. and Wright, T. A. (2000), Sample size requirements for estimating Pearson, Kendall
    and Spearman correlations, Psychometrika 65, 23-28.
    """
    if students <= 3 or abs(rho) >= 1:
        return rho, rho
    from scipy.stats import norm

    margin = float(norm.ppf((1 + confidence) / 2)) * ((1 + rho**2 / 2) / (students - 3)) ** 0.5
    low, high = np.tanh(np.arctanh(rho) + np.array([-margin, margin]))
    return float(low), float(high)


def quartiles(values: Floats) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile of a (N,) array, N > 0, by linear interpolation.

    Source: Hyndman, R. J. and Fan, Y. (1996), Sample quantiles in statistical packages, The American
    Statistician 50, 361-365, definition 7.
    """
    first, middle, third = (float(value) for value in np.quantile(values, [0.25, 0.5, 0.75]))
    return first, middle, third


def tenths(percentages: Sequence[float] | Floats) -> tuple[int, ...]:
    """How many of the percentages lie in each tenth of 0 to 100; the last one includes 100, and more."""
    clipped = np.clip(np.asarray(percentages, dtype=float), 0, 100)
    counts, _ = np.histogram(clipped, bins=10, range=(0, 100))
    return tuple(int(count) for count in counts)
