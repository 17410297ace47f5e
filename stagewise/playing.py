"""Playing cases one after another: here, or whole where the functions live.

A proxy of a function in another process may offer `play_beside(functions, cases) -> list of Played`, which
plays the cases there and saves asking for each call. What it answers is as much to be trusted as the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from stagewise.asking import AskedCase
from stagewise.script import Played, play

Functions = Mapping[str, Callable[..., Any]]


def play_each(settings: Mapping[str, Functions], cases: Sequence[AskedCase]) -> list[Played]:
    """Every case played, in order, with the functions of its setting."""
    found: list[Played] = []
    for (setting, kind), some in groupby(cases, lambda case: (case.setting, _proxies(settings, case))):
        functions = settings[setting]
        if kind is None:
            found += [play(case.steps, functions, case.inputs, case.updates) for case in some]
        else:
            found += kind.play_beside(functions, list(some))
    return found


def _proxies(settings: Mapping[str, Functions], case: AskedCase) -> Any:
    """The type of all functions that the script calls, if it knows how to play whole cases."""
    functions = settings[case.setting]
    kinds = {type(functions.get(step.function)) for step in case.steps}
    kind = kinds.pop()
    return kind if not kinds and hasattr(kind, "play_beside") else None
