"""What a course still lacks before and during a term: settings, class, dates, builds."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import select

from autograder.collecting.roster import read_roster
from autograder.course import Assignment, Course
from autograder.database import missing, opened, reading, told
from autograder.errors import CourseError
from autograder.finding import Finding
from autograder.grading.lateness import require_one_rule
from autograder.grading.statements import ASSIGNMENT, STUDENT, SUBMISSION
from autograder.term.settings import SETTINGS_FILE, CourseSettings
from autograder.term.summary import in_zone
from autograder.units.stamp import is_built

_MOST_NAMED = 10
_BYTES_EACH = 1_200_000
"""Of a submission in all: its download and itself 0.17 MB each, graded 0.45 MB, its page 0.27 MB (measured in
batchnorm), and what students' own pictures add.
"""


@dataclass(frozen=True, slots=True)
class _Class:
    """Who is in the gradebook, and of which units it holds submissions."""

    students: frozenset[str] = frozenset()
    handed_in: frozenset[str] = frozenset()


def look_at(course: Course, now: datetime | None = None) -> Iterator[Finding]:
    """Everything that the course itself has or lacks, at a moment (by default this one)."""
    try:
        settings = course.settings()
        for unit in course.units():
            require_one_rule(Assignment(course, unit), course.config())
    except CourseError as error:
        yield Finding(SETTINGS_FILE, False, True, error.problem, error.remedy)
        return
    if not (course.root / SETTINGS_FILE).exists():
        remedy = "python -m autograder new-course writes one that explains all that can be set"
        yield Finding(SETTINGS_FILE, False, False, "not there: no dates, all units", remedy)
    known = _class(course)
    yield _roster(course, known)
    if settings.extensions:
        yield _extensions(settings, known)
    yield from _dates(course.units(), settings, known, now or datetime.now(UTC))
    yield _builds(course)
    if known.students:
        yield _room(course, len(known.students) * len(course.units()))


def _class(course: Course) -> _Class:
    """Nobody where there is no gradebook, or none that can be read: another finding tells that."""
    try:
        if missing(course.db_url):
            return _Class()
        engine = opened(course.db_url)
        try:
            with told(course.db_url, "read"), reading(engine) as db:
                units = select(ASSIGNMENT.c.name).join(
                    SUBMISSION, SUBMISSION.c.assignment_id == ASSIGNMENT.c.id
                )
                return _Class(
                    frozenset(db.scalars(select(STUDENT.c.id))), frozenset(db.scalars(units.distinct()))
                )
        finally:
            engine.dispose()
    except CourseError:
        return _Class()


def _roster(course: Course, known: _Class) -> Finding:
    if not course.roster.exists():
        good, found = bool(known.students), f"{len(known.students)} students in the gradebook"
        remedy = (
            f"put a table with a column id there, {course.roster}: collect reads it and fills the gradebook"
        )
        return Finding("roster", good, False, found, remedy)
    try:
        listed = read_roster(course.roster).people.keys()
    except CourseError as error:
        return Finding("roster", False, True, error.problem, error.remedy)
    gone, new = known.students - listed, listed - known.students
    found = f"{len(listed)} students"
    if gone:
        found += f"; in the gradebook and not on it: {_named(gone)}"
    if new:
        found += f"; not in the gradebook yet: {_named(new)}"
    remedy = (
        "who left keeps what was graded; nbgrader db student remove ID --force takes a student out for good, "
        "and collect adds those who are new"
    )
    return Finding("roster", not gone and not new, False, found, remedy)


def _extensions(settings: CourseSettings, known: _Class) -> Finding:
    unknown = {one.student for one in settings.extensions} - known.students
    found = f"{len(settings.extensions)}"
    if unknown:
        found += f", of which for students whom the gradebook does not know: {_named(unknown)}"
    remedy = f"see that their ids in {SETTINGS_FILE} are those of the roster"
    return Finding("extensions", not unknown, False, found, remedy)


def _dates(units: Sequence[str], settings: CourseSettings, known: _Class, now: datetime) -> Iterator[Finding]:
    due = {unit: when for unit in units if (when := settings.unit(unit).due) is not None}
    lacking = [unit for unit in units if unit not in due and settings.unit(unit).counts]
    coming = [unit for unit in due if due[unit] >= now]
    if lacking:
        remedy = f"write due = … below [units.NAME] in {SETTINGS_FILE}, if lateness is to be seen"
        yield Finding("due dates", False, False, f"none for {_named(lacking, sort=False)}", remedy)
    else:
        following = min(coming, key=due.__getitem__, default=None)
        said = f"; next {following}, {in_zone(due[following], settings.timezone)}" if following else ""
        yield Finding("due dates", True, False, f"{len(due)} set{said}")
    yield from _odd_dates(due, known.handed_in, now)


def _odd_dates(due: Mapping[str, datetime], handed_in: Collection[str], now: datetime) -> Iterator[Finding]:
    """Dates that look like a mistake."""
    past = [unit for unit, when in due.items() if when < now and unit not in handed_in]
    if past:
        remedy = f"collect what was handed in, or correct the year in {SETTINGS_FILE}"
        yield Finding(
            "dates in the past", False, False, f"nobody handed in {_named(past, sort=False)}", remedy
        )
    order = list(due)
    swapped = [f"{later} before {sooner}" for sooner, later in pairwise(order) if due[later] < due[sooner]]
    if swapped:
        remedy = f"correct the dates in {SETTINGS_FILE}, or the order of the units"
        yield Finding("order of dates", False, False, f"due is {', '.join(swapped)}", remedy)


def _builds(course: Course) -> Finding:
    waiting = [unit for unit in course.units() if not is_built(course, unit)]
    found = f"to be built: {', '.join(waiting)}" if waiting else "all units"
    remedy = f"python -m autograder build --course {course.root} (handout, collect and grade do it, too)"
    return Finding("built", not waiting, False, found, remedy)


def _room(course: Course, submissions: int) -> Finding:
    """Whether the disk holds what a whole term leaves on it."""
    free = shutil.disk_usage(course.root).free
    found = (
        f"{submissions * _BYTES_EACH / 1e9:.1f} GB for {submissions} submissions, {free / 1e9:.1f} GB free"
    )
    remedy = "make room before the term, or keep the course on another disk"
    return Finding("room for the term", free >= submissions * _BYTES_EACH, False, found, remedy)


def _named(names: Collection[str], sort: bool = True) -> str:
    """The names, some of them where there are many."""
    shown = sorted(names) if sort else list(names)
    more = f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    return ", ".join(shown[:_MOST_NAMED]) + more
