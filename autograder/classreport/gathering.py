"""Reads what grading knows of a class: points from the gradebook, reasons and mistakes from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from autograder.classreport.results import ClassResults, Held, Item, Refused, UnitResults
from autograder.classreport.statistics import Floats
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading import records
from autograder.grading.records import Record
from autograder.reasons import Reason
from autograder.reports.sheets import Mark, Sheet, read_sheets, read_students, reason_of
from autograder.units.plan import Plan, PlannedCell, read_plan

_SECONDS_A_DAY = 86400.0
_NEVER = datetime.max.replace(tzinfo=UTC)


def gather(
    course: Course, units: Sequence[str], on_unit: Callable[[str], None] = lambda unit: None
) -> ClassResults:
    """The results of these units, in the order of course.toml or of their dates; CourseError where none of
    them was graded, or there is no gradebook.
    """
    found, without = [], []
    for unit in units:
        results = _unit(course, unit) if course.instructor(unit).exists() else None
        on_unit(unit)
        if results is None:
            without.append(unit)
        else:
            found.append(results)
    if not found:
        raise CourseError(
            f"nobody has handed in {_listed(units)}, or nothing of it was graded",
            f"run: python -m autograder grade {units[0] if len(units) == 1 else 'UNIT'}",
        )
    known = {student for one in found for student in (*one.students, *(one.student for one in one.refused))}
    students = tuple(sorted(known | read_students(course)))
    if not course.settings().order:
        found.sort(key=when_due)
    return ClassResults(_name(course), tuple(found), tuple(without), students)


def _name(course: Course) -> str:
    """The course's id, or its directory's name where it has none."""
    return str(course.config().CourseDirectory.get("course_id", "")) or course.root.name


def _listed(units: Sequence[str]) -> str:
    return units[0] if len(units) == 1 else f"any of {', '.join(units)}"


def when_due(results: UnitResults) -> tuple[datetime, str]:
    """Units by their due dates; those without by their first submission, and then by name."""
    return results.due or results.first or _NEVER, results.unit


def _unit(course: Course, unit: str) -> UnitResults | None:
    """The results of a unit; None where there are none."""
    plan, sheets = read_plan(course.instructor(unit)), read_sheets(course, unit)
    told = {record.student: record for record in records.load_all(Assignment(course, unit))}
    if not sheets and not told:
        return None
    return unit_results(plan, sheets, told)


def unit_results(plan: Plan, sheets: Mapping[str, Sheet], told: Mapping[str, Record]) -> UnitResults:
    """The results that sheets and records of a unit tell, by student."""
    cells = [cell for cell in plan.cells if cell.points]
    graded = sorted(student for student in sheets if _is_graded(sheets[student], told.get(student)))
    marks = [[_mark(sheets[student], cell) for cell in cells] for student in graded]
    due = next((sheet.due - sheet.extension for sheet in sheets.values() if sheet.due), None)
    first = min((sheet.handed_in for sheet in sheets.values() if sheet.handed_in), default=None)
    return UnitResults(
        unit=plan.unit,
        title=plan.title,
        items=tuple(map(_item, cells)),
        students=tuple(graded),
        points=np.array([[_points(mark) for mark in row] for row in marks]).reshape(len(graded), len(cells)),
        reasons=tuple(
            tuple(_reasons(told.get(student), cells, row)) for student, row in zip(graded, marks, strict=True)
        ),
        handed_in=_days([sheets[student].handed_in for student in graded], due or first),
        due=due,
        first=first,
        counts=all(sheet.counts for sheet in sheets.values()),
        late=sum(sheets[student].seconds_late > 0 for student in graded),
        held=tuple(_held(told, graded, cells)),
        refused=tuple(
            Refused(one.student, one.reason, one.detail, one.remedy)
            for one in told.values()
            if one.reason is not Reason.OK
        ),
        repairs=_repairs(told.values()),
    )


def _is_graded(sheet: Sheet, record: Record | None) -> bool:
    """Whether there are points; a file that cannot be graded has none, but for those of an earlier one."""
    if record is not None:
        return bool(record.checks) or record.reason is Reason.OK
    return any(mark.auto is not None or mark.manual is not None for mark in sheet.marks.values())


def _item(cell: PlannedCell) -> Item:
    name = cell.grade_id.removeprefix("check-").removeprefix("written-")
    return Item(name, cell.grade_id, cell.points, cell.asks[0] if cell.asks else "")


def _mark(sheet: Sheet, cell: PlannedCell) -> Mark:
    return sheet.marks.get(cell.grade_id, Mark(None, None, 0.0))


def _points(mark: Mark) -> float:
    return float("nan") if mark.auto is None and mark.manual is None else mark.score


def _reasons(record: Record | None, cells: Sequence[PlannedCell], marks: Sequence[Mark]) -> list[Reason]:
    checks = {check.check: check for check in record.checks} if record else {}
    changed = record.changed if record else ()
    return [
        reason_of(cell, checks.get(cell.grade_id), mark, changed)
        for cell, mark in zip(cells, marks, strict=True)
    ]


def _days(times: Sequence[datetime | None], start: datetime | None) -> Floats:
    """Days from `start` to each time."""
    if start is None:
        return np.full(len(times), np.nan)
    return np.array(
        [np.nan if one is None else (one - start).total_seconds() / _SECONDS_A_DAY for one in times]
    )


def _held(told: Mapping[str, Record], students: Sequence[str], cells: Sequence[PlannedCell]) -> list[Held]:
    functions = {cell.grade_id: cell.asks[0] for cell in cells if cell.asks}
    return [
        Held(student, functions[check.check], check.misconception, check.diagnosis)
        for student in students
        for check in (told[student].checks if student in told else ())
        if check.misconception and check.check in functions
    ]


def _repairs(told: Iterable[Record]) -> dict[Reason, tuple[str, ...]]:
    """The students of each kind of repair."""
    found: dict[Reason, set[str]] = {}
    for record in told:
        for repair in record.repairs:
            found.setdefault(repair.reason, set()).add(record.student)
    return {reason: tuple(sorted(students)) for reason, students in sorted(found.items())}
