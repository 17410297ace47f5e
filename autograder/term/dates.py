"""Due dates and extensions of course.toml in nbgrader's tables, where all its tools read them.

What was entered is noted beside the records: a date that a person entered there otherwise stays, unless
course.toml says another.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Connection

from autograder.course import Assignment
from autograder.grading.statements import EXTEND, FIND_DUE, FIND_TIMES, SET_DUE, of_students
from autograder.whole_files import replace, told_whose_fault


@dataclass(frozen=True, slots=True)
class Dates:
    """Of one unit, as nbgrader's tables have them: the due date (of UTC), and how much later for whom."""

    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)


def dates_in(assignment: Assignment) -> Dates:
    """What course.toml says; CourseError for a mistake in it."""
    settings = assignment.course.settings()
    due = settings.unit(assignment.unit).due
    if due is None:
        return Dates()
    of_unit = settings.extensions_of(assignment.unit)
    return Dates(in_book(due), {student: one.until - due for student, one in of_unit.items()})


def in_book(moment: datetime) -> datetime:
    """A moment as nbgrader's tables hold it: of UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


class DateKeeper:
    """Keeps the gradebook's dates of one unit as course.toml says them."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._entered: Dates | None = None
        self._place = assignment.records.with_suffix(".dates.json")

    def enter(self, db: Connection, key: str) -> None:
        """Bring due date and extensions of the assignment with this key up to date."""
        told, before = dates_in(self._assignment), self._noted()
        self._entered = told
        due = db.execute(FIND_DUE, {"assignment": key}).scalar_one()
        if told.due != due and (told.due is not None or due == before.due):
            db.execute(SET_DUE, {"assignment": key, "due": told.due})
        concerned = told.extensions.keys() | before.extensions.keys()
        if concerned:
            self._extend(db, key, concerned, told.extensions, before.extensions)

    def keep(self) -> None:
        """Note what was entered, once it is in the gradebook for good."""
        if self._entered is not None and self._entered != self._noted():
            with told_whose_fault(self._place):
                replace(self._place, _as_text(self._entered))

    def _extend(
        self,
        db: Connection,
        key: str,
        students: Collection[str],
        told: Mapping[str, timedelta],
        before: Mapping[str, timedelta],
    ) -> None:
        changes = []
        for row in db.execute(of_students(FIND_TIMES, students), {"assignment": key}):
            wanted = told.get(row.student_id)
            ours = row.extension == before.get(row.student_id)
            if wanted != row.extension and (wanted is not None or ours):
                changes.append({"submission": row.id, "extension": wanted})
        if changes:
            db.execute(EXTEND, changes)

    def _noted(self) -> Dates:
        """What was entered last; nothing where no note tells it."""
        try:
            noted = json.loads(self._place.read_bytes())
            due = None if noted["due"] is None else datetime.fromisoformat(noted["due"])
            seconds = noted["extensions"].items()
            return Dates(due, {student: timedelta(seconds=length) for student, length in seconds})
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return Dates()


def _as_text(dates: Dates) -> str:
    extensions = {student: length.total_seconds() for student, length in sorted(dates.extensions.items())}
    due = None if dates.due is None else dates.due.isoformat()
    return json.dumps({"due": due, "extensions": extensions}, indent=1) + "\n"
