"""What all submissions of a run share, computed before the first: terms, hidden cases, known mistakes."""

from __future__ import annotations

from autograder.course import Course
from autograder.grading.basis import basis_of, code_in_use
from autograder.grading.marking import Terms
from autograder.grading.settings import Settings
from autograder.grading.worker import Worker
from autograder.seed import seed_of
from autograder.units.plan import read_plan
from reference.judge.examine import set_seed, warm


def seed_in_use(course: Course, settings: Settings) -> int:
    """The seed that was asked for, or else the course's."""
    return seed_of(course) if settings.seed is None else settings.seed


def terms_of(course: Course, unit: str, settings: Settings) -> Terms:
    """On which terms submissions are graded."""
    plan = read_plan(course.instructor(unit))
    basis = basis_of(plan, settings, seed_in_use(course, settings), code_in_use())
    return Terms(plan, basis, settings.isolation, settings.explore)


def new_worker(course: Course, unit: str, settings: Settings) -> Worker:
    """A worker for a unit, with everything computed; processes forked from here find it."""
    set_seed(seed_in_use(course, settings))
    warm(unit)
    return Worker(terms_of(course, unit, settings), settings.limits)
