"""The seed of a course's hidden cases: kept in its directory, so that all ways of grading draw the same."""

from __future__ import annotations

from autograder.course import Course
from autograder.term.settings import SETTINGS_FILE
from autograder.whole_files import replace, told_whose_fault

_TEXT = """\
# Settings of this course for the autograder (docs/instructors.md).
# Hidden cases are drawn from this seed. To change it: python -m autograder grade UNIT --seed N
seed = {seed}
"""


def seed_of(course: Course) -> int:
    """The course's seed, 0 where none was kept; CourseError when the file does not tell."""
    return course.settings().seed


def keep_seed(course: Course, seed: int) -> bool:
    """Make it the course's seed and keep what else the file says; returns whether it was another before."""
    if seed == seed_of(course):
        return False
    path = course.root / SETTINGS_FILE
    with told_whose_fault(path):
        replace(
            path,
            _changed(path.read_text(encoding="utf-8"), seed) if path.exists() else _TEXT.format(seed=seed),
        )
    return True


def _changed(text: str, seed: int) -> str:
    from autograder.term.positions import with_number  # only for courses that have the file

    return with_number(text, "seed", seed)
