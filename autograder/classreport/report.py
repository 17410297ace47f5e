"""Everything that a report tells of a class, computed from its results: no file, no picture, no page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from autograder.classreport import estimates
from autograder.classreport.doubts import Doubt, doubts_about
from autograder.classreport.estimates import Estimate
from autograder.classreport.exercises import Exercise, exercises_of
from autograder.classreport.mistakes import Mistake, mistakes_of, most_first
from autograder.classreport.results import ClassResults, UnitResults
from autograder.classreport.statistics import Floats, tenths


@dataclass(frozen=True, slots=True, eq=False)
class UnitReport:
    """A unit: its results and what follows from them.

    `median` is in per cent of the points, its ends are the quartiles; `tenths` counts students by their per
    cent; `alpha` is over the settled items; `in_time` is the rank correlation of the time of submission with
    the points.
    """

    results: UnitResults
    exercises: tuple[Exercise, ...]
    median: Estimate
    tenths: tuple[int, ...]
    alpha: Estimate
    in_time: Estimate
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """How the points of one unit go with those of the next one: a rank correlation."""

    unit: str
    next: str
    correlation: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class ClassReport:
    """A course: its units, what is held and odd in all of them, and the way from unit to unit."""

    results: ClassResults
    units: tuple[UnitReport, ...]
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Doubt, ...]
    following: tuple[Following, ...]


def report_on(results: ClassResults) -> ClassReport:
    """The report on a class."""
    units = tuple(map(_unit, results.units))
    return ClassReport(
        results=results,
        units=units,
        mistakes=most_first(mistake for unit in units for mistake in unit.mistakes),
        doubts=tuple(doubt for unit in units for doubt in unit.doubts),
        following=tuple(_following(one, other) for one, other in pairwise(results.units)),
    )


def _unit(results: UnitResults) -> UnitReport:
    exercises, mistakes, totals = exercises_of(results), mistakes_of(results), results.totals
    return UnitReport(
        results=results,
        exercises=exercises,
        median=estimates.median(totals),
        tenths=tenths(totals[np.isfinite(totals)]),
        alpha=estimates.alpha(results.points[:, results.settled]),
        in_time=estimates.rank_correlation(results.handed_in, totals),
        mistakes=mistakes,
        doubts=doubts_about(results.unit, exercises, mistakes),
    )


def _following(one: UnitResults, other: UnitResults) -> Following:
    students = sorted(set(one.students) & set(other.students))
    both = estimates.rank_correlation(_totals_of(one, students), _totals_of(other, students))
    return Following(one.unit, other.unit, both)


def _totals_of(unit: UnitResults, students: list[str]) -> Floats:
    totals = dict(zip(unit.students, unit.totals, strict=True))
    return np.array([totals[student] for student in students])


def shares_of_all(results: ClassResults) -> Floats:
    """The shares of all students in all items of all units, (N, K); NaN where there is none."""
    rows = {student: number for number, student in enumerate(results.students)}
    table = np.full((len(rows), sum(len(unit.items) for unit in results.units)), np.nan)
    start = 0
    for unit in results.units:
        if unit.students:
            places = [rows[student] for student in unit.students]
            table[places, start : start + len(unit.items)] = unit.shares
        start += len(unit.items)
    return table
