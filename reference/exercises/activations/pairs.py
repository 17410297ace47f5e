"""The two exercises of an elementwise activation: the same probes for each of the seven, its own mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reference.exercises.activations.inputs import at_the_kink, entries, large
from reference.kit.drawn import in_float32, only, strided
from reference.kit.exercise import (
    COURSE,
    Alternative,
    Case,
    Exercise,
    Function,
    Inputs,
    Misconception,
    case,
    right,
)
from reference.kit.variants import back_entry_by_entry, entry_by_entry, right_pair
from reference.kit.variants import in_float32 as narrow
from stagewise.judge.compare import Tolerance

LARGE = "|x| up to 1000: no overflow, no warning, no NaN"
KINK = "x is exactly 0 here, where every slope between those of the two sides is right"
MEMORY = "arrays that are a part of a larger one"
DTYPE = "what comes in float32 goes out in float32"
SHAPES = "any number of axes: everything happens entry by entry"


def there(
    truth: Function,
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    *,
    constant: str = "",
    usual: float = 0.0,
    unusual: float = 0.0,
    tolerance: Tolerance = COURSE,
    extra: Sequence[Case] = (),
    explained: Mapping[tuple[str, str], str] | None = None,
) -> Exercise:
    """The exercise of a forward pass; `constant` names its second argument, if it has one, `usual` is a value
    for most cases and `unusual` one for a case of its own. `tolerance` is that of the main cases."""
    takes = f"x, {constant}" if constant else "x"
    script = f"out, cache = {truth.__name__}({takes})"
    given = {constant: usual} if constant else {}

    def probe(name: str, inputs: Inputs, script: str = script, **options: Any) -> Case:
        wanted = "x" if script.endswith("(x)") else f"x {constant}"
        return case(name, script, "out", only(wanted, inputs), **{"tolerance": tolerance, **options})

    cases = [
        probe("6 examples, 4 features", entries(6, 4, **given), weight=2, visible=True, main=True),
        probe("large numbers", large(4, 5, **given), weight=1.5, visible=True, quiet=True, why=LARGE),
        probe(
            "float32",
            in_float32(entries(4, 5, **given)),
            weight=0.5,
            visible=True,
            exact_dtype=True,
            why=DTYPE,
        ),
        probe("5 examples, 7 features", entries(5, 7, **given), weight=2, main=True),
        probe("three axes", entries(2, 3, 4, **given), weight=0.5, why=SHAPES),
        probe("tiny numbers", entries(3, 4, spread=1e-3, **given), weight=0.5),
        probe("one example", entries(1, 5, **given), weight=0.5),
        probe("gaps in memory", strided(entries(3, 6, **given)), weight=0.5, why=MEMORY),
    ]
    if constant:
        default = f"out, cache = {truth.__name__}(x)"
        cases += [
            probe(f"{constant} = {unusual}", entries(5, 3, **{constant: unusual}), visible=True),
            probe(f"{constant} not given", entries(3, 5), script=default, weight=0.5, why="the default"),
        ]
    alternatives = (
        right("in float32", by=narrow(truth)),
        right("entry by entry", by=entry_by_entry(truth)),
        *others,
    )
    return Exercise(
        truth.__name__,
        truth,
        (*cases, *extra),
        tuple(mistakes),
        alternatives,
        explained_pairs=explained or {},
    )


def back(
    truth: Function,
    forward: Function,
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    *,
    constant: str = "",
    usual: float = 0.0,
    unusual: float = 0.0,
    kink: Function | None = None,
    tolerance: Tolerance = COURSE,
    extra: Sequence[Case] = (),
    explained: Mapping[tuple[str, str], str] | None = None,
) -> Exercise:
    """The exercise of a backward pass on the student's own cache; `kink` is the truth with the other slope at
    x = 0, if the function has a kink there. The rest as in `there`."""
    takes = f"x, {constant}" if constant else "x"
    script = f"out, cache = {forward.__name__}({takes})\ndx = {truth.__name__}(dout, cache)"
    given = {constant: usual} if constant else {}

    def probe(name: str, inputs: Inputs, **options: Any) -> Case:
        wanted = only(f"x dout {constant}", inputs)
        return case(name, script, "dx", wanted, **{"tolerance": tolerance, **options})

    cases = [
        probe("6 examples, 4 features", entries(6, 4, **given), weight=2, visible=True, main=True),
        probe("large numbers", large(4, 5, **given), weight=1.5, visible=True, quiet=True, why=LARGE),
        probe(
            "float32",
            in_float32(entries(4, 5, **given)),
            weight=0.5,
            visible=True,
            exact_dtype=True,
            why=DTYPE,
        ),
        probe("5 examples, 7 features", entries(5, 7, **given), weight=2, main=True),
        probe("three axes", entries(2, 3, 4, **given), weight=0.5, why=SHAPES),
        probe("tiny gradients", entries(3, 4, gradient=1e-7, **given), weight=0.5),
        probe("one example", entries(1, 5, **given), weight=0.5),
        probe("gaps in memory", strided(entries(3, 6, **given)), weight=0.5, why=MEMORY),
    ]
    if kink is not None:
        cases.append(
            probe("x = 0", at_the_kink(4, 3, **given), weight=0.5, visible=True, also=kink, why=KINK)
        )
    if constant:
        cases.append(probe(f"{constant} = {unusual}", entries(5, 3, **{constant: unusual}), visible=True))
    alternatives = (
        right_pair("in float32", forward=narrow(forward), backward=narrow(truth)),
        right_pair("entry by entry", forward=entry_by_entry(forward), backward=back_entry_by_entry(truth)),
        *others,
    )
    return Exercise(
        name=truth.__name__,
        truth=truth,
        cases=(*cases, *extra),
        misconceptions=tuple(mistakes),
        alternatives=alternatives,
        partners=(forward,),
        explained_pairs=explained or {},
    )
