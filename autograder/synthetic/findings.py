"""What came of a synthetic class, as tables: each student, each unit, and the mistakes that are held most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from statistics import median

from rich.table import Table

from autograder.grading.records import Record
from autograder.reasons import Reason
from autograder.synthetic.students import Student
from autograder.terminal import shown

_MOST_LINES = 5


def students_table(students: Iterable[Student], records: Mapping[str, Record]) -> Table:
    """A line for each student: unit, what was handed in, points, and what was found."""
    table = _table("who", "unit", "handed in", "points", "what was found")
    for student in sorted(students, key=lambda one: (one.unit, one.kind, one.name)):
        record = records[student.name]
        points = "-" if record.reason is not Reason.OK else f"{round(record.points, 2):g}"
        table.add_row(student.name, student.unit, _handed_in(student), points, shown(_found(record)))
    return table


def units_table(records: Collection[Record]) -> Table:
    """A line for each unit: how many were graded, and the lowest, the median and the highest points."""
    table = _table("unit", "handed in", "graded", "lowest", "median", "highest")
    for unit in sorted({record.unit for record in records}):
        own = [record for record in records if record.unit == unit]
        points = sorted(record.points for record in own if record.reason is Reason.OK)
        told = [f"{round(one, 2):g}" for one in (points[0], median(points), points[-1])] if points else "---"
        table.add_row(unit, str(len(own)), str(len(points)), *told)
    return table


def told_most(records: Iterable[Record]) -> Table:
    """The misconceptions that most students hold: how many, where, and the sentence that they are told."""
    held = Counter(
        (record.unit, check.check.removeprefix("check-"), check.diagnosis)
        for record in records
        for check in record.checks
        if check.misconception
    )
    table = _table("students", "unit", "exercise", "misconception held most")
    most = sorted(held.items(), key=lambda one: (-one[1], one[0]))[:_MOST_LINES]
    for (unit, exercise, says), count in most:
        table.add_row(str(count), unit, exercise, says)
    return table


def _table(*titles: str) -> Table:
    """A plain table whose last column alone is wrapped."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles[:-1]:
        numbers = title in ("points", "students", "graded", "lowest", "median")
        table.add_column(title, justify="right" if numbers else "left", no_wrap=True)
    table.add_column(titles[-1])
    return table


def _handed_in(student: Student) -> str:
    """The kind; for a file or a trick also which."""
    return f"{student.kind}: {student.planted[0]}" if student.kind in ("damaged", "hostile") else student.kind


def _found(record: Record) -> str:
    """Why it could not be graded, or each diagnosis once, or in how many checks which reason was given."""
    if record.reason is not Reason.OK:
        return f"{record.reason.value}: {record.remedy}"
    told = [f"{one.check}: {one.diagnosis}" for one in record.checks if one.misconception]
    counts = Counter(
        check.reason for check in record.checks if check.reason is not Reason.OK and not check.misconception
    )
    told += [f"{count} x {reason.value}" for reason, count in counts.items()]
    repaired = sorted({repair.reason.value for repair in record.repairs})
    return "\n".join(told + ([f"repaired: {', '.join(repaired)}"] if repaired else [])) or "all right"
