"""The companions of a program that grades through nbgrader, and what it does before and after each run.

A Jupyter server lives for days: a companion ends when its unit was built anew, or when it could not grade.
"""

from __future__ import annotations

import atexit

from nbgrader.api import Gradebook, MissingEntry

from autograder.course import Assignment
from autograder.errors import CourseError, SandboxError, SubmissionError
from autograder.grading import records
from autograder.grading.companion import Companion
from autograder.grading.history import after
from autograder.grading.marking import Marked, not_gradable
from autograder.grading.records import Record
from autograder.grading.request import GradingRequest
from autograder.units.prepare import prepare

_companions: dict[GradingRequest, tuple[tuple[int, int], Companion]] = {}


def make_ready(assignment: Assignment) -> bool:
    """Build the unit, if it is one of ours and its build is missing or old; tells whether it was built.

    Raises what `prepare` raises.
    """
    course, unit = assignment.course, assignment.unit
    return unit in course.units() and bool(prepare(course, [unit]))


def companion_for(request: GradingRequest) -> Companion:
    """One companion for all submissions that this process grades on the same terms; CourseError without a
    build.
    """
    build = _build_of(request)
    known = _companions.get(request)
    if known is None or known[0] != build:
        if known is not None:
            known[1].close()
            atexit.unregister(known[1].close)
        companion = Companion(request)
        atexit.register(companion.close)
        _companions[request] = known = (build, companion)
    return known[1]


def marked_by(companion: Companion, student: str, raw: bytes) -> Marked:
    """The graded submission; SubmissionError for one that cannot be graded, whosever fault it is.

    Where it is the machine's or the course's, the companion ends: the next one finds what was put right.
    """
    try:
        marked = companion.mark(student, raw)
    except (CourseError, SandboxError) as fault:
        companion.close()
        raise not_gradable(fault) from fault
    if not marked.notebook:
        if not marked.record.is_final:
            companion.close()
        raise SubmissionError(marked.record.reason, marked.record.detail, marked.record.remedy)
    return marked


def remember(assignment: Assignment, record: Record) -> None:
    """Keep the record, with what an earlier one says that still holds."""
    records.save(assignment, after(record, records.load(assignment, record.student)))


def withdraw(assignment: Assignment, student: str) -> None:
    """Take a submission out of the gradebook that nbgrader entered before anybody could grade it."""
    with Gradebook(assignment.course.db_url) as book:
        try:
            entered = book.find_submission(assignment.unit, student)
        except MissingEntry:
            return
        grades = [grade for notebook in entered.notebooks for grade in notebook.grades]
        if all(grade.auto_score is None and grade.manual_score is None for grade in grades):
            book.remove_submission(assignment.unit, student)


def _build_of(request: GradingRequest) -> tuple[int, int]:
    place = request.assignment.instructor
    try:
        state = place.stat()
    except FileNotFoundError:
        raise CourseError(f"{place} is missing", f"run python -m autograder build {request.unit}") from None
    return state.st_mtime_ns, state.st_size
