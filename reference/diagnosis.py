"""Which known mistake explains a wrong answer: the one that answers every case alike.

Every mistake answers all cases once per process; after that, a diagnosis is a few comparisons of arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from reference.drawing import draw
from reference.exercise import Exercise, Misconception
from stagewise.compare import Flaw, compare
from stagewise.judging import AskedCase, Judged, Observed, judge
from stagewise.report import Row
from stagewise.script import Failure


@dataclass(frozen=True, eq=False)
class Answers:
    """How a mistake answers the drawn cases, and which outputs it gets wrong (not only awkwardly shaped)."""

    misconception: Misconception
    judged: Judged
    wrong_outputs: frozenset[str]


@lru_cache(maxsize=4096)
def answers(exercise: Exercise, seed: int) -> tuple[Answers, ...]:
    """The answers of every mistake of the exercise on its drawn cases."""
    cases = draw(exercise, seed)
    judged = [(one, judge(one.functions(exercise), cases)) for one in exercise.misconceptions]
    return tuple(Answers(one, found, _wrong(found.rows)) for one, found in judged)


def diagnose(judged: Judged, exercise: Exercise, seed: int) -> Misconception | None:
    """The mistake whose answers are those observed, or None; right answers hold none.

    First everything must agree: values, shapes, inputs written into, exceptions. Then the values alone, shapes put
    right: a known mistake beside a side flaw. Then each wrong output by itself: two mistakes at once.
    """
    if judged.fraction == 1:
        return None
    cases = draw(exercise, seed)
    known = [one for one in answers(exercise, seed) if one.judged.fraction < 1]
    seen = judged.observed
    exact = _closest(known, lambda one: _distance(one, seen, cases, strict=True))
    if exact:
        return exact
    in_values = [one for one in known if one.wrong_outputs]
    plain = tuple(_put_right(case, one) for case, one in zip(cases, seen, strict=True))
    return _closest(in_values, lambda one: _distance(one, plain, cases)) or _one_of_several(
        judged, in_values, plain, cases
    )


def _one_of_several(
    judged: Judged, known: Sequence[Answers], seen: Sequence[Observed], cases: Sequence[AskedCase]
) -> Misconception | None:
    """The mistake that explains one of several wrong outputs, and of the others claims none that is right."""
    wrong = _wrong(judged.rows)
    inside = [one for one in known if one.wrong_outputs <= wrong]
    for output in (row.output for row in judged.rows if row.output in wrong):
        apt = [one for one in inside if output in one.wrong_outputs]
        found = _closest(apt, lambda one, output=output: _distance(one, seen, cases, only=output))  # type: ignore[misc]
        if found:
            return found
    return None


def _closest(known: Sequence[Answers], distance: Callable[[Answers], float | None]) -> Misconception | None:
    """Of all mistakes within tolerance the nearest: two may differ by less than the tolerance."""
    best: tuple[float, Answers] | None = None
    for one in known:
        away = distance(one)
        if away is not None and (best is None or away < best[0]):
            best = (away, one)
    return best[1].misconception if best else None


def _distance(
    one: Answers, seen: Sequence[Observed], cases: Sequence[AskedCase], *, strict: bool = False, only: str = ""
) -> float | None:
    """The worst relative error between a mistake's answers and those seen; None when some answer differs."""
    worst = 0.0
    for case, theirs, ours in zip(cases, seen, one.judged.observed, strict=True):
        if strict and (sorted(theirs.changed) != sorted(ours.changed) or theirs.warned != ours.warned):
            return None
        for output, value in ours.outputs.items():
            if only and output != only:
                continue
            away = _apart(theirs.outputs[output], value, case, strict)
            if away is None:
                return None
            worst = max(worst, away)
    return worst


def _apart(theirs: Any, ours: Any, case: AskedCase, strict: bool) -> float | None:
    if type(ours) is Failure or type(theirs) is Failure:
        same = type(ours) is type(theirs) and (ours.kind, ours.exception_name) == (theirs.kind, theirs.exception_name)
        return 0.0 if same else None
    found = compare(theirs, ours, case.tolerance, exact_dtype=case.exact_dtype and strict)
    if found.flaw is Flaw.NONE:
        return found.error
    # The same formula may overflow to NaN in one form and to infinity in another.
    return 0.0 if found.flaw is Flaw.NAN and not strict and not np.isfinite(ours).all() else None


def _put_right(case: AskedCase, seen: Observed) -> Observed:
    """The observation with shapes that only broadcasting makes right put right."""
    return Observed({o: _shaped(value, case.expected[o]) for o, value in seen.outputs.items()})


def _shaped(value: Any, expected: Any) -> Any:
    if type(value) is not np.ndarray or value.shape == np.shape(expected):
        return value
    lengths = [[n for n in shape if n != 1] for shape in (value.shape, np.shape(expected))]
    return value.reshape(np.shape(expected)) if lengths[0] == lengths[1] else value


def _wrong(rows: Sequence[Row]) -> frozenset[str]:
    return frozenset(row.output for row in rows if row.credit == 0)
