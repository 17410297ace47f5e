"""Due dates and extensions of course.toml in nbgrader's tables, where all its tools read them.

What was entered is noted beside the records: a date that a person entered there otherwise stays, unless
course.toml says another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Connection

from autograder.course import Assignment
from autograder.database import opened, told, writing
from autograder.grading.statements import (
    EXTEND,
    FIND_ASSIGNMENT,
    FIND_DUE,
    FIND_TIMES,
    SET_DUE,
    of_students,
)
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

    @property
    def has_work(self) -> bool:
        """Whether there are dates now, or were some before."""
        return Dates() != dates_in(self._assignment) or Dates() != self._noted()

    def enter(self, db: Connection, key: str) -> None:
        """Bring due date and extensions of the assignment with this key up to date."""
        wanted, before = dates_in(self._assignment), self._noted()
        self._entered = wanted
        due = db.execute(FIND_DUE, {"assignment": key}).scalar_one()
        if wanted.due != due and (wanted.due is not None or due == before.due):
            db.execute(SET_DUE, {"assignment": key, "due": wanted.due})
        self._extend(db, key, wanted.extensions, before.extensions)

    def keep(self) -> None:
        """Note what was entered, once it is in the gradebook for good."""
        if self._entered is not None and self._entered != self._noted():
            with told_whose_fault(self._place):
                replace(self._place, _as_text(self._entered))

    def _extend(
        self, db: Connection, key: str, wanted: Mapping[str, timedelta], before: Mapping[str, timedelta]
    ) -> None:
        concerned = wanted.keys() | before.keys()
        changes = []
        for row in db.execute(of_students(FIND_TIMES, concerned), {"assignment": key}) if concerned else ():
            extension = wanted.get(row.student_id)
            ours = row.extension == before.get(row.student_id)
            if extension != row.extension and (extension is not None or ours):
                changes.append({"submission": row.id, "extension": extension})
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


def enter_dates(assignment: Assignment) -> None:
    """Enter the dates of a unit that was built, before anybody hands it in; CourseError when the gradebook
    cannot be used.
    """
    keeper, url = DateKeeper(assignment), assignment.course.db_url
    if not keeper.has_work:
        return
    engine = opened(url)
    try:
        with told(url, "used"), writing(engine, assignment.unit) as db:
            keeper.enter(db, db.execute(FIND_ASSIGNMENT, {"unit": assignment.unit}).scalar_one())
    finally:
        engine.dispose()
    keeper.keep()


def _as_text(dates: Dates) -> str:
    extensions = {student: length.total_seconds() for student, length in sorted(dates.extensions.items())}
    due = None if dates.due is None else dates.due.isoformat()
    return json.dumps({"due": due, "extensions": extensions}, indent=1) + "\n"
