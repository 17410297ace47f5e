"""The one writer of nbgrader's database: the same rows as its own SaveAutoGrades and AssignLatePenalties
would write.

Tables and late-penalty plugin are nbgrader's; a whole batch of submissions is one transaction, and what a
person entered (manual scores, comments, extra credit, extensions) is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any
from uuid import uuid4

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
        late = self._submission(db, entry)
        if entry.scores is None:
            return
        for notebook in self._notebooks:
            if notebook.name == self.unit:
                submitted = self._submitted[notebook.id]
                score = _write_grades(db, submitted, notebook, entry)
                _write_comments(db, submitted, notebook, entry)
                if self._config is not None:
                    db.execute(
                        update(_NOTEBOOK)
                        .where(_NOTEBOOK.c.id == submitted)
                        .values(late_submission_penalty=self._penalty(entry.student, score, late))
                    )

    def _submission(self, db: Connection, entry: Entry) -> float:
        """Create or update the submission's row; seconds that it is late."""
        row = db.execute(
            select(_SUBMISSION.c.id, _SUBMISSION.c.timestamp, _SUBMISSION.c.extension).where(
                _SUBMISSION.c.assignment_id == self._assignment, _SUBMISSION.c.student_id == entry.student
            )
        ).first()
        if row is None:
            self._submitted = self._add_submission(db, entry)
            return self._seconds_late(entry.timestamp, None)
        if entry.timestamp is not None:
            changed = update(_SUBMISSION).where(_SUBMISSION.c.id == row.id)
            db.execute(changed.values(timestamp=entry.timestamp))
        found = db.execute(
            select(_NOTEBOOK.c.notebook_id, _NOTEBOOK.c.id).where(
                # nbgrader's indexes begin with these; without them every row of the class is looked at.
                _NOTEBOOK.c.notebook_id.in_([one.id for one in self._notebooks]),
                _NOTEBOOK.c.assignment_id == row.id,
            )
        )
        self._submitted = dict(tuple(row) for row in found)
        return self._seconds_late(entry.timestamp or row.timestamp, row.extension)

    def _add_submission(self, db: Connection, entry: Entry) -> dict[str, str]:
        """A row for the submission, each notebook, each grade and each comment, as nbgrader's
        add_submission makes them.
        """
        submission = uuid4().hex
        db.execute(
            insert(_SUBMISSION).values(
                id=submission,
                assignment_id=self._assignment,
                student_id=entry.student,
                timestamp=entry.timestamp,
            )
        )
        submitted = {}
        for notebook in self._notebooks:
            own = submitted[notebook.id] = uuid4().hex
            db.execute(
                insert(_NOTEBOOK).values(
                    id=own, assignment_id=submission, notebook_id=notebook.id, flagged=False
                )
            )
            grades = [_row(own, cell, needs_manual_grade=True) for cell in notebook.grades.values()]
            comments = [_row(own, cell) for cell in notebook.comments.values()]
            if grades:
                db.execute(insert(_GRADE), grades)
            if comments:
                db.execute(insert(_COMMENT), comments)
        return submitted

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
    return {"id": uuid4().hex, "notebook_id": notebook, "cell_id": cell, **more}


def _write_grades(db: Connection, submitted: str, notebook: _Notebook, entry: Entry) -> float:
    """Store the automatic scores; the notebook's score, in which a manual score goes before an automatic
    one.
    """
    assert entry.scores is not None
    names = {cell: name for name, cell in notebook.grades.items()}
    total = 0.0
    changes = []
    rows = db.execute(
        select(_GRADE.c.id, _GRADE.c.cell_id, _GRADE.c.manual_score, _GRADE.c.extra_credit).where(
            _GRADE.c.cell_id.in_(list(names)), _GRADE.c.notebook_id == submitted
        )
    )
    for row in rows:
        auto = entry.scores.get(names.get(row.cell_id, ""))
        by_hand = row.manual_score is not None or auto is None
        changes.append({"row": row.id, "auto": auto, "by_hand": by_hand})
        score = auto if row.manual_score is None else row.manual_score
        total += 0.0 if score is None else score + (row.extra_credit or 0.0)
    change = update(_GRADE).where(_GRADE.c.id == bindparam("row"))
    if changes:
        db.execute(
            change.values(auto_score=bindparam("auto"), needs_manual_grade=bindparam("by_hand")), changes
        )
    return total


def _write_comments(db: Connection, submitted: str, notebook: _Notebook, entry: Entry) -> None:
    changes = [
        {"cell": cell, "said": _NO_RESPONSE if name in entry.unanswered else None}
        for name, cell in notebook.comments.items()
    ]
    change = update(_COMMENT).where(
        _COMMENT.c.notebook_id == submitted, _COMMENT.c.cell_id == bindparam("cell")
    )
    if changes:
        db.execute(change.values(auto_comment=bindparam("said")), changes)
