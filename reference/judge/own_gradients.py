"""A backward pass beside a forward pass that is wrong in a detail: right is the gradient of what that one
computes.

A forward pass without an eps, or with another one, has a gradient of its own, and its cache may have a form
that the course's pass cannot stand in for. The student's forward pass is asked where it lives, near the
inputs of each case, and its difference quotients are held against what the backward pass answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.judge.drawing import draw
from reference.judge.expecting import Way, run
from reference.judge.seen import Seen
from reference.kit.exercise import Exercise
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import Explanation
from stagewise.judge.judging import earned, played_with
from stagewise.judge.playing import Functions
from stagewise.judge.report import Row, Status
from stagewise.judge.script import Entry, Played, Step

NEAR = 0.05  # of the course's answers, as a root mean square: a detail is wrong there, and not everything
_DIRECTIONS = 4
_STEP = 1e-4  # of the spread of an argument: a difference quotient is right to eight digits then
_OFF = {False: 1e-4, True: 2e-3}  # of the size of a gradient; True: in float32


@dataclass(frozen=True, slots=True)
class _Pair:
    """A case of a forward and a backward pass: what goes in, what comes out, and its upstream gradient."""

    case: AskedCase
    forward: Step
    out: str
    dout: np.ndarray

    def asked(self, **changed: Any) -> AskedCase:
        """The forward pass alone, with other arguments, all in float64."""
        names = {one.root for one in self.forward.entries}
        given = {name: _wide(changed.get(name, self.case.inputs[name])) for name in names}
        return replace(
            self.case, steps=(self.forward,), inputs=given, expected={}, also={}, shares={self.out: 1.0}
        )


def beside_own_gradient(
    exercise: Exercise, functions: Functions, seen: Seen, slips: Sequence[str], seed: int
) -> Seen | None:
    """What answers come to where rows that are wrong in value are right by the student's own forward pass,
    one of `slips`; None where none is, or that one is wrong in more than a detail."""
    cases = draw(exercise, seed)
    pairs = [_pair(case, exercise, slips) for case in cases]
    known = [pair for pair in pairs if pair is not None]
    if len(known) < len(cases):
        return None
    name = known[0].forward.function
    mine, course = {name: functions[name]}, Way({name: exercise.functions[name]})
    outs = _outs(known, played_with(mine, [pair.asked() for pair in known]))
    truths = _outs(known, [run(course, pair.asked()) for pair in known])
    if not all(map(_is_detail, known, outs, truths)):
        return None
    rows = list(_rows(known, outs, mine, seen))
    if rows == list(seen.judged.rows):
        return None
    judged = replace(seen.judged, rows=tuple(rows), fraction=earned(cases, rows))
    told = Explanation("", "", ()) if judged.fraction == 1 else seen.told
    return Seen(seen.played, judged, told) if judged.fraction > seen.judged.fraction else None


def _pair(case: AskedCase, exercise: Exercise, slips: Sequence[str]) -> _Pair | None:
    """The case as a pair of passes; None where it is another thing, or chance has a part in it."""
    first, *others = case.steps
    upstream = case.inputs.get(f"d{first.targets[0]}") if first.targets else None
    fits = (
        first.function in slips
        and others
        and all(step.function == exercise.name for step in others)
        and not (case.chances or case.setting or first.keywords)
        and all(isinstance(one, Entry) and not one.keys for one in first.arguments)
    )
    return _Pair(case, first, first.targets[0], upstream) if fits and type(upstream) is np.ndarray else None


def _outs(pairs: Sequence[_Pair], played: Sequence[Played]) -> list[np.ndarray | None]:
    """What the forward pass answered in each case; None where that does not go with the upstream gradient."""
    found = [one.values.get(pair.out) for pair, one in zip(pairs, played, strict=True)]
    return [
        out if type(out) is np.ndarray and out.dtype.kind == "f" and out.shape == pair.dout.shape else None
        for pair, out in zip(pairs, found, strict=True)
    ]


def _is_detail(pair: _Pair, out: np.ndarray | None, truth: np.ndarray | None) -> bool:
    """Whether the forward pass is near the course's where that is asked, in a main case."""
    return not pair.case.main or (out is not None and truth is not None and _are_near(out, truth))


def _are_near(one: np.ndarray, truth: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.linalg.norm(one - truth) <= NEAR * np.linalg.norm(truth))


def _rows(
    pairs: Sequence[_Pair], outs: Sequence[np.ndarray | None], mine: Functions, seen: Seen
) -> Iterator[Row]:
    left = iter(seen.judged.rows)
    for pair, out, observed in zip(pairs, outs, seen.judged.observed, strict=True):
        for output in pair.case.shares:
            row, found = next(left), observed.outputs[output]
            wrong = row.credit == 0 and row.status is Status.FAILED and type(found) is np.ndarray
            right = wrong and out is not None and _is_right(pair, out, output, found, mine)
            yield replace(row, status=Status.PASSED, message="", outline="", credit=1.0) if right else row


def _is_right(pair: _Pair, out: np.ndarray, output: str, found: np.ndarray, mine: Functions) -> bool:
    """Whether an answer is the gradient of the student's forward pass; where that one is not finite there is
    none, and nothing is asked."""
    name, truth = output.removeprefix("d"), pair.case.expected[output]
    argument = pair.case.inputs.get(name)
    if type(argument) is not np.ndarray or found.shape != argument.shape or found.dtype.kind != "f":
        return False
    if not np.isfinite(out).all():
        return True
    if not np.isfinite(found).all() or (pair.case.main and not _are_near(found, truth)):
        return False
    allowed = _OFF[argument.dtype == np.float32]
    return all(
        abs(quotient - along) <= allowed * size for quotient, along, size in _along(pair, name, found, mine)
    )


def _along(
    pair: _Pair, name: str, found: np.ndarray, mine: Functions
) -> Iterator[tuple[float, float, float]]:
    """In some directions: how fast the loss grows, how fast by the gradient, and the size of its terms."""
    rng = np.random.default_rng(0)
    argument = _wide(pair.case.inputs[name])
    ways = [rng.standard_normal(argument.shape) * _spread(argument) for _ in range(_DIRECTIONS)]
    moved = [argument + sign * _STEP * way for way in ways for sign in (1, -1)]
    runs = played_with(mine, [pair.asked(**{name: one}) for one in moved])
    outs = _outs([pair] * len(moved), runs)
    losses = [np.nan if out is None else float(np.sum(out * pair.dout)) for out in outs]
    for way, up, down in zip(ways, losses[::2], losses[1::2], strict=True):
        terms = found * way
        yield (up - down) / (2 * _STEP), float(np.sum(terms)), float(np.linalg.norm(terms))


def _spread(argument: np.ndarray) -> Any:
    """How far entries may be moved: as far as those of their row or column differ, if they do."""
    if argument.ndim != 2:
        return np.maximum(np.abs(argument), 1e-3)
    spreads = [argument.std(axis=axis, keepdims=True) + np.zeros_like(argument) for axis in (0, 1)]
    least = np.minimum(*(np.where(one > 0, one, np.inf) for one in spreads))
    return np.where(np.isfinite(least), least, 1e-3)


def _wide(value: Any) -> Any:
    """An array of floats in float64; another value as it is."""
    return value.astype(np.float64) if type(value) is np.ndarray and value.dtype.kind == "f" else value
