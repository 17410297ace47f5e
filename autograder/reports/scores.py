"""Scores of a class: points from the gradebook (a person's go before ours), reasons and diagnoses from the
records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta, tzinfo
from math import fsum
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.course import Assignment, Course
from autograder.grading import records
from autograder.grading.records import CheckScore, Record
from autograder.isolation.confinement.level import Level
from autograder.isolation.lacks import told_of
from autograder.reasons import Reason
from autograder.reports.sheets import Sheet, in_decimals, in_words, read_sheets, reason_of
from autograder.spreadsheet import Value, csv_text
from autograder.term.penalty import spelt_out
from autograder.term.points import scale_of
from autograder.term.settings import Extension
from autograder.terminal import json_text, shown
from autograder.units.plan import Plan, PlannedCell, read_plan


@dataclass(frozen=True, slots=True)
class Score:
    """One graded cell of one student.

    A submission that could not be graded has one more row, with an empty `check`; one that lateness cost
    points has one with these, below zero, so that a student's rows add up to what counts. `isolation` is the
    level at which code ran, or "" where none did. `evidence` is for the instructor alone: what was expected
    in hidden cases, and what the student's code answered. `due` is the student's own date, "" where there is
    none, `extension` the reason why it is another than the class's.
    """

    student: str
    unit: str
    check: str
    points: float
    max: float
    reason: str
    diagnosis: str
    isolation: str = ""
    evidence: str = ""
    due: str = ""
    seconds_late: float = 0.0
    extension: str = ""
    counts: bool = True


LATE_PENALTY = "late-penalty"
_SOMETIMES = ("isolation", "evidence", "due", "seconds_late", "extension", "counts")
_ALWAYS = tuple(field.name for field in fields(Score) if field.name not in _SOMETIMES)


def scores(course: Course, unit: str, students: Sequence[str] = ()) -> list[Score]:
    """All scores of a unit: students in the order of their names, cells in the notebook's."""
    plan = read_plan(course.instructor(unit))
    sheets = read_sheets(course, unit)
    told = {record.student: record for record in records.load_all(Assignment(course, unit))}
    settings, nothing = course.settings(), Sheet(scale=scale_of(course, unit))
    result = []
    for student in sorted(sheets.keys() | told.keys()):
        if not students or student in students:
            sheet = sheets.get(student, nothing)
            terms = _terms(sheet, settings.timezone, settings.extensions_of(unit).get(student))
            rows = _of_student(plan, student, told.get(student), sheet)
            result += [replace(row, **terms) for row in rows]
    return result


def as_json(rows: Iterable[Score]) -> str:
    """A list of objects with the fields of Score; `isolation` only when some were below the best level, dates
    only when there are some, `counts` only when the unit does not, `evidence` only where there is some.
    """
    rows = list(rows)
    entries = [
        entry | ({"evidence": row.evidence} if row.evidence else {})
        for row, entry in zip(rows, _entries(rows), strict=True)
    ]
    return json_text(entries)


def as_csv(rows: Iterable[Score]) -> str:
    """A header and a line for each row, with the columns that `as_json` has, but for the evidence."""
    entries = _entries(rows)
    return csv_text(list(entries[0] if entries else _ALWAYS), (list(entry.values()) for entry in entries))


def _entries(rows: Iterable[Score]) -> list[dict[str, Value]]:
    entries = [asdict(row) for row in rows]
    asked = {
        ("isolation",): any(entry["isolation"] not in ("", Level.SANDBOX) for entry in entries),
        ("due", "seconds_late", "extension"): any(entry["due"] for entry in entries),
        ("counts",): not all(entry["counts"] for entry in entries),
    }
    names = (*_ALWAYS, *(name for names, there in asked.items() if there for name in names))
    return [{name: entry[name] for name in names} for entry in entries]


