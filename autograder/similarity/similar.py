"""Pairs of students whose functions are more alike than chance gives, with what of them is alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course import Assignment
from autograder.seed import seed_of
from autograder.similarity.chance import FEW, MANY, SHARE, Comparison, Pair, compare
from autograder.similarity.gathering import Class, Function, gather

LISTED = 0.1
"""Pairs are listed of which chance gives fewer than this in the whole class."""
NOT_PROOF = (
    "This is no proof of anything. Functions of a few lines are often alike: two students may have learned "
    "from one lecture, page or assistant, have worked together as they were allowed to, or think alike. Read "
    "the functions, and ask both, before you believe anything."
)


@dataclass(frozen=True, slots=True)
class Alike:
    """Two students' functions for one exercise: bits, and the lines (from 1) of each that count."""

    exercise: str
    bits: float
    sources: tuple[str, str]
    lines: tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A pair of students, how many such pairs chance gives, and their functions that are alike."""

    students: tuple[str, str]
    bits: float
    expected: float
    functions: tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a unit, and how chance was measured."""

    unit: str
    students: int
    functions: int
    listed: tuple[Listed, ...]
    dealt: int
    teams: int
    unreadable: int

    @property
    def how(self) -> tuple[str, ...]:
        """How it was done, in sentences."""
        return tuple(filter(None, (self._compared, self._chance, self._left_out)))

    @property
    def _compared(self) -> str:
        return (
            f"{self.functions} functions of {self.students} students were compared, each with those of the "
            "same exercise, whatever their names, order and formatting (fingerprints by winnowing, Schleimer "
            "and others 2003). What the course gives, its solutions, and every other right way that it knows "
            f"count nothing; neither does what more than {SHARE:.0%} of the class have in common (at least "
            f"{FEW} students, at most {MANY})."
        )

    @property
    def _chance(self) -> str:
        if not self.dealt:
            return "No two functions have anything in common that counts."
        return (
            f"Chance: the class's functions were dealt out anew {self.dealt} times, each exercise by itself, "
            "so that nobody copied. Expected is how many pairs of such a class are as alike as this pair or "
            f"more, of which no less than {1 / (self.dealt + 1):.3f} can be told; listed are those of which "
            f"fewer than {LISTED:g} are expected. A mistake or habit that takes many forms in two students' "
            "functions makes them more alike than that allows for."
        )

    @property
    def _left_out(self) -> str:
        teams = f"{self.teams} members of teams, whose notebook is another's, are left out. "
        cells = f"{self.unreadable} cells are no Python and were not compared."
        return (f"{teams if self.teams else ''}{cells if self.unreadable else ''}").strip()


def similar(assignment: Assignment) -> Findings:
    """Compare the class; raises CourseError when nothing was graded."""
    found = gather(assignment)
    marks = {
        exercise: [frozenset(own[name].marks) if name in own else frozenset() for name in found.students]
        for exercise, own in found.functions.items()
    }
    compared = compare(marks, seed_of(assignment.course))
    return Findings(
        unit=assignment.unit,
        students=len(found.students),
        functions=sum(map(len, found.functions.values())),
        listed=tuple(_listed(pair, found, compared) for pair in compared.pairs if pair.expected < LISTED),
        dealt=compared.dealt,
        teams=found.teams,
        unreadable=found.unreadable,
    )


def as_data(findings: Findings) -> dict[str, Any]:
    """The findings for JSON: what they are not, how they were made, and the pairs."""
    return {
        "unit": findings.unit,
        "not_proof": NOT_PROOF,
        "how": list(findings.how),
        "students": findings.students,
        "dealt": findings.dealt,
        "pairs": [
            {
                "students": list(one.students),
                "bits": round(one.bits, 1),
                "expected": one.expected,
                "functions": {part.exercise: round(part.bits, 1) for part in one.functions},
            }
            for one in findings.listed
        ],
    }


def _listed(pair: Pair, found: Class, compared: Comparison) -> Listed:
    names = (found.students[pair.first], found.students[pair.second])
    parts = [
        _alike(exercise, bits, [found.functions[exercise][name] for name in names])
        for exercise, bits in pair.bits.items()
    ]
    return Listed(names, pair.total, pair.expected, tuple(sorted(parts, key=lambda part: -part.bits)))


def _alike(exercise: str, bits: Mapping[int, float], functions: Sequence[Function]) -> Alike:
    first, second = functions
    lines = tuple(frozenset(line for mark in bits for line in one.marks[mark]) for one in functions)
    return Alike(exercise, sum(bits.values()), (first.source, second.source), (lines[0], lines[1]))
