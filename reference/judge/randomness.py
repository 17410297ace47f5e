"""What a mistake answers when its answers are random: run several times, each from another random state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from stagewise.judge.asking import AskedCase
from stagewise.judge.fingerprint import (
    about,
    anything,
    apart,
    is_flat,
    is_measured,
    observed_fingerprint,
)
from stagewise.judge.judging import Observed, judge
from stagewise.judge.observing import is_share

RUNS = 5
UNLIKE = 2 / 3  # of the slack: runs that differ by more are of something else than independent draws
WIDE = 8  # ranges of the runs that another run may be off
FINEST, ROUNDING = (
    20,
    2e-6,
)  # at least it may be off by this part of the slack of a share, or else by a rounding
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


def usual(
    functions: Mapping[str, Callable[..., Any]], cases: Sequence[AskedCase]
) -> tuple[dict[str, Any], ...]:
    """The fingerprints of wrong functions whatever chance gives them, one for each case.

    Where runs differ by more, it says no more than how they ended.
    """
    return told_by(observed_runs(functions, cases), cases)


def usual_in(functions: Mapping[str, Callable[..., Any]], case: AskedCase) -> dict[str, Any]:
    """The fingerprint of wrong functions in one case, whatever chance gives them."""
    return _merged(case, runs_of(functions, case))


def told_by(runs: Sequence[Sequence[Observed]], cases: Sequence[AskedCase]) -> tuple[dict[str, Any], ...]:
    """The fingerprints, one for each case, of what was answered in all these runs."""
    return tuple(_merged(case, seen) for case, *seen in zip(cases, *runs, strict=True))


def are_certain(cases: Sequence[AskedCase]) -> bool:
    """Whether no case leaves anything to chance, so that one run tells all."""
    return not any(case.chances for case in cases)


def observed_runs(
    functions: Mapping[str, Callable[..., Any]], cases: Sequence[AskedCase]
) -> list[tuple[Observed, ...]]:
    """What functions answer in several runs, or in one where no case leaves anything to chance.

    Every case of a run begins from the run's own state: where an earlier case seeds the generator, runs would
    be alike from there on.
    """
    if are_certain(cases):
        with same_random_state():
            return [judge(functions, cases).observed]
    return list(zip(*(runs_of(functions, case) for case in cases), strict=True))


def runs_of(functions: Mapping[str, Callable[..., Any]], case: AskedCase) -> list[Observed]:
    """What functions answer in one case, in several runs, each from a random state of its own.

    The state before is kept once for all runs: to tell NumPy's state and to set it took 15 % of their time.
    """
    with same_random_state():
        return [_observed(functions, case, number) for number in range(RUNS)]


def _observed(functions: Mapping[str, Callable[..., Any]], case: AskedCase, number: int) -> Observed:
    np.random.seed(_SEED + number)
    return judge(functions, [case]).observed[0]


def _merged(case: AskedCase, seen: Sequence[Observed]) -> dict[str, Any]:
    found = observed_fingerprint(seen[0], case.chances)
    if len(seen) == 1:
        return found
    prints = {name: _alike(name, case, seen, found.get("outputs", {})) for name in case.shares}
    outputs = {name: one for name, one in prints.items() if one}
    return {**found, "outputs": outputs} if outputs else {k: v for k, v in found.items() if k != "outputs"}


def _alike(name: str, case: AskedCase, seen: Sequence[Observed], first: Mapping[str, Any]) -> dict[str, Any]:
    """The fingerprint of an output over all runs, empty where it is right whatever chance does."""
    values = [one.outputs[name] for one in seen]
    wrong = [one.outputs[name] for one in seen if name in one.wrong]
    if name in case.chances and all(map(is_measured, values)):
        return _by_chance(name, case, values, wrong)
    if not wrong:
        return {}
    wanted = first.get(name, {})
    same = "opaque" in wanted or (wanted and all(apart(wanted, value) is not None for value in values))
    return wanted if len(wrong) == len(seen) and same else anything(values, wrong)


def _by_chance(name: str, case: AskedCase, values: Sequence[Any], wrong: Sequence[Any]) -> dict[str, Any]:
    """What is measured differently each time. What is sometimes right, or hardly so, identifies nothing."""
    middle, spread = np.mean(values, axis=0), float(np.max(np.ptp(values, axis=0)))
    slack, expected = case.chances[name].slack, np.asarray(case.expected[name])
    if spread > slack * UNLIKE:
        return anything(values, wrong)
    always = len(wrong) == len(values)
    tolerance = case.chances[name].tolerance
    allowed = tolerance.stol * (float(np.max(np.abs(expected))) + tolerance.scale)
    if not always and float(np.max(np.abs(middle - expected))) + 2 * spread <= allowed:
        return {}
    within = min(slack, max(WIDE * spread, slack / FINEST if is_share(name) else ROUNDING))
    return about(middle, within, not always or is_flat(name, values[0]))
