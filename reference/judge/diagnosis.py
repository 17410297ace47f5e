"""Which known mistake explains a wrong answer on the graded cases: told as in a student's own check.

Every mistake answers all cases once per process; after that, a diagnosis is a few comparisons.
"""

from __future__ import annotations

from functools import lru_cache

from reference.judge.drawing import draw
from reference.judge.record import mistakes_on
from reference.kit.exercise import Exercise
from stagewise.judge.explaining import recognise
from stagewise.judge.fingerprint import RecordedMistake
from stagewise.judge.judging import Judged


@lru_cache(maxsize=4096)
def answers(exercise: Exercise, seed: int) -> tuple[RecordedMistake, ...]:
    """The answers of every mistake of the exercise on its drawn cases."""
    return mistakes_on(exercise, draw(exercise, seed))


def diagnose(judged: Judged, exercise: Exercise, seed: int) -> RecordedMistake | None:
    """The mistake that explains what was judged on the cases of that seed, or None."""
    return recognise(judged, answers(exercise, seed))
