"""Right ways and known mistakes run here with a student's own functions in them, which are asked where they
live.

All run until each needs an answer that nobody has given yet; the calls are then asked together, each once, in
an order that follows from their arguments. So a function that is asked cannot tell the calls of a right way
from those of a mistake. What it answers is data, bounded by what the course's function answers there.

The first case is asked alone: a mistake that is told from the student's function and from the right ways by
it is run no further, which is most of the work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.judge.drawing import draw
from reference.judge.expecting import Way, beside, callers, expecting, judged_beside, run
from reference.judge.own_calls import Slip, alone, capped, judged_as
from reference.judge.seen import Seen
from reference.judge.slips import is_data
from reference.kit.exercise import Exercise, Unit
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.copying import copied, unchanged
from stagewise.judge.judging import played_with
from stagewise.judge.playing import Functions
from stagewise.judge.report import Row
from stagewise.judge.script import Played, parse

Function = Callable[..., Any]
_MOST_CALLS, _MOST_ROUNDS, _MORE_ROUNDS = 4000, 64, 8
_TIMES, _ROOM = 16, 1000  # a cache may hold more than the course's
_USUAL = 0.5  # of the different numbers that the course's function answers
_TOLERANCE = Tolerance(rtol=0.0, stol=0.0, reason="it is not compared")


class _Pending(BaseException):
    """A call that nobody has answered yet; no Exception, so that nothing that is run takes it for one."""


class _CannotAsk(BaseException):
    """A call whose arguments are no data, or one too many."""


class UnusableError(Exception):
    """A student's function has no answer to go on with."""


@dataclass(slots=True)
class _Call:
    case: AskedCase
    truth: Any
    answer: Played | None = None


@dataclass(slots=True)
class Asking:
    """Calls of a student's functions, by what they are called with: each is asked once."""

    functions: Functions
    calls: dict[bytes, _Call] = field(default_factory=dict)
    _wanted: dict[bytes, _Call] = field(default_factory=dict)

    def standing_for(self, name: str, truth: Function) -> Function:
        """A function that answers as the student's of that name; the course's says how large that may be."""

        def asked(*arguments: Any, **keywords: Any) -> Any:
            given = {f"a{number}": value for number, value in enumerate((*arguments, *keywords.values()))}
            key = _key([name, list(keywords), *given.values()])
            call = self.calls.get(key)
            if call is None:
                call = self._wanted.setdefault(key, self._call(name, truth, len(arguments), keywords, given))
                raise _Pending
            return _answer(call, given)

        return asked

    def ask(self) -> bool:
        """Have the calls that are wanted answered; False when there are none, or more than are asked."""
        some = dict(sorted(self._wanted.items()))
        self._wanted.clear()
        if not some or len(self.calls) + len(some) > _MOST_CALLS:
            return False
        answers = played_with(self.functions, [call.case for call in some.values()])
        for call, answer in zip(some.values(), answers, strict=True):
            call.answer = answer
        self.calls |= some
        return True

    @property
    def is_usual(self) -> bool:
        """Whether the answers are about as different from each other as the course's are."""
        numbers = [_different(call.answer.values.get("found") for call in self.calls.values() if call.answer)]
        numbers.append(_different(call.truth for call in self.calls.values()))
        mine, course = numbers
        return mine >= _USUAL * course

    def _call(
        self, name: str, truth: Function, count: int, keywords: Mapping[str, Any], given: Mapping[str, Any]
    ) -> _Call:
        if not is_data(dict(given)):
            raise _CannotAsk
        places = [f"a{number}" for number in range(count)]
        places += [f"{keyword}=a{count + number}" for number, keyword in enumerate(keywords)]
        case = AskedCase(
            name=name,
            steps=parse(f"found = {name}({', '.join(places)})"),
            inputs={place: copied(value) for place, value in given.items()},
            expected={},
            shares=dict.fromkeys(("found", *given), 1.0),
            weight=1.0,
            tolerance=_TOLERANCE,
            updates=tuple(given),
        )
        own = [copied(value) for value in given.values()]
        try:
            answer = truth(*own[:count], **dict(zip(keywords, own[count:], strict=True)))
        except Exception:
            answer = None
        return _Call(case, answer)


def _answer(call: _Call, given: Mapping[str, Any]) -> Any:
    """What the student's function answered; what it wrote into its arguments is written into these."""
    answer = call.answer
    assert answer is not None
    if answer.failure is not None:
        raise answer.failure.exception or UnusableError(answer.failure.message)
    found = answer.values.get("found")
    if not is_data(found) or _size(found) > _room([call.truth, *given.values()]):
        raise UnusableError("what was returned is no data, or too much")
    for name, value in given.items():
        if not unchanged(value, answer.values[name]):
            _write(value, answer.values[name])
    return copied(found)


def _write(into: Any, new: Any) -> None:
    if type(into) is np.ndarray and type(new) is np.ndarray and into.shape == new.shape:
        into[...] = new
    elif type(into) is dict and type(new) is dict and is_data(new) and _size(new) <= _room(into):
        into.clear()
        into.update(copied(new))
    elif type(into) is list and type(new) is list and is_data(new) and len(new) == len(into):
        into[:] = copied(new)
    else:
        raise UnusableError("an argument became something else")


