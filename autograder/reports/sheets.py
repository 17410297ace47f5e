"""What the gradebook says of the submissions of a unit, read in three queries."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import fsum
from typing import Any

from nbgrader import api
from sqlalchemy import select
from sqlalchemy.engine import Connection

from autograder.course import Course
from autograder.database import missing, named, opened, reading, told
from autograder.errors import CourseError
from autograder.grading.lateness import seconds_late
from autograder.grading.records import CheckScore
from autograder.reasons import Reason
from autograder.term.penalty import spelt_out
from autograder.term.points import scale_of
from autograder.units.plan import PlannedCell

_DIGITS = 12  # behind the point: sums of a hundred points are good to 13
_DATES = (
    api.SubmittedNotebook.late_submission_penalty,
    api.SubmittedAssignment.timestamp,
    api.SubmittedAssignment.extension,
    api.Assignment.duedate,
)
_MARK = (
    api.BaseCell.name,
    api.Grade.auto_score,
    api.Grade.manual_score,
    api.Grade.score,
    api.Grade.needs_manual_grade,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Of one graded cell: what we gave, what a person gave, what counts (with extra credit), and whether a
    person must look at it.
    """

    auto: float | None
    manual: float | None
    score: float
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Of one submission: marks and comments by cell, and the points taken off for lateness.

    `handed_in` and `due` are UTC; `due` is the student's own date, an `extension` included, and
    `seconds_late` count from there. Points are those of the unit's source: `told` makes points of the course
    of them, which `scale` is for.
    """

    marks: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    late_penalty: float = 0.0
    seconds_late: float = 0.0
    handed_in: datetime | None = None
    due: datetime | None = None
    extension: timedelta = timedelta()
    scale: float = 1.0
    counts: bool = True

    @property
    def score(self) -> float:
        """All points that count, as nbgrader's tables add them up."""
        return max(0.0, fsum(mark.score for mark in self.marks.values()) - self.late_penalty)

    @property
    def lateness(self) -> str:
        """What lateness cost, in words; empty when it cost nothing."""
        if not self.late_penalty:
            return ""
        when = f" {spelt_out(timedelta(seconds=self.seconds_late))}" if self.seconds_late else ""
        return f"handed in{when} late: {in_words(self.told(self.late_penalty))} points were taken off"

    def told(self, points: float) -> float:
        """Points of the unit's source as the course counts them."""
        return points * self.scale


def in_words(points: float) -> str:
    """Points as people read them everywhere: two decimals at most."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def in_decimals(points: float) -> Decimal:
    """Points without the digits that come of binary fractions alone, so that they add up exactly.

    >>> in_decimals(9.349999999999994) + in_decimals(0.1 + 0.2)
    Decimal('9.65')
    """
    return Decimal(str(round(points, _DIGITS)))


def reason_of(cell: PlannedCell, check: CheckScore | None, mark: Mark, changed: Container[str]) -> Reason:
    """Why a cell has the points that it has; `check` is what grading found out, if it was graded by us,
    `changed` the cells whose answers have changed once.
    """
    if mark.manual is not None:
        return Reason.CHANGED if mark.waiting and cell.grade_id in changed else Reason.BY_HAND
    if check is not None:
        return check.reason
    if cell.role == "written":
        return Reason.WAITING if mark.auto is None else Reason.UNANSWERED
    return Reason.OK if mark.score >= cell.points else Reason.WRONG


def read_sheets(course: Course, unit: str) -> dict[str, Sheet]:
    """The sheets of a unit by student; CourseError when there is no gradebook or it cannot be read."""
    with _opened(course, unit) as db:
        scale, counts = scale_of(course, unit), course.settings().unit(unit).counts
        found = db.execute(_submissions(unit, *_DATES))
        sheets = {row.student_id: _empty(row, scale, counts) for row in found}
        for student, name, auto, manual, score, waiting in db.execute(_cells(unit, api.Grade, *_MARK)):
            sheets[student].marks[name] = Mark(auto, manual, float(score or 0.0), waiting)
        said = _cells(unit, api.Comment, api.BaseCell.name, api.Comment.comment)
        for student, name, comment in db.execute(said):
            if comment:
                sheets[student].comments[name] = comment
    return sheets


def read_students(course: Course) -> frozenset[str]:
    """Everybody whom the gradebook knows, with or without a submission; CourseError as in `read_sheets`."""
    with _opened(course, "UNIT") as db:
        return frozenset(db.scalars(select(api.Student.id)))


@contextmanager
def _opened(course: Course, unit: str) -> Iterator[Connection]:
    url = course.db_url
    if missing(url):
        raise CourseError(f"there is no gradebook {named(url)}", f"run: python -m autograder grade {unit}")
    engine = opened(url)
    try:
        with told(url, "read"), reading(engine) as db:
            yield db
    finally:
        engine.dispose()


def _empty(row: Any, scale: float, counts: bool) -> Sheet:
    extension = row.extension or timedelta()
    return Sheet(
        late_penalty=row.late_submission_penalty or 0.0,
        seconds_late=seconds_late(row.timestamp, row.duedate, row.extension),
        handed_in=None if row.timestamp is None else row.timestamp.replace(tzinfo=UTC),
        due=None if row.duedate is None else (row.duedate + extension).replace(tzinfo=UTC),
        extension=extension,
        scale=scale,
        counts=counts,
    )


def _submissions(unit: str, *columns: Any) -> Any:
    return (
        select(api.SubmittedAssignment.student_id, *columns)
        .select_from(api.SubmittedNotebook)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
        .where(api.Assignment.name == unit, api.Notebook.name == unit)
    )


def _cells(unit: str, of: Any, *columns: Any) -> Any:
    """Rows of grades or comments, with the names of their cells."""
    query = _submissions(unit, *columns).join(of, of.notebook_id == api.SubmittedNotebook.id)
    return query.join(api.BaseCell, api.BaseCell.id == of.cell_id)
