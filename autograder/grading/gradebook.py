"""The one writer of nbgrader's database: the same rows as its own SaveAutoGrades and AssignLatePenalties
would write.

Tables and late-penalty plugin are nbgrader's; a whole batch of submissions is one transaction, and what a
person entered (manual scores, comments, extra credit, extensions) is never touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Float,
    Interval,
    TableClause,
    bindparam,
    column,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.engine import Connection
from traitlets.config import Config

from autograder.database import named, opened, told, writing
from autograder.errors import CourseError
from autograder.grading.records import Record
from autograder.reasons import Reason

_SAME_POINTS = 1e-6
_NO_RESPONSE = "No response."


def _columns(name: str, *plain: str, **typed: Any) -> TableClause:
    """A table of nbgrader's with the columns used here; importing its models takes most of a second."""
    return table(name, *map(column, plain), *(column(one, kind) for one, kind in typed.items()))


_ASSIGNMENT = _columns("assignment", "id", "name", duedate=DateTime())
_RELEASED = _columns("notebook", "id", "name", "assignment_id")
_CELL = _columns("base_cell", "id", "name", "notebook_id")
_KINDS = {kind: _columns(kind, "id") for kind in ("grade_cells", "solution_cells", "task_cells")}
_STUDENT = _columns("student", "id")
_SUBMISSION = _columns(
    "submitted_assignment", "id", "assignment_id", "student_id", timestamp=DateTime(), extension=Interval()
)
_NOTEBOOK = _columns(
    "submitted_notebook",
    *("id", "assignment_id", "notebook_id"),
    flagged=Boolean(),
    late_submission_penalty=Float(),
)
_GRADE = _columns(
    "grade",
    *("id", "notebook_id", "cell_id", "auto_score", "manual_score", "extra_credit"),
    needs_manual_grade=Boolean(),
)
_COMMENT = _columns("comment", "id", "notebook_id", "cell_id", "auto_comment")
_ADD_STUDENT = text("insert into student (id) values (:id) on conflict do nothing")

