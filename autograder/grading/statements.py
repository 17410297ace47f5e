"""nbgrader's tables, and the statements that find, add and change what a gradebook says of submissions.

Made once: to put a statement together takes longer than to carry it out.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Float,
    Interval,
    Select,
    TableClause,
    bindparam,
    case,
    column,
    func,
    insert,
    select,
    table,
    text,
    update,
)


def _columns(name: str, *plain: str, **typed: Any) -> TableClause:
    """A table of nbgrader's with the columns used here; importing its models takes most of a second."""
    return table(name, *map(column, plain), *(column(one, kind) for one, kind in typed.items()))


ASSIGNMENT = _columns("assignment", "id", "name", duedate=DateTime())
RELEASED = _columns("notebook", "id", "name", "assignment_id")
CELL = _columns("base_cell", "id", "name", "notebook_id")
KINDS = {kind: _columns(kind, "id") for kind in ("grade_cells", "solution_cells", "task_cells")}
STUDENT = _columns("student", "id")
SUBMISSION = _columns(
    "submitted_assignment", "id", "assignment_id", "student_id", timestamp=DateTime(), extension=Interval()
)
NOTEBOOK = _columns(
    "submitted_notebook",
    *("id", "assignment_id", "notebook_id"),
    flagged=Boolean(),
    late_submission_penalty=Float(),
)
GRADE = _columns(
    "grade",
    *("id", "notebook_id", "cell_id", "auto_score", "manual_score", "extra_credit"),
    needs_manual_grade=Boolean(),
)
COMMENT = _columns("comment", "id", "notebook_id", "cell_id", "auto_comment", "manual_comment")
ADD_STUDENT = text("insert into student (id) values (:id) on conflict do nothing")

# nbgrader's indexes begin with the columns that come first here; without them every row of the class would
# be looked at.
FIND_SUBMISSION = select(SUBMISSION.c.id).where(
    SUBMISSION.c.assignment_id == bindparam("assignment"), SUBMISSION.c.student_id == bindparam("student")
)
FIND_ASSIGNMENT = select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.name == bindparam("unit"))
FIND_DUE = select(ASSIGNMENT.c.duedate).where(ASSIGNMENT.c.id == bindparam("assignment"))
FIND_TIMES = select(
    SUBMISSION.c.id, SUBMISSION.c.student_id, SUBMISSION.c.timestamp, SUBMISSION.c.extension
).where(SUBMISSION.c.assignment_id == bindparam("assignment"))
FIND_CHARGES = (
    FIND_TIMES.add_columns(NOTEBOOK.c.id.label("notebook"), NOTEBOOK.c.late_submission_penalty)
    .join(NOTEBOOK, NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
    .where(NOTEBOOK.c.notebook_id == bindparam("released"))
)
FIND_STUDENTS = select(SUBMISSION.c.student_id).where(
    SUBMISSION.c.assignment_id == bindparam("assignment"),
    SUBMISSION.c.student_id.in_(bindparam("students", expanding=True)),
)
FIND_NOTEBOOK = select(NOTEBOOK.c.id).where(
    NOTEBOOK.c.notebook_id == bindparam("released"), NOTEBOOK.c.assignment_id == bindparam("submission")
)
FIND_WAITING = (
    select(CELL.c.name)
    .join(GRADE, GRADE.c.cell_id == CELL.c.id)
    .join(NOTEBOOK, NOTEBOOK.c.id == GRADE.c.notebook_id)
    .join(SUBMISSION, SUBMISSION.c.id == NOTEBOOK.c.assignment_id)
    .where(
        SUBMISSION.c.assignment_id == bindparam("assignment"), SUBMISSION.c.student_id == bindparam("student")
    )
    .where(GRADE.c.manual_score.is_not(None), GRADE.c.needs_manual_grade)
)
FIND_GRADES = select(GRADE.c.id, GRADE.c.cell_id, GRADE.c.manual_score).where(
    GRADE.c.cell_id.in_(bindparam("cells", expanding=True)), GRADE.c.notebook_id == bindparam("notebook")
)
# What counts for a cell as nbgrader says it: a person's points go before ours.
_SCORE = case(
    (GRADE.c.manual_score.is_not(None), GRADE.c.manual_score + func.coalesce(GRADE.c.extra_credit, 0.0)),
    (GRADE.c.auto_score.is_not(None), GRADE.c.auto_score + func.coalesce(GRADE.c.extra_credit, 0.0)),
    else_=0.0,
)
FIND_TOTALS = (
    select(GRADE.c.notebook_id, func.sum(_SCORE))
    .where(
        GRADE.c.cell_id.in_(bindparam("cells", expanding=True)),
        GRADE.c.notebook_id.in_(bindparam("notebooks", expanding=True)),
    )
    .group_by(GRADE.c.notebook_id)
)
HAND_IN = (
    update(SUBMISSION)
    .where(SUBMISSION.c.id == bindparam("submission"))
    .values(timestamp=bindparam("handed_in"))
)
SET_DUE = (
    update(ASSIGNMENT).where(ASSIGNMENT.c.id == bindparam("assignment")).values(duedate=bindparam("due"))
)
EXTEND = (
    update(SUBMISSION)
    .where(SUBMISSION.c.id == bindparam("submission"))
    .values(extension=bindparam("extension"))
)
SCORE = (
    update(GRADE)
    .where(GRADE.c.id == bindparam("row"))
    .values(auto_score=bindparam("auto"), needs_manual_grade=bindparam("by_hand"))
)
SAY = (
    update(COMMENT)
    .where(COMMENT.c.notebook_id == bindparam("notebook"), COMMENT.c.cell_id == bindparam("cell"))
    .values(auto_comment=bindparam("said"))
)
CHARGE = (
    update(NOTEBOOK)
    .where(NOTEBOOK.c.id == bindparam("notebook"))
    .values(late_submission_penalty=bindparam("penalty"))
)
ADD_SUBMISSION, ADD_NOTEBOOK = insert(SUBMISSION), insert(NOTEBOOK)
ADD_GRADE, ADD_COMMENT = insert(GRADE), insert(COMMENT)


def of_students(query: Select[Any], students: Collection[str]) -> Select[Any]:
    """The query for the submissions of these students alone."""
    return query.where(SUBMISSION.c.student_id.in_(students))
