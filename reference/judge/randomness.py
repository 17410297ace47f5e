"""What a mistake answers when its answers are random: run several times, each from another random state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import wrong_outputs
from stagewise.judge.fingerprint import ANYTHING, apart, chance_apart, fingerprint, is_measured
from stagewise.judge.judging import Judged, Observed, judge

RUNS = 5
_SEED = 231


@contextmanager
def same_random_state(number: int = 0) -> Iterator[None]:
    """NumPy's global stream at the same place every time, and put back afterwards."""
    before = np.random.get_state()
    np.random.seed(_SEED + number)
    try:
        yield
    finally:
        np.random.set_state(before)


@dataclass(frozen=True, eq=False)
class Usual:
    """What functions answer whatever chance gives them: ANYTHING stands where that differs from run to run.

    sure: the outputs that are wrong in every run and do not differ; fraction: the highest that was earned.
    """

    observed: tuple[Observed, ...]
    sure: frozenset[str]
    fraction: float

    @property
    def tells(self) -> bool:
        """Whether it can be recognised by something."""
        fickle = any(value is ANYTHING for seen in self.observed for value in seen.outputs.values())
        return self.fraction < 1 and (bool(self.sure) or not fickle)


def usual(functions: Mapping[str, Callable[..., Any]], cases: Sequence[AskedCase]) -> Usual:
    """The answers of a mistake; one run is enough where no case leaves anything to chance."""
    runs = []
    for number in range(RUNS if any(case.chances for case in cases) else 1):
        with same_random_state(number):
            runs.append(judge(functions, cases))
    observed = tuple(_merged(case, [run.observed[place] for run in runs]) for place, case in enumerate(cases))
    return Usual(observed, _sure(runs, observed), max(run.fraction for run in runs))


def _merged(case: AskedCase, seen: Sequence[Observed]) -> Observed:
    outputs = {
        name: _alike([one.outputs[name] for one in seen], case.chances[name].slack)
        if name in case.chances
        else _same([one.outputs[name] for one in seen])
        for name in case.shares
    }
    return Observed(outputs, seen[0].changed, seen[0].warned)


def _alike(values: Sequence[Any], slack: float) -> Any:
    if not all(map(is_measured, values)):
        return _same(values)
    if any(chance_apart(value, values[0], slack) is None for value in values):
        return ANYTHING
    return np.mean(values, axis=0) if np.ndim(values[0]) else float(np.mean(values))


def _same(values: Sequence[Any]) -> Any:
    if len(values) == 1:
        return values[0]
    wanted = fingerprint(values[0])
    same = "opaque" in wanted or all(apart(wanted, value) is not None for value in values[1:])
    return values[0] if same else ANYTHING


def _sure(runs: Sequence[Judged], observed: Sequence[Observed]) -> frozenset[str]:
    """Those wrong in every run, without those that differ from run to run in a case: they may be right."""
    fickle = {name for seen in observed for name, value in seen.outputs.items() if value is ANYTHING}
    return frozenset.intersection(*(wrong_outputs(run.rows) for run in runs)) - fickle
