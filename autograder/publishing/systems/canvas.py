"""Canvas: the gradebook that it exports (lib/gradebook_exporter.rb) is what it imports
(lib/gradebook_importer.rb).

- Columns: Student (or LastName, FirstName), ID, SIS User ID, SIS Login ID and some more, Section, then one
  `Title (ID)` for each assignment, then scores that are read only. In UTF-8, parted by commas or semicolons.
- Lines: "Points Possible" under the names; before it perhaps one of "Manual Posting" or "Muted". Last may be
  the test student.
- A grade is a number, of whose points and commas the last is the decimal one; EX is excused, N/A not
  assigned. An empty cell deletes a grade, so that cells which are not ours stay as they are.
- Submissions are uploaded again under the names of the download (app/models/abstract_assignment.rb,
  infer_comment_context_from_filename): of all parts between `_` the first two numbers are the user and the
  file, which must be the student's. Students see it as a comment with the name of their own file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.collecting.systems import canvas
from autograder.errors import CourseError
from autograder.publishing.exported import (
    Column,
    Exported,
    Row,
    System,
    Told,
    Wanted,
    chosen,
    export_of,
    headed,
    people_lines,
    points_in,
)
from autograder.publishing.table import Table

_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_HIDDEN = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE | re.DOTALL)
_IDS = ("SIS User ID", "SIS Login ID", "Integration ID")
_LOCKED = {"EX": "excused in Canvas", "N/A": "not assigned to this student in Canvas"}
_TEST_STUDENT = "Student, Test"


def _fits(names: Sequence[str], column: str) -> bool:
    return "Section" in names and (names[:2] == ["Student", "ID"] or names[1:3] == ["FirstName", "ID"])


def _read(table: Table, wanted: Wanted) -> Exported:
    lines = people_lines(table)
    possible = next((at for at in lines if "Points Possible" in table.get(at, 0)), None)
    if possible is None:
        raise CourseError(f"{table.name} has no line of points possible", "export the whole gradebook again")
    column = chosen(table, _columns(table, possible), wanted)
    if "read only" in table.get(possible, column.at):
        raise CourseError(
            f"Canvas computes the column {column.heading!r} itself", "name another with --column"
        )
    rows = [_row(table, at, column) for at in lines if at != possible and not _is_hidden_line(table, at)]
    return export_of(table, column, [row for row in rows if row.name != _TEST_STUDENT], "ID")


def _columns(table: Table, possible: int) -> list[Column]:
    section = table.header.index("Section")
    return [
        Column(at, found[0], (found[0], found["title"], found["id"]), points_in(table.get(possible, at)))
        for at, found in headed(table, _ASSIGNMENT)
        if at > section
    ]


def _row(table: Table, at: int, column: Column) -> Row:
    whole = table.column("Student")
    name = table.get(at, 0) if whole == 0 else f"{table.get(at, 0)}, {table.get(at, 1)}"
    number, *ids = (table.get(at, table.column(name)) for name in ("ID", *_IDS))
    locked = _LOCKED.get(table.get(at, column.at).upper(), "")
    return Row(at, name, number, (number, *ids), locked)


def _is_hidden_line(table: Table, at: int) -> bool:
    return all(_HIDDEN.fullmatch(cell.text) for cell in table.lines[at])


def _page(row: Row, told: Told, unit: str) -> str:
    for part in str(told.get("file", "")).split("/"):
        found = canvas.named((part,))
        if found is not None and found.owner.number == row.number:
            return f"{part[: found.end]}{unit}.html"
    return ""


CANVAS = System(
    told="Canvas",
    file="Canvas's gradebook",
    export="Grades, Export, Export Entire Gradebook",
    upload="Grades, Import; it shows what changes before it changes it",
    upload_pages="the assignment, Upload Submissions; students find the page as a comment, under the name of "
    "the file that they handed in: it opens once it is saved as .html",
    encodings=("utf-8",),
    separators=",;",
    fits=_fits,
    read=_read,
    page=_page,
)
