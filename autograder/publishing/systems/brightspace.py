"""Brightspace: grades are imported from what it exports (D2L, "Importing grades" and "Exporting grades").

- Columns: OrgDefinedId and Username (one of them at least, each with `#` before it where it was exported so),
  then perhaps names and groups, `Title Points Grade` for each item, in exports with `<Numeric MaxPoints:10
  …>` behind it, and last End-of-Line Indicator, `#` in each line. In UTF-8, parted by commas or tabs.
- A grade is a number with a decimal point. One above the maximum becomes the maximum, unless the item may
  exceed it.
- Feedback files go back in folders named as in the download of the submissions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.collecting.systems import brightspace
from autograder.publishing.exported import (
    Column,
    Exported,
    Row,
    System,
    Told,
    Wanted,
    chosen,
    export_of,
    full_name,
    headed,
    people_lines,
    points_in,
)
from autograder.publishing.table import Table

_ITEM = re.compile(r"(?P<title>.+) Points Grade(?: <(?P<more>.*)>)?", re.DOTALL)
_MOST = re.compile(r"\bMaxPoints:([\d.,]+)")
_KEYS = ("OrgDefinedId", "Username")
_LAST = "End-of-Line Indicator"


def _fits(names: Sequence[str], column: str) -> bool:
    return _LAST in names and any(key in names for key in _KEYS)


def _read(table: Table, wanted: Wanted) -> Exported:
    rows = [_row(table, at) for at in people_lines(table)]
    return export_of(table, chosen(table, _columns(table), wanted), rows, "OrgDefinedId or Username")


def _columns(table: Table) -> list[Column]:
    columns = []
    for at, found in headed(table, _ITEM):
        most = _MOST.search(found["more"] or "")
        names = (found[0], found["title"], f"{found['title']} Points Grade")
        columns.append(Column(at, found[0], names, points_in(most[1]) if most else None))
    return columns


def _row(table: Table, at: int) -> Row:
    ids = tuple(table.get(at, table.column(name)).removeprefix("#") for name in (*_KEYS, "Email"))
    return Row(at, full_name(table, at), "", ids)


def _page(row: Row, told: Told, unit: str) -> str:
    parts = str(told.get("file", "")).split("/")
    for at, part in enumerate(parts):
        found = brightspace.named(parts[at:])
        if found is not None:
            return f"{part}/{unit}.html" if found.end == len(part) else f"{part[: found.end]} - {unit}.html"
    return ""


BRIGHTSPACE = System(
    told="Brightspace",
    file="Brightspace's table of grades",
    export="Grades, Enter Grades, Export, key field Both, grade values Points grade",
    upload="Grades, Enter Grades, Import",
    upload_pages="the assignment's submissions, Add Feedback Files",
    encodings=("utf-8",),
    separators=",\t",
    fits=_fits,
    read=_read,
    page=_page,
    above="Brightspace makes it the maximum, unless the item may exceed it (Can Exceed)",
)
