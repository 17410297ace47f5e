"""Which row of a system's file is which student: by ids that both sides have, never by guess. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.publishing.exported import Row
from autograder.publishing.known import CERTAIN, Key, Known, keys_of, words


@dataclass(frozen=True, slots=True)
class Matches:
    """The row of each student that has one, the rows that are nobody's here, and those that are doubtful,
    each with the reason.
    """

    rows: Mapping[str, Row]
    unknown: tuple[Row, ...] = ()
    doubtful: tuple[tuple[Row, str], ...] = ()


def matched(rows: Sequence[Row], students: Sequence[Known], by_name: bool = False) -> Matches:
    """Match rows and students.

    A key that two students share means neither. With `by_name` a row that no key decides is the student of
    the same full name, where both have a name that nobody else has.
    """
    known = {one.student: one for one in students}
    owners = _owners(students)
    found: dict[str, list[Row]] = {}
    unknown: list[Row] = []
    doubtful: list[tuple[Row, str]] = []
    for row in rows:
        claims = _claims(row, owners)
        if len(claims) > 1:
            doubtful.append((row, f"its ids are those of {' and of '.join(sorted(claims))}"))
        elif not claims:
            unknown.append(row)
        else:
            ((student, keys),) = claims.items()
            against = _against(row, known[student], keys)
            if against:
                doubtful.append((row, against))
            else:
                found.setdefault(student, []).append(row)
    if by_name:
        unknown = _named(unknown, [one for one in students if one.student not in found], found)
    for student, several in found.items():
        if len(several) > 1:
            doubtful += [(row, f"{len(several)} rows are {student}") for row in several]
    single = {student: several[0] for student, several in found.items() if len(several) == 1}
    return Matches(single, tuple(unknown), tuple(sorted(doubtful, key=lambda one: one[0].line)))


def _owners(students: Sequence[Known]) -> dict[Key, str]:
    """Whom each key means."""
    counts = Counter(key for one in students for key in one.keys)
    return {key: one.student for one in students for key in one.keys if counts[key] == 1}


def _claims(row: Row, owners: Mapping[Key, str]) -> dict[str, set[Key]]:
    """The students whom the row's keys mean, each with these keys; what is certain goes before the rest."""
    keys = keys_of(row)
    for some in ({key for key in keys if key[0] in CERTAIN}, keys):
        claims: dict[str, set[Key]] = {}
        for key in some & owners.keys():
            claims.setdefault(owners[key], set()).add(key)
        if claims:
            return claims
    return {}


def _against(row: Row, one: Known, keys: set[Key]) -> str:
    """Why this cannot be the student, if so: an id of another kind is theirs, but no word of any name."""
    called = words(row.name)
    if any(key[0] in CERTAIN for key in keys) or not called or not one.names:
        return ""
    if any(called & name for name in one.names):
        return ""
    names = " or ".join(sorted(" ".join(sorted(name)) for name in one.names))
    return f"it has an id of {one.student}, who is called {names}"


def _named(rows: Sequence[Row], students: Sequence[Known], found: dict[str, list[Row]]) -> list[Row]:
    """Add those who have a name that no other row and no other student has; returns the other rows."""
    names = Counter(name for one in students for name in one.names)
    owners = {name: one.student for one in students for name in one.names if names[name] == 1}
    called = Counter(words(row.name) for row in rows)
    left = []
    for row in rows:
        name = words(row.name)
        student = owners.get(name, "") if len(name) > 1 and called[name] == 1 else ""
        if student:
            found.setdefault(student, []).append(row)
        else:
            left.append(row)
    return left
