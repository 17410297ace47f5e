"""A person's marks into nbgrader's tables, as its form grader enters them: all that reads them agrees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, TableClause, bindparam, select, update
from sqlalchemy.engine import Connection

from autograder.database import opened, told, writing
from autograder.errors import CourseError
from autograder.grading.statements import ASSIGNMENT, CELL, COMMENT, GRADE, NOTEBOOK, SUBMISSION, of_students


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives an answer: points (None takes them back: it waits again) and a comment."""

    points: float | None
    comment: str


_MARK = (
    update(GRADE)
    .where(GRADE.c.id == bindparam("row"))
    .values(manual_score=bindparam("points"), needs_manual_grade=bindparam("waits"))
)
_SAY = update(COMMENT).where(COMMENT.c.id == bindparam("row")).values(manual_comment=bindparam("said"))


def enter(url: str, unit: str, question: str, students: Collection[str], given: Given) -> None:
    """Enter the mark for these students' answers to the question, for all of them or for none.

    Raises CourseError when the gradebook cannot be used, or does not know an answer.
    """
    engine = opened(url)
    try:
        with told(url, "used"), writing(engine, unit) as db:
            grades = _rows(db, GRADE, unit, question, students)
            missing = set(students) - grades.keys()
            if missing:
                raise CourseError(
                    f"the gradebook has no answer of {', '.join(sorted(missing))} to {question}",
                    f"run: python -m autograder grade {unit}",
                )
            waits = given.points is None
            db.execute(
                _MARK, [{"row": row, "points": given.points, "waits": waits} for row in grades.values()]
            )
            comments = _rows(db, COMMENT, unit, question, students)
            if comments:
                said = given.comment or None
                db.execute(_SAY, [{"row": row, "said": said} for row in comments.values()])
    finally:
        engine.dispose()


def _rows(
    db: Connection, table: TableClause, unit: str, question: str, students: Collection[str]
) -> dict[str, Any]:
    """The rows of a table of nbgrader's, grades or comments, by student."""
    found: Select[Any] = (
        select(SUBMISSION.c.student_id, table.c.id)
        .join(NOTEBOOK, NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
        .join(table, table.c.notebook_id == NOTEBOOK.c.id)
        .join(CELL, CELL.c.id == table.c.cell_id)
        .join(ASSIGNMENT, ASSIGNMENT.c.id == SUBMISSION.c.assignment_id)
        .where(ASSIGNMENT.c.name == unit, CELL.c.name == question)
    )
    return {student: row for student, row in db.execute(of_students(found, students))}  # noqa: C416
