"""Visible cases are worth something only beside hidden ones: their answers are recorded, so anybody can look
them up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reference.kit.exercise import Exercise
from stagewise.judge.asking import AskedCase
from stagewise.judge.copying import unchanged
from stagewise.judge.judging import Judged, earned
from stagewise.judge.report import Row, Status

_SAYS = "right here, but in none of the cases that the notebook does not show: compute it from the arguments"
Ask = Callable[[Sequence[AskedCase]], Judged]


def unless_memorised(
    judged: Judged,
    exercise: Exercise,
    cases: Sequence[AskedCase],
    anew: Sequence[AskedCase] = (),
    ask: Ask | None = None,
) -> Judged:
    """The judgement, in which visible rows of what earned nothing in any hidden case earn nothing either.

    cases: the graded ones of the exercise, as drawn; anew: the visible ones of them with other numbers, of
    which `ask` tells how the function answers. What is right with numbers that nobody has seen was not looked
    up. An output that only visible cases ask for counts when anything at all is right in a hidden one. An
    exercise without hidden cases is left as it is.
    """
    shown = [case.visible for case in exercise.graded for _ in case.shares]
    hidden = [row for row, visible in zip(judged.rows, shown, strict=True) if not visible]
    holding = {row.output for row in hidden if row.credit > 0}
    asked = {row.output for row in hidden}
    suspect = [
        visible and row.credit > 0 and _is_memorised(row.output, holding, asked)
        for row, visible in zip(judged.rows, shown, strict=True)
    ]
    if not any(suspect):
        return judged
    computed = _computed(cases, anew, ask(anew)) if ask else set()
    rows = tuple(
        _worthless(row) if looked_up and (row.case, row.output) not in computed else row
        for row, looked_up in zip(judged.rows, suspect, strict=True)
    )
    return replace(judged, rows=rows, fraction=earned(cases, rows))


def _is_memorised(output: str, holding: set[str], asked: set[str]) -> bool:
    return output not in holding if output in asked else bool(asked) and not holding


def _computed(cases: Sequence[AskedCase], anew: Sequence[AskedCase], judged: Judged) -> set[tuple[str, str]]:
    """The outputs, by case, that are right with other numbers too."""
    before = {case.name: case.inputs for case in cases}
    other = {case.name for case in anew if not unchanged(case.inputs, before[case.name])}
    return {(row.case, row.output) for row in judged.rows if row.credit > 0 and row.case in other}


def _worthless(row: Row) -> Row:
    return replace(row, status=Status.FAILED, message=_SAYS, outline=_SAYS, credit=0.0)
