"""The report on a large class in all units: how long it takes, and how large its page is.

Records and gradebook are those of a class that was drawn and not graded: what is measured only reads them.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

import reference.kit.units
from autograder.classreport.making import PAGE
from autograder.course import REPOSITORY, Assignment, Course
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.records import CheckScore, Record, save
from autograder.intake.repair import Repair
from autograder.reasons import Reason
from autograder.units.plan import Plan, PlannedCell, read_plan
from autograder.units.prepare import prepare
from benchmarks.graders import timed
from reference.kit.exercise import Misconception

_FIRST = datetime(2026, 3, 1, 12)
_REFUSED, _REPAIRED = 0.03, 0.08
_EVIDENCE = "hidden, y: expected 0.12345, 1.2345, 12.345, got 0.54321, 5.4321, 54.321; " * 4
_MARKED = (
    "update grade set manual_score = abs(random() % 6), needs_manual_grade = 0 "
    "where auto_score is null and random() % 2 = 0"
)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report on `students` in `units`: seconds from the command to its end, processor time, peak memory,
    size of the page.
    """

    students: int
    units: int
    exercises: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    page_bytes: int


def reported(count: int, seed: int, told: Callable[[str], None]) -> Reported:
    """Draw a class of `count` in all units, and report on it."""
    with tempfile.TemporaryDirectory(prefix="stagewise-report-") as folder:
        course = Course(Path(folder))
        units = Course(REPOSITORY).units()
        prepare(course, units)
        rng = np.random.default_rng([seed, count])
        ability = rng.normal(size=count)
        plans = [read_plan(course.instructor(unit)) for unit in units]
        for number, plan in enumerate(plans):
            store(course, plan, ability, rng, _FIRST + timedelta(weeks=number))
        with closing(sqlite3.connect(course.gradebook)) as book, book:
            book.execute(_MARKED)
        told(f"records of {count} students in {len(units)} units are there; now they are reported on")
        command = [sys.executable, "-m", "autograder", "report", "--course", str(course.root)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds, memory = timed(command, course.root)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = (course.root / PAGE).stat().st_size
    exercises = sum(bool(cell.points) for plan in plans for cell in plan.cells)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Reported(count, len(units), exercises, seconds, spent, memory.peak, size)


def store(course: Course, plan: Plan, ability: np.ndarray, rng: np.random.Generator, due: datetime) -> None:
    """Put into gradebook and records what grading would have: a class of these abilities in one unit."""
    mistakes = _mistakes(plan.unit)
    hard = {cell.grade_id: rng.normal() for cell in plan.cells}
    entries = []
    for number, level in enumerate(ability, 1):
        student = f"student{number:05}"
        checks = tuple(_checks(plan, level, hard, mistakes, rng))
        refused = rng.random() < _REFUSED
        repaired = (Repair(Reason.MISSING_CELL_RESTORED, "a"),) if rng.random() < _REPAIRED else ()
        save(Assignment(course, plan.unit), _record(student, plan.unit, checks, repaired, refused))
        points: dict[str, float | None] = {cell.grade_id: None for cell in plan.cells if cell.points}
        points |= {check.check: check.points for check in checks}
        when = due - timedelta(hours=float(rng.exponential(20) - 4 + 2 * level))
        entries.append(Entry(student, when, None if refused else points))
    with GradebookWriter(course.db_url, plan.unit) as book:
        book.write(entries)


def _record(
    student: str, unit: str, checks: tuple[CheckScore, ...], repairs: tuple[Repair, ...], refused: bool
) -> Record:
    if refused:
        return Record(student, unit, "", "", "", Reason.NOT_JSON, "the file is cut", "save it again")
    return Record(student, unit, "", "", "sandbox", checks=checks, repairs=repairs)


def _mistakes(unit: str) -> dict[str, tuple[Misconception, ...]]:
    return {one.name: one.misconceptions for one in reference.kit.units.load(unit).exercises}


def _checks(
    plan: Plan,
    level: float,
    hard: dict[str, float],
    mistakes: dict[str, tuple[Misconception, ...]],
    rng: np.random.Generator,
) -> Iterator[CheckScore]:
    for cell in plan.cells:
        if cell.role == "check" and cell.points:
            good = rng.random() < 1 / (1 + np.exp(hard[cell.grade_id] - 1 - 1.5 * level))
            yield _right(cell) if good else _wrong(cell, mistakes[cell.asks[0]], rng)


def _right(cell: PlannedCell) -> CheckScore:
    return CheckScore(cell.grade_id, cell.points, cell.points, Reason.OK)


def _wrong(cell: PlannedCell, mistakes: tuple[Misconception, ...], rng: np.random.Generator) -> CheckScore:
    """A share or nothing; half of the answers are those of a known mistake, the first ones more often."""
    reason = (Reason.PARTIAL, Reason.WRONG, Reason.WRONG, Reason.UNFINISHED, Reason.ERROR)[rng.integers(5)]
    points = round(cell.points / 2, 2) if reason is Reason.PARTIAL else 0.0
    if reason is Reason.WRONG and rng.random() < 0.8:
        one = mistakes[min(int(rng.exponential(2)), len(mistakes) - 1)]
        told = one.says, one.name
    else:
        told = "", ""
    return CheckScore(cell.grade_id, points, cell.points, reason, *told, evidence=_EVIDENCE)
