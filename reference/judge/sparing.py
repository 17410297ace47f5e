"""A fault is charged once: what a function earns where others of the student's, on which it runs, are wrong.

The best of several judgements counts: as it is, with the truth in the place of a partner that is wrong,
without asking for a dtype that a partner changes, by the gradient of a partner that is wrong in a detail, and
beside the student's own wrong functions that it calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reference.judge import slips as partners
from reference.judge.asking_own import asked_as
from reference.judge.drawing import draw
from reference.judge.own_calls import Slip, slips_below, slips_beside, told, told_below, with_known
from reference.judge.own_gradients import beside_own_gradient
from reference.judge.seen import Seen, judged_on, report_of, seen_on
from reference.kit.exercise import Exercise, Unit
from stagewise.judge.judging import played_with
from stagewise.judge.notebooks import Notebook
from stagewise.judge.playing import Functions
from stagewise.judge.report import Report


def spared(
    unit: Unit,
    exercise: Exercise,
    functions: Functions,
    seen: Seen,
    report: Report,
    notebook: Notebook,
    seed: int,
) -> Report:
    """The report on a function that does not earn everything as it is: `seen`, of which `report` tells."""
    points = report.max_points or 0.0
    best = _with_right_partners(unit, exercise, functions, seen, report, seed)
    if best.points == points:
        return best
    below = slips_below(unit, exercise, functions, notebook, seed)
    beside = slips_beside(unit, exercise, functions, seed)
    own = _with_own(unit, exercise, seen, below, beside, seed, (best.points or 0.0) / points)
    if own is not None:
        other = report_of(unit.name, exercise, own, points)
        if (other.points or 0) > (best.points or 0):
            return replace(other, notes=(*other.notes, told((*below, *beside))))
    return replace(best, notes=(*best.notes, told_below(below))) if below else best


def _with_own(
    unit: Unit,
    exercise: Exercise,
    seen: Seen,
    below: Sequence[Slip],
    beside: Sequence[Slip],
    seed: int,
    least: float,
) -> Seen | None:
    """The judgement beside the student's own wrong functions; None where there is none that is of use, as
    of one that earns no more than the fraction `least`, which is earned without."""
    slips = (*below, *beside)
    known = with_known(exercise, seen.played, slips, seed)
    if all(one.mistake for one in below) and (known is not None or not below):
        return known
    asked = asked_as(unit, exercise, seen.played, below, seed, least)
    found = [one for one in (known, asked) if one is not None]
    return max(found, key=lambda one: one.judged.fraction, default=None)


def _with_right_partners(
    unit: Unit, exercise: Exercise, functions: Functions, seen: Seen, report: Report, seed: int
) -> Report:
    """The better report of two: as it is, and with the truth, or any dtype, for partners that are wrong."""

    def earned(one: Exercise, mine: Functions) -> float:
        return seen_on(one, mine, seed).judged.fraction

    slips = partners.slips_of(unit, exercise, functions, earned)
    if not slips:
        return report
    points = report.max_points or 0.0
    played = partners.stood_in(exercise, functions, slips, seed)
    stood = judged_on(exercise, played, seed) if played is not None else None
    if stood is None or not stood.judged.fraction:
        wide = _in_any_dtype(unit, exercise, functions, slips, seed)
        if wide and wide.judged.fraction > seen.judged.fraction:
            better = report_of(unit.name, exercise, wide, points)
            return replace(better, notes=(*better.notes, partners.told_of_dtype(slips)))
    if not (stood and stood.judged.fraction == 1):
        own = beside_own_gradient(exercise, functions, seen, slips, seed)
        if own is not None and own.judged.fraction > (stood.judged.fraction if stood else 0):
            better = report_of(unit.name, exercise, own, points)
            return replace(better, notes=(*better.notes, partners.told_of_own(slips)))
    if stood is None:
        return report
    other = report_of(unit.name, exercise, stood, points)
    better = max(report, other, key=lambda one: (one.points or 0, bool(one.misconception)))
    if better is report and partners.alike(report.rows, other.rows):
        return report
    return replace(better, notes=(*better.notes, partners.told(slips, better is other)))


def _in_any_dtype(
    unit: Unit, exercise: Exercise, functions: Functions, slips: Sequence[str], seed: int
) -> Seen | None:
    """The exercise judged without asking for a dtype, where a partner lost points for its own."""

    def judged(one: Exercise) -> Seen:
        mine = {name: functions[name] for name in one.functions}
        return judged_on(one, played_with(mine, draw(one, seed)), seed, exact=False)

    wide = any(
        judged(one).judged.fraction > seen_on(one, {one.name: functions[one.name]}, seed).judged.fraction
        for one in map(unit.exercise, slips)
    )
    return judged(exercise) if wide else None
