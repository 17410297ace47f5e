"""nbgrader's table of grades as the course counts them, safe to open as a spreadsheet."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin

from autograder.course import Course
from autograder.reports.sheets import in_decimals
from autograder.spreadsheet import Value, csv_text

_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


class HandedIn(CsvExportPlugin):  # type: ignore[misc]
    """For `nbgrader export`: units that somebody has handed in and that count, or those that are named, in
    the points of course.toml.

    nbgrader's own plugin writes texts as they are, which part cells and begin formulas.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the table; units that are left out are told."""
        course = Course(Path(CourseDirectory(parent=self).root))
        units = {str(name) for name in self.assignment} or self._counted(course, gradebook)
        students = {str(name) for name in self.student}
        place = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", place)
        place.write_text(csv_text(_COLUMNS, _rows(course, gradebook, units, students)), encoding="utf-8")

    def _counted(self, course: Course, gradebook: Gradebook) -> set[str]:
        settings = course.settings()
        handed_in = self._handed_in(gradebook)
        practice = sorted(name for name in handed_in if not settings.unit(name).counts)
        if practice:
            self.log.warning(
                "By course.toml %s does not count: left out, unless named with --assignment",
                ", ".join(practice),
            )
        return handed_in.difference(practice)

    def _handed_in(self, gradebook: Gradebook) -> set[str]:
        query = gradebook.db.query(Assignment.name)
        handed_in = {name for (name,) in query.join(SubmittedAssignment).distinct()}
        waiting = sorted(name for (name,) in query if name not in handed_in)
        if waiting:
            self.log.warning(
                "Nobody has handed in %s: left out, unless it is named with --assignment", ", ".join(waiting)
            )
        return handed_in


def _rows(
    course: Course, gradebook: Gradebook, units: Container[str], students: set[str]
) -> Iterator[list[Value]]:
    """A line for each of the units and each of the students, all of them when none is named."""
    settings = course.settings()
    for assignment in gradebook.assignments:
        worth = settings.unit(assignment.name).points
        scale = worth / assignment.max_score if worth is not None and assignment.max_score else 1.0
        for student in gradebook.students if assignment.name in units else ():
            if not students or student.id in students:
                yield _row(gradebook, assignment, student, scale)


def _row(gradebook: Gradebook, assignment: Assignment, student: Student, scale: float) -> list[Value]:
    """What nbgrader's own plugin tells; who handed in nothing has no points."""
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        when, earned, penalty = None, 0.0, 0.0
    else:
        when, earned, penalty = submission.timestamp, submission.score, submission.late_submission_penalty
    who = (student.id, student.last_name, student.first_name, student.email)
    points = (earned, penalty, max(0.0, earned - penalty), assignment.max_score)
    return [
        assignment.name,
        *("" if one is None else str(one) for one in (assignment.duedate, when, *who)),
        *(float(in_decimals(number * scale)) for number in points),
    ]
