"""What came of each member of a synthetic class, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.table import Table

from autograder.classreport.tables import plain_table
from autograder.grading.records import Record
from autograder.reasons import Reason
from autograder.synthetic.students import Student
from autograder.terminal import shown


def students_table(students: Iterable[Student], records: Mapping[str, Record]) -> Table:
    """A line for each student: unit, what was handed in, points, and what was found."""
    table = plain_table("who", "unit", "handed in", "points", "what was found", right=("points",))
    for student in sorted(students, key=lambda one: (one.unit, one.kind, one.name)):
        record = records[student.name]
        points = "-" if record.reason is not Reason.OK else f"{round(record.points, 2):g}"
        table.add_row(student.name, student.unit, _handed_in(student), points, shown(_found(record)))
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
