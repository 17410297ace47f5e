"""What grading the toy unit leaves behind, to be compared with what another run, or another course, has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, inspect, select, table

from autograder.course import Assignment, Course
from autograder.database import opened, reading
from autograder.grading import records
from autograder.grading.records import Record
from autograder.reports.releasing import SECRET
from autograder.reports.sheets import Sheet, read_sheets


@dataclass(frozen=True, slots=True)
class Outcome:
    """All of it, without what may differ from run to run (times, random ids, secrets of pages).

    `files` are pages and what lies beside them, `rows` how many each table of the gradebook has, `names`
    what there is in the whole course.
    """

    told: Mapping[str, Record]
    files: Mapping[str, bytes]
    sheets: Mapping[str, Sheet]
    rows: Mapping[str, int]
    names: list[str]

    def without(self, *students: str) -> tuple[dict[str, Any], ...]:
        """What is told, written and marked of all others."""
        files = {name: content for name, content in self.files.items() if name.split("/")[1] not in students}
        told, sheets = (
            {student: one for student, one in found.items() if student not in students}
            for found in (self.told, self.sheets)
        )
        return told, files, sheets


def outcome(course: Course) -> Outcome:
    """What is in the course now."""
    return Outcome(
        told={
            record.student: replace(record, timings={})
            for record in records.load_all(Assignment(course, "toy"))
        },
        files={
            str(path.relative_to(course.root)): path.read_bytes()
            for place in (course.autograded, course.feedback)
            for path in sorted(place.rglob("*"))
            if path.is_file() and path.suffix != ".json" and path.name != SECRET
        },
        sheets=read_sheets(course, "toy"),
        rows=rows_of(course),
        names=names_in(course),
    )


def points(course: Course, unit: str = "toy") -> dict[str, float]:
    """The points that count, by student."""
    return {student: sheet.score for student, sheet in read_sheets(course, unit).items()}


def rows_of(course: Course) -> dict[str, int]:
    """The tables of the gradebook, a file or on a server, with the number of rows in each."""
    engine = opened(course.db_url)
    try:
        with reading(engine) as db:
            names = inspect(db).get_table_names()
            return {name: db.scalar(select(func.count()).select_from(table(name))) for name in names}
    finally:
        engine.dispose()


def names_in(course: Course) -> list[str]:
    """All files and directories of the course."""
    return sorted(str(path.relative_to(course.root)) for path in course.root.rglob("*"))