def asked_as(
    unit: Unit,
    exercise: Exercise,
    played: Sequence[Played],
    slips: Sequence[Slip],
    seed: int,
    least: float,
) -> Seen | None:
    """The best of what a student's runs come to beside the student's own functions, which are asked; None
    where chance decides, where objects are handed over, where they answer nothing that is of use, or where no
    more than the fraction `least` is earned."""
    cases = draw(exercise, seed)
    if any(case.chances for case in cases):
        return None
    functions = {name: fn for one in slips for name, fn in one.functions.items()}
    truths = {name: fn for one in slips for name, fn in one.truths.items()}
    asking = Asking(functions)
    own = {_code(fn): asking.standing_for(name, fn) for name, fn in truths.items()}
    made = (beside(exercise, way, own) for way in callers(unit, exercise))
    ways = [way for way in made if way is not None]
    done: dict[tuple[Way, int], Played] = {}
    try:
        begun = _told(asking, ways, cases[:1], done)
        told = _told(asking, _going_on(exercise.name, begun, cases[0], played[0]), cases, done)
    except _CannotAsk:
        return None
    if not asking.is_usual:
        return None
    mistakes = [(way, answers) for way, answers in told.items() if way.mistake]
    found = (_beside(exercise, way, answers, played, mistakes, seed, least) for way, answers in told.items())
    return max((one for one in found if one), key=lambda one: one.judged.fraction, default=None)


def _going_on(name: str, begun: Mapping[Way, Sequence[Played]], case: AskedCase, played: Played) -> list[Way]:
    """The right ways, and the mistakes that by the first case may be the student's, or hide it."""
    rights = [(expecting(case, *answer), answer) for way, answer in begun.items() if not way.mistake]
    earned = [judged_beside(name, [asked], answer, [played]).rows for asked, answer in rights]

    def goes_on(answer: Sequence[Played]) -> bool:
        if judged_beside(name, [expecting(case, *answer)], answer, [played]).fraction == 1:
            return True
        return any(
            _as_well(judged_beside(name, [asked], right, answer).rows, mine)
            for (asked, right), mine in zip(rights, earned, strict=True)
        )

    return [way for way, answer in begun.items() if not way.mistake or goes_on(answer)]


def _beside(
    exercise: Exercise,
    way: Way,
    answers: Sequence[Played],
    played: Sequence[Played],
    mistakes: Sequence[tuple[Way, Sequence[Played]]],
    seed: int,
    least: float,
) -> Seen | None:
    cases = list(map(expecting, draw(exercise, seed), answers))
    if way.mistake and judged_beside(exercise.name, cases[:1], answers[:1], played[:1]).fraction < 1:
        return None
    seen = judged_as(exercise, way, cases, answers, played, seed)
    if seen is None or seen.judged.fraction <= least:
        return None
    hiding = (
        one
        for one, runs in mistakes
        if _as_well(judged_beside(exercise.name, cases, answers, runs).rows, seen.judged.rows)
    )
    return capped(seen, min((alone(exercise, one, seed) for one in hiding), default=1.0))


def _as_well(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    return all(one.credit >= other.credit for one, other in zip(rows, others, strict=True))


def _told(
    asking: Asking, ways: Sequence[Way], cases: Sequence[AskedCase], done: dict[tuple[Way, int], Played]
) -> dict[Way, list[Played]]:
    """Every case played with every way, as far as this takes not too many calls; `done` keeps what was.

    A mistake that keeps something from call to call may ask for more each time that it is run: it is left a
    little behind the others, and then out.
    """
    most = _MOST_ROUNDS
    left = [(way, place) for way in ways for place in range(len(cases)) if (way, place) not in done]
    for turn in range(_MOST_ROUNDS):
        for way, place in left:
            with suppress(_Pending):
                done[way, place] = run(way, cases[place])
        left = [one for one in left if one not in done]
        if most == _MOST_ROUNDS and all(way.mistake for way, _ in left):
            most = turn + _MORE_ROUNDS
        if turn == most or not asking.ask():
            break
    behind = {way for way, _ in left}
    return {way: [done[way, place] for place in range(len(cases))] for way in ways if way not in behind}


def _code(fn: Any) -> Any:
    return fn.__code__


def _key(values: Sequence[Any]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in _parts(values):
        digest.update(part)
        digest.update(b"\0")
    return digest.digest()


def _parts(value: Any) -> Iterator[bytes]:
    kind = type(value)
    yield kind.__name__.encode()
    if kind is dict:
        for key, item in value.items():
            yield from _parts(key)
            yield from _parts(item)
    elif kind in (list, tuple):
        for item in value:
            yield from _parts(item)
    elif kind is np.ndarray:
        yield repr((value.dtype.str, value.shape)).encode()
        yield value.tobytes()
    else:
        yield repr(value).encode()
    yield b"."


def _size(value: Any) -> int:
    """How many numbers and texts there are in data."""
    if type(value) is dict:
        return sum(map(_size, value.values()))
    if type(value) in (list, tuple):
        return sum(map(_size, value))
    return int(value.size) if type(value) is np.ndarray else 1


def _room(value: Any) -> int:
    """How large something may be that comes of this."""
    return _TIMES * _size(value) + _ROOM


def _different(values: Iterable[Any]) -> int:
    """How many different numbers there are in all of them."""
    arrays = [array for value in values for array in _numbers(value)]
    return int(np.unique(np.concatenate(arrays)).size) if arrays else 0


def _numbers(value: Any) -> Iterator[np.ndarray]:
    if type(value) is dict:
        value = list(value.values())
    if type(value) in (list, tuple):
        for item in value:
            yield from _numbers(item)
    elif type(value) is np.ndarray and value.dtype.kind in "biuf":
        yield value.astype(np.float64).ravel()
    elif isinstance(value, bool | int | float | np.generic):
        yield np.array([float(value)])
