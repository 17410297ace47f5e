"""Exercises that an instructor should look at: nearly everybody fails, or they tell nobody apart; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.classreport.exercises import Exercise
from autograder.classreport.mistakes import Mistake
from autograder.reasons import Reason

HARD, EASY, FLAT = 0.15, 0.95, 0.1
_HALF = 0.5
_TOO_LARGE = (Reason.TIMEOUT, Reason.MEMORY, Reason.FLOODED, Reason.DIED)


@dataclass(frozen=True, slots=True)
class Doubt:
    """An exercise of a unit, what is odd about it, and the likely reason."""

    unit: str
    exercise: str
    what: str
    why: str


def doubts_about(unit: str, exercises: Sequence[Exercise], mistakes: Sequence[Mistake]) -> tuple[Doubt, ...]:
    """The exercises of a unit to look at, in its order."""
    found = []
    for exercise in exercises:
        own = [one for one in mistakes if exercise.function and one.function == exercise.function]
        odd = _odd(exercise, own)
        if odd is not None:
            found.append(Doubt(unit, exercise.name, *odd))
    return tuple(found)


def _odd(exercise: Exercise, mistakes: Sequence[Mistake]) -> tuple[str, str] | None:
    """What is odd about an exercise, and why; None where nothing is, or where too few have answered."""
    share = exercise.difficulty.value
    broken = exercise.reasons.get(Reason.CHECK_BROKEN, 0)
    if broken:
        return (
            f"the check itself failed for {broken}",
            "the course's own code fails: run python -m autograder validate on the unit",
        )
    if share is None:
        return None
    if share <= HARD:
        return f"nearly everybody fails: {_percent(share)} of the points on average", _why_hard(
            exercise, mistakes
        )
    if share >= EASY:
        return None
    return _flat(exercise, mistakes)


def _flat(exercise: Exercise, mistakes: Sequence[Mistake]) -> tuple[str, str] | None:
    """What there is to say where students who do better elsewhere do no better here."""
    told = exercise.item_total.value
    if told is None or told >= FLAT:
        return None
    common = _common(exercise, mistakes)
    number = f"item-total {told:.2f} over {exercise.item_total.count} students"
    if told < -FLAT:
        return (
            f"students who do better elsewhere do worse here: {number}",
            common
            or "the text misleads those who read it closely, or the check refuses a right way: read what "
            "the best students wrote",
        )
    return (
        f"it does not tell students apart: {number}",
        common
        or "what earns points here may not be what the unit teaches (luck, a guess, a copied line): read "
        "answers that earned them",
    )


def _why_hard(exercise: Exercise, mistakes: Sequence[Mistake]) -> str:
    """The likely reason why nearly everybody fails: what at least half of those who lost points share."""
    failed = max(1, exercise.answers - exercise.outcomes["right"])
    reasons, outcomes = exercise.reasons, exercise.outcomes
    too_large = sum(reasons.get(reason, 0) for reason in _TOO_LARGE)
    undefined = reasons.get(Reason.UNDEFINED, 0)
    if too_large >= _HALF * failed:
        return f"{too_large} ran out of time or memory: the graded cases ask for too much, or a loop is usual"
    if outcomes["unfinished"] >= _HALF * failed:
        return (
            f"{outcomes['unfinished']} have not written it: the unit is too long, or the text does not say "
            "how to begin"
        )
    if undefined >= _HALF * failed:
        return f"{undefined} have no function of this name: the text does not make clear where it belongs"
    common = _common(exercise, mistakes)
    if common:
        return common
    if outcomes["error"] >= _HALF * failed:
        return f"{outcomes['error']} raise an error: arguments or shapes are not clear from the text"
    if outcomes["partly"] >= _HALF * failed:
        return f"{outcomes['partly']} earn a share: the graded cases ask for what the text does not say"
    return (
        f"no known mistake explains most of the {failed}: the check is too hard, or it is a mistake that the "
        "course does not know; read some answers"
    )


def _common(exercise: Exercise, mistakes: Sequence[Mistake]) -> str:
    """What there is to say where at least half of those who lost points hold one mistake."""
    failed = max(1, exercise.answers - exercise.outcomes["right"])
    if mistakes and mistakes[0].students >= _HALF * failed:
        one = mistakes[0]
        return (
            f"{one.students} of {failed} made one mistake ({one.name}), so the text may mislead: {one.says}"
        )
    return ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
