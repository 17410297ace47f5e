"""Each exercise and written question of a unit: how hard it is, whom it tells apart, how answers ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from autograder.classreport import estimates
from autograder.classreport.estimates import Estimate
from autograder.classreport.results import UnitResults
from autograder.classreport.statistics import Floats, rest_totals
from autograder.reasons import Reason

OUTCOMES = ("right", "partly", "wrong", "unfinished", "error")
_UNFINISHED = (Reason.UNFINISHED, Reason.UNANSWERED)
_ERRORS = (
    Reason.ERROR,
    Reason.UNDEFINED,
    Reason.TIMEOUT,
    Reason.DIED,
    Reason.MEMORY,
    Reason.FLOODED,
    Reason.PROTOCOL,
    Reason.CHECK_BROKEN,
)
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Exercise:
    """What a class made of one graded cell.

    `difficulty` is the mean share of the points, 0 to 1. There is none, nor another number, while answers are
    `waiting`: those that are marked first are no fair sample. `outcomes` counts answers by how they ended
    (see OUTCOMES), `reasons` those that earned nothing by their reason.
    """

    name: str
    cell: str
    function: str
    points: float
    difficulty: Estimate
    item_total: Estimate
    upper_lower: Estimate
    outcomes: Mapping[str, int]
    reasons: Mapping[Reason, int]
    waiting: int

    @property
    def answers(self) -> int:
        """How many answers have points."""
        return sum(self.outcomes.values())


def exercises_of(unit: UnitResults) -> tuple[Exercise, ...]:
    """The graded cells of a unit in the notebook's order."""
    rests = np.full(unit.points.shape, np.nan)
    rests[:, unit.settled] = rest_totals(unit.points[:, unit.settled])
    return tuple(_exercise(unit, number, rests[:, number]) for number in range(len(unit.items)))


def _exercise(unit: UnitResults, number: int, rest: Floats) -> Exercise:
    item, shares, waiting = unit.items[number], unit.shares[:, number], unit.waiting[number]
    reasons = [row[number] for row in unit.reasons]
    ended = [(share, reason) for share, reason in zip(shares, reasons, strict=True) if isfinite(share)]
    counts = Counter(outcome(share, reason) for share, reason in ended)
    told = (
        estimates.mean(shares),
        estimates.item_total(unit.points[:, number], rest),
        estimates.upper_lower(shares, unit.totals),
    )
    if waiting:
        told = (Estimate(None, len(ended), why=f"{waiting} to mark"),) * 3
    return Exercise(
        name=item.name,
        cell=item.cell,
        function=item.function,
        points=item.points,
        difficulty=told[0],
        item_total=told[1],
        upper_lower=told[2],
        outcomes={name: counts[name] for name in OUTCOMES},
        reasons=Counter(reason for share, reason in ended if share <= 0),
        waiting=waiting,
    )


def outcome(share: float, reason: Reason) -> str:
    """How an answer ended, by the share of the points that it earned and, where that is nothing, the reason.

    >>> outcome(0.5, Reason.TIMEOUT), outcome(0.0, Reason.TIMEOUT), outcome(0.0, Reason.BY_HAND)
    ('partly', 'error', 'wrong')
    """
    if share >= _WHOLE:
        return "right"
    if share > 0:
        return "partly"
    return "unfinished" if reason in _UNFINISHED else "error" if reason in _ERRORS else "wrong"
