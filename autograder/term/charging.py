"""What lateness costs by course.toml, as the plugin that nbgrader asks for every late submission."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin

from autograder.course import Course
from autograder.term.points import scale_of
from autograder.term.settings import UnitSettings


class ByCourse(LateSubmissionPlugin):  # type: ignore[misc]
    """c.AssignLatePenalties.plugin_class of every course: grace and penalty of course.toml, and where that
    names no penalty what nbgrader's own plugin does. One is made for each run, and reads the file once.
    """

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points to be taken off, None where none are; a unit that does not count is never charged."""
        settings, scale = self._terms
        late = timedelta(seconds=total_seconds_late)
        if not settings.counts or late <= settings.grace:
            return None
        if settings.penalty is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)  # type: ignore[no-any-return]
        return settings.penalty.points(score * scale, late) / scale

    @cached_property
    def _terms(self) -> tuple[UnitSettings, float]:
        """What the course says of the unit, and what a point of its source is worth there."""
        course, unit = Course(Path(CourseDirectory(parent=self).root)), self.parent.assignment_id
        return course.settings().unit(unit), scale_of(course, unit)
