"""Blackboard: what "Work Offline, Download" writes, "Work Offline, Upload" takes (Blackboard Help for
instructors, "Work offline with grade data").

- Columns: Last Name, First Name, Username (who a student is), Student ID and more, then `Title [Total Pts: 10
  Score] |1234`, of which the number behind the bar is the column's own: without it a new one is made.
- Tab-delimited with the ending .xls, in UTF-16 with its mark, or comma-delimited with the ending .csv, in
  UTF-8; cells stand in quotes.
- There is no upload of many feedback files.
"""

from __future__ import annotations

import re
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
    headed,
    people_lines,
    points_in,
)
from autograder.publishing.table import Table

_COLUMN = re.compile(
    r"(?P<title>.+) \[Total Pts: (?:up to )?(?P<most>[\d.,]+)[^\]]*\] ?\|(?P<id>\d+)", re.DOTALL
)


def _fits(names: Sequence[str], column: str) -> bool:
    return "Username" in names and any(_COLUMN.fullmatch(name) for name in names)


def _read(table: Table, wanted: Wanted) -> Exported:
    rows = [_row(table, at) for at in people_lines(table)]
    return export_of(table, chosen(table, _columns(table), wanted), rows, "Username")


def _columns(table: Table) -> list[Column]:
    return [
        Column(at, found[0], (found[0], found["title"], found["id"]), points_in(found["most"]))
        for at, found in headed(table, _COLUMN)
    ]


def _row(table: Table, at: int) -> Row:
    user, number = (table.get(at, table.column(name)) for name in ("Username", "Student ID"))
    return Row(at, full_name(table, at), user, (user, number))


BLACKBOARD = System(
    told="Blackboard",
    file="Blackboard's table of grades",
    export="Work Offline, Download, or Download Grades",
    upload="Work Offline, Upload, or Upload Gradebook",
    upload_pages="Blackboard has no upload of many files: attach the pages in feedback/ one by one",
    encodings=("utf-16-le", "utf-8", "utf-16-be"),
    separators="\t,",
    fits=_fits,
    read=_read,
)
