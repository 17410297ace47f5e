"""Mutants that no test can kill, listed beside the exercises with the reason why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

NAME = "equivalent.txt"
_ANY = "…"


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One entry: the exercise and the edit's description, in either of which … stands for anything, and the
    reason."""

    entry: str
    reason: str

    def covers(self, exercise: str, described: str) -> bool:
        """Whether it speaks of a mutant."""
        pattern = ".*".join(map(re.escape, self.entry.split(_ANY)))
        return re.fullmatch(pattern, f"{exercise}: {described}", re.DOTALL) is not None


def listed(unit: str) -> tuple[Equivalent, ...]:
    """The list of a unit; empty when there is none."""
    place = resources.files(f"reference.exercises.{unit}") / NAME
    return read(place.read_text(encoding="utf-8")) if place.is_file() else ()


def read(text: str) -> tuple[Equivalent, ...]:
    """Entries, indented below their reason; ValueError for one without."""
    found, reason = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line[0].isspace():
            reason = line.strip()
        elif line.strip():
            if not reason or " => " not in line:
                raise ValueError(
                    f"line {number} of the list of equivalent mutants, {line.strip()!r}, should read\n"
                    "exercise: before => after, indented below a line with the reason"
                )
            found.append(Equivalent(line.strip(), reason))
    return tuple(found)


def problems(
    entries: Sequence[Equivalent], made: Sequence[tuple[str, str]], killed: Sequence[tuple[str, str]]
) -> list[str]:
    """What is wrong with a list, given all mutants as (exercise, description) and those that were killed."""
    found = []
    for one in entries:
        if not any(one.covers(*mutant) for mutant in made):
            found.append(f"{one.entry}: is listed as equivalent, and no mutant is described so; take it out")
        for exercise, described in (mutant for mutant in killed if one.covers(*mutant)):
            found.append(f"{exercise}: {described}: is listed as equivalent ({one.reason}), and is killed")
    return found
