"""Which known mistake explains a wrong answer: the one that answers every case alike.

Every mistake answers all cases once per process; after that, a diagnosis is a few comparisons of arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from reference.judge.drawing import draw
from reference.judge.randomness import Usual, usual
from reference.kit.exercise import Exercise, Misconception
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Flaw, compare
from stagewise.judge.explaining import explanation
from stagewise.judge.fingerprint import ANYTHING, NEAR, chance_apart, is_measured
from stagewise.judge.judging import Judged, Observed
from stagewise.judge.script import Failure


@dataclass(frozen=True, eq=False)
class Answers:
    """How a mistake answers the drawn cases."""

    misconception: Misconception
    usual: Usual

    @property
    def wrong_outputs(self) -> frozenset[str]:
        """The outputs whose values it gets wrong."""
        return self.usual.sure


@lru_cache(maxsize=4096)
def answers(exercise: Exercise, seed: int) -> tuple[Answers, ...]:
    """The answers of every mistake of the exercise on its drawn cases."""
    cases = draw(exercise, seed)
    return tuple(Answers(one, usual(one.functions(exercise), cases)) for one in exercise.misconceptions)


def diagnose(judged: Judged, exercise: Exercise, seed: int) -> Misconception | None:
    """The mistake that explains what was judged on the cases of that seed, or None.

    A mistake that survives these cases (its answers are right) explains nothing.
    """
    cases = draw(exercise, seed)

    def distance(one: Answers, strict: bool, only: str) -> float | None:
        worst = 0.0
        for case, seen, theirs in zip(cases, judged.observed, one.usual.observed, strict=True):
            away = _case_apart(case, seen, theirs, strict, only)
            if away is None:
                return None
            worst = max(worst, away)
        return worst

    if judged.fraction == 1:
        return None
    known = [one for one in answers(exercise, seed) if one.usual.tells]
    found = explanation(judged.rows, known, distance)
    return found.misconception if found else None


def _case_apart(case: AskedCase, seen: Observed, theirs: Observed, strict: bool, only: str) -> float | None:
    if strict and (sorted(seen.changed) != sorted(theirs.changed) or seen.warned != theirs.warned):
        return None
    worst = 0.0
    for output, value in theirs.outputs.items():
        if only in ("", output):
            away = _apart(case, output, seen.outputs[output], value, strict)
            if away is None:
                return None
            worst = max(worst, away)
    return worst


def _apart(case: AskedCase, output: str, seen: Any, theirs: Any, strict: bool) -> float | None:
    """The relative error between an answer and a mistake's answer; None when they differ."""
    if theirs is ANYTHING:
        return NEAR
    if type(seen) is Failure or type(theirs) is Failure:
        alike = type(seen) is type(theirs) and _ending(seen) == _ending(theirs)
        return 0.0 if alike else None
    if output in case.chances and is_measured(theirs):
        return chance_apart(seen, theirs, case.chances[output].slack)
    found = compare(seen, theirs, case.tolerance, exact_dtype=case.exact_dtype and strict)
    if found.flaw is Flaw.NONE or (found.flaw is Flaw.BROADCAST and not strict):
        return found.error
    # One formula may overflow to NaN where the same formula in another form overflows to infinity.
    both_odd = found.flaw is Flaw.NAN and not strict and not _finite(seen) and not _finite(theirs)
    return 0.0 if both_odd else None


def _ending(failure: Failure) -> tuple[Any, str]:
    return failure.kind, failure.ending


def _finite(value: Any) -> bool:
    return type(value) not in (list, tuple, dict) and bool(np.isfinite(value).all())
