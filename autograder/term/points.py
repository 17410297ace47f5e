"""The points of a unit in a course, where course.toml says others than its source."""

from __future__ import annotations

from dataclasses import replace

from autograder.course import Course
from autograder.units.plan import Plan, read_plan


def scale_of(course: Course, unit: str) -> float:
    """What a point of the unit's source is worth in the course; CourseError where the unit was not built."""
    points = course.settings().unit(unit).points
    return 1.0 if points is None else points / read_plan(course.instructor(unit)).points


def plan_told(course: Course, unit: str) -> Plan:
    """The unit's plan with the course's points: to tell of, not to grade by. CourseError as `scale_of`."""
    plan, scale = read_plan(course.instructor(unit)), scale_of(course, unit)
    return replace(plan, cells=tuple(replace(cell, points=cell.points * scale) for cell in plan.cells))
