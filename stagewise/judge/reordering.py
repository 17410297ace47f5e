"""Results that are right, in another order: told where nothing else explains why they are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, permutations

from stagewise.judge.asking import AskedCase
from stagewise.judge.grammar import output as parsed
from stagewise.judge.judging import judge_played
from stagewise.judge.script import Played

_MOST = 6  # results of which orders are tried
_TRIED = 24  # orders in which each result by itself fits its place
Run = tuple[AskedCase, Played]


def right_order(function: str, cases: Sequence[AskedCase], played: Sequence[Played]) -> tuple[str, ...]:
    """The names of the function's results in the order in which they should be returned; () where another
    order does not make all of them right, or where they are right as they are.

    Only cases with a single call of the function are looked at: later calls of others are given the results.
    """
    runs = [
        (case, run)
        for case, run in zip(cases, played, strict=True)
        if [step.function for step in case.steps].count(function) == 1 and run.failure is None
    ]
    targets = {step.targets for case, _ in runs for step in case.steps if step.function == function}
    if len(targets) != 1 or not runs:
        return ()
    (names,) = targets
    # What no case asks for does not come back from where the function lives.
    known = all(name in run.values for name in names for _, run in runs)
    if not 1 < len(names) <= _MOST or not known or _is_right(function, runs, names, names):
        return ()
    fits = {(name, other): _fits(function, runs, name, other) for name in names for other in names}
    orders = (
        order
        for order in permutations(names)
        if order != names and all(fits[pair] for pair in zip(names, order, strict=True))
    )
    tried = islice(orders, _TRIED)
    return names if any(_is_right(function, runs, names, order) for order in tried) else ()


def _fits(function: str, runs: Sequence[Run], name: str, other: str) -> bool:
    """Whether what is asked of the result `name` alone is right for the one that came as `other`."""
    for case, run in runs:
        asked = {output: share for output, share in case.shares.items() if parsed(output).roots == {name}}
        moved = replace(run, values={**run.values, name: run.values[other]})
        if any(
            seen.wrong for seen in judge_played(function, [replace(case, shares=asked)], [moved]).observed
        ):
            return False
    return True


def _is_right(function: str, runs: Sequence[Run], names: Sequence[str], order: Sequence[str]) -> bool:
    """Whether all is right when each of the results is taken for the one at its place in `order`."""
    moved = [
        replace(
            run,
            values={
                **run.values,
                **{name: run.values[other] for name, other in zip(names, order, strict=True)},
            },
        )
        for _, run in runs
    ]
    return not any(seen.wrong for seen in judge_played(function, [case for case, _ in runs], moved).observed)
