"""The known mistakes that a class holds: how many students, where, and what to say of them in a lecture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import reference.kit.units
from autograder.classreport.results import UnitResults
from reference.kit.exercise import Misconception


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in one exercise (`function`) of a unit, and the `students` who hold it, of `graded`.

    `says` is the sentence that students are told; `teach`, a sentence for the lecture, is "" where the unit
    has none.
    """

    unit: str
    function: str
    name: str
    says: str
    teach: str
    students: int
    graded: int


def mistakes_of(unit: UnitResults) -> tuple[Mistake, ...]:
    """The mistakes held in a unit, those of most students first."""
    holders: dict[tuple[str, str], set[str]] = {}
    said: dict[tuple[str, str], str] = {}
    for held in unit.held:
        key = held.function, held.mistake
        holders.setdefault(key, set()).add(held.student)
        said[key] = held.says
    found = (
        _mistake(unit, function, name, said[function, name], len(students))
        for (function, name), students in holders.items()
    )
    return most_first(found)


def most_first(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Mistakes by the number of students; those of as many by their names."""
    return tuple(sorted(mistakes, key=lambda one: (-one.students, one.unit, one.function, one.name)))


def _mistake(unit: UnitResults, function: str, name: str, said: str, students: int) -> Mistake:
    known = _known(unit.unit, function, name)
    says, teach = (known.says, known.teach) if known else (said, "")
    return Mistake(unit.unit, function, name, says, teach, students, len(unit.students))


def _known(unit: str, function: str, name: str) -> Misconception | None:
    """The mistake as the unit defines it now; None where it does no longer, or cannot be asked here."""
    for exercise in _exercises(unit):
        if exercise.name == function:
            return next((one for one in exercise.misconceptions if one.name == name), None)
    return None


@lru_cache(maxsize=64)
def _exercises(unit: str) -> tuple[reference.kit.exercise.Exercise, ...]:
    try:
        return reference.kit.units.load(unit).exercises
    except (LookupError, ModuleNotFoundError):  # a unit without a definition, or one that needs torch
        return ()
