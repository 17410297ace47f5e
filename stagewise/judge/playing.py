"""Playing cases one after another: here, or where the functions live.

A proxy of a function in another process is never called here: its type offers `play_beside(proxies, cases)`,
which has cases played there. Steps of our own that look at what came of them are played here afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, takewhile
from typing import Any

from stagewise.judge.asking import AskedCase
from stagewise.judge.halves import begun, first_half, joined, targets_of
from stagewise.judge.script import Played, play

Functions = Mapping[str, Callable[..., Any]]
_MOST_KNOWN = 1024
_known: dict[int, tuple[tuple[AskedCase, ...], Calls]] = {}
_divided: dict[tuple[int, frozenset[str]], tuple[tuple[AskedCase, ...], Halves | None]] = {}


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
    """What cases ask for; found out once for cases in a tuple, which stay what they are."""
    known = _known.get(id(cases))
    if known is not None:
        return known[1]
    found = Calls(
        frozenset(case.setting for case in cases),
        frozenset[str]().union(*map(_called, cases)),
    )
    if type(cases) is tuple and len(_known) < _MOST_KNOWN:
        _known[id(cases)] = cases, found  # which keeps the cases, and so their id, from going away
    return found


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
    """The cases as far as they can be played elsewhere, when all that is left of them is our own; found out
    once for cases in a tuple."""
    known = _divided.get((id(cases), own))
    if known is not None:
        return known[1]
    counts = [_count(case, own) for case in cases]
    found = None
    if all(counts):
        whole = all(count == len(case.steps) for count, case in zip(counts, cases, strict=True))
        halved = list(map(first_half, cases, counts))
        # Tuples are kept by whoever is asked them, so one is only made of one that stays.
        firsts = cases if whole else tuple(halved) if type(cases) is tuple else halved
        found = Halves(firsts, tuple(counts))
    if type(cases) is tuple and len(_divided) < _MOST_KNOWN:
        _divided[id(cases), own] = cases, found
    return found


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
