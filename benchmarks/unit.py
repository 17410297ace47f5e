"""All that is measured of one unit."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.synthetic.students import HONEST, draw_class, hand_in
from autograder.units.prepare import prepare
from benchmarks.apart import apart
from benchmarks.graders import LARGE, OURS, SEAM, STOCK, STOCK_EXPLORE, Run, run
from benchmarks.overhead import Overhead, overhead
from benchmarks.running import RunAll, run_all

_STARTS = 50

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many submissions: of the class, of it for stock nbgrader, with experiments, for the overhead, for
    the budget, and in a large class of its own; 0 leaves a part out. `seed` draws the classes.
    """

    students: int
    stock: int
    explore: int
    overhead: int
    budget: int
    large: int
    seed: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One unit's numbers; `different` names students who did not get the same points everywhere."""

    unit: str
    runs: tuple[Run, ...]
    different: tuple[str, ...]
    overhead: Overhead
    budget_ms: dict[str, float]
    candidate_start_ms: list[float]
    check_ms: dict[str, float]
    run_all: RunAll

    def run_of(self, grader: str) -> Run | None:
        """The run of a grader, if it ran."""
        return next((one for one in self.runs if one.grader == grader), None)


def measure(unit: str, sizes: Sizes, folder: Path, tell: Tell) -> Measured:
    """Measure a unit in a scratch course, part after part."""
    course = _course(folder / f"{unit}-class", unit, sizes.students, sizes.seed)
    runs = tuple(_runs(course, unit, sizes, folder, tell))
    tell(f"{unit}: isolated and not, {sizes.overhead} submissions")
    cost = overhead(course, unit, sizes.overhead)
    tell(f"{unit}: the parts of a submission, starts, checks")
    parts = apart("benchmarks.budget", course.root, unit, sizes.budget)
    waits = apart("benchmarks.latency", course.root, unit, _STARTS)
    tell(f"{unit}: all cells of the solved notebook")
    whole = run_all(course, unit)
    return Measured(unit, runs, _different(runs, cost), cost, parts, **waits, run_all=whole)


def _runs(course: Course, unit: str, sizes: Sizes, folder: Path, tell: Tell) -> list[Run]:
    counts = {
        STOCK: sizes.stock,
        STOCK_EXPLORE: sizes.explore,
        SEAM: sizes.students,
        OURS: sizes.students,
    }
    runs = []
    for grader, count in counts.items():
        if count:
            tell(f"{unit}: {grader}, {count} submissions")
            runs.append(run(grader, course, unit, count, folder))
    if sizes.large:
        tell(f"{unit}: {LARGE}, {sizes.large} submissions")
        crowd = _course(folder / f"{unit}-large", unit, sizes.large, sizes.seed + 1)
        runs.append(run(LARGE, crowd, unit, sizes.large, folder))
        shutil.rmtree(crowd.root)
    return runs


def _course(root: Path, unit: str, count: int, seed: int) -> Course:
    """A course in which an honest class has handed in."""
    course = Course(root)
    course.root.mkdir(parents=True)
    prepare(course, [unit])
    hand_in(course, draw_class(course, unit, count, seed, HONEST))
    return course


def _different(runs: Sequence[Run], cost: Overhead) -> tuple[str, ...]:
    """Students whose points are not the same everywhere, with what they got from whom."""
    points = {one.grader: one.points for one in runs if one.grader != LARGE}
    points |= {"one lane, isolated": cost.isolated.points, "without isolation": cost.bare.points}
    odd = []
    for student in sorted({name for one in points.values() for name in one}):
        found = {grader: round(one[student], 6) for grader, one in points.items() if student in one}
        if len(set(found.values())) > 1:
            odd.append(f"{student} {found}")
    return tuple(odd)
