"""How often hint(f) finds a slip, and whether it tells the right line: `python -m benchmarks.hint [COUNT]`.

Right functions of the NumPy units are edited in one place, three in four of them as the search edits, the
others as it does not: twice, or in a way that no edit of it undoes. The check of each fails.
"""

from __future__ import annotations

import ast
import inspect
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.budget import laps
from reference.judge.drawing import draw_visible
from reference.kit import units
from reference.kit.exercise import Exercise
from reference.kit.patching import rewritten, substituted
from stagewise.checks.hinting import SECONDS, searched
from stagewise.judge.edits import edits
from stagewise.judge.judging import judge
from stagewise.judge.report import Status, overall
from stagewise.judge.searching import Fit

_ODD = ("np.tanh(np.sin({}))", "np.round({}, 1) + 0.5", "0 * ({}) + 1", "2 * ({}) + 0.25", "np.cos({}) ** 3")


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong function: its exercise and source, and the lines that were changed."""

    exercise: Exercise
    source: str
    lines: frozenset[int]
    known: bool  # whether the search has such edits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a hint would tell of a slip: nothing, one place or several, and whether it is the changed one."""

    told: str  # "one", "several", "nothing"
    right: bool
    seconds: float


def slips(count: int, seed: int) -> Iterator[Slip]:
    """Slips of functions chosen at random, three in four of them known to the search."""
    chance = random.Random(seed)
    numpy_units = [units.load(name) for name in units.names()]
    exercises = [one for unit in numpy_units for one in unit.exercises if not one.setting]
    made = 0
    while made < count:
        exercise = chance.choice(exercises)
        source = inspect.getsource(exercise.truth)
        slip = _known(exercise, source, chance) if made % 4 else _unknown(exercise, source, chance)
        if slip and _fails(slip):
            made += 1
            yield slip


def _known(exercise: Exercise, source: str, chance: random.Random) -> Slip:
    edit = chance.choice([one for one in edits(source) if one.rank < 2])
    return Slip(exercise, edit.source, _changed(source, edit.source), known=True)


def _unknown(exercise: Exercise, source: str, chance: random.Random) -> Slip | None:
    if chance.random() < 0.5:
        twice = _known(exercise, _known(exercise, source, chance).source, chance).source
        return Slip(exercise, twice, _changed(source, twice), known=False)
    tree = ast.parse(source)
    values = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.Return) and node.value
    ]
    if not values:
        return None
    value = chance.choice(values)
    lines = source.splitlines(keepends=True)
    if value.lineno != value.end_lineno:
        return None
    line = lines[value.lineno - 1]
    text = line[value.col_offset : value.end_col_offset]
    odd = chance.choice(_ODD).format(text)
    lines[value.lineno - 1] = line[: value.col_offset] + odd + line[value.end_col_offset :]
    return Slip(exercise, "".join(lines), frozenset({value.lineno}), known=False)


def _changed(before: str, after: str) -> frozenset[int]:
    """The lines of `after` that stand in the place of others, and those beside lines that are gone."""
    old, new = before.splitlines(), after.splitlines()
    first = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    same = next(
        (n for n, pair in enumerate(zip(old[::-1], new[::-1], strict=False)) if pair[0] != pair[1]), 0
    )
    return frozenset(range(first + 1, max(len(new) - same, first + 1) + 1))


def _functions(slip: Slip) -> dict[str, Callable[..., Any]]:
    truth = slip.exercise.truth
    return substituted(slip.exercise.functions, truth, rewritten(truth, slip.source))


def _fails(slip: Slip) -> bool:
    try:
        rows = judge(_functions(slip), draw_visible(slip.exercise)).rows
        return overall(rows) in (Status.FAILED, Status.ERROR)
    except (SyntaxError, RecursionError):
        return False


def outcome(slip: Slip) -> Outcome:
    """What a hint would tell."""
    clock = laps()
    found = searched(slip.source, _functions(slip), draw_visible(slip.exercise))
    seconds = clock() / 1000
    places = {(fit.first, fit.last) for fit in found}
    told = "nothing" if not places else "one" if len(places) == 1 else "several"
    return Outcome(told, any(_meets(fit, slip) for fit in found), seconds)


def _meets(fit: Fit, slip: Slip) -> bool:
    return not slip.lines.isdisjoint(range(fit.first, fit.last + 1))


def table(title: str, found: list[Outcome]) -> str:
    """The numbers of some slips, as a line."""
    one = [each.right for each in found if each.told == "one"]
    several = [each.right for each in found if each.told == "several"]
    middle = statistics.median(each.seconds for each in found)
    return (
        f"{title}: {len(found)} slips, something fits for {len(one) + len(several)}; one place is told of "
        f"{len(one)}, right for {sum(one)}; several of {len(several)}, the right one among them for "
        f"{sum(several)}; median {middle:.1f} s"
    )


def main(count: str = "200", seed: str = "1") -> None:
    """Print the numbers for `count` slips, and those that are missed or told falsely."""
    found: dict[bool, list[Outcome]] = {True: [], False: []}
    for slip in slips(int(count), int(seed)):
        result = outcome(slip)
        found[slip.known].append(result)
        missed = slip.known and result.told == "nothing"
        if missed or (result.told == "one" and not result.right):
            changed = [line.strip() for n, line in enumerate(slip.source.splitlines(), 1) if n in slip.lines]
            print(f"{result.told} ({result.seconds:.1f} s): {slip.exercise.name}: {' / '.join(changed)}")
    print(f"a search of at most {SECONDS:g} s")
    print(table("edits that the search makes itself", found[True]))
    print(table("other edits", found[False]))


if __name__ == "__main__":
    main(*sys.argv[1:])
