"""What all submissions of a run share, computed before the first: terms, hidden cases, known mistakes."""

from __future__ import annotations

from functools import partial

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.cache_key import cache_key_of, code_in_use
from autograder.grading.marking import Terms
from autograder.grading.settings import Settings
from autograder.grading.worker import Worker
from autograder.seed import seed_of
from autograder.side_by_side import side_by_side
from autograder.units.plan import read_plan
from reference.judge.examine import set_seed, warm


def seed_in_use(course: Course, settings: Settings) -> int:
    """The seed that was asked for, or else the course's."""
    return seed_of(course) if settings.seed is None else settings.seed


def terms_of(assignment: Assignment, settings: Settings) -> Terms:
    """On which terms submissions are graded."""
    plan = read_plan(assignment.instructor)
    cache_key = cache_key_of(plan, settings, seed_in_use(assignment.course, settings), code_in_use())
    return Terms(plan, cache_key, settings.isolation, settings.explore)


def new_worker(assignment: Assignment, settings: Settings) -> Worker:
    """A worker for a unit, with everything computed, by `settings.jobs` forks; those forked later find it.

    CourseError when what the unit's exercises need is not there.
    """
    set_seed(seed_in_use(assignment.course, settings))
    try:
        warm(assignment.unit, partial(side_by_side, at_once=settings.jobs) if settings.jobs > 1 else None)
    except (ImportError, OSError) as lack:
        raise CourseError(
            f"the exercises of {assignment.unit} need what is not there: {type(lack).__name__}: {lack}",
            'install the clone with all that it uses (pip install -e ".[instructor]"), or put the file back; '
            "`python -m autograder doctor` says what this machine lacks",
        ) from lack
    limits = settings.limits.with_experiments() if settings.explore else settings.limits
    return Worker(terms_of(assignment, settings), limits)
