"""The exercise of a single step: the same probes for each of the nineteen, its own mistakes.

A step is called with the truth's values of the whole graph for a batch, so that a slip in one step costs
only the points of that step."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.exercises.batchnorm.inputs import batch, walked
from reference.exercises.batchnorm.variants import parameters, usual
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.exercise import Alternative, Case, Exercise, Function, Inputs, Misconception
from reference.kit.promises import Promise, keeps_dtype, takes_gaps
from reference.kit.variants import exercise

# Where a batch of one example shows something: everywhere else it makes every value zero.
SINGLE = (
    "step1",
    "step4",
    "backward_step9",
    "backward_step8",
    "backward_step4",
    "backward_step2",
    "backward_step1",
)


def stage(
    truth: Function,
    gives: Mapping[str, float],
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    foreign: str = "",
) -> Exercise:
    """The exercise of one step; `gives` names what it returns, with the share of each; `foreign` an argument
    that could be computed from the others, and in one case comes from elsewhere."""
    more = (_foreign(truth, gives, foreign),) if foreign else ()
    return exercise(truth, (*_cases(truth, gives), *more), mistakes, (*usual(truth), *others))


def _foreign(truth: Function, gives: Mapping[str, float], name: str) -> Case:
    takes = parameters(truth)
    ask = probes.asker(f"{', '.join(gives)} = {truth.__name__}({', '.join(takes)})", gives)
    drawn = walked(" ".join(takes), batch(5, 3))

    def changed(rng: np.random.Generator) -> Drawn:
        given = drawn(rng)
        return {**given, name: given[name] * rng.uniform(1.5, 2.5, given[name].shape)}

    why = f"{name} is what is handed in, and need not be this batch's own"
    return ask(f"{name} of another batch", changed, visible=True, why=why)


def _cases(truth: Function, gives: Mapping[str, float]) -> tuple[Case | Promise, ...]:
    takes = parameters(truth)
    ask = probes.asker(f"{', '.join(gives)} = {truth.__name__}({', '.join(takes)})", gives)

    def of(N: int, D: int, **options: Any) -> Inputs:
        return walked(" ".join(takes), batch(N, D, **options))

    cases = (
        ask("6 examples, 4 features", of(6, 4), weight=2, visible=True, main=True),
        ask("a nearly constant feature", of(8, 3, flat=True), visible=True, why=probes.FLAT),
        keeps_dtype(of(4, 5), visible=True, why=probes.DTYPE),
        ask("5 examples, 7 features", of(5, 7), weight=2, main=True),
        ask("a large eps", of(6, 3, eps=0.1), weight=0.5, visible="eps" in takes),
        ask("a large mean", of(9, 4, offset=50.0), weight=0.5),
        ask("tiny numbers", of(7, 3, spread=1e-3), weight=0.5),
        ask("one feature", of(6, 1), weight=0.5),
        takes_gaps(of(7, 4), why=probes.MEMORY),
    )
    if truth.__name__.removeprefix("batchnorm_") not in SINGLE:
        return cases
    return (*cases, ask("one example", of(1, 5), weight=0.5, why="N = 1"))
