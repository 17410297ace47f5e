"""The exercise of a single step: the same probes for each of the nineteen, its own mistakes.

A step is called with the truth's values of the whole graph for a batch, so that a slip in one step costs
only the points of that step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference.exercises.batchnorm.inputs import batch, walked
from reference.exercises.batchnorm.variants import parameters, usual
from reference.kit.drawn import in_float32, strided
from reference.kit.exercise import Alternative, Case, Exercise, Function, Inputs, Misconception, case

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
) -> Exercise:
    """The exercise of one step; `gives` names what it returns, with the share of each."""
    return Exercise(
        name=truth.__name__,
        truth=truth,
        cases=_cases(truth, gives),
        misconceptions=tuple(mistakes),
        alternatives=(*usual(truth), *others),
    )


def _cases(truth: Function, gives: Mapping[str, float]) -> tuple[Case, ...]:
    takes = parameters(truth)
    script = f"{', '.join(gives)} = {truth.__name__}({', '.join(takes)})"

    def probe(name: str, inputs: Inputs, **options: object) -> Case:
        return case(name, script, gives, inputs, **options)  # type: ignore[arg-type]

    def of(drawn: Inputs) -> Inputs:
        return walked(" ".join(takes), drawn)

    cases = (
        probe("6 examples, 4 features", of(batch(6, 4)), weight=2, visible=True, main=True),
        probe(
            "a nearly constant feature",
            of(batch(8, 3, flat=True)),
            visible=True,
            why="a variance smaller than eps",
        ),
        probe(
            "float32",
            in_float32(of(batch(4, 5))),
            weight=0.5,
            visible=True,
            exact_dtype=True,
            why="what comes in float32 goes out in float32",
        ),
        probe("5 examples, 7 features", of(batch(5, 7)), weight=2, main=True),
        probe("a large eps", of(batch(6, 3, eps=0.1)), weight=0.5, visible="eps" in takes),
        probe("a large mean", of(batch(9, 4, offset=50.0)), weight=0.5),
        probe("tiny numbers", of(batch(7, 3, spread=1e-3)), weight=0.5),
        probe("one feature", of(batch(6, 1)), weight=0.5),
        probe(
            "gaps in memory",
            strided(of(batch(7, 4))),
            weight=0.5,
            why="arrays that are a part of a larger one",
        ),
    )
    if truth.__name__.removeprefix("batchnorm_") not in SINGLE:
        return cases
    return (*cases, probe("one example", of(batch(1, 5)), weight=0.5, why="N = 1"))
