"""nbgrader's tables, and the statements that find, add and change what a gradebook says of submissions.

Made once: to put a statement together takes longer than to carry it out.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Float,
    Interval,
    TableClause,
    bindparam,
    column,
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
COMMENT = _columns("comment", "id", "notebook_id", "cell_id", "auto_comment")
ADD_STUDENT = text("insert into student (id) values (:id) on conflict do nothing")

# nbgrader's indexes begin with the columns that come first here; without them every row of the class would
# be looked at.
FIND_SUBMISSION = select(SUBMISSION.c.id, SUBMISSION.c.timestamp, SUBMISSION.c.extension).where(
    SUBMISSION.c.assignment_id == bindparam("assignment"), SUBMISSION.c.student_id == bindparam("student")
)
FIND_STUDENTS = select(SUBMISSION.c.student_id).where(
    SUBMISSION.c.assignment_id == bindparam("assignment"),
    SUBMISSION.c.student_id.in_(bindparam("students", expanding=True)),
)
FIND_NOTEBOOK = select(NOTEBOOK.c.id).where(
    NOTEBOOK.c.notebook_id == bindparam("released"), NOTEBOOK.c.assignment_id == bindparam("submission")
)
FIND_GRADES = select(GRADE.c.id, GRADE.c.cell_id, GRADE.c.manual_score, GRADE.c.extra_credit).where(
    GRADE.c.cell_id.in_(bindparam("cells", expanding=True)), GRADE.c.notebook_id == bindparam("notebook")
)
HAND_IN = (
    update(SUBMISSION)
    .where(SUBMISSION.c.id == bindparam("submission"))
    .values(timestamp=bindparam("handed_in"))
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