# Made once: to put a statement together takes longer than to carry it out. nbgrader's indexes begin with the
# columns that come first here; without them every row of the class is looked at.
_FIND_SUBMISSION = select(_SUBMISSION.c.id, _SUBMISSION.c.timestamp, _SUBMISSION.c.extension).where(
    _SUBMISSION.c.assignment_id == bindparam("assignment"), _SUBMISSION.c.student_id == bindparam("student")
)
_FIND_NOTEBOOK = select(_NOTEBOOK.c.id).where(
    _NOTEBOOK.c.notebook_id == bindparam("released"), _NOTEBOOK.c.assignment_id == bindparam("submission")
)
_FIND_GRADES = select(_GRADE.c.id, _GRADE.c.cell_id, _GRADE.c.manual_score, _GRADE.c.extra_credit).where(
    _GRADE.c.cell_id.in_(bindparam("cells", expanding=True)), _GRADE.c.notebook_id == bindparam("notebook")
)
_HAND_IN = (
    update(_SUBMISSION)
    .where(_SUBMISSION.c.id == bindparam("submission"))
    .values(timestamp=bindparam("handed_in"))
)
_SCORE = (
    update(_GRADE)
    .where(_GRADE.c.id == bindparam("row"))
    .values(auto_score=bindparam("auto"), needs_manual_grade=bindparam("by_hand"))
)
_SAY = (
    update(_COMMENT)
    .where(_COMMENT.c.notebook_id == bindparam("notebook"), _COMMENT.c.cell_id == bindparam("cell"))
    .values(auto_comment=bindparam("said"))
)
_CHARGE = (
    update(_NOTEBOOK)
    .where(_NOTEBOOK.c.id == bindparam("notebook"))
    .values(late_submission_penalty=bindparam("penalty"))
)
_ADD_SUBMISSION, _ADD_NOTEBOOK = insert(_SUBMISSION), insert(_NOTEBOOK)
_ADD_GRADE, _ADD_COMMENT = insert(_GRADE), insert(_COMMENT)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the gradebook learns of one submission.

    `scores` maps each graded cell to its points (None: a person must grade it); it is None as a whole when
    the file could not be graded, and then an earlier grade stays. `unanswered` names the cells that came
    back as they were released.
    """

    student: str
    timestamp: datetime | None
    scores: Mapping[str, float | None] | None
    unanswered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Notebook:
    """A released notebook as the database knows it: ids of its graded and commented cells by name."""

    id: str
    name: str
    grades: dict[str, str]
    comments: dict[str, str]


class GradebookWriter:
    """Writes entries of one unit; use as a context manager.

    With `config`, the course's, lateness is charged as well; without, that is left to nbgrader's own step.
    Raises CourseError when the database cannot be used.
    """

    def __init__(self, db_url: str, unit: str, config: Config | None = None) -> None:
        self.unit = unit
        self._url = db_url
        self._engine = opened(db_url)
        self._config = config

    def __enter__(self) -> GradebookWriter:
        try:
            with self._transaction() as db:
                self._load(db)
        except BaseException:
            self._engine.dispose()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def holds(self, record: Record) -> bool:
        """Whether the gradebook, as it was when this began, says what the record says; a backup may not."""
        if record.reason is Reason.BAD_NAME:
            return True
        points = self._points.get(record.student)
        return points is not None and (not record.checks or abs(points - record.points) < _SAME_POINTS)

    def write(self, entries: Sequence[Entry]) -> None:
        """Store all entries, or none of them when the database fails."""
        with self._transaction() as db:
            self._add_students(db, entries)
            for entry in entries:
                self._write_one(db, entry)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with told(self._url, "used"), writing(self._engine, self.unit) as db:
            yield db

    def _load(self, db: Connection) -> None:
        assignment = db.execute(
            select(_ASSIGNMENT.c.id, _ASSIGNMENT.c.duedate).where(_ASSIGNMENT.c.name == self.unit)
        ).first()
        if assignment is None:
            raise CourseError(
                f"the gradebook {named(self._url)} does not know the unit {self.unit}",
                f"run: python -m autograder build {self.unit}",
            )
        self._assignment, self._due = assignment
        self._notebooks = [
            _Notebook(
                id=row.id,
                name=row.name,
                grades=_names(db, row.id, "grade_cells", "task_cells"),
                comments=_names(db, row.id, "solution_cells", "task_cells"),
            )
            for row in db.execute(
                select(_RELEASED.c.id, _RELEASED.c.name).where(_RELEASED.c.assignment_id == self._assignment)
            )
        ]

        self._points = {student: points for student, points in db.execute(self._earned())}  # noqa: C416

    def _earned(self) -> Any:
        """For each student with a submission the sum of what we gave."""
        notebooks = _SUBMISSION.outerjoin(_NOTEBOOK, _NOTEBOOK.c.assignment_id == _SUBMISSION.c.id)
        return (
            select(_SUBMISSION.c.student_id, func.coalesce(func.sum(_GRADE.c.auto_score), 0.0))
            .select_from(notebooks.outerjoin(_GRADE, _GRADE.c.notebook_id == _NOTEBOOK.c.id))
            .where(_SUBMISSION.c.assignment_id == self._assignment)
            .group_by(_SUBMISSION.c.student_id)
        )

    def _add_students(self, db: Connection, entries: Iterable[Entry]) -> None:
        wanted = {entry.student for entry in entries}
        known = set(db.scalars(select(_STUDENT.c.id).where(_STUDENT.c.id.in_(wanted))))
        if wanted - known:
            db.execute(_ADD_STUDENT, [{"id": name} for name in sorted(wanted - known)])

    def _write_one(self, db: Connection, entry: Entry) -> None:
        where = {"assignment": self._assignment, "student": entry.student}
        row = db.execute(_FIND_SUBMISSION, where).first()
        if row is None:
            self._add_submission(db, entry)
            return
        if entry.timestamp is not None:
            db.execute(_HAND_IN, {"submission": row.id, "handed_in": entry.timestamp})
        if entry.scores is None:
            return
        late = self._seconds_late(entry.timestamp or row.timestamp, row.extension)
        for notebook in self._notebooks:
            if notebook.name == self.unit:
                own = db.execute(_FIND_NOTEBOOK, {"released": notebook.id, "submission": row.id}).scalar_one()
                score = _write_grades(db, own, notebook, entry.scores)
                _write_comments(db, own, notebook, entry.unanswered)
                if self._config is not None:
                    penalty = self._penalty(entry.student, score, late)
                    db.execute(_CHARGE, {"notebook": own, "penalty": penalty})

    def _add_submission(self, db: Connection, entry: Entry) -> None:
        """A row for the submission, each notebook, each grade and each comment, as nbgrader's
        add_submission makes them, with what was earned.
        """
        submission = {"id": _new_id(), "assignment_id": self._assignment, "student_id": entry.student}
        db.execute(_ADD_SUBMISSION, {**submission, "timestamp": entry.timestamp})
        for notebook in self._notebooks:
            scores = entry.scores if notebook.name == self.unit else None
            score = sum((scores.get(name) or 0.0 for name in notebook.grades), 0.0) if scores else 0.0
            own = {"id": _new_id(), "assignment_id": submission["id"], "notebook_id": notebook.id}
            late = self._seconds_late(entry.timestamp, None) if scores is not None and self._config else 0.0
            penalty = self._penalty(entry.student, score, late)
            db.execute(_ADD_NOTEBOOK, {**own, "flagged": False, "late_submission_penalty": penalty})
            grades = [
                _row(own["id"], cell, auto_score=auto, needs_manual_grade=auto is None)
                for name, cell in notebook.grades.items()
                for auto in [None if scores is None else scores.get(name)]
            ]
            unanswered = frozenset[str]() if scores is None else entry.unanswered
            comments = [
                _row(own["id"], cell, auto_comment=_said(name, unanswered))
                for name, cell in notebook.comments.items()
            ]
            if grades:
                db.execute(_ADD_GRADE, grades)
            if comments:
                db.execute(_ADD_COMMENT, comments)

    def _seconds_late(self, timestamp: datetime | None, extension: timedelta | None) -> float:
        if timestamp is None or self._due is None:
            return 0.0
        due: datetime = self._due + (extension or timedelta())
        return max(0.0, (timestamp - due).total_seconds())

    @cached_property
    def _lateness(self) -> Any:
        """nbgrader's plugin that says what lateness costs, as the course has configured it."""
        from nbgrader.preprocessors import AssignLatePenalties

        penalties = AssignLatePenalties(config=self._config)
        penalties.init_plugin()
        return penalties.plugin_inst

    def _penalty(self, student: str, score: float, late: float) -> float | None:
        if not late:
            return None
        penalty = self._lateness.late_submission_penalty(student, score, late)
        return None if penalty is None else min(max(0.0, penalty), score)


