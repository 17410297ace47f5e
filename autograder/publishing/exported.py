"""What a system's own file says: which rows are people, which column is for the grade, out of how many
points. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.collecting.roster import spelt
from autograder.errors import CourseError
from autograder.publishing.table import Table

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Wanted:
    """The unit, its title, and the column that was asked for (empty when none was)."""

    unit: str
    title: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that could hold grades: its place, all that it may be called, and the points it is out of
    (None where the file does not say).
    """

    at: int
    heading: str
    names: tuple[str, ...]
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A person in a system's file.

    `number` is the system's own for the person (or for their submission), `ids` are others by which the
    institution knows them, `locked` says why the grade is not to be touched.
    """

    line: int
    name: str
    number: str
    ids: tuple[str, ...]
    locked: str = ""

    @property
    def called(self) -> str:
        """The person in messages."""
        return self.name or self.number or next(filter(None, self.ids), "nobody")


@dataclass(frozen=True, slots=True)
class Exported:
    """A system's file as it was read: where the grades go, and for whom."""

    table: Table
    column: Column
    rows: tuple[Row, ...]

    def old(self, row: Row) -> str:
        """The grade that the file has now."""
        return self.table.get(row.line, self.column.at)


Told = Mapping[str, Any]
"""What `collect` kept of a submission."""


@dataclass(frozen=True, slots=True)
class System:
    """How one system exports and imports grades.

    `told` is what `collect` calls it, `file` is what it exports, `export` and `upload` say where. `page`
    names a feedback page for the system's own upload of many files (empty when there is no name for it), and
    is None where the system has no such upload, which `upload_pages` then says. `above` is what it does with
    more points than the maximum, empty where it takes them. `lasting` tells whether the numbers of its rows
    are the persons' own, or for this assignment alone, `otherwise` what else to try where a file does not
    look like what it exports.
    """

    told: str
    file: str
    export: str
    upload: str
    upload_pages: str
    encodings: tuple[str, ...]
    separators: str
    fits: Callable[[Sequence[str], str], bool]
    read: Callable[[Table, Wanted], Exported]
    page: Callable[[Row, Told, str], str] | None = None
    above: str = ""
    lasting: bool = True
    otherwise: str = ""


def chosen(table: Table, columns: Sequence[Column], wanted: Wanted) -> Column:
    """The one column that is meant: that which was asked for, or that which is called as the unit is.

    Raises CourseError where that is none, or more than one.
    """
    asked = (wanted.column,) if wanted.column else (wanted.unit, wanted.title)
    names = {spelt(name) for name in asked} - {""}
    found = [one for one in columns if names & {spelt(name) for name in one.names}]
    exact = [one for one in found if wanted.column in (one.heading, *one.names)]
    if len(found) > 1 and len(exact) == 1:
        found = exact
    if len(found) == 1:
        return found[0]
    shown = ", ".join(repr(one.heading) for one in (found or columns)[:20]) or "none at all"
    said = " or ".join(repr(name) for name in asked)
    raise CourseError(
        f"{'several columns' if found else 'no column'} of grades in {table.name} "
        f"{'are' if found else 'is'} called {said}; there {'are' if found or columns else 'is'} {shown}",
        "name the one to fill with --column, by its heading or the number in it; where the assignment is not "
        "there, the file is of another course or was exported before it was made",
    )


def export_of(table: Table, column: Column, rows: Sequence[Row], what: str) -> Exported:
    """What was read of a file; CourseError when two rows have the same `what`, by which the system knows a
    person, or one has none.
    """
    seen: dict[str, Row] = {}
    for row in rows:
        key = row.number or next(filter(None, row.ids), "")
        if not key:
            raise CourseError(
                f"line {table.number(row.line)} of {table.name} has no {what}", "export the file again"
            )
        other = seen.setdefault(key.casefold(), row)
        if other is not row:
            raise CourseError(
                f"lines {table.number(other.line)} and {table.number(row.line)} of {table.name} have the "
                f"same {what} {key!r}",
                "export the file again: the system tells each person once",
            )
    return Exported(table, column, tuple(rows))


def headed(table: Table, form: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """The columns whose names have this form, with what was found in each."""
    for at, name in enumerate(table.header):
        found = form.fullmatch(name)
        if found is not None:
            yield at, found


def full_name(table: Table, line: int) -> str:
    """A person's name from the columns First Name and Last Name."""
    parts = (table.get(line, table.column(name)) for name in ("First Name", "Last Name"))
    return " ".join(filter(None, parts))


def points_in(text: str) -> float | None:
    """A number of points as systems write it in any language; None where there is none.

    >>> points_in("100.00"), points_in("12,5"), points_in("(read only)")
    (100.0, 12.5, None)
    """
    number = text.strip().replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"\d+(?:[.,]\d+)?", number):
        return float(number.replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", number):
        return float(number.replace(",", ""))
    return None


def people_lines(table: Table, first: int = 1) -> list[int]:
    """The lines below the names of columns in which something stands."""
    return [at for at in range(first, len(table.lines)) if any(cell.text.strip() for cell in table.lines[at])]


def in_file_name(text: str) -> str:
    """A name as a part of a file's name on any system: without separators and signs that steer.

    >>> in_file_name("../Jane_Doe\\n"), in_file_name("O'Neil, Ann")
    ('.. Jane Doe', "O'Neil, Ann")
    """
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r'[_/\\:*?"<>|\s]+', " ", visible).strip()[:_LONGEST_NAME].strip()
