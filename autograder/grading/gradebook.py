"""The one writer of nbgrader's database: the same rows as its own SaveAutoGrades and AssignLatePenalties
would write.

Tables and late-penalty plugin are nbgrader's; a whole batch of submissions is one transaction, and what a
person entered (manual scores, comments, extra credit, extensions) is never touched.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, func, select
from sqlalchemy.engine import Connection
from traitlets.config import Config

from autograder.database import named, opened, reading, told, writing
from autograder.errors import CourseError
from autograder.grading.lateness import Lateness, note_times
from autograder.grading.records import Record
from autograder.grading.statements import (
    ADD_COMMENT,
    ADD_GRADE,
    ADD_NOTEBOOK,
    ADD_STUDENT,
    ADD_SUBMISSION,
    CELL,
    FIND_ASSIGNMENT,
    FIND_GRADES,
    FIND_NOTEBOOK,
    FIND_STUDENTS,
    FIND_SUBMISSION,
    FIND_WAITING,
    GRADE,
    HAND_IN,
    KINDS,
    NOTEBOOK,
    RELEASED,
    SAY,
    SCORE,
    STUDENT,
    SUBMISSION,
)
from autograder.reasons import Reason
from autograder.term.dates import DateKeeper

_SAME_POINTS = 1e-6
_NO_RESPONSE = "No response."

_Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the gradebook learns of one submission.

    `scores` maps each graded cell to its points (None: a person must grade it); it is None as a whole when
    the file could not be graded, and then an earlier grade stays. `unanswered` names the cells that came
    back as they were released. `changed` names the cells whose answers are others than those that a person's
    points are for (None: nobody knows).
    """

    student: str
    timestamp: datetime | None
    scores: Mapping[str, float | None] | None
    unanswered: frozenset[str] = frozenset()
    changed: frozenset[str] | None = None

    def waits(self, name: str, auto: float | None, manual: float | None) -> bool:
        """Whether a person must look at the cell: to give points, or because what has points changed."""
        if manual is None:
            return auto is None
        return self.changed is None or name in self.changed


@dataclass(frozen=True, slots=True)
class _Notebook:
    """A released notebook as the database knows it: ids of its graded and commented cells by name."""

    id: str
    name: str
    grades: dict[str, str]
    comments: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Rows:
    """New rows of the tables that hold what was handed in."""

    submissions: list[_Row] = field(default_factory=list)
    notebooks: list[_Row] = field(default_factory=list)
    grades: list[_Row] = field(default_factory=list)
    comments: list[_Row] = field(default_factory=list)

    def statements(self) -> tuple[tuple[Insert, list[_Row]], ...]:
        """What inserts them, in an order in which no row refers to a later one."""
        return (
            (ADD_SUBMISSION, self.submissions),
            (ADD_NOTEBOOK, self.notebooks),
            (ADD_GRADE, self.grades),
            (ADD_COMMENT, self.comments),
        )


