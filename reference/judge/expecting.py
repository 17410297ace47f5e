"""What the right ways to write an exercise answer when functions that they call are others: a student's own,
or known mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from reference.judge.randomness import same_random_state
from reference.kit.composing import composed, reached
from reference.kit.exercise import Exercise, Misconception, Unit
from stagewise.judge.asking import AskedCase, Chance
from stagewise.judge.compare import Tolerance, compare
from stagewise.judge.judging import Judged, answered, earned, judge_played
from stagewise.judge.report import Row, Status
from stagewise.judge.script import RAISED, Failure, FailureKind, Played, is_blank, play
from stagewise.judge.setting import placed

Function = Callable[..., Any]
Ways = Mapping[str, Function]
Own = Mapping[CodeType, Function]
_TWO_RUNS = 2.0  # each is within the tolerance of what both should be


@lru_cache(maxsize=1024)
def earlier(unit: Unit, exercise: Exercise) -> Mapping[CodeType, Exercise]:
    """The exercises that come before this one and are no partners of it, by the code of their truths."""
    before = unit.exercises[: unit.exercises.index(exercise)]
    return {one.truth.__code__: one for one in before if one.name not in exercise.functions}


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """Functions that may be a student's: a right way to write an exercise, or a known mistake."""

    functions: Ways
    mistake: Misconception | None = None


@lru_cache(maxsize=1024)
def ways(exercise: Exercise) -> tuple[Way, ...]:
    """The truth, the other right ways, and the known mistakes of an exercise."""
    right = (exercise.functions, *(one.functions(exercise) for one in exercise.alternatives))
    wrong = (Way(one.functions(exercise), one) for one in exercise.misconceptions)
    return (*map(Way, right), *wrong)


@lru_cache(maxsize=1024)
def callers(unit: Unit, exercise: Exercise) -> tuple[Way, ...]:
    """Those that call earlier exercises."""
    return tuple(way for way in ways(exercise) if called_by(unit, exercise, way))


def called_by(unit: Unit, exercise: Exercise, way: Way) -> frozenset[str]:
    """The earlier exercises to which a way comes."""
    return reached(way.functions, {code: one.name for code, one in earlier(unit, exercise).items()})


@lru_cache(maxsize=1024)
def callable_from(unit: Unit, exercise: Exercise) -> frozenset[str]:
    """The earlier exercises that some way calls."""
    return frozenset[str]().union(*(called_by(unit, exercise, way) for way in callers(unit, exercise)))


def beside(exercise: Exercise, way: Way, own: Own) -> Way | None:
    """A way with other functions in the places of those that it calls; None where it calls none of them, or
    is itself a mistake in one of them."""
    of: Any = way.mistake.replaced(exercise) if way.mistake else None
    changed = composed(way.functions, own)
    same = all(changed[name] is fn for name, fn in way.functions.items())
    return None if same or (of and of.__code__ in own) else replace(way, functions=changed)


def run(way: Way, case: AskedCase) -> Played:
    """A case played with a way."""
    with same_random_state():
        return play(case.steps, placed(way.functions, case.setting), case.inputs, case.updates)


def expecting(case: AskedCase, answer: Played) -> AskedCase:
    """The case with this run's answers as those that are expected; an output that it does not answer is as it
    was.

    What the run warns of is no fault, and a quantity may be off by as much as two runs are apart.
    """
    measured: dict[str, Any] = {}
    expected, chances, also = dict(case.expected), dict(case.chances), dict(case.also)
    for output in case.shares:
        value = answered(case, answer, output, measured)
        if _is_answer(value, case):
            expected[output] = value
            also.pop(output, None)
            if output in chances:
                chances[output] = _of_two_runs(chances[output], case.expected[output], value)
    quiet = case.quiet and not answer.warned
    return replace(case, expected=expected, also=also, chances=chances, quiet=quiet)


def judged_beside(
    name: str, cases: Sequence[AskedCase], answers: Sequence[Played], played: Sequence[Played]
) -> Judged:
    """Runs judged by what these answers make expected. What they change, where they end with an error and
    where nothing can be measured on them is no fault: the function that is called in both does it."""
    runs = list(map(_without_changes, played, answers))
    judged = judge_played(name, cases, runs)
    left = iter(judged.rows)
    rows = tuple(
        _forgiven(next(left), case, output, answer, run)
        for case, answer, run in zip(cases, answers, runs, strict=True)
        for output in case.shares
    )
    return replace(judged, rows=rows, fraction=earned(cases, rows))


def _forgiven(row: Row, case: AskedCase, output: str, answer: Played, run: Played) -> Row:
    ends = row.credit == 0 and output != RAISED and _ends(case, output, answer) and _ends(case, output, run)
    return replace(row, status=Status.PASSED, message="", outline="", credit=1.0) if ends else row


def _ends(case: AskedCase, output: str, run: Played) -> bool:
    value = answered(case, run, output, {})
    return type(value) is Failure and value.kind in (FailureKind.RAISED, FailureKind.UNFIT)


def _is_answer(value: Any, case: AskedCase) -> bool:
    blank = type(value) is Failure or is_blank(value)
    return not blank and not compare(value, value, case.tolerance).message


def _without_changes(run: Played, answer: Played) -> Played:
    made = set(answer.changed)
    return replace(run, changed=tuple(one for one in run.changed if one not in made)) if made else run


def _of_two_runs(chance: Chance, stated: Any, found: Any) -> Chance:
    old = chance.tolerance
    off = _TWO_RUNS * old.stol * (float(np.max(np.abs(stated))) + old.scale)
    size = float(np.max(np.abs(np.nan_to_num(np.asarray(found, dtype=float)))))
    reason = f"both runs are within their tolerance: {old.reason}"
    return replace(chance, tolerance=Tolerance(0.0, off / (size + 1), reason, scale=1.0))


def expected_by(way: Way, cases: Sequence[AskedCase]) -> tuple[list[AskedCase], list[Played]]:
    """The cases with a way's own answers as the expected ones, and its runs."""
    answers = [run(way, case) for case in cases]
    return [expecting(case, answer) for case, answer in zip(cases, answers, strict=True)], answers
