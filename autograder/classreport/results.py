"""The results of a class as arrays: one row for each student, one column for each graded cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from autograder.classreport.statistics import Floats
from autograder.reasons import Reason

_FOR_A_PERSON = (Reason.WAITING, Reason.CHANGED)


@dataclass(frozen=True, slots=True)
class Item:
    """A graded cell: an exercise's check, or a written question. `name` is that of its exercise or question.

    `cell` is its name in the notebook, `function` the exercise of a check, "" for a written question.
    """

    name: str
    cell: str
    points: float
    function: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A submission that cannot be graded: why, and what a person must do."""

    student: str
    reason: Reason
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Held:
    """A student's known mistake in one exercise; `says` is the sentence that was told."""

    student: str
    function: str
    mistake: str
    says: str


@dataclass(frozen=True, eq=False)
class UnitResults:
    """What came of one unit.

    `points` is (N, K): what counts of each item, without penalties for lateness; NaN where nobody and nothing
    gave points yet. `reasons` has the reason of each of them. `handed_in` is (N,), in days after the due
    date, or after the first submission where there is none; NaN where nobody knows. `late` counts those who
    handed in after their own due date, `counts` is False where the unit is for practice, `repairs` names the
    students of each repair.
    """

    unit: str
    title: str
    items: tuple[Item, ...]
    students: tuple[str, ...]
    points: Floats
    reasons: tuple[tuple[Reason, ...], ...]
    handed_in: Floats
    due: datetime | None = None
    first: datetime | None = None
    late: int = 0
    counts: bool = True
    held: tuple[Held, ...] = ()
    refused: tuple[Refused, ...] = ()
    repairs: Mapping[Reason, tuple[str, ...]] = field(default_factory=dict)

    @property
    def submissions(self) -> int:
        """How many handed something in, whether it could be graded or not."""
        return len({*self.students, *(one.student for one in self.refused)})

    @cached_property
    def most(self) -> Floats:
        """What each item can give, (K,)."""
        return np.array([item.points for item in self.items])

    @cached_property
    def shares(self) -> Floats:
        """The shares of their points that items earned, (N, K)."""
        return self.points / self.most

    @cached_property
    def waiting(self) -> tuple[int, ...]:
        """How many answers to each item a person must still mark, (K,)."""
        return tuple(
            sum(row[number] in _FOR_A_PERSON for row in self.reasons) for number in range(len(self.items))
        )

    @cached_property
    def settled(self) -> list[int]:
        """The items of which no answer waits to be marked: totals are comparable on these alone."""
        return [number for number, count in enumerate(self.waiting) if not count]

    @cached_property
    def totals(self) -> Floats:
        """Per cent of the settled items' points, (N,); NaN where one of them has no points yet."""
        if not self.settled:
            return np.full(len(self.students), np.nan)
        totals: Floats = 100 * self.points[:, self.settled].sum(axis=1) / self.most[self.settled].sum()
        return totals


@dataclass(frozen=True, slots=True)
class ClassResults:
    """The results of a course: units in the order in which they were due or handed in, those that nobody has
    handed in, and everybody whom the gradebook knows.
    """

    course: str
    units: tuple[UnitResults, ...]
    without: tuple[str, ...]
    students: tuple[str, ...]


def renamed(results: ClassResults, names: Mapping[str, str]) -> ClassResults:
    """The same results under other names of the students, which must be as many.

    What refusals tell in detail is left out, since it may hold names of files.
    """

    def unit(one: UnitResults) -> UnitResults:
        return replace(
            one,
            students=tuple(names[student] for student in one.students),
            held=tuple(replace(held, student=names[held.student]) for held in one.held),
            refused=tuple(
                replace(refused, student=names[refused.student], detail="") for refused in one.refused
            ),
            repairs={
                reason: tuple(sorted(names[student] for student in students))
                for reason, students in one.repairs.items()
            },
        )

    students = tuple(sorted(names[student] for student in results.students))
    return replace(results, units=tuple(map(unit, results.units)), students=students)


def anonymous_names(students: Sequence[str], rng: np.random.Generator) -> dict[str, str]:
    """A number for each student, drawn anew each time, so that two reports cannot be put side by side."""
    digits = len(str(len(students)))
    numbers = rng.permutation(len(students)) + 1
    return {student: f"student {number:0{digits}}" for student, number in zip(students, numbers, strict=True)}
