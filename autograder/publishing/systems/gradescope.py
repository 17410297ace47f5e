"""Gradescope: the table of scores of an assignment, or of the course, as "Download Grades" writes it
(Gradescope Help, "Reviewing and exporting grades").

- Columns: First Name and Last Name, or Name, SID, Email, Sections, Total Score, Max Points, Status,
  Submission ID and more; of a whole course the assignment's title and `Title - Max Points` instead of the
  two. In UTF-8, parted by commas.
- Gradescope documents no import of scores: the filled table is for whatever reads its exports, such as a
  registrar's program.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.publishing.exported import (
    Column,
    Exported,
    Row,
    System,
    Wanted,
    chosen,
    export_of,
    full_name,
    people_lines,
    points_in,
)
from autograder.publishing.table import Table

_TOTAL, _MOST, _MOST_OF = "Total Score", "Max Points", " - Max Points"


def _fits(names: Sequence[str], column: str) -> bool:
    return "SID" in names and "Email" in names


def _read(table: Table, wanted: Wanted) -> Exported:
    lines = people_lines(table)
    total = table.column(_TOTAL)
    if total is not None and not wanted.column:
        column = Column(total, _TOTAL, (_TOTAL,), _most(table, lines, _MOST))
    else:
        column = chosen(table, _columns(table, lines), wanted)
    return export_of(table, column, [_row(table, at) for at in lines], "Email or SID")


def _columns(table: Table, lines: Sequence[int]) -> list[Column]:
    names = [name for name in table.header if f"{name}{_MOST_OF}" in table.header or name == _TOTAL]
    return [
        Column(
            table.header.index(name),
            name,
            (name,),
            _most(table, lines, _MOST if name == _TOTAL else f"{name}{_MOST_OF}"),
        )
        for name in names
    ]


def _most(table: Table, lines: Sequence[int], heading: str) -> float | None:
    """The maximum, which each line tells that has a submission."""
    told = {points_in(table.get(at, table.column(heading))) for at in lines} - {None}
    return next(iter(told)) if len(told) == 1 else None


def _row(table: Table, at: int) -> Row:
    name = table.get(at, table.column("Name")) or full_name(table, at)
    number, email = (table.get(at, table.column(name)) for name in ("SID", "Email"))
    return Row(at, name, number, (number, email))


GRADESCOPE = System(
    told="Gradescope",
    file="Gradescope's table of scores",
    export="the assignment, Review Grades, Download Grades, CSV",
    upload="Gradescope documents no import of scores; this is its own table, filled in",
    upload_pages="Gradescope has no upload of pages",
    encodings=("utf-8",),
    separators=",",
    fits=_fits,
    read=_read,
)
