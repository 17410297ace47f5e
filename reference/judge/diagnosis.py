"""Which known mistake explains a wrong answer on the graded cases: told as in a student's own check.

Every mistake answers all cases once per process; after that, a diagnosis is a few comparisons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from reference.judge.drawing import draw
from reference.judge.record import judged_mistakes, mistake_on, mistakes_on, recorded_of
from reference.kit.exercise import Exercise
from stagewise.judge.explaining import recognise
from stagewise.judge.fingerprint import RecordedMistake
from stagewise.judge.judging import Judged

Answer: TypeAlias = tuple[str, RecordedMistake | None]
Spread: TypeAlias = Callable[[Sequence[str], Callable[[str], Iterable[Answer]]], Iterable[Answer]]
"""Does a work for each of some names, wherever, and hands on what comes of it, in any order."""

_found: dict[tuple[Exercise, int], tuple[RecordedMistake, ...]] = {}


@lru_cache(maxsize=4096)
def answers(exercise: Exercise, seed: int) -> tuple[RecordedMistake, ...]:
    """The answers of every mistake of the exercise on its drawn cases."""
    found = _found.get((exercise, seed))
    return mistakes_on(exercise, draw(exercise, seed)) if found is None else found


def find_answers(exercises: Sequence[Exercise], seed: int, spread: Spread) -> None:
    """Have the answers to these exercises known, each mistake's found by `spread`: to find them all takes
    most of the time before a first submission.
    """
    new = [exercise for exercise in exercises if (exercise, seed) not in _found]
    asked = {
        f"{exercise.name}: {one.name}": (exercise, one) for exercise in new for one in exercise.misconceptions
    }

    def work(name: str) -> Iterable[Answer]:
        exercise, one = asked[name]
        return [(name, mistake_on(exercise, one, draw(exercise, seed)))]

    found = dict(spread(tuple(asked), work))
    for exercise in new:
        own = (found[name] for name, (asking, _) in asked.items() if asking is exercise)
        _found[exercise, seed] = tuple(one for one in own if one is not None)


def judged_alone(exercise: Exercise, seed: int) -> tuple[Judged, ...]:
    """Every known mistake of the exercise judged on its drawn cases, in their order; their answers are known
    then."""
    found = judged_mistakes(exercise, draw(exercise, seed))
    _found.setdefault((exercise, seed), recorded_of(found))
    return tuple(one.judged for one in found)


def diagnose(judged: Judged, exercise: Exercise, seed: int) -> RecordedMistake | None:
    """The mistake that explains what was judged on the cases of that seed, or None."""
    return recognise(judged, answers(exercise, seed))
