"""A class that answered the toy unit's written question, as grading leaves it, without grading anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autograder.course import Assignment, Course
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.marking.desk import Desk, Marker
from tests.autograder.graded_toy import submitted

WHY = "written-why"
POINTS = {"check-double": 40.5, "check-quadruple": 50.0}


def answer(course: Course, **texts: str) -> Assignment:
    """Graded notebooks and a gradebook in which these students wrote these texts; "" is left blank."""
    write(course, **texts)
    with GradebookWriter(course.db_url, "toy") as book:
        book.write(
            [
                Entry(student, None, POINTS | {WHY: None if text else 0.0}, frozenset() if text else {WHY})
                for student, text in texts.items()
            ]
        )
    return Assignment(course, "toy")


def write(course: Course, **texts: str) -> None:
    """The graded notebooks alone."""
    for student, text in texts.items():
        path = Assignment(course, "toy").graded(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(submitted({WHY: text} if text else {}))


def desk_for(assignment: Assignment, **more: Any) -> Desk:
    """A desk of a marker."""
    return Desk(assignment, Marker(**more))


def shown(desk: Desk) -> dict[str, dict[str, Any]]:
    """The answers that the page shows by their labels."""
    return {one["label"]: one for group in desk.question(WHY)["groups"] for one in group}


def request(*answers: Mapping[str, Any], points: float | None, **more: Any) -> dict[str, Any]:
    """What the page sends to mark these answers."""
    usual = {"question": WHY, "comment": "", "ticks": {}, "alone": False}
    keys = {one["key"]: one["seen"] for one in answers}
    return usual | {"answers": keys, "points": points} | more


def give(desk: Desk, student: str, points: float | None, **more: Any) -> dict[str, Any]:
    """Mark a student's answer as it is shown now."""
    said: dict[str, Any] = desk.mark(request(shown(desk)[student], points=points, **more))
    json.dumps(said)
    return said
