"""A class of which half is damaged or hostile, beside one as large of which nobody is: what trouble costs."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Course
from autograder.grading.driver import grade
from autograder.grading.records import Record
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from autograder.synthetic.students import HONEST, Student, draw_class, hand_in
from autograder.units.prepare import prepare

_TROUBLE = ("damaged", "hostile")
_MORE = 1.5


@dataclass(frozen=True, slots=True)
class Troubled:
    """Seconds of an honest class of `submissions`, and of one with `troubled` others among them; `used_up`
    counts those that used their time up, `changed` names honest ones that got other points beside them.
    """

    unit: str
    submissions: int
    troubled: int
    honest_seconds: float
    seconds: float
    used_up: int
    changed: tuple[str, ...]

    @property
    def most_seconds(self) -> float:
        """What it may take: half as much again as the honest class, and the budgets that were used up."""
        limits = Limits()
        each = 2 * (limits.wall_seconds + limits.grace + limits.judging_seconds)
        return _MORE * self.honest_seconds + each * self.used_up


def troubled(unit: str, count: int, seed: int, tell: Callable[[str], None]) -> Troubled:
    """Draw both classes, the same honest half in both, and grade one after the other."""
    with tempfile.TemporaryDirectory(prefix="stagewise-troubled-") as folder:
        course = Course(Path(folder) / "honest")
        course.root.mkdir()
        prepare(course, [unit])
        honest = draw_class(course, unit, count, seed, HONEST)
        others = draw_class(course, unit, count // 2, seed + 1, _TROUBLE)
        mixed = (*honest[: count - len(others)], *_renamed(others))
        shutil.copytree(course.root, Path(folder) / "mixed")
        tell(f"{unit}: {count} honest submissions")
        quiet, honest_seconds = _graded(course, unit, honest)
        tell(f"{unit}: {count} submissions, {len(others)} of them damaged or hostile")
        told, seconds = _graded(Course(Path(folder) / "mixed"), unit, mixed)
    kept = {student.name for student in honest} & told.keys()
    return Troubled(
        unit,
        len(told),
        len(others),
        honest_seconds,
        seconds,
        sum(_ran_out(record) for record in told.values()),
        tuple(sorted(name for name in kept if told[name].checks != quiet[name].checks)),
    )


def _ran_out(record: Record) -> bool:
    """Whether some of it was stopped for its time; one whose process ended took none."""
    died = any(check.reason is Reason.DIED for check in record.checks)
    return any(check.reason is Reason.TIMEOUT for check in record.checks) or (record.stopped and not died)


def _renamed(students: Sequence[Student]) -> list[Student]:
    return [replace(student, name=f"trouble-{student.name}") for student in students]


def _graded(course: Course, unit: str, students: Sequence[Student]) -> tuple[dict[str, Record], float]:
    hand_in(course, students)
    began = time.monotonic()
    done = grade(course, unit)
    return {one.record.student: one.record for one in done}, time.monotonic() - began
