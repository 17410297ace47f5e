"""What somebody waits for, a student for `check`, the grader for a candidate:
`python -m benchmarks.latency COURSE UNIT COUNT`.
"""

from __future__ import annotations

import json
import statistics
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import autograder.lean  # noqa: F401 (must come before all else)
import reference.kit.units
from autograder.course import Assignment, Course
from autograder.grading.templates import Templates
from benchmarks.budget import laps
from stagewise import begin, check


def candidate_starts(course: Course, unit: str, count: int) -> list[float]:
    """Milliseconds from asking a unit's template for a candidate to the end of its first, empty cell."""
    found = []
    with Templates(Assignment(course, unit), lanes=1) as templates:
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
        for exercise in reference.kit.units.load(unit).exercises:
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


def main(root: str, unit: str, count: str) -> None:
    """Print the times of `count` starts and of all checks as JSON."""
    starts = candidate_starts(Course(Path(root)), unit, int(count))
    print(json.dumps({"candidate_start_ms": starts, "check_ms": check_times(unit)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