def show(rows: Sequence[Score], console: Console) -> None:
    """One line for each student: points, and what was found out about each check that did not earn all."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what was found")
    for student in dict.fromkeys(row.student for row in rows):
        own = [row for row in rows if row.student == student]
        refused = any(not row.check for row in own)
        points = fsum(row.points for row in own)
        most = max((row.max for row in own), default=0.0) if refused else sum(row.max for row in own)
        table.add_row(shown(student), f"{in_words(points)} / {in_words(most)}", shown(_findings(own)))
    console.print(table)
    for said in told_of({row.isolation for row in rows} - {Level.SANDBOX}):
        console.print(said)


def _findings(rows: Sequence[Score]) -> str:
    told = [
        f"{row.check or 'not graded'}: {row.diagnosis or row.reason}" for row in rows if _worth_telling(row)
    ]
    told += _lateness(rows)
    if any(row.isolation == Level.PROCESS for row in rows):
        told.append(f"{Reason.NO_SANDBOX.value}: {Reason.NO_SANDBOX.advice}")
    return "\n".join(told) or "nothing to tell"


def _lateness(rows: Sequence[Score]) -> list[str]:
    """An extension, and lateness that cost nothing; what it cost has a row of its own."""
    first, told = rows[0], []
    if first.extension:
        told.append(f"extension until {datetime.fromisoformat(first.due):%Y-%m-%d %H:%M}: {first.extension}")
    if first.seconds_late and not any(row.check == LATE_PENALTY for row in rows):
        told.append(f"handed in {spelt_out(timedelta(seconds=first.seconds_late))} late: it costs nothing")
    return told


def _worth_telling(row: Score) -> bool:
    return row.reason not in (Reason.OK.value, Reason.BY_HAND.value)


def _terms(sheet: Sheet, zone: tzinfo | None, extension: Extension | None) -> dict[str, Any]:
    """When the submission was due, how late it came, and why that was another date; whether it counts."""
    if sheet.due is None:
        return {"counts": sheet.counts}
    why = extension.why if extension else ""
    return {
        "counts": sheet.counts,
        "due": sheet.due.astimezone(zone or UTC).isoformat(),
        "seconds_late": sheet.seconds_late,
        "extension": (why or "granted") if sheet.extension else "",
    }


def _of_student(plan: Plan, student: str, record: Record | None, sheet: Sheet) -> Iterator[Score]:
    if record is not None and record.reason is not Reason.OK:
        yield _refusal(record, sheet.told(plan.points))
        if not record.checks:
            return
    checks = {check.check: check for check in record.checks} if record else {}
    for cell in plan.cells:
        if cell.points and cell.grade_id in sheet.marks:
            yield _score(record, student, plan.unit, cell, sheet, checks.get(cell.grade_id))
    yield from _penalty(record, student, plan.unit, sheet)


def _score(
    record: Record | None, student: str, unit: str, cell: PlannedCell, sheet: Sheet, check: CheckScore | None
) -> Score:
    mark = sheet.marks[cell.grade_id]
    reason = reason_of(cell, check, mark, record.changed if record else ())
    diagnosis = (check.diagnosis or check.detail) if check else ""
    if reason is Reason.CHANGED:
        points = in_words(sheet.told(mark.score))
        diagnosis = f"changed since it was marked: {points} points until it is marked again"
    isolation = record.isolation if record else ""
    earned, most = (float(in_decimals(sheet.told(one))) for one in (mark.score, cell.points))
    evidence = check.evidence if check else ""
    return Score(student, unit, cell.grade_id, earned, most, reason.value, diagnosis, isolation, evidence)


def _penalty(record: Record | None, student: str, unit: str, sheet: Sheet) -> Iterator[Score]:
    """What lateness cost, and no more than there was."""
    if sheet.late_penalty:
        earned = sum(in_decimals(sheet.told(mark.score)) for mark in sheet.marks.values())
        isolation = record.isolation if record else ""
        cost = float(in_decimals(sheet.told(sheet.score)) - earned)
        late = (LATE_PENALTY, cost, 0.0, Reason.LATE.value, sheet.lateness, isolation)
        yield Score(student, unit, *late)


def _refusal(record: Record, most: float) -> Score:
    said = f"{record.detail}; remedy: {record.remedy}"
    return Score(record.student, record.unit, "", 0.0, most, record.reason.value, said, record.isolation)
