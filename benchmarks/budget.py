"""Where the time of one submission goes, part by part: `python -m benchmarks.budget COURSE UNIT COUNT`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import autograder.lean  # noqa: F401 (must come before all else)
from autograder.course import Assignment, Course
from autograder.grading import records
from autograder.grading.driver import entry_of
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.marking import Marked
from autograder.grading.preparing import new_worker
from autograder.grading.settings import Settings
from autograder.grading.store import store
from autograder.grading.templates import Templates
from autograder.grading.worker import unpack
from autograder.intake import files as submissions
from autograder.intake.beside import others
from autograder.units.plan import Plan

PARTS = (
    "read file",
    "parse and repair",
    "candidate",
    "cells and checks",
    "write notebook",
    "fork and messages",
    "save files",
    "gradebook",
    "record",
)


def budget(course: Course, unit: str, count: int) -> dict[str, float]:
    """Mean milliseconds of each part for `count` submissions, graded one after another by a warm worker."""
    spent = dict.fromkeys(PARTS, 0.0)
    assignment = Assignment(course, unit)
    worker = new_worker(assignment, Settings())
    templates = Templates(assignment, lanes=1)
    names = submissions.find(assignment)[: count + 1]
    with GradebookWriter(course.db_url, unit, course.config()) as gradebook:

        def mark(student: str, raw: bytes) -> Marked:
            return unpack(worker.mark(student, raw, lambda: templates.take(0)))

        for number, name in enumerate(names):
            parts = dict(_one(assignment, name, mark, gradebook, worker.terms.plan))
            if number:  # the first one starts the template
                spent = {part: spent[part] + parts[part] for part in PARTS}
    templates.close()
    return {part: milliseconds / count for part, milliseconds in spent.items()}


def _one(
    assignment: Assignment,
    name: str,
    mark: Callable[[str, bytes], Marked],
    gradebook: GradebookWriter,
    plan: Plan,
) -> Iterator[tuple[str, float]]:
    clock = laps()
    submitted = submissions.read(assignment, name)
    yield "read file", clock()
    marked = mark(name, submitted.raw)
    whole = clock()
    timings = marked.record.timings
    yield from timings.items()
    yield "fork and messages", whole - sum(timings.values())
    store(assignment, name, marked.notebook, others(assignment, name))
    yield "save files", clock()
    gradebook.write([entry_of(marked.record, submitted, plan, earlier=None)])
    yield "gradebook", clock()
    records.save(assignment, marked.record)
    yield "record", clock()


def laps() -> Callable[[], float]:
    """A function that tells the milliseconds since it was last asked."""
    last = time.perf_counter()

    def lap() -> float:
        nonlocal last
        now = time.perf_counter()
        last, passed = now, 1000 * (now - last)
        return passed

    return lap


if __name__ == "__main__":
    print(json.dumps(budget(Course(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]))))
