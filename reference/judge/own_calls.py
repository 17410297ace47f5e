"""One slip is charged once: a function that calls a wrong one of the student's own is judged with that one.

A right way to write the function is run with the wrong one in the place of the course's, and its answers are
those that are expected. Of a wrong function in which a known mistake was recognised that mistake itself is
taken, here; any other is asked where it lives (`reference.judge.asking_own`).

What is expected then may no longer show what a function makes wrong itself: each known mistake of it is
composed with the same wrong one, and what cannot be told from such a mistake earns no more than the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType
from typing import Any

from reference.judge.drawing import draw, draw_again
from reference.judge.expecting import (
    Own,
    Way,
    beside,
    callable_from,
    expected_by,
    expecting,
    judged_beside,
    run,
    ways,
)
from reference.judge.memorised import unless_memorised
from reference.judge.randomness import same_random_state
from reference.judge.seen import Seen, seen_on
from reference.kit.composing import composed
from reference.kit.exercise import Exercise, Misconception, Unit
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import Explanation, explained
from stagewise.judge.judging import Judged, judge
from stagewise.judge.notebooks import Notebook
from stagewise.judge.playing import Functions
from stagewise.judge.report import Row, Status
from stagewise.judge.reproach import ONCE, wrong_below
from stagewise.judge.script import Played

Function = Callable[..., Any]
_MOST_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Slip:
    """A function of the student's that is an exercise of its own and does not earn all of it.

    functions: by name, that one, and those that hand it something or take it from it; truths: the course's of
    these names. mistake: the known one that was recognised, "" where none was."""

    exercise: Exercise
    functions: Functions
    truths: Functions
    mistake: str

    @property
    def name(self) -> str:
        """What the function is called."""
        return self.exercise.name


def slips_below(
    unit: Unit, exercise: Exercise, functions: Functions, notebook: Notebook, seed: int
) -> tuple[Slip, ...]:
    """The student's wrong functions that come before this exercise, stand in what it calls, and may do so in
    a right way to write it."""
    possible = callable_from(unit, exercise)
    named = {name for one in functions for name in notebook.named_by(one)} & possible if possible else ()
    asked = [one for one in unit.exercises if one.name in named]
    found = (_slip(one, asked, notebook, seed) for one in asked)
    return tuple(one for one in found if one is not None)


def slips_beside(unit: Unit, exercise: Exercise, functions: Functions, seed: int) -> tuple[Slip, ...]:
    """The wrong ones among the partners of this exercise."""
    names = {partner.__name__ for partner in exercise.partners}
    partners = [one for one in unit.exercises if one.name in names and not one.partners]
    found = (_judged(one, {one.name: functions[one.name]}, one.functions, seed) for one in partners)
    return tuple(one for one in found if one is not None)


def _slip(exercise: Exercise, asked: Sequence[Exercise], notebook: Notebook, seed: int) -> Slip | None:
    truths = dict(exercise.functions)
    for one in asked:
        truths |= one.functions if exercise.name in one.functions else {}
    there = {name: notebook.function(name) for name in truths}
    functions = {name: one for name, one in there.items() if one is not None}
    if not exercise.functions.keys() <= functions.keys():
        return None
    return _judged(exercise, functions, {name: truths[name] for name in functions}, seed)


def _judged(exercise: Exercise, functions: Functions, truths: Functions, seed: int) -> Slip | None:
    seen = seen_on(exercise, {name: functions[name] for name in exercise.functions}, seed)
    is_wrong = any(row.credit < 1 and row.status is not Status.UNFINISHED for row in seen.judged.rows)
    return Slip(exercise, functions, truths, seen.told.name) if is_wrong else None


def with_known(exercise: Exercise, played: Sequence[Played], slips: Sequence[Slip], seed: int) -> Seen | None:
    """The best of what these runs come to beside recognised mistakes in the places of functions that are
    called; None where nothing is recognised, or nothing earned."""
    known = tuple((one.exercise, one.mistake) for one in slips if one.mistake)
    sets = [known, *((one,) for one in known if len(known) > 1)][: _MOST_TOGETHER + 1]
    best: Seen | None = None
    for some in sets if known else ():
        for way, cases, answers in _expected(exercise, some, played, seed):
            found = judged_as(exercise, way, cases, answers, played, seed)
            if found is None or (best is not None and found.judged.fraction <= best.judged.fraction):
                continue
            whole = found.judged.fraction == 1
            found = capped(found, _hiding(exercise, cases, answers, some, found.judged.rows, seed))
            if found.judged.fraction > (best.judged.fraction if best else 0):
                best = found
            if whole:
                return best
    return best


def judged_as(
    exercise: Exercise,
    way: Way,
    cases: Sequence[AskedCase],
    answers: Sequence[Played],
    played: Sequence[Played],
    seed: int,
) -> Seen | None:
    """What the student's runs come to where a way answered these cases so; None where it is a known mistake,
    and not theirs."""
    judged = judged_beside(exercise.name, cases, answers, played)
    judged = unless_memorised(judged, exercise, cases, draw_again(exercise, seed))
    if way.mistake is None:
        return Seen(played, judged, explained(exercise.name, cases, played, judged, None))
    told = Explanation(way.mistake.name, way.mistake.says, ())
    return Seen(played, judged, told) if judged.fraction == 1 else None


def capped(seen: Seen, most: float) -> Seen:
    """The same, with no more than this fraction earned."""
    if seen.judged.fraction <= most:
        return seen
    return replace(seen, judged=replace(seen.judged, fraction=most), reports={})


Known = tuple[tuple[Exercise, str], ...]


@lru_cache(maxsize=256)
def _own(known: Known) -> Own:
    """Known mistakes, by the code of the functions in whose places they stand."""
    own: dict[CodeType, Function] = {}
    for exercise, name in known:
        (mistake,) = [one for one in exercise.misconceptions if one.name == name]
        for called, fn in mistake.functions(exercise).items():
            truth: Any = exercise.functions[called]
            if called == exercise.name or fn.__code__ is not truth.__code__:
                own[truth.__code__] = fn
    for code in list(own):  # a mistake may call another one
        others = {other: fn for other, fn in own.items() if other is not code}
        own[code] = composed({"": own[code]}, others)[""]
    return own


Expected = tuple[Way, Sequence[AskedCase], Sequence[Played]]


@lru_cache(maxsize=256)
def _expected_by(exercise: Exercise, number: int, known: Known, seed: int) -> Expected | None:
    way = beside(exercise, ways(exercise)[number], _own(known))
    return None if way is None else (way, *expected_by(way, draw(exercise, seed)))


def _expected(exercise: Exercise, known: Known, played: Sequence[Played], seed: int) -> Iterator[Expected]:
    """What the ways are that these runs may be, and what they answer: of mistakes only those that fit the
    first case."""
    first = draw(exercise, seed)[0]
    for number, way in enumerate(ways(exercise)):
        if way.mistake and not _fits(exercise, way, known, first, played[0]):
            continue
        found = _expected_by(exercise, number, known, seed)
        if found is not None:
            yield found


def _fits(exercise: Exercise, way: Way, known: Known, case: AskedCase, played: Played) -> bool:
    made = beside(exercise, way, _own(known))
    if made is None:
        return False
    answer = run(made, case)
    rows = judged_beside(exercise.name, [expecting(case, answer)], [answer], [played]).rows
    return all(row.credit == 1 for row in rows)


def _hiding(
    exercise: Exercise,
    cases: Sequence[AskedCase],
    answers: Sequence[Played],
    known: Known,
    rows: Sequence[Row],
    seed: int,
) -> float:
    """The least that a known mistake earns which, beside the same slips, does as well as these rows; or 1."""
    most = 1.0
    for way in ways(exercise):
        made = beside(exercise, way, _own(known)) if way.mistake else None
        if made is not None and _does_as_well(exercise.name, cases, answers, rows, made):
            # One that answers so beside right functions too is the same slip, made twice.
            twice = _does_as_well(exercise.name, cases, answers, rows, way)
            most = most if twice else min(most, alone(exercise, way, seed))
    return most


def _does_as_well(
    name: str, cases: Sequence[AskedCase], answers: Sequence[Played], rows: Sequence[Row], way: Way
) -> bool:
    """Whether a way earns in every output of every case at least what these rows do."""
    left = iter(rows)
    for case, answer in zip(cases, answers, strict=True):
        found = judged_beside(name, [case], [answer], [run(way, case)]).rows
        if any(one.credit < next(left).credit for one in found):
            return False
    return True


def alone(exercise: Exercise, way: Way, seed: int) -> float:
    """The fraction that a way, a known mistake, earns by itself."""
    assert way.mistake is not None
    return _earned(exercise, way.mistake, seed)


@lru_cache(maxsize=4096)
def _earned(exercise: Exercise, mistake: Misconception, seed: int) -> float:
    with same_random_state():
        judged: Judged = judge(mistake.functions(exercise), draw(exercise, seed))
    return judged.fraction


def told(slips: Sequence[Slip]) -> str:
    """The sentence for the student whose function is judged so."""
    names = " and ".join(one.name for one in slips)
    return f"It is judged with your own {names}: {ONCE}"


def told_below(slips: Sequence[Slip]) -> str:
    """The sentence for the student whose function calls a wrong one that is of no use to judge it with."""
    return wrong_below([one.name for one in slips])
