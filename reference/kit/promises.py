"""What an exercise promises, a word each: among its cases, a promise becomes a variation of the first one.

    exercise(f, (ask("6 examples", batch(6, 4), visible=True), keeps_dtype(visible=True), pure()), …)

A word takes other inputs than those of the first case, and options of a case: its weight, or visible=True.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from reference.kit.chance import certain
from reference.kit.drawn import in_float32, only, strided, with_values, without
from reference.kit.exercise import Case, Inputs, case
from stagewise.judge.script import RAISED, parse

Promise = Callable[[Case], Case]


def promised(cases: Sequence[Case | Promise]) -> tuple[Case, ...]:
    """The cases, with each promise among them made a variation of the first one, which is a case."""
    first = cases[0]
    assert isinstance(first, Case)
    return tuple(one if isinstance(one, Case) else one(first) for one in cases)


def keeps_dtype(inputs: Inputs | None = None, **options: Any) -> Promise:
    """What comes in float32 goes out in float32."""
    return _varied("float32", inputs, in_float32, **{"exact_dtype": True, **options})


def takes_gaps(inputs: Inputs | None = None, **options: Any) -> Promise:
    """Arrays that are a part of a larger one are as good as others."""
    return _varied("gaps in memory", inputs, strided, **options)


def pure(inputs: Inputs | None = None, **options: Any) -> Promise:
    """A second last call on the same arguments and the same cache answers the same."""

    def twice(script: str) -> str:
        *before, last = script.splitlines()
        return "\n".join([*before, f"_ = {last.partition(' = ')[2]}", last])

    why = "a second call on the same arguments: they, and a cache, stay as they were"
    return _varied("called twice", inputs, script=twice, **{"why": why, **options})


def default(name: str, inputs: Inputs | None = None, **options: Any) -> Promise:
    """Without that argument, or without that entry of a dict, the default counts."""

    def left_out(script: str) -> str:
        return re.sub(rf", {name}(?=[,)])", "", script)

    given = {"why": "the default", **options}
    return _varied(f"{name} not given", inputs, partial(without, name), left_out, **given)


def raises(
    error: type[Exception], inputs: Inputs | None = None, *, visible: bool = False, **values: Any
) -> Promise:
    """Such values, of arguments or of entries of a dict, are refused with `error`."""
    said = ", ".join(f"{name} = {value!r}" for name, value in values.items())
    why = f"{said}: {error.__name__}"
    refused: dict[str, Any] = {"compare": {RAISED: 1.0}, "refusal": error.__name__, "main": True, "why": why}
    return _varied(said, inputs, partial(with_values, values), visible=visible, **refused)


def seeded(places: int, inputs: Inputs | None = None, *, seed: int = 0, **options: Any) -> Promise:
    """The same seed gives the same result, and 0 is a seed; places: how many random numbers a result has."""

    def twice(script: str) -> str:
        call = script.splitlines()[0].partition(" = ")
        others = ", _" * call[0].count(",")
        return f"one{others} = {call[2]}\nsame{others} = {call[2]}"

    same = "agreement(one, same)"
    given: dict[str, Any] = {"compare": {same: 1.0}, "stated": {same: certain(1.0, places)}, "main": True}
    given |= {"why": f"the same seed twice, seed = {seed}", **options}
    return _varied(f"seed = {seed} twice", inputs, partial(with_values, {"seed": seed}), twice, **given)


def _varied(
    name: str,
    inputs: Inputs | None,
    change: Callable[[Inputs], Inputs] = lambda inputs: inputs,
    script: Callable[[str], str] = str,
    compare: Mapping[str, float] | None = None,
    **options: Any,
) -> Promise:
    def vary(first: Case) -> Case:
        written = script("\n".join(step.text for step in first.steps))
        names = {entry.root for step in parse(written) for entry in step.entries}
        given = only(" ".join({*names, *first.updates}), change(inputs or first.inputs))
        kept = {"tolerance": first.tolerance, "updates": first.updates, "weight": 0.5}
        return case(name, written, compare or first.shares, given, **{**kept, **options})

    return vary
