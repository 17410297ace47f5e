"""Results of classes that nobody graded: drawn from a seed, or as a test wants them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from autograder.classreport.results import ClassResults, Held, Item, UnitResults
from autograder.reasons import Reason

_BY_SHARE = {0.0: Reason.WRONG, 0.5: Reason.PARTIAL, 1.0: Reason.OK}


def unit_of(shares: np.ndarray | Sequence[Sequence[float]], name: str = "unit", **more) -> UnitResults:
    """A unit whose exercises, of 2 points each, earned these shares; NaN waits for a person."""
    table = np.asarray(shares, dtype=float)
    students, exercises = table.shape
    names = [f"step{number}" for number in range(1, exercises + 1)]
    reasons = tuple(tuple(_BY_SHARE.get(share, Reason.WAITING) for share in row) for row in table.tolist())
    given = {
        "unit": name,
        "title": f"The {name}",
        "items": tuple(Item(one, f"check-{one}", 2.0, one) for one in names),
        "students": tuple(f"s{number:04}" for number in range(students)),
        "points": 2 * table,
        "reasons": reasons,
        "handed_in": np.full(students, np.nan),
    }
    return UnitResults(**(given | more))


def drawn_unit(students: int, exercises: int, seed: int, name: str = "unit", **more) -> UnitResults:
    """A unit of a class whose abilities, one for all seeds, and difficulties decide what each earns."""
    ability = np.random.default_rng(1).normal(size=students)
    rng = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(rng.normal(size=exercises) - 2 * ability[:, None]))
    shares = np.floor(3 * rng.beta(8 * chance + 0.2, 8 * (1 - chance) + 0.2)).clip(0, 2) / 2
    given = {
        "handed_in": rng.normal(-1, 1, students) - 0.3 * ability,
        "due": datetime(2026, 3, seed % 28 + 1, tzinfo=UTC),
    }
    return unit_of(shares, name, **(given | more))


def class_of(*units: UnitResults, without: Sequence[str] = ()) -> ClassResults:
    """A course of these units."""
    students = sorted({student for unit in units for student in unit.students})
    return ClassResults("course", units, tuple(without), tuple(students))


def held(students: Sequence[str], function: str, mistake: str = "slip") -> tuple[Held, ...]:
    """One mistake in an exercise, held by these students."""
    return tuple(Held(student, function, mistake, f"You made the {mistake}.") for student in students)
