"""Moodle: the grading worksheet of one assignment (mod/assign/feedback/offline/importgradeslib.php and
locallib.php).

- Columns, among others: Identifier, Full name, Email address, Status, Grade, Maximum Grade, Grade can be
  changed, Last modified (grade); the importer needs the first, Grade and the last of these, under the names
  that they have in the language of whoever uploads. In UTF-8, parted by commas.
- An identifier is a word and the number of the person in this assignment, which is also in the names of the
  download. With hidden names there is nothing else.
- Right of the grade stands the maximum, or the scale of an assignment that is not graded in points.
- A grade is a number with a decimal point. Passed over without a word: what is above the maximum, and what
  Moodle has changed later than the worksheet says.
- Feedback files (mod/assign/feedback/file/importziplib.php): a zip of folders `Full
  name_NUMBER_assignsubmission_file_`, of which the second and the last two parts between `_` count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    in_file_name,
    people_lines,
    points_in,
)
from autograder.publishing.table import Table

_NUMBER = re.compile(r"\D*(\d+)")
_IDS = ("ID number", "Email address", "Username")
_NO = {"no", "nein", "non", "nee", "não", "nej", "ei"}


def _fits(names: Sequence[str], column: str) -> bool:
    return "Identifier" in names or bool(column and column in names)


def _read(table: Table, wanted: Wanted) -> Exported:
    lines = people_lines(table)
    heading = wanted.column or "Grade"
    columns = [Column(at, name, (name,)) for at, name in enumerate(table.header) if name]
    place = chosen(table, columns, Wanted(wanted.unit, wanted.title, heading)).at
    if not wanted.column and table.column("Last modified (grade)") is None:
        raise CourseError(
            f"{table.name} has no column 'Last modified (grade)', without which Moodle takes no grades",
            "download the grading worksheet again",
        )
    column = Column(place, heading, (heading,), _maximum(table, place, lines))
    return export_of(table, column, [_row(table, at) for at in lines], "identifier")


def _maximum(table: Table, grade: int, lines: Sequence[int]) -> float | None:
    """The points that all lines are out of: the column right of the grade, whatever it is called there.

    Raises CourseError where that is a scale; None where the worksheet is so old that it does not tell.
    """
    place = table.column("Maximum Grade") or grade + 1
    told = {table.get(at, place) for at in lines} - {""}
    points = {points_in(one) for one in told}
    if len(points) == 1 and None not in points:
        return points.pop()
    if table.column("Maximum Grade", "Scale") is None or not told:
        return None
    raise CourseError(
        f"{table.name} tells no one maximum of points, but {', '.join(sorted(told)[:5])}",
        "let the assignment be graded in points (a scale, or no grade, cannot take them), and download the "
        "worksheet again",
    )


def _row(table: Table, at: int) -> Row:
    identifier = table.get(at, table.column("Identifier") or 0)
    number = _NUMBER.fullmatch(identifier)
    if number is None:
        raise CourseError(
            f"line {table.number(at)} of {table.name} has the identifier {identifier!r}, which has no number",
            "download the grading worksheet again",
        )
    ids = tuple(table.get(at, table.column(name)) for name in _IDS)
    unlocked = table.get(at, table.column("Grade can be changed")).casefold() not in _NO
    locked = "" if unlocked else "Moodle says that the grade cannot be changed"
    return Row(at, table.get(at, table.column("Full name")), number[1], ids, locked)


def _page(row: Row, told: Told, unit: str) -> str:
    return f"{in_file_name(row.name) or 'Participant'}_{row.number}_assignsubmission_file_/{unit}.html"


MOODLE = System(
    told="Moodle",
    file="Moodle's grading worksheet of an assignment",
    export="Submissions, Actions, Download grading worksheet; the assignment needs the feedback type Offline "
    "grading worksheet",
    upload="Submissions, Actions, Upload grading worksheet",
    upload_pages="Submissions, Actions, Upload multiple feedback files in a zip (the feedback type Feedback "
    "files must be on)",
    encodings=("utf-8",),
    separators=",",
    fits=_fits,
    read=_read,
    page=_page,
    lasting=False,
    otherwise="where it is in another language than English, name its column of grades with --column",
    above="Moodle passes over such a row without a word: raise the maximum grade first",
)