class GradebookWriter:
    """Writes entries of one unit; use as a context manager.

    With `config`, the course's, lateness is charged as well; without, that is left to nbgrader's own step.
    `dates` enters the course's own before. Raises CourseError when the database cannot be used.
    """

    def __init__(
        self, db_url: str, unit: str, config: Config | None = None, dates: DateKeeper | None = None
    ) -> None:
        self.unit = unit
        self._url = db_url
        self._engine = opened(db_url)
        self._lateness = Lateness(config, unit) if config is not None else None
        self._dates = dates

    def __enter__(self) -> GradebookWriter:
        try:
            with self._transaction() as db:
                self._load(db)
        except BaseException:
            self._engine.dispose()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def holds(self, record: Record) -> bool:
        """Whether the gradebook, as it was when this began, says what the record says; a backup may not."""
        if record.reason is Reason.BAD_NAME:
            return True
        points = self._points.get(record.student)
        return points is not None and (not record.checks or abs(points - record.points) < _SAME_POINTS)

    def waiting(self, student: str) -> frozenset[str]:
        """The cells to which a person gave points and at which one must look again."""
        where = {"assignment": self._assignment, "student": student}
        with told(self._url, "read"), reading(self._engine) as db:
            return frozenset(db.scalars(FIND_WAITING, where))

    def write(self, entries: Sequence[Entry]) -> None:
        """Store all entries, or none of them when the database fails."""
        with self._transaction() as db:
            self._store(db, entries)

    def charge(self, handed_in: Mapping[str, datetime]) -> None:
        """Charge everybody for lateness anew, after noting the times at which these students handed in."""
        with self._transaction() as db:
            note_times(db, self._assignment, handed_in)
            self._charge(db, None)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with told(self._url, "used"), writing(self._engine, self.unit) as db:
            yield db
        if self._dates is not None:
            self._dates.keep()

    def _load(self, db: Connection) -> None:
        assignment = db.execute(FIND_ASSIGNMENT, {"unit": self.unit}).first()
        if assignment is None:
            raise CourseError(
                f"the gradebook {named(self._url)} does not know the unit {self.unit}",
                f"run: python -m autograder build {self.unit}",
            )
        (self._assignment,) = assignment
        self._notebooks = [
            _Notebook(
                id=row.id,
                name=row.name,
                grades=_names(db, row.id, "grade_cells", "task_cells"),
                comments=_names(db, row.id, "solution_cells", "task_cells"),
            )
            for row in db.execute(
                select(RELEASED.c.id, RELEASED.c.name).where(RELEASED.c.assignment_id == self._assignment)
            )
        ]

        self._points = {student: points for student, points in db.execute(self._earned())}  # noqa: C416

    def _earned(self) -> Any:
        """For each student with a submission the sum of what we gave."""
        notebooks = SUBMISSION.outerjoin(NOTEBOOK, NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
        return (
            select(SUBMISSION.c.student_id, func.coalesce(func.sum(GRADE.c.auto_score), 0.0))
            .select_from(notebooks.outerjoin(GRADE, GRADE.c.notebook_id == NOTEBOOK.c.id))
            .where(SUBMISSION.c.assignment_id == self._assignment)
            .group_by(SUBMISSION.c.student_id)
        )

    def _store(self, db: Connection, entries: Sequence[Entry]) -> None:
        self._add_students(db, entries)
        new = self._new(db, entries)
        self._add_submissions(db, new.values())
        for entry in entries:
            if new.get(entry.student) is not entry:
                self._change(db, entry)
        self._charge(db, {entry.student for entry in entries})

    def _charge(self, db: Connection, students: Collection[str] | None) -> None:
        if self._dates is not None:
            self._dates.enter(db, self._assignment)
        for notebook in self._notebooks:
            if self._lateness is not None and notebook.name == self.unit:
                cells = notebook.grades.values()
                self._lateness.charge(db, self._assignment, notebook.id, cells, students)

    def _add_students(self, db: Connection, entries: Iterable[Entry]) -> None:
        wanted = {entry.student for entry in entries}
        known = set(db.scalars(select(STUDENT.c.id).where(STUDENT.c.id.in_(wanted))))
        if wanted - known:
            db.execute(ADD_STUDENT, [{"id": name} for name in sorted(wanted - known)])

    def _new(self, db: Connection, entries: Sequence[Entry]) -> dict[str, Entry]:
        """The first entry of each student who has handed in nothing before."""
        students = list({entry.student for entry in entries})
        known = set(db.scalars(FIND_STUDENTS, {"assignment": self._assignment, "students": students}))
        return {entry.student: entry for entry in reversed(entries) if entry.student not in known}

    def _change(self, db: Connection, entry: Entry) -> None:
        """Bring the rows of a submission that the gradebook knows up to date."""
        where = {"assignment": self._assignment, "student": entry.student}
        row = db.execute(FIND_SUBMISSION, where).one()
        if entry.timestamp is not None:
            db.execute(HAND_IN, {"submission": row.id, "handed_in": entry.timestamp})
        if entry.scores is None:
            return
        for notebook in self._notebooks:
            if notebook.name == self.unit:
                own = db.execute(FIND_NOTEBOOK, {"released": notebook.id, "submission": row.id}).scalar_one()
                _write_grades(db, own, notebook, entry, entry.scores)
                _write_comments(db, own, notebook, entry.unanswered)

    def _add_submissions(self, db: Connection, entries: Iterable[Entry]) -> None:
        """Rows as nbgrader's add_submission makes them, with what was earned. Those of a whole batch go in
        together, since a statement costs as much as many rows.
        """
        rows = _Rows()
        for entry in entries:
            key = _new_id()
            rows.submissions.append(
                {
                    "id": key,
                    "assignment_id": self._assignment,
                    "student_id": entry.student,
                    "timestamp": entry.timestamp,
                }
            )
            for notebook in self._notebooks:
                self._add_notebook(rows, key, notebook, entry)
        for statement, added in rows.statements():
            if added:
                db.execute(statement, added)

    def _add_notebook(self, rows: _Rows, submission: str, notebook: _Notebook, entry: Entry) -> None:
        scores = entry.scores if notebook.name == self.unit else None
        unanswered = frozenset[str]() if scores is None else entry.unanswered
        own = _new_id()
        rows.notebooks.append(
            {
                "id": own,
                "assignment_id": submission,
                "notebook_id": notebook.id,
                "flagged": False,
            }
        )
        for name, cell in notebook.grades.items():
            auto = None if scores is None else _number(scores, name)
            rows.grades.append(_row(own, cell, auto_score=auto, needs_manual_grade=auto is None))
        for name, cell in notebook.comments.items():
            rows.comments.append(_row(own, cell, auto_comment=_said(name, unanswered)))


def _names(db: Connection, notebook: str, *kinds: str) -> dict[str, str]:
    """Ids of the notebook's cells of these kinds by name."""
    found: dict[str, str] = {}
    for kind in kinds:
        of_kind = KINDS[kind]
        query = select(CELL.c.name, CELL.c.id).join(of_kind, of_kind.c.id == CELL.c.id)
        rows = db.execute(query.where(CELL.c.notebook_id == notebook).order_by(CELL.c.name))
        found |= {name: cell for name, cell in rows}  # noqa: C416 (rows are no pairs to a type checker)
    return found


def _number(scores: Mapping[str, float | None], name: str) -> float | None:
    """The points of a cell; SQLite would take text for them, too."""
    points = scores.get(name)
    return None if points is None else float(points)


def _row(notebook: str, cell: str, **more: object) -> _Row:
    return {"id": _new_id(), "notebook_id": notebook, "cell_id": cell, **more}


def _new_id() -> str:
    """32 hexadecimal digits at random, as nbgrader's keys are."""
    return os.urandom(16).hex()


def _write_grades(
    db: Connection, submitted: str, notebook: _Notebook, entry: Entry, scores: Mapping[str, float | None]
) -> None:
    """Store the automatic scores; those that a person gave stay."""
    names = {cell: name for name, cell in notebook.grades.items()}
    changes = []
    for row in db.execute(FIND_GRADES, {"cells": list(names), "notebook": submitted}):
        name = names[row.cell_id]
        auto = _number(scores, name)
        by_hand = entry.waits(name, auto, row.manual_score)
        changes.append({"row": row.id, "auto": auto, "by_hand": by_hand})
    if changes:
        db.execute(SCORE, changes)


def _write_comments(db: Connection, submitted: str, notebook: _Notebook, unanswered: frozenset[str]) -> None:
    changes = [
        {"notebook": submitted, "cell": cell, "said": _said(name, unanswered)}
        for name, cell in notebook.comments.items()
    ]
    if changes:
        db.execute(SAY, changes)


def _said(name: str, unanswered: frozenset[str]) -> str | None:
    """The comment that nbgrader gives a cell."""
    return _NO_RESPONSE if name in unanswered else None
