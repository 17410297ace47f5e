"""What every known mistake and every right way is told, in a check and graded.

    python -m tests.processors.told OUT [--rounded]

--rounded: also where what the functions return is off by a rounding here and there, as on a processor that is
not at hand.
"""

import argparse
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl
import torch
from numpy._core import _multiarray_umath as compiled

from autograder.isolation.candidate import random_state
from autograder.units.rounding import without_rounding
from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw
from reference.judge.record import record
from reference.kit import units
from reference.kit.exercise import Exercise
from stagewise.checks import recording
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import recognise
from stagewise.judge.judging import Judged, judge

Functions = dict[str, Callable[..., Any]]
Change = Callable[[Callable[..., Any]], Callable[..., Any]]
SEED = 0


def told(unit: str, change: Change) -> dict[str, Any]:
    """By exercise, version and way of judging: points, sentences, and each row."""
    found = {}
    recorded = recording.load(unit).exercises
    for exercise in units.load(unit).exercises:
        known = recorded[exercise.name]
        for version, functions in versions(exercise):
            changed = {name: change(function) for name, function in functions.items()}
            where = f"{unit}, {exercise.name}, {version}"
            checked = judged(changed, known.cases)
            found[f"{where}, checked"] = entry(checked, recognise(checked, known.misconceptions))
            graded = judged(changed, draw(exercise, SEED))
            found[f"{where}, graded"] = entry(graded, diagnose(graded, exercise, SEED))
    return found


def everything(change: Change) -> dict[str, Any]:
    """What is told in all units."""
    return {where: one for unit in units.names() for where, one in told(unit, change).items()}


def versions(exercise: Exercise) -> Iterator[tuple[str, Functions]]:
    """The truth, every other right way and every mistake; each time new functions."""
    yield "right", exercise.functions
    for one in exercise.alternatives:
        yield f"right: {one.name}", one.functions(exercise)
    for wrong in exercise.misconceptions:
        yield wrong.name, wrong.functions(exercise)


def judged(functions: Functions, cases: Sequence[AskedCase]) -> Judged:
    """With the luck that every submission has."""
    random_state.start()
    return judge(functions, cases)


def entry(found: Judged, known: Any) -> dict[str, Any]:
    """What is told of it."""
    rows = [[row.case, row.output, row.status.value, row.credit, row.message] for row in found.rows]
    return {
        "earned": found.fraction,
        "diagnosis": known.says if known else "",
        "notes": list(found.notes),
        "rows": rows,
    }


def drifted(unit: str) -> list[str]:
    """The exercises whose recording a build would not keep."""
    there = json.loads((recording.folder() / f"{unit}.json").read_text(encoding="utf-8"))
    points = {one["name"]: one["points"] for one in there["exercises"]}
    built = without_rounding(recording.as_data(record(units.load(unit), points)), there)
    pairs = zip(built["exercises"], there["exercises"], strict=True)
    return [f"{unit}, {one['name']}" for one, other in pairs if one != other]


def rounded(function: Callable[..., Any], rng: np.random.Generator) -> Callable[..., Any]:
    """The function, whose results are off by two roundings up or down in some of their entries."""

    @functools.wraps(function)
    def off(*arguments: Any, **keywords: Any) -> Any:
        result = function(*arguments, **keywords)
        return _off(result, _Given([arguments, keywords]), rng)

    return off


class _Given:
    """What came into a call: its arrays, those of single numbers too, and all their numbers."""

    def __init__(self, value: Any) -> None:
        found = list(_arrays(value))
        arrays = [one for one in found if isinstance(one, np.ndarray)]
        self.arrays = [*arrays, np.array([one for one in found if not isinstance(one, np.ndarray)])]

    @cached_property
    def numbers(self) -> np.ndarray:
        """In their order, each once, and one that is above all."""
        some = [one.ravel() for one in self.arrays if one.dtype.kind in "biuf"]
        return np.append(np.unique(np.concatenate(some)), np.inf)

    def hold(self, array: np.ndarray) -> np.ndarray:
        """Which of these numbers came in."""
        return np.asarray(self.numbers[np.searchsorted(self.numbers[:-1], array)] == array)


def _off(value: Any, given: _Given, rng: np.random.Generator) -> Any:
    if isinstance(
        value, dict
    ):  # itself: a dict that a function keeps and returns again is to be the same one
        for key, item in value.items():
            value[key] = _off(item, given, rng)
        return value
    if type(value) in (tuple, list):
        return type(value)(_off(item, given, rng) for item in value)
    if type(value) is float or isinstance(value, np.floating):
        return type(value)(_off(np.array(value), given, rng)[()])
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return value
    return value if any(np.shares_memory(value, one) for one in given.arrays) else _moved(value, given, rng)


def _moved(array: np.ndarray, given: _Given, rng: np.random.Generator) -> np.ndarray:
    """Numbers that are exact stay so: short ones, and those that came in."""
    with np.errstate(all="ignore"):
        exact = (array * 1024 == np.round(array * 1024)) | ~np.isfinite(array) | given.hold(array)
        roundings = 2 * np.finfo(array.dtype).eps * rng.choice([-1, 0, 1], array.shape)
        return np.where(exact, array, array * (1 + roundings).astype(array.dtype))


def _arrays(value: Any) -> Iterator[np.ndarray | float]:
    if isinstance(value, np.ndarray | float):
        yield value
    elif isinstance(value, dict | list | tuple):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from _arrays(inside)


def processor() -> dict[str, Any]:
    """What the libraries take this processor for."""
    pools = threadpoolctl.threadpool_info()
    return {
        "torch": torch.backends.cpu.get_cpu_capability(),
        "openblas": next(one["architecture"] for one in pools if one["internal_api"] == "openblas"),
        "numpy": [name for name in compiled.__cpu_dispatch__ if compiled.__cpu_features__[name]],
    }


def main() -> None:
    """Write all of it, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounded", action="store_true")
    options = parser.parse_args()
    data = {
        "processor": processor(),
        "drifted": [one for unit in units.names() for one in drifted(unit)],
        "told": everything(lambda function: function),
    }
    if options.rounded:
        data["rounded"] = everything(functools.partial(rounded, rng=np.random.default_rng(231)))
    options.out.write_text(json.dumps(data), encoding="utf-8")


if __name__ == "__main__":
    main()
