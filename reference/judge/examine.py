"""The graded examination of one exercise: hidden and visible cases, drawn from the seed of the course."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from reference.judge.diagnosis import answers, diagnose
from reference.judge.drawing import draw, draw_again
from reference.judge.memorised import Ask, unless_memorised
from reference.judge.slips import alike, slips_of, stood_in, told_of_dtype
from reference.judge.slips import told as told_of
from reference.kit import units
from reference.kit.exercise import Exercise, Unit
from stagewise.checks.naming import name_of
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import Explanation, explained
from stagewise.judge.judging import Judged, judge_played, played_with
from stagewise.judge.playing import Functions, Told
from stagewise.judge.report import Report, overall
from stagewise.judge.script import FailureKind, Played

_MOST_KNOWN = 256
_seed = 0


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """What the answers to all cases of an exercise come to, and the reports on it by the points at stake."""

    judged: Judged
    told: Explanation
    reports: dict[float, Report] = field(default_factory=dict)


_known: dict[tuple[Exercise, int, bytes], _Seen] = {}
"""By exercise, seed and the message in which another process told the answers: told alike is seen alike,
unless something else was asked besides."""


def set_seed(seed: int) -> None:
    """Draw the hidden cases from another seed from now on, in this process."""
    global _seed
    _seed = int(seed)


def examine(f: Callable[..., Any], *partners: Callable[..., Any], unit: str, points: float) -> float:
    """Judge the student's function on all cases, show the report, and return the points earned.

    Which exercise it is, is told by the name of the variable that holds the function, or else by its own. The
    result is a plain float between 0 and `points`, rounded to four places. TypeError or ValueError when the
    check cell itself is wrong.
    """
    from stagewise.show import display

    caller = sys._getframe(1)
    variables = {**caller.f_globals, **caller.f_locals}
    report = examined(f, *partners, unit=unit, points=points, variables=variables)
    display.show(report)
    assert report.points is not None
    return report.points


def examined(
    f: Callable[..., Any],
    *partners: Callable[..., Any],
    unit: str,
    points: float,
    variables: Mapping[str, Any] = MappingProxyType({}),
) -> Report:
    """The report that examine shows; variables: where the functions stand under the names that are asked."""
    course = units.load(unit)
    known = {name for one in course.exercises for name in one.functions}
    for function in (f, *partners):
        if not callable(function):
            raise TypeError(f"a check needs functions, and got an object of type {type(function).__name__}")
    functions = {name_of(function, known, variables): function for function in (f, *partners)}
    return report_on(course, next(iter(functions)), functions, points)


def report_on(unit: Unit, name: str, functions: Functions, points: float) -> Report:
    """The report on an exercise of a unit, of which the functions are given by name; they may be proxies."""
    exercise = unit.exercise(name)
    missing = exercise.functions.keys() - functions.keys()
    if missing:
        raise ValueError(
            f"{exercise.name} is examined together with {', '.join(sorted(missing))}; pass it to the check"
        )
    seen = _seen(exercise, functions)
    report = _report(unit.name, exercise, seen, float(points))
    slips = slips_of(unit, exercise, functions, _earned) if seen.judged.fraction < 1 else ()
    if not slips:
        return report
    played = stood_in(exercise, functions, slips, _seed)
    stood = _judged(exercise, played) if played is not None else None
    if stood is None or not stood.judged.fraction:
        spared = _in_any_dtype(unit, exercise, functions, slips)
        if spared and spared.judged.fraction > seen.judged.fraction:
            better = _report(unit.name, exercise, spared, float(points))
            return replace(better, notes=(*better.notes, told_of_dtype(slips)))
    if stood is None:
        return report
    other = _report(unit.name, exercise, stood, float(points))
    better = max(report, other, key=lambda one: (one.points or 0, bool(one.misconception)))
    if better is report and alike(report.rows, other.rows):
        return report
    return replace(better, notes=(*better.notes, told_of(slips, better is other)))


def _seen(exercise: Exercise, functions: Functions) -> _Seen:
    played = played_with(functions, draw(exercise, _seed))
    message = played.message if type(played) is Told else b""
    known = _known.get((exercise, _seed, message))
    if known is not None:
        return known
    asked = list[Judged]()

    def ask(cases: Sequence[AskedCase]) -> Judged:
        asked.append(judge_played(exercise.name, cases, played_with(functions, cases)))
        return asked[0]

    known = _judged(exercise, played, ask)
    if message and not asked and len(_known) < _MOST_KNOWN:
        _known[exercise, _seed, message] = known
    return known


def _earned(exercise: Exercise, functions: Functions) -> float:
    return _seen(exercise, functions).judged.fraction


def _in_any_dtype(unit: Unit, exercise: Exercise, functions: Functions, slips: Sequence[str]) -> _Seen | None:
    """The exercise judged without asking for a dtype, where a partner lost points for its own."""

    def judged(one: Exercise) -> _Seen:
        mine = {name: functions[name] for name in one.functions}
        return _judged(one, played_with(mine, draw(one, _seed)), exact=False)

    partners = map(unit.exercise, slips)
    wide = any(
        judged(one).judged.fraction > _earned(one, {one.name: functions[one.name]}) for one in partners
    )
    return judged(exercise) if wide else None


def _judged(
    exercise: Exercise, played: Sequence[Played], ask: Ask | None = None, *, exact: bool = True
) -> _Seen:
    cases = draw(exercise, _seed)
    asked = cases if exact else [replace(case, exact_dtype=False) for case in cases]
    judged = judge_played(exercise.name, asked, played)
    judged = unless_memorised(judged, exercise, cases, draw_again(exercise, _seed), ask)
    known = diagnose(judged, exercise, _seed)
    return _Seen(judged, explained(exercise.name, cases, played, judged, known))


def warm(unit: str) -> None:
    """Compute all that does not depend on a submission: a process that forks graders calls this once."""
    for exercise in units.load(unit).exercises:
        draw(exercise, _seed)
        answers(exercise, _seed)


def _report(unit: str, exercise: Exercise, seen: _Seen, points: float) -> Report:
    """The report; the same one when the same is asked again, so that it is rendered once."""
    report = seen.reports.get(points)
    if report is None:
        report = seen.reports[points] = _written(unit, exercise, seen.judged, seen.told, points)
    return report


def _written(unit: str, exercise: Exercise, judged: Judged, told: Explanation, points: float) -> Report:
    return Report(
        unit=unit,
        exercise=exercise.name,
        kind="examine",
        rows=judged.rows,
        status=overall(judged.rows),
        misconception=told.name,
        diagnosis=told.says,
        points=round(points * judged.fraction, 4),
        max_points=points,
        notes=told.notes,
        traceback=_traceback(judged),
    )


def _traceback(judged: Judged) -> str:
    from stagewise.judge.student_traceback import describe

    failure = judged.failure
    raised = failure is not None and failure.kind is FailureKind.RAISED
    return describe(failure.exception) if raised and failure and failure.exception else ""
