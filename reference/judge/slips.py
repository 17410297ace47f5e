"""An early slip costs only its own points: a backward pass is not held to a forward pass that is wrong.

Whoever reads a cache of the student's own making can only be judged with the function that makes it. Where
that one fails its own exercise, the truth stands in for it, and the better of both judgements counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np

from reference.judge.drawing import draw
from reference.judge.randomness import same_random_state
from reference.kit.exercise import Exercise, Function, Unit
from stagewise.judge.asking import AskedCase, Cases
from stagewise.judge.compare import NUMBERS
from stagewise.judge.halves import Begun, begun, joined
from stagewise.judge.judging import played_with
from stagewise.judge.playing import Functions
from stagewise.judge.report import Row
from stagewise.judge.script import Played, play
from stagewise.judge.setting import placed, returns_data


def slips_of(
    unit: Unit,
    exercise: Exercise,
    functions: Functions,
    earned: Callable[[Exercise, Functions], float],
) -> tuple[str, ...]:
    """The partners that are exercises themselves and do not earn all of their points (`earned`: 0 to 1)."""
    asked = {one.name: one for one in unit.exercises if not one.partners}
    names = [partner.__name__ for partner in exercise.partners if partner.__name__ in asked]
    return tuple(name for name in names if earned(asked[name], {name: functions[name]}) < 1)


def stood_in(
    exercise: Exercise, functions: Functions, slips: Sequence[str], seed: int
) -> Sequence[Played] | None:
    """The exercise's cases played with the truth in the place of partners; None where it cannot stand in.

    It can where it only comes first, as a forward pass does, and hands over data: then it is played here, and
    what is left of all cases is asked of the student's functions together.
    """
    half = _all_begun(exercise, tuple(slips), seed)
    if half is None:
        return None
    ends = played_with(functions, half.rests)
    return [joined(one, end) for one, end in zip(half.cases, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class _AllBegun:
    """The cases of an exercise, begun, and what is left of each."""

    cases: tuple[Begun, ...]
    rests: Cases


@lru_cache(maxsize=64)
def _all_begun(exercise: Exercise, slips: tuple[str, ...], seed: int) -> _AllBegun | None:
    """All cases with the truth's steps played; None when one cannot be begun."""
    truths: dict[str, Function] = {name: exercise.functions[name] for name in slips}
    cases = draw(exercise, seed)
    with same_random_state():
        found = tuple(one for case in cases if (one := _begun(case, truths)) is not None)
    return _AllBegun(found, Cases(one.rest for one in found)) if len(found) == len(cases) else None


def _begun(case: AskedCase, truths: Functions) -> Begun | None:
    """The case with the truth's steps played; None when not all are first, or hand over more than data."""
    first = tuple(takewhile(lambda step: step.function in truths, case.steps))
    if not returns_data(case.setting) or any(step.function in truths for step in case.steps[len(first) :]):
        return None
    run = play(first, placed(truths, case.setting), case.inputs, case.updates)
    given = [value for name, value in run.values.items() if name not in case.inputs]
    if run.failure is not None or not all(map(is_data, given)):
        return None
    return begun(case, len(first), run)


def is_data(value: Any) -> bool:
    if type(value) is dict:
        return all(map(is_data, (*value.keys(), *value.values())))
    if type(value) in (list, tuple):
        return all(map(is_data, value))
    if type(value) is np.ndarray:
        return not value.dtype.hasobject
    return value is None or type(value) in NUMBERS or type(value) in (str, bool)


def alike(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    """Whether the same rows fail in the same way, so that what a partner returns is not the reason."""
    return list(map(_fate, rows)) == list(map(_fate, others))


def _fate(row: Row) -> tuple[object, ...]:
    return row.status, row.credit, row.error is None


def told(slips: Sequence[str], spared: bool) -> str:
    """The sentence for the student; spared: whether the truth's standing in helped."""
    named = " and ".join(slips)
    if spared:
        return f"Your {named} is wrong, so the course's stood in for it: a slip costs points once"
    return f"Your {named} is wrong, and this exercise runs on what it returns: mend that first"


def told_of_own(slips: Sequence[str]) -> str:
    """The sentence for the student whose own forward pass is wrong in a detail, and the way back right by
    it."""
    return f"It is judged by your own {' and '.join(slips)}, as its gradient: a slip costs points once"


def told_of_dtype(slips: Sequence[str]) -> str:
    """The sentence for the student whose own cache has another dtype than what came in."""
    return (
        f"Your {' and '.join(slips)} changes the dtype, so none is asked for here: a slip costs points once"
    )
