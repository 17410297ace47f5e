"""The two exercises of an elementwise activation: the same probes for each of the seven, its own mistakes."""

from collections.abc import Sequence
from typing import Any

from reference.exercises.activations.inputs import at_the_kink, entries, large
from reference.kit import probes
from reference.kit.exercise import (
    COURSE,
    Alternative,
    Case,
    Exercise,
    Function,
    Inputs,
    Misconception,
    right,
    wrong,
)
from reference.kit.promises import Promise, default, keeps_dtype, pure, takes_gaps
from reference.kit.variants import back_entry_by_entry, entry_by_entry, exercise, in_float32, right_pair
from stagewise.judge.compare import Tolerance

LARGE = "|x| up to 1000: no overflow, no warning, no NaN"
AVERAGED = (
    "You divide by the number of examples. The loss has averaged already, if it wanted to: each entry has "
    "a gradient of its own."
)
KINK = "x is exactly 0 here, where every slope between those of the two sides is right"
SHAPES = "any number of axes: everything happens entry by entry"

Constant = tuple[str, float, float]
"""The name of a second argument, a value of it for most cases, and one for a case of its own."""


def there(
    truth: Function,
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    *,
    constant: Constant | None = None,
    tolerance: Tolerance = COURSE,
    extra: Sequence[Case] = (),
) -> Exercise:
    """The exercise of a forward pass; `tolerance` is that of the main cases."""
    takes = _takes(constant)
    call = f"out, cache = {truth.__name__}"
    ask = probes.asker(f"{call}({', '.join(takes)})", "out", takes=" ".join(takes), tolerance=tolerance)
    cases = _cases(ask, constant, "tiny numbers", spread=1e-3)
    if constant:
        cases += [_unusual(ask, constant), default(constant[0], entries(3, 5), visible=True)]
    looped = right("entry by entry", by=entry_by_entry(truth))
    return exercise(truth, (*cases, *extra), mistakes, (looped, *others))


def back(
    truth: Function,
    forward: Function,
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    *,
    constant: Constant | None = None,
    kink: Function | None = None,
    tolerance: Tolerance = COURSE,
    extra: Sequence[Case] = (),
) -> Exercise:
    """The exercise of a backward pass on the student's own cache; `kink` is the truth with the other slope at
    x = 0, if the function has a kink there. The rest as in `there`."""
    takes = _takes(constant)
    script = f"out, cache = {forward.__name__}({', '.join(takes)})\ndx = {truth.__name__}(dout, cache)"
    ask = probes.asker(script, "dx", takes=" ".join(("dout", *takes)), tolerance=tolerance)
    cases = _cases(ask, constant, "tiny gradients", gradient=1e-7)
    cases.append(pure(entries(3, 4, **_usual(constant)), visible=True))
    if kink is not None:
        at_zero = at_the_kink(4, 3, **_usual(constant))
        cases.append(ask("x = 0", at_zero, weight=0.5, visible=True, also=kink, why=KINK))
    if constant:
        cases.append(_unusual(ask, constant))
    alternatives = (
        right_pair("in float32", forward=in_float32(forward), backward=in_float32(truth)),
        right_pair("entry by entry", forward=entry_by_entry(forward), backward=back_entry_by_entry(truth)),
        *others,
    )
    averaged = wrong("divided-by-N", by=lambda dout, cache: truth(dout, cache) / len(dout), says=AVERAGED)
    return exercise(truth, (*cases, *extra), (*mistakes, averaged), alternatives, partners=(forward,))


def _cases(ask: probes.Ask, constant: Constant | None, tiny: str, **small: float) -> list[Case | Promise]:
    given = _usual(constant)

    def of(*shape: int, **options: float) -> Inputs:
        return entries(*shape, **options, **given)

    return [
        ask("6 examples, 4 features", of(6, 4), weight=2, visible=True, main=True),
        ask("large numbers", large(4, 5, **given), weight=1.5, visible=True, quiet=True, why=LARGE),
        keeps_dtype(of(4, 5), visible=True, why=probes.DTYPE),
        ask("5 examples, 7 features", of(5, 7), weight=2, main=True),
        ask("three axes", of(2, 3, 4), weight=0.5, visible=True, why=SHAPES),
        ask(tiny, of(3, 4, **small), weight=0.5, why="small numbers are no zeros"),
        ask("one example", of(1, 5), weight=0.5, why="N = 1"),
        takes_gaps(of(3, 6), why=probes.MEMORY),
    ]


def _unusual(ask: probes.Ask, constant: Constant) -> Case:
    name, _, value = constant
    return ask(f"{name} = {value}", entries(5, 3, **{name: value}), visible=True)


def _takes(constant: Constant | None) -> tuple[str, ...]:
    return ("x", constant[0]) if constant else ("x",)


def _usual(constant: Constant | None) -> dict[str, Any]:
    return {constant[0]: constant[1]} if constant else {}
