"""The grade of each student in a unit: the total of `scores`, of the page and of nbgrader's export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading import records
from autograder.grading.lateness import Lateness
from autograder.grading.records import Record, digest_of
from autograder.intake.files import find, read
from autograder.reasons import Reason
from autograder.reports.sheets import Sheet, in_words, read_sheets
from autograder.terminal import some

_SAME_POINTS = 1e-6


@dataclass(frozen=True, slots=True)
class Grade:
    """What counts of one submission: points with lateness and marks by hand, and the answers that wait for
    one.

    `problem` is why there is no grade; `note` is what to know of one that there is.
    """

    student: str
    points: float = 0.0
    waiting: int = 0
    late_penalty: float = 0.0
    problem: str = ""
    note: str = ""

    def told(self, times: float = 1.0) -> str:
        """The points as every page tells them, multiplied by `times`."""
        return in_words(self.points * times)


def grades(course: Course, unit: str) -> dict[str, Grade]:
    """The grades by student; CourseError when there is no gradebook, or when a mark or a date that is newer
    than the last run of `grade` changes what lateness costs.
    """
    assignment = Assignment(course, unit)
    sheets = read_sheets(course, unit)
    _require_charged(course, unit, sheets)
    told = {record.student: record for record in records.load_all(assignment)}
    handed_in = find(assignment) if course.submitted.is_dir() else []
    newer = {
        student
        for student in handed_in
        if student in told and digest_of(read(assignment, student).raw) != told[student].digest
    }
    return {
        student: _grade(student, sheets.get(student), told.get(student), student in newer)
        for student in sorted({*sheets, *told, *handed_in})
    }


def _require_charged(course: Course, unit: str, sheets: Mapping[str, Sheet]) -> None:
    lateness = Lateness(course.config(), unit)
    stale = []
    for student, sheet in sheets.items():
        earned = fsum(mark.score for mark in sheet.marks.values())
        penalty = lateness.penalty(student, earned, sheet.seconds_late) or 0.0
        if abs(penalty - sheet.late_penalty) > _SAME_POINTS:
            stale.append(student)
    if stale:
        raise CourseError(
            f"marks or dates have changed what lateness costs {some(stale)}",
            f"run: python -m autograder grade {unit}, which charges anew and executes nothing twice",
        )


def _grade(student: str, sheet: Sheet | None, record: Record | None, is_older: bool) -> Grade:
    refused = record is not None and record.reason is not Reason.OK
    if record is not None and refused and not record.checks:
        return Grade(student, problem=f"not gradable ({record.reason.value}): {record.detail}")
    if sheet is None or not sheet.marks:
        return Grade(student, problem="handed in and not graded yet")
    note = ""
    if is_older:
        note = "handed in anew since it was graded: these are the points of the older file"
    elif refused:
        note = "the newest file could not be graded: these are the points of an earlier one"
    waiting = sum(1 for mark in sheet.marks.values() if mark.waiting)
    points, penalty = sheet.told(sheet.score), sheet.told(sheet.late_penalty)
    return Grade(student, points, waiting, penalty, note=note)
