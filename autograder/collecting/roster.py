"""Which student of the course a name in a download means, from a table. Pure but for reading the file.

The table is the one that `nbgrader db student import` reads: a column `id`, and first_name, last_name, email,
lms_user_id or any other columns with what the student is called elsewhere.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.collecting.lms import Owner, safe_id
from autograder.errors import CourseError


@dataclass(frozen=True, slots=True)
class Roster:
    """Student ids by each of the names that a table gives them, spelt without blanks, marks and capitals."""

    ids: Mapping[str, frozenset[str]]

    def find(self, owner: Owner) -> str:
        """The one student whom this owner can be; empty when there is none, or more than one."""
        by_name = self.ids.get(_spelt(owner.name), frozenset()) if owner.name else frozenset()
        by_number = self.ids.get(_spelt(owner.number), frozenset()) if owner.number else frozenset()
        if by_name and by_number:
            found = by_name & by_number or (frozenset() if owner.sure else by_name)
        else:
            found = by_name or (by_number if owner.sure else frozenset())
        return next(iter(found)) if len(found) == 1 else ""


def read_roster(path: Path) -> Roster:
    """The table in a CSV file; CourseError when it cannot be used."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return roster_of(csv.DictReader(file), path.name)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CourseError(
            f"{path} could not be read ({problem})", "give a CSV file in UTF-8 with a column id"
        ) from None


def roster_of(rows: Iterable[Mapping[str, str | None]], name: str) -> Roster:
    """The roster of these rows; CourseError for a row without an id that can be a folder's name."""
    ids: dict[str, set[str]] = {}
    for number, row in enumerate(rows, 2):
        student = (row.get("id") or "").strip()
        if not student or safe_id(student) != unicodedata.normalize("NFKC", student):
            raise CourseError(
                f"line {number} of {name} has the id {student!r}",
                "give each row an id of letters, digits and . _ - @ in a column named id",
            )
        for called in _names(row):
            ids.setdefault(_spelt(called), set()).add(safe_id(student))
    ids.pop("", None)
    return Roster({called: frozenset(students) for called, students in ids.items()})


def _names(row: Mapping[str, str | None]) -> list[str]:
    first, last = row.get("first_name") or "", row.get("last_name") or ""
    parts = ("first_name", "last_name")
    others = [value for column, value in row.items() if column not in parts and isinstance(value, str)]
    return [*others, first + last, last + first]


def _spelt(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in text if letter.isalnum())
