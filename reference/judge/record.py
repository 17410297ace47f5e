"""The recorded answers of a unit: visible cases with the truth's values, fingerprints of the known
mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from reference.judge.drawing import draw_visible
from reference.judge.expecting import callable_from
from reference.judge.randomness import are_certain, same_random_state, told_by, usual, usual_in
from reference.kit.exercise import Exercise, Misconception, Unit
from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import tells
from stagewise.judge.fingerprint import RecordedMistake
from stagewise.judge.judging import Judged, judge


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
    partners = tuple(partner.__name__ for partner in exercise.partners)
    cases, mistakes = draw_visible(exercise), visible_mistakes(exercise)
    return ExerciseRecording(exercise.name, points, partners, cases, mistakes)


@lru_cache(maxsize=1024)
def visible_mistakes(exercise: Exercise) -> tuple[RecordedMistake, ...]:
    """What the known mistakes answer in the cases that are recorded."""
    return recorded_of(judged_visibly(exercise))


@lru_cache(maxsize=1024)
def judged_visibly(exercise: Exercise) -> tuple[JudgedMistake, ...]:
    """The known mistakes judged on the cases that are recorded, in their order."""
    return judged_mistakes(exercise, draw_visible(exercise))


@dataclass(frozen=True, slots=True)
class JudgedMistake:
    """A known mistake judged once, and what is recorded of it: None when it is right or tells nothing."""

    judged: Judged
    recorded: RecordedMistake | None


def judged_mistakes(exercise: Exercise, cases: Sequence[AskedCase]) -> tuple[JudgedMistake, ...]:
    """The known mistakes of an exercise judged on these cases, in their order.

    Where nothing is left to chance, what is judged is what is recorded, and no mistake runs twice: to have
    each run for its own judgement and again for what others are held against took twice as long.
    """
    return tuple(_judged(exercise, one, cases) for one in exercise.misconceptions)


def recorded_of(mistakes: Sequence[JudgedMistake]) -> tuple[RecordedMistake, ...]:
    """What is recorded of them."""
    return tuple(one.recorded for one in mistakes if one.recorded is not None)


def mistakes_on(exercise: Exercise, cases: Sequence[AskedCase]) -> tuple[RecordedMistake, ...]:
    """What the known mistakes answer in these cases, without those that are right there or tell nothing."""
    found = (mistake_on(exercise, one, cases) for one in exercise.misconceptions)
    return tuple(one for one in found if one is not None)


def mistake_on(exercise: Exercise, one: Misconception, cases: Sequence[AskedCase]) -> RecordedMistake | None:
    """What one mistake answers in these cases; None when it is right there or tells nothing."""
    prints = usual(one.functions(exercise), cases) if are_certain(cases) else _each(exercise, one, cases)
    return _of_mistake(one, cases, prints)


_by_chance: dict[tuple[Exercise, Misconception, AskedCase], dict[str, Any]] = {}
"""Fingerprints in cases that were run several times: a visible case is the same one for every seed."""


def _each(exercise: Exercise, one: Misconception, cases: Sequence[AskedCase]) -> tuple[dict[str, Any], ...]:
    """A mistake's fingerprint in each case, in which it runs several times, once for all seeds if visible."""
    new = [case for case in cases if (exercise, one, case) not in _by_chance]
    functions = one.functions(exercise) if new else {}
    _by_chance.update({(exercise, one, case): usual_in(functions, case) for case in new})
    return tuple(_by_chance[exercise, one, case] for case in cases)


def _judged(exercise: Exercise, one: Misconception, cases: Sequence[AskedCase]) -> JudgedMistake:
    with same_random_state():
        judged = judge(one.functions(exercise), cases)
    if not are_certain(cases):
        return JudgedMistake(judged, mistake_on(exercise, one, cases))
    return JudgedMistake(judged, _of_mistake(one, cases, told_by([judged.observed], cases)))


def _of_mistake(
    one: Misconception, cases: Sequence[AskedCase], prints: Sequence[Mapping[str, Any]]
) -> RecordedMistake | None:
    outputs = {name for case in cases for name in case.shares}
    return RecordedMistake(one.name, one.says, tuple(prints)) if tells(prints, outputs) else None
