"""Scores of a class: points from the gradebook (a person's go before ours), reasons and diagnoses from the
records.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from nbgrader import api
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from autograder import records
from autograder.course import Course
from autograder.errors import CourseError
from autograder.plan import PlannedCell, read_plan
from autograder.reasons import Reason
from autograder.records import CheckScore, Record


@dataclass(frozen=True, slots=True)
class Score:
    """One graded cell of one student.

    A submission that could not be graded has one more row, with an empty `check`.
    """

    student: str
    unit: str
    check: str
    points: float
    max: float
    reason: str
    diagnosis: str


def scores(course: Course, unit: str, students: Sequence[str] = ()) -> list[Score]:
    """All scores of a unit: students in the order of their names, cells in the notebook's."""
    plan = read_plan(course.instructor(unit))
    graded = {cell.grade_id: cell for cell in plan.cells if cell.points}
    told = {record.student: record for record in records.load_all(course, unit)}
    rows: dict[str, dict[str, Any]] = {}
    for row in _grades(course, unit):
        if row.name in graded:
            rows.setdefault(row.student, {})[row.name] = row
    result = []
    for student in sorted(rows.keys() | told.keys()):
        if students and student not in students:
            continue
        record = told.get(student)
        if record is not None and record.reason is not Reason.OK:
            result.append(_refusal(record, plan.points))
            if not record.checks:
                continue
        checks = {check.check: check for check in record.checks} if record else {}
        found = rows.get(student, {})
        result += [
            _score(student, unit, cell, found[name], checks.get(name))
            for name, cell in graded.items()
            if name in found
        ]
    return result


def as_json(rows: Iterable[Score]) -> str:
    """A list of objects with the fields of Score."""
    return json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)


def as_csv(rows: Iterable[Score]) -> str:
    """A header and a line for each row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Score))
    for row in rows:
        writer.writerow(_harmless(value) for value in asdict(row).values())
    return text.getvalue()


def show(rows: Sequence[Score], console: Console) -> None:
    """One line for each student: points, and what was found out about each check that did not earn all."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what was found")
    for student in dict.fromkeys(row.student for row in rows):
        own = [row for row in rows if row.student == student]
        refused = any(not row.check for row in own)
        points = sum(row.points for row in own)
        most = max((row.max for row in own), default=0.0) if refused else sum(row.max for row in own)
        table.add_row(student, f"{points:g} / {most:g}", _findings(own))
    console.print(table)


def _findings(rows: Sequence[Score]) -> str:
    told = [
        f"{row.check or 'not graded'}: {row.diagnosis or row.reason}" for row in rows if _worth_telling(row)
    ]
    return "\n".join(told) or "nothing to tell"


def _worth_telling(row: Score) -> bool:
    return row.reason not in (Reason.OK.value, Reason.BY_HAND.value)


def _score(student: str, unit: str, cell: PlannedCell, row: Any, check: CheckScore | None) -> Score:
    reason, diagnosis = _reason(cell, row, check)
    return Score(student, unit, cell.grade_id, float(row.total or 0.0), cell.points, reason.value, diagnosis)


def _reason(cell: PlannedCell, row: Any, check: CheckScore | None) -> tuple[Reason, str]:
    diagnosis = (check.diagnosis or check.detail) if check else ""
    if row.manual_score is not None:
        return Reason.BY_HAND, diagnosis
    if check is not None:
        return check.reason, diagnosis
    if row.auto_score is None:
        return Reason.WAITING, ""
    if cell.role == "written":
        return Reason.UNANSWERED, ""
    return (Reason.OK if row.auto_score == cell.points else Reason.WRONG), ""


def _refusal(record: Record, most: float) -> Score:
    said = f"{record.detail}; remedy: {record.remedy}"
    return Score(record.student, record.unit, "", 0.0, most, record.reason.value, said)


def _grades(course: Course, unit: str) -> list[Any]:
    if not course.gradebook.exists():
        raise CourseError(
            f"there is no gradebook in {course.root}", f"run: python -m autograder grade {unit}"
        )
    query = (
        select(
            api.SubmittedAssignment.student_id.label("student"),
            api.BaseCell.name,
            api.Grade.auto_score,
            api.Grade.manual_score,
            api.Grade.score.label("total"),
        )
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .where(api.Assignment.name == unit)
    )
    engine = create_engine(course.db_url)
    try:
        with engine.connect() as db:
            return list(db.execute(query))
    except OperationalError as problem:
        raise CourseError(
            f"the gradebook {course.gradebook} could not be read: {problem.orig}",
            "see whether another program uses it",
        ) from problem
    finally:
        engine.dispose()


def _harmless(value: object) -> object:
    """A spreadsheet takes a cell that starts like this for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