def _names(db: Connection, notebook: str, *kinds: str) -> dict[str, str]:
    """Ids of the notebook's cells of these kinds by name."""
    found: dict[str, str] = {}
    for kind in kinds:
        of_kind = _KINDS[kind]
        query = select(_CELL.c.name, _CELL.c.id).join(of_kind, of_kind.c.id == _CELL.c.id)
        rows = db.execute(query.where(_CELL.c.notebook_id == notebook).order_by(_CELL.c.name))
        found |= {name: cell for name, cell in rows}  # noqa: C416 (rows are no pairs to a type checker)
    return found


def _row(notebook: str, cell: str, **more: object) -> dict[str, object]:
    return {"id": _new_id(), "notebook_id": notebook, "cell_id": cell, **more}


def _new_id() -> str:
    """32 hexadecimal digits at random, as nbgrader's keys are."""
    return os.urandom(16).hex()


def _write_grades(
    db: Connection, submitted: str, notebook: _Notebook, scores: Mapping[str, float | None]
) -> float:
    """Store the automatic scores; the notebook's score, in which a manual score goes before an automatic
    one.
    """
    names = {cell: name for name, cell in notebook.grades.items()}
    total = 0.0
    changes = []
    for row in db.execute(_FIND_GRADES, {"cells": list(names), "notebook": submitted}):
        auto = scores.get(names.get(row.cell_id, ""))
        by_hand = row.manual_score is not None or auto is None
        changes.append({"row": row.id, "auto": auto, "by_hand": by_hand})
        score = auto if row.manual_score is None else row.manual_score
        total += 0.0 if score is None else score + (row.extra_credit or 0.0)
    if changes:
        db.execute(_SCORE, changes)
    return total


def _write_comments(db: Connection, submitted: str, notebook: _Notebook, unanswered: frozenset[str]) -> None:
    changes = [
        {"notebook": submitted, "cell": cell, "said": _said(name, unanswered)}
        for name, cell in notebook.comments.items()
    ]
    if changes:
        db.execute(_SAY, changes)


def _said(name: str, unanswered: frozenset[str]) -> str | None:
    """The comment that nbgrader gives a cell."""
    return _NO_RESPONSE if name in unanswered else None
