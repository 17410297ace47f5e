"""What somebody waits for: a student for `check`, the grader for a candidate."""

from __future__ import annotations

import statistics
from contextlib import redirect_stdout
from io import StringIO

import reference.units
from autograder.course import Course
from autograder.grading.templates import Templates
from benchmarks.budget import laps
from stagewise import begin, check


def candidate_starts(course: Course, unit: str, count: int) -> list[float]:
    """Milliseconds from asking a unit's template for a candidate to the end of its first, empty cell."""
    found = []
    with Templates(course, unit, count=1) as templates:
        template = templates.take(0)
        for _ in range(count):
            clock = laps()
            with template.new_candidate() as candidate:
                candidate.run_cell("None")
                found.append(clock())
    return found


def check_times(unit: str) -> dict[str, float]:
    """Milliseconds of `check`, as a student calls it, for each exercise (the median of five)."""
    found = {}
    with redirect_stdout(StringIO()):
        begin(unit)
        for exercise in reference.units.load(unit).exercises:
            functions = exercise.functions
            asked = [
                functions[exercise.name],
                *(functions[name] for name in functions if name != exercise.name),
            ]
            times = []
            for _ in range(5):
                clock = laps()
                check(*asked)
                times.append(clock())
            found[exercise.name] = statistics.median(times)
    return found
