"""The recorded answers of a unit: visible cases with the truth's values, fingerprints of the known
mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from reference.judge.drawing import draw_visible
from reference.judge.expecting import callable_from
from reference.judge.randomness import usual
from reference.kit.exercise import Exercise, Misconception, Unit
from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import tells
from stagewise.judge.fingerprint import RecordedMistake


def record(unit: Unit, points: Mapping[str, float]) -> UnitRecording:
    """The recording of a unit; `points` by exercise, in the notebook's order. ValueError when they do not
    fit."""
    names = {exercise.name for exercise in unit.exercises}
    if names != points.keys():
        odd = ", ".join(sorted(names ^ points.keys()))
        raise ValueError(f"unit {unit.name}: exercises defined and exercises checked differ: {odd}")
    return UnitRecording(
        unit.name, unit.title, {name: _recorded(unit, name, points[name]) for name in points}
    )


def _recorded(unit: Unit, name: str, points: float) -> ExerciseRecording:
    exercise = unit.exercise(name)
    calls = tuple(sorted(callable_from(unit, exercise)))
    return replace(record_exercise(exercise, points), calls=calls)


@lru_cache(maxsize=1024)
def record_exercise(exercise: Exercise, points: float) -> ExerciseRecording:
    """The recording of one exercise. Mistakes that the visible cases do not notice are left out."""
    cases = draw_visible(exercise)
    partners = tuple(partner.__name__ for partner in exercise.partners)
    return ExerciseRecording(exercise.name, points, partners, cases, mistakes_on(exercise, cases))


def mistakes_on(exercise: Exercise, cases: Sequence[AskedCase]) -> tuple[RecordedMistake, ...]:
    """What the known mistakes answer in these cases, without those that are right there or tell nothing."""
    found = (mistake_on(exercise, one, cases) for one in exercise.misconceptions)
    return tuple(one for one in found if one is not None)


def mistake_on(exercise: Exercise, one: Misconception, cases: Sequence[AskedCase]) -> RecordedMistake | None:
    """What one mistake answers in these cases; None when it is right there or tells nothing."""
    prints = usual(one.functions(exercise), cases)
    outputs = {name for case in cases for name in case.shares}
    return RecordedMistake(one.name, one.says, prints) if tells(prints, outputs) else None
