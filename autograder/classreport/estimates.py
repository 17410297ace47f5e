"""Numbers with what they rest on: an interval, a count, or the reason why there is no number.

Below which class size a statistic says nothing is decided here, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from autograder.classreport import statistics
from autograder.classreport.statistics import Floats

LEAST_FOR_A_MEAN = 5
LEAST_FOR_A_CORRELATION = 30
LEAST_FOR_GROUPS = 40
ALL_THE_SAME = "no spread"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number from `count` students, with its 95 % interval where it has one; or None, and `why` not."""

    value: float | None
    count: int
    low: float | None = None
    high: float | None = None
    why: str = ""


def too_few(count: int, least: int) -> Estimate:
    """No number, because the class is too small for it."""
    return Estimate(None, count, why=f"too few: {count} of {least}")


def mean(values: Floats) -> Estimate:
    """The mean of what is known of (N,) values."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST_FOR_A_MEAN:
        return too_few(len(known), LEAST_FOR_A_MEAN)
    return Estimate(float(known.mean()), len(known))


def median(values: Floats) -> Estimate:
    """The median with the quartiles as its ends."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST_FOR_A_MEAN:
        return too_few(len(known), LEAST_FOR_A_MEAN)
    low, middle, high = statistics.quartiles(known)
    return Estimate(middle, len(known), low, high)


def item_total(item: Floats, rest: Floats) -> Estimate:
    """The correlation of an item's points with those of the other items, (N,) each, gaps left out."""
    known = np.isfinite(item) & np.isfinite(rest)
    count = int(known.sum())
    if count < LEAST_FOR_A_CORRELATION:
        return too_few(count, LEAST_FOR_A_CORRELATION)
    return _number(statistics.correlation(item[known], rest[known]), count)


def upper_lower(shares: Floats, totals: Floats) -> Estimate:
    """The difference of an item's mean share between the upper and the lower 27 %, gaps left out."""
    known = np.isfinite(shares) & np.isfinite(totals)
    count = int(known.sum())
    if count < LEAST_FOR_GROUPS:
        return too_few(count, LEAST_FOR_GROUPS)
    if statistics.is_constant(totals[known]):
        return Estimate(None, count, why=ALL_THE_SAME)
    return _number(statistics.upper_lower(shares[known], totals[known]), count)


def alpha(points: Floats) -> Estimate:
    """Cronbach's alpha of (N, K) points with Feldt's interval; students with gaps are left out."""
    points = points[np.isfinite(points).all(axis=1)]
    students, items = points.shape
    if students < LEAST_FOR_A_CORRELATION:
        return too_few(students, LEAST_FOR_A_CORRELATION)
    if items < 2:
        return Estimate(None, students, why="it takes two exercises")
    value = statistics.cronbach_alpha(points)
    if not isfinite(value):
        return Estimate(None, students, why=ALL_THE_SAME)
    return Estimate(value, students, *statistics.feldt_interval(value, students, items))


def rank_correlation(x: Floats, y: Floats) -> Estimate:
    """Spearman's correlation of two (N,) arrays with its interval; gaps are left out."""
    known = np.isfinite(x) & np.isfinite(y)
    count = int(known.sum())
    if count < LEAST_FOR_A_CORRELATION:
        return too_few(count, LEAST_FOR_A_CORRELATION)
    value = statistics.spearman(x[known], y[known])
    if not isfinite(value):
        return Estimate(None, count, why=ALL_THE_SAME)
    return Estimate(value, count, *statistics.spearman_interval(value, count))


def _number(value: float, count: int) -> Estimate:
    return Estimate(value, count) if isfinite(value) else Estimate(None, count, why=ALL_THE_SAME)
