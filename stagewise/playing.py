"""Playing cases one after another: here, or whole where the functions live.

A proxy of a function in another process may offer `play_beside(functions, cases)`, which plays cases there
and saves asking for each call. What it answers is as much to be trusted as the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from stagewise.asking import AskedCase
from stagewise.script import Played, play

Functions = Mapping[str, Callable[..., Any]]
_MOST_KNOWN = 1024
_known: dict[int, tuple[tuple[AskedCase, ...], Calls]] = {}


class Told(tuple[Played, ...]):
    """Runs that were played elsewhere, and the message that told of them: the same message, the same runs."""

    message: bytes = b""


@dataclass(frozen=True, slots=True)
class Calls:
    """The settings in which cases are played, and the functions that their scripts call."""

    settings: frozenset[str]
    functions: frozenset[str]


def play_each(settings: Mapping[str, Functions], cases: Sequence[AskedCase]) -> Sequence[Played]:
    """Every case played, in order, with the functions of its setting."""
    called = calls(cases)
    if len(called.settings) == 1:
        functions = settings[next(iter(called.settings))]
        kind = _proxies(functions, called.functions)
        if kind is not None:
            beside: Sequence[Played] = kind.play_beside(
                {name: functions[name] for name in called.functions}, cases
            )
            return beside
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
    for kind, some in groupby(cases, lambda case: _proxies(functions, _called(case))):
        if kind is None:
            found += [play(case.steps, functions, case.inputs, case.updates) for case in some]
        else:
            together = list(some)
            found += kind.play_beside({name: functions[name] for name in calls(together).functions}, together)
    return found


def _proxies(functions: Functions, called: frozenset[str]) -> Any:
    """The type of all functions that are called, if it knows how to play whole cases."""
    kinds = {type(functions.get(name)) for name in called}
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if hasattr(kind, "play_beside") else None
