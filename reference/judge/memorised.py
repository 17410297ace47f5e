"""Visible cases are worth something only beside hidden ones: their answers are recorded, so anybody can look
them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reference.kit.exercise import Exercise
from stagewise.judge.asking import AskedCase
from stagewise.judge.judging import Judged, earned
from stagewise.judge.report import Row, Status

_SAYS = "right here, but in none of the cases that the notebook does not show: compute it from the arguments"


def unless_memorised(judged: Judged, exercise: Exercise, cases: Sequence[AskedCase]) -> Judged:
    """The judgement, in which visible rows of what earned nothing in any hidden case earn nothing either.

    cases: the graded ones of the exercise, as drawn. An output that only visible cases ask for
    counts when anything at all is right in a hidden one. An exercise without hidden cases is left as it is.
    """
    shown = [case.visible for case in exercise.graded for _ in case.shares]
    hidden = [row for row, visible in zip(judged.rows, shown, strict=True) if not visible]
    holding = {row.output for row in hidden if row.credit > 0}
    asked = {row.output for row in hidden}
    rows = tuple(
        _worthless(row) if visible and row.credit > 0 and _is_memorised(row.output, holding, asked) else row
        for row, visible in zip(judged.rows, shown, strict=True)
    )
    return judged if rows == judged.rows else replace(judged, rows=rows, fraction=earned(cases, rows))


def _is_memorised(output: str, holding: set[str], asked: set[str]) -> bool:
    return output not in holding if output in asked else bool(asked) and not holding


def _worthless(row: Row) -> Row:
    return replace(row, status=Status.FAILED, message=_SAYS, outline=_SAYS, credit=0.0)
