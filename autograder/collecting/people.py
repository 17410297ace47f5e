"""Names and addresses of a roster in nbgrader's gradebook, where its form grader and export show them."""

from __future__ import annotations

from sqlalchemy import column, select, table, update

from autograder.collecting.roster import TOLD, Roster
from autograder.database import opened, reading, told, writing
from autograder.grading.statements import ADD_STUDENT

_LONGEST = 128  # of nbgrader's columns
_STUDENT = table("student", column("id"), *(column(name) for name in TOLD))


def known(db_url: str) -> dict[str, dict[str, str]]:
    """What the gradebook tells of each student; CourseError when it cannot be read."""
    engine = opened(db_url)
    try:
        with told(db_url, "read"), reading(engine) as db:
            rows = [row._asdict() for row in db.execute(select(_STUDENT))]
    finally:
        engine.dispose()
    return {row.pop("id"): {name: value or "" for name, value in row.items()} for row in rows}


def enter(db_url: str, unit: str, roster: Roster) -> None:
    """Add the students of the roster, and what it tells of them; what it does not tell stays as it is.

    Waits for whoever writes submissions of the unit. Raises CourseError when the gradebook cannot be used.
    """
    engine = opened(db_url)
    try:
        with told(db_url, "used"), writing(engine, unit) as db:
            known = {row.id: row for row in db.execute(select(_STUDENT))}
            new = [{"id": student} for student in roster.people if student not in known]
            if new:
                db.execute(ADD_STUDENT, new)
            for student, given in roster.people.items():
                cut = {name: value[:_LONGEST] for name, value in given.items()}
                row = known.get(student)
                if cut and (row is None or any(getattr(row, name) != value for name, value in cut.items())):
                    db.execute(update(_STUDENT).where(_STUDENT.c.id == student).values(cut))
    finally:
        engine.dispose()
