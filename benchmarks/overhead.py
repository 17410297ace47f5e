"""What isolation costs: the same submissions with and without it, one after another, in CPU time and on the
clock.

Both ways read the same bytes, run the same cells in the same kind of shell, play the same cases and judge
them with the same examiner; start-up is in neither. The ratio is all that isolated uses (worker, examiner,
template and a fresh candidate for each, its end included) over all that bare does, which forgets a submission
by emptying a namespace. Judging is in both: isolated knows right answers by their bytes, bare compares them
anew. It cannot come near 1 where a submission costs little: a candidate is forked, takes its namespaces and
copies the pages that it touches, which until a first, empty cell has run is 6 to 9 ms (`candidate_start_ms`).

`python -m benchmarks.overhead COURSE UNIT COUNT WAY` measures one way in a process of its own.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import autograder.lean  # noqa: F401 (must come before all else)
from autograder.course import Assignment, Course
from autograder.grading.preparing import new_worker
from autograder.grading.settings import Settings
from autograder.grading.templates import Templates
from autograder.grading.worker import unpack
from autograder.intake import files as submissions
from benchmarks.apart import apart
from benchmarks.bare import graded, one_shell
from benchmarks.processes import cpu_seconds

ISOLATED, BARE = "isolated", "bare"
Mark = Callable[[str, bytes], float]


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds for each submission, start-up left out; everyone's points."""

    cpu_ms: float
    wall_ms: float
    points: dict[str, float]


@dataclass(frozen=True, slots=True)
class Overhead:
    """The cost of both ways for `submissions` of one class."""

    submissions: int
    isolated: Cost
    bare: Cost

    @property
    def cpu_ratio(self) -> float:
        """How many times the CPU time isolation takes."""
        return self.isolated.cpu_ms / self.bare.cpu_ms

    @property
    def wall_ratio(self) -> float:
        """The same on the clock, with one lane."""
        return self.isolated.wall_ms / self.bare.wall_ms


def overhead(course: Course, unit: str, count: int) -> Overhead:
    """Measure both ways with the first `count` submissions."""
    costs = [Cost(**apart("benchmarks.overhead", course.root, unit, count, way)) for way in (ISOLATED, BARE)]
    return Overhead(count, *costs)


def isolated(course: Course, unit: str, names: Sequence[str]) -> Cost:
    """With one lane: a worker, one template, a fresh candidate and a fresh examiner for each submission."""
    with Templates(Assignment(course, unit), lanes=1) as templates:
        worker = new_worker(Assignment(course, unit), Settings(jobs=1))
        return _measured(
            course,
            unit,
            names,
            lambda name, raw: unpack(worker.mark(name, raw, lambda: templates.take(0))).record.points,
        )


def bare(course: Course, unit: str, names: Sequence[str]) -> Cost:
    """In this process, with a namespace that is emptied after each submission."""
    plan = new_worker(Assignment(course, unit), Settings(jobs=1)).terms.plan
    with one_shell() as shell:
        return _measured(course, unit, names, lambda name, raw: graded(raw, plan, shell)[1])


def _measured(course: Course, unit: str, names: Sequence[str], mark: Mark) -> Cost:
    """The cost of all submissions, after the first was graded once to make everything warm."""
    raws = {name: submissions.read(Assignment(course, unit), name).raw for name in names}
    mark(names[0], raws[names[0]])
    gc.collect()
    gc.freeze()
    cpu, wall = cpu_seconds(os.getpid()), time.monotonic()
    points = {name: mark(name, raw) for name, raw in raws.items()}
    wall = time.monotonic() - wall
    cpu = cpu_seconds(os.getpid()) - cpu
    return Cost(1000 * cpu / len(raws), 1000 * wall / len(raws), points)


def main(root: str, unit: str, count: str, way: str) -> None:
    """Print the cost of one way as JSON."""
    course = Course(Path(root))
    names = submissions.find(Assignment(course, unit))[: int(count)]
    cost = {ISOLATED: isolated, BARE: bare}[way](course, unit, names)
    print(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main(*sys.argv[1:])
