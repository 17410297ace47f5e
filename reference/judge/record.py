"""The recorded answers of a unit: visible cases with the truth's values, fingerprints of the known
mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from reference.judge.drawing import draw_visible
from reference.judge.randomness import usual
from reference.kit.exercise import Exercise, Unit
from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.fingerprint import RecordedMistake, observed_fingerprint


def record(unit: Unit, points: Mapping[str, float]) -> UnitRecording:
    """The recording of a unit; `points` by exercise, in the notebook's order. ValueError when they do not
    fit."""
    names = {exercise.name for exercise in unit.exercises}
    if names != points.keys():
        odd = ", ".join(sorted(names ^ points.keys()))
        raise ValueError(f"unit {unit.name}: exercises defined and exercises checked differ: {odd}")
    return UnitRecording(
        unit.name, unit.title, {name: record_exercise(unit.exercise(name), points[name]) for name in points}
    )


@lru_cache(maxsize=1024)
def record_exercise(exercise: Exercise, points: float) -> ExerciseRecording:
    """The recording of one exercise. Mistakes that the visible cases do not notice are left out."""
    cases = draw_visible(exercise)
    mistakes = []
    for one in exercise.misconceptions:
        found = usual(one.functions(exercise), cases)
        if found.tells:
            prints = tuple(
                observed_fingerprint(seen, case.chances)
                for seen, case in zip(found.observed, cases, strict=True)
            )
            mistakes.append(RecordedMistake(one.name, one.says, prints, found.sure))
    partners = tuple(partner.__name__ for partner in exercise.partners)
    return ExerciseRecording(exercise.name, points, partners, cases, tuple(mistakes))
