"""What a student's answers to all cases of an exercise come to: judged once, reported once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw, draw_again
from reference.judge.memorised import Ask, unless_memorised
from reference.kit.exercise import Exercise
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import Explanation, explained
from stagewise.judge.judging import Judged, judge_played, played_with
from stagewise.judge.playing import Functions, Told
from stagewise.judge.report import Report, overall
from stagewise.judge.script import FailureKind, Played
from stagewise.judge.student_traceback import describe

_MOST_KNOWN = 256


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What the answers to all cases of an exercise come to, and the reports on it by the points at stake."""

    played: Sequence[Played]
    judged: Judged
    told: Explanation
    reports: dict[float, Report] = field(default_factory=dict)


_known: dict[tuple[Exercise, int, bytes], Seen] = {}
"""By exercise, seed and the message in which another process told the answers: told alike is seen alike,
unless something else was asked besides."""


def seen_on(exercise: Exercise, functions: Functions, seed: int) -> Seen:
    """The answers of these functions to the graded cases of a seed."""
    played = played_with(functions, draw(exercise, seed))
    message = played.message if type(played) is Told else b""
    known = _known.get((exercise, seed, message))
    if known is not None:
        return known
    asked = list[Judged]()

    def ask(cases: Sequence[AskedCase]) -> Judged:
        asked.append(judge_played(exercise.name, cases, played_with(functions, cases)))
        return asked[0]

    known = judged_on(exercise, played, seed, ask)
    if message and not asked and len(_known) < _MOST_KNOWN:
        _known[exercise, seed, message] = known
    return known


def judged_on(
    exercise: Exercise, played: Sequence[Played], seed: int, ask: Ask | None = None, *, exact: bool = True
) -> Seen:
    """What these runs of the graded cases come to; exact: whether dtypes are asked for where cases do so."""
    cases = draw(exercise, seed)
    asked = cases if exact else [replace(case, exact_dtype=False) for case in cases]
    judged = judge_played(exercise.name, asked, played)
    judged = unless_memorised(judged, exercise, cases, draw_again(exercise, seed), ask)
    known = diagnose(judged, exercise, seed)
    return Seen(played, judged, explained(exercise.name, cases, played, judged, known))


def report_of(unit: str, exercise: Exercise, seen: Seen, points: float) -> Report:
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
    failure = judged.failure
    raised = failure is not None and failure.kind is FailureKind.RAISED
    return describe(failure.exception) if raised and failure and failure.exception else ""
