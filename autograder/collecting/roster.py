"""Which student of the course a name in a download means, from a table. Pure but for reading the file.

The table is the one that `nbgrader db student import` reads: a column `id`, and first_name, last_name, email,
lms_user_id, `team` (or `group`) or any other columns with what the student is called elsewhere.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.collecting.owner import Owner, is_id, safe_id
from autograder.collecting.texts import decoded
from autograder.errors import CourseError

TOLD = ("first_name", "last_name", "email", "lms_user_id")
_TEAM_COLUMNS = ("team", "group")
_SEPARATORS = ",;\t|"
_REMEDY = "give a CSV file in UTF-8 with a column id, one row for each student"


@dataclass(frozen=True, slots=True)
class Roster:
    """Student ids by each of the names that a table gives them (spelt without blanks, marks and capitals), by
    their teams' names, and what the table tells of each student beside the id.
    """

    ids: Mapping[str, frozenset[str]]
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    team_of: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def find(self, owner: Owner) -> str:
        """The one student whom this owner can be; empty when there is none, or more than one."""
        found = self.all_of(owner)
        return next(iter(found)) if len(found) == 1 else ""

    def all_of(self, owner: Owner) -> frozenset[str]:
        """The students whom this owner can be, by name and number."""
        by_name = next(filter(None, map(self._named, (owner.name, *owner.also))), frozenset[str]())
        by_number = self._named(owner.number)
        if by_name and by_number:
            return by_name & by_number or (frozenset[str]() if owner.sure else by_name)
        return by_name or (by_number if owner.sure else frozenset[str]())

    def team(self, owner: Owner, student: str = "") -> tuple[str, ...]:
        """The members of the team that this owner is, or that this student is in; empty without one."""
        for name in (owner.team, owner.name):
            if name and spelt(name) in self.teams:
                return self.teams[spelt(name)]
        own = self.team_of.get(student, "")
        return self.teams[spelt(own)] if own else ()

    def _named(self, name: str) -> frozenset[str]:
        return self.ids.get(spelt(name), frozenset()) if name else frozenset()


def read_roster(path: Path) -> Roster:
    """The table in a CSV file; CourseError when it cannot be used."""
    try:
        text = decoded(path.read_bytes(), str(path), _REMEDY).content
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=_separator(text))
        _require_ids(rows.fieldnames or (), path.name)
        roster = roster_of(rows, path.name)
    except (OSError, csv.Error) as problem:
        raise CourseError(f"{path} could not be read ({problem})", _REMEDY) from None
    if not roster.people:
        raise CourseError(f"{path.name} lists nobody", _REMEDY)
    return roster


def roster_of(rows: Iterable[Mapping[str, str | None]], name: str) -> Roster:
    """The roster of these rows; CourseError for a row without an id that can be a folder's name, or with
    the id of another row.
    """
    ids: dict[str, set[str]] = {}
    teams: dict[str, list[str]] = {}
    team_of: dict[str, str] = {}
    people: dict[str, Mapping[str, str]] = {}
    lines: dict[str, int] = {}
    for number, given in enumerate(rows, 2):
        row = {(column or "").strip().casefold(): (value or "").strip() for column, value in _plain(given)}
        if not any(row.values()):
            continue
        student = _id(row, number, name)
        if student.casefold() in lines:
            raise CourseError(
                f"lines {lines[student.casefold()]} and {number} of {name} have the same id {student!r}",
                "give each student one row, and each row an id of its own",
            )
        lines[student.casefold()] = number
        people[student] = {column: row[column] for column in TOLD if row.get(column)}
        if row.get("team"):  # a column group may tell of other groups than those that hand in together
            team_of[student] = row["team"]
        for called in _names(row):
            ids.setdefault(spelt(called), set()).add(student)
        for team in filter(None, (row.get(column, "") for column in _TEAM_COLUMNS)):
            teams.setdefault(spelt(team), []).append(student)
    ids.pop("", None)
    return Roster(
        {called: frozenset(students) for called, students in ids.items()},
        {team: tuple(dict.fromkeys(members)) for team, members in teams.items()},
        team_of,
        people,
    )


def spelt(name: str) -> str:
    """The letters and digits of a name, without marks and capitals."""
    text = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def _separator(text: str) -> str:
    """What stands between the columns: of the usual signs that which the first line has most."""
    first = text.lstrip().split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)


def _require_ids(columns: Iterable[str | None], name: str) -> None:
    """CourseError for a table that does not say who is who, with the columns that it has."""
    named = [column.strip() for column in columns if column and column.strip()]
    if named and "id" not in map(str.casefold, named):
        raise CourseError(
            f"{name} has no column id, but {', '.join(named)}",
            "call the column with the students' ids id; a comma, a semicolon, a tab or | parts columns",
        )


def _plain(row: Mapping[str, str | None]) -> Iterable[tuple[str | None, str | None]]:
    """Columns and values; what stands beyond the last column is left out."""
    return [(column, value) for column, value in row.items() if isinstance(value, str)]


def _id(row: Mapping[str, str], number: int, name: str) -> str:
    student = row.get("id", "")
    if not is_id(student):
        raise CourseError(
            f"line {number} of {name} has the id {student!r}",
            "give each row an id of letters, digits and . _ - @ in a column named id",
        )
    return safe_id(student)


def _names(row: Mapping[str, str]) -> list[str]:
    first, last = row.get("first_name", ""), row.get("last_name", "")
    parts = ("first_name", "last_name", *_TEAM_COLUMNS)
    return [*(value for column, value in row.items() if column not in parts), first + last, last + first]
