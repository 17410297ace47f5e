"""Playing cases one after another: here, or where the functions live.

A proxy of a function in another process is never called here: its type offers `play_beside(proxies, cases)`,
which has cases played there. Steps of our own that look at what came of them are played here afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import groupby, takewhile
from typing import Any

from stagewise.judge.asking import AskedCase, Cases
from stagewise.judge.halves import begun, first_half, joined, targets_of
from stagewise.judge.script import Played, play

Functions = Mapping[str, Callable[..., Any]]
_MOST_KNOWN = 1024


class Told(tuple[Played, ...]):
    """Runs that were played elsewhere, and the message that told of them: the same message, the same runs."""

    message: bytes = b""


@dataclass(frozen=True, slots=True)
class Calls:
    """The settings in which cases are played, and the functions that their scripts call."""

    settings: frozenset[str]
    functions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Halves:
    """What is asked elsewhere, and how many steps of each case that is."""

    firsts: Sequence[AskedCase]
    counts: tuple[int, ...]


def play_each(settings: Mapping[str, Functions], cases: Sequence[AskedCase]) -> Sequence[Played]:
    """Every case played, in order, with the functions of its setting."""
    if len(calls(cases).settings) == 1:
        functions = settings[cases[0].setting]
        halves = _halves(cases, _own(functions, cases))
        if halves is not None:
            return _played_beside(functions, cases, halves)
    found: list[Played] = []
    for setting, some in groupby(cases, lambda case: case.setting):
        found += _played(settings[setting], list(some))
    return found


def calls(cases: Sequence[AskedCase]) -> Calls:
    """What cases ask for."""
    return _known_calls(cases) if isinstance(cases, Cases) else _calls(cases)


def _calls(cases: Sequence[AskedCase]) -> Calls:
    return Calls(
        frozenset(case.setting for case in cases),
        frozenset[str]().union(*map(_called, cases)),
    )


_known_calls = lru_cache(_MOST_KNOWN)(_calls)


def _called(case: AskedCase) -> frozenset[str]:
    return frozenset(step.function for step in case.steps)


def _played(functions: Functions, cases: list[AskedCase]) -> list[Played]:
    found: list[Played] = []
    own = _own(functions, cases)
    for _, some in groupby(cases, lambda case: _count(case, own) > 0):
        together = list(some)
        halves = _halves(together, own)
        if halves is None and any(name not in own for name in calls(together).functions):
            text = "; ".join(step.text for step in together[0].steps)
            raise ValueError(f"`{text}` goes to and fro between the student's functions and the course's own")
        if halves is None:
            found += [play(case.steps, functions, case.inputs, case.updates) for case in together]
        else:
            found += _played_beside(functions, together, halves)
    return found


def _own(functions: Functions, cases: Sequence[AskedCase]) -> frozenset[str]:
    """The functions that are called and live here."""
    return frozenset(name for name in calls(cases).functions if not _is_proxy(functions.get(name)))


def _is_proxy(function: object) -> bool:
    return hasattr(type(function), "play_beside")


def _halves(cases: Sequence[AskedCase], own: frozenset[str]) -> Halves | None:
    """The cases as far as they can be played elsewhere, when all that is left of them is our own."""
    return _known_halves(cases, own) if isinstance(cases, Cases) else _divided(cases, own)


def _divided(cases: Sequence[AskedCase], own: frozenset[str]) -> Halves | None:
    counts = [_count(case, own) for case in cases]
    if not all(counts):
        return None
    if all(count == len(case.steps) for count, case in zip(counts, cases, strict=True)):
        return Halves(cases, tuple(counts))
    halved = map(first_half, cases, counts)
    return Halves(Cases(halved) if isinstance(cases, Cases) else list(halved), tuple(counts))


_known_halves = lru_cache(_MOST_KNOWN)(_divided)


def _count(case: AskedCase, own: frozenset[str]) -> int:
    """How many steps come before our own; 0 when others come after them."""
    count = sum(1 for _ in takewhile(lambda step: step.function not in own, case.steps))
    return count if all(step.function in own for step in case.steps[count:]) else 0


def _played_beside(functions: Functions, cases: Sequence[AskedCase], halves: Halves) -> Sequence[Played]:
    """Played where the proxies' functions live, as far as they are called."""
    called = {name: functions[name] for name in calls(halves.firsts).functions}
    kind: Any = type(next(iter(called.values())))
    told: Sequence[Played] = kind.play_beside(called, halves.firsts)
    if halves.firsts is cases:
        return told
    found = Told(map(partial(_ended, functions), cases, halves.counts, told))
    found.message = getattr(told, "message", b"")  # our own steps make the same of the same
    return found


def _ended(functions: Functions, case: AskedCase, count: int, first: Played) -> Played:
    """A case after its first half, played to its end."""
    if count == len(case.steps):
        return first
    if first.failure is not None:
        pending = targets_of(case.steps[count:]) - case.inputs.keys()
        return replace(first, values={k: v for k, v in first.values.items() if k not in pending})
    half = begun(case, count, first)
    end = play(half.rest.steps, functions, half.rest.inputs, half.rest.updates, unwritten=half.unwritten)
    return joined(half, end)
