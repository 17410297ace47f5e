"""How far right work in float64 stays below the tolerances: `python -m benchmarks.slack [SEEDS] [UNIT...]`.

Every other right way of every exercise, unless it is one in float32, plays the main cases drawn from many
seeds. What chance does to an output has a tolerance from its own distribution and is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reference.judge.drawing import draw
from reference.kit import units
from reference.kit.exercise import Exercise
from stagewise.judge.asking import AskedCase
from stagewise.judge.judging import judge
from stagewise.judge.playing import Functions

LEAST = 10.0  # times below the tolerance


@dataclass(frozen=True, slots=True)
class Slack:
    """The tightest main case of an exercise: how many times below the tolerance, in whose work and where."""

    times: float
    variant: str
    case: str
    output: str
    seed: int


def tightest(exercise: Exercise, seeds: range) -> Slack | None:
    """The least slack of one exercise over the seeds; None where all right ways answer to the last bit."""
    ways = [one for one in exercise.alternatives if "float32" not in one.name]
    found = [
        Slack(times, way.name, case.name, output, seed)
        for seed in seeds
        for way in ways
        for case, output, times in _slacks(way.functions(exercise), _main(exercise, seed))
    ]
    return min(found, key=lambda one: one.times, default=None)


def _main(exercise: Exercise, seed: int) -> list[AskedCase]:
    return [case for case in draw(exercise, seed) if case.main and not _is_narrow(case)]


def _is_narrow(case: AskedCase) -> bool:
    return any(getattr(value, "dtype", None) == np.float32 for value in case.inputs.values())


def _slacks(functions: Functions, cases: list[AskedCase]) -> Iterator[tuple[AskedCase, str, float]]:
    by_name = {case.name: case for case in cases}
    for row in judge(functions, cases).rows:
        case = by_name[row.case]
        if row.error and row.allowed and row.output not in case.chances:
            yield case, row.output, row.allowed / row.error


def main(count: str = "200", *names: str) -> int:
    """Print the tightest case of each exercise whose slack is under a hundred; 1 when some is under ten."""
    low = 0
    for name in names or tuple(units.names()):
        for exercise in units.load(name).exercises:
            slack = tightest(exercise, range(int(count)))
            if slack is None or slack.times >= 10 * LEAST:
                continue
            low += slack.times < LEAST
            print(
                f"{name} {exercise.name}: {slack.times:.1f} times below, {slack.variant!r}, "
                f"{slack.case!r}, {slack.output}, seed {slack.seed}",
                flush=True,
            )
        print(f"{name}: done", flush=True)
    print(f"{low} exercises leave right work less than a factor of {LEAST:.0f}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
