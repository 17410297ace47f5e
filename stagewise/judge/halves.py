"""Cases in two halves: the first steps of a script are played in one place, what is left of it in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stagewise.judge.asking import AskedCase
from stagewise.judge.script import Played, Step, is_blank


@dataclass(frozen=True, slots=True)
class Begun:
    """A case whose first steps are played: how that went, what is left of it, what they delivered for good,
    and the names that hold None because nothing was computed."""

    first: Played
    rest: AskedCase
    delivered: dict[str, Any]
    unwritten: frozenset[str]


def first_half(case: AskedCase, count: int) -> AskedCase:
    """The case with only its first `count` steps; asked for is all that they deliver or update."""
    steps = case.steps[:count]
    named = (*case.updates, *(target for step in steps for target in step.targets if target != "_"))
    return replace(case, steps=steps, shares=dict.fromkeys(named, 1.0), expected={}, also={}, chances={})


def begun(case: AskedCase, count: int, first: Played) -> Begun:
    """The case after its first `count` steps, which went as `first` tells, without a failure."""
    steps = case.steps[count:]
    given = {name: value for name, value in first.values.items() if name not in case.inputs}
    # What was delivered is an input now, but one that a function may write into, as it always might.
    rest = replace(case, steps=steps, inputs=first.values, updates=(*case.updates, *given))
    again = targets_of(steps)
    delivered = {name: value for name, value in given.items() if name not in again}
    return Begun(first, rest, delivered, _unwritten(case.steps[:count], first.values))


def joined(one: Begun, end: Played) -> Played:
    """Both halves as one run; `end`: how the rest went."""
    first = one.first
    return replace(
        end,
        values=end.values | one.delivered,
        changed=tuple(dict.fromkeys((*first.changed, *end.changed))),
        warned=tuple(dict.fromkeys((*first.warned, *end.warned))),
        warners=tuple(dict.fromkeys((*first.warners, *end.warners))),
    )


def targets_of(steps: Sequence[Step]) -> frozenset[str]:
    """The names that steps assign."""
    return frozenset(target for step in steps for target in step.targets)


def _unwritten(steps: Sequence[Step], values: Mapping[str, Any]) -> frozenset[str]:
    found = set[str]()
    for step in steps:
        named = targets_of([step]) - {"_"}
        found -= named
        if all(is_blank(values.get(name)) for name in named):
            found |= named
    return frozenset(found)
