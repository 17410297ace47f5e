"""By what the students of a course can be known in a system's file: ids of the gradebook, of a table of
names, and those that a download told. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.collecting.owner import safe_id
from autograder.collecting.roster import Roster, spelt
from autograder.publishing.exported import Row, System

_LOGINS = ("Blackboard", "ILIAS", "nbgrader's exchange", "GitHub Classroom")
"""The systems whose downloads name a student's login."""

Key = tuple[str, str]
"""A kind of id, and the id: the system's own ("number"), the institution's ("id"), the course's ("student"),
or what a table of names calls a student ("called").
"""
CERTAIN = ("number", "called")
"""The kinds that were given for this system, or by the instructor."""


@dataclass(frozen=True, slots=True)
class Known:
    """A student of the course, the keys that mean them, and their full names as words."""

    student: str
    keys: frozenset[Key]
    names: frozenset[frozenset[str]]


def known_students(
    people: Mapping[str, Mapping[str, str]],
    told: Mapping[str, Mapping[str, Any]],
    roster: Roster | None,
    system: System,
) -> list[Known]:
    """All students whom the gradebook (`people`), downloads (`told`) or a table of names know."""
    called: dict[str, set[Key]] = {}
    for name, students in (roster.ids if roster else {}).items():
        for student in students:
            called.setdefault(student, set()).add(("called", name))
    everybody = sorted({*people, *told, *(roster.people if roster else ())})
    return [
        _known(student, people.get(student, {}), told.get(student, {}), called.get(student, set()), system)
        for student in everybody
    ]


def keys_of(row: Row) -> frozenset[Key]:
    """The keys that a person in a system's file has."""
    keys = {("number", folded(row.number))}
    for one in row.ids:
        keys |= {("id", folded(one)), ("called", spelt(one)), ("student", folded(safe_id(one)))}
    return _filled(keys)


def folded(text: str) -> str:
    """An id or an address without what does not tell people apart.

    >>> folded(" Ada@Example.ORG ")
    'ada@example.org'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def words(name: str) -> frozenset[str]:
    """The words of a name, spelt without marks and capitals, in no order.

    >>> words("Lovelace, Ada") == words("Ada  LOVELACE")
    True
    """
    text = unicodedata.normalize("NFC", name)
    parted = "".join(letter if letter.isalnum() or letter in "'’" else " " for letter in text)
    return frozenset(filter(None, map(spelt, parted.split())))


def _known(
    student: str, person: Mapping[str, str], told: Mapping[str, Any], called: set[Key], system: System
) -> Known:
    lms = person.get("lms_user_id") or ""
    ids = {student, lms, person.get("email") or "", *_told_ids(told)}
    keys = {("id", folded(one)) for one in ids} | called
    keys |= {("student", folded(student)), ("number", folded(lms) if system.lasting else "")}
    alone = not told.get("team")  # the number of a team's work is one member's, or the team's
    if alone and told.get("system") == system.told:
        keys.add(("number", folded(str(told.get("number") or ""))))
    full = f"{person.get('first_name') or ''} {person.get('last_name') or ''}"
    name = str(told.get("name") or "") if alone else ""
    names = {words(full), words(name) if " " in name.strip() else frozenset()}
    return Known(student, _filled(keys), frozenset(filter(None, names)))


def _told_ids(told: Mapping[str, Any]) -> Iterator[str]:
    """Ids of the institution's that a download tells."""
    if not told.get("team"):
        if told.get("system") in _LOGINS:
            yield str(told.get("name") or "")
        if told.get("system") == "Gradescope":
            yield str(told.get("number") or "")


def _filled(keys: set[Key]) -> frozenset[Key]:
    return frozenset((kind, name) for kind, name in keys if name)
