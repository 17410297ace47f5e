"""The points of a unit in a course, where course.toml says others than its source."""

from __future__ import annotations

from autograder.course import Course
from autograder.units.plan import read_plan


def scale_of(course: Course, unit: str) -> float:
    """What a point of the unit's source is worth in the course; CourseError where the unit was not built."""
    points = course.settings().unit(unit).points
    return 1.0 if points is None else points / read_plan(course.instructor(unit)).points
