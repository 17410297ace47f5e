"""The seed of a course's hidden cases: kept in its directory, so that all ways of grading draw the same."""

from __future__ import annotations

from autograder.course import Course
from autograder.errors import CourseError
from autograder.whole_files import replace, told_whose_fault

SEED_FILE = "course.toml"
USUAL_SEED = 0
_TEXT = """\
# Settings of this course for the autograder.
# Hidden cases are drawn from this seed. To change it: python -m autograder grade UNIT --seed N
seed = {seed}
"""


def seed_of(course: Course) -> int:
    """The course's seed, 0 where none was kept; CourseError when the file does not tell."""
    path = course.root / SEED_FILE
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return USUAL_SEED
    except OSError as problem:
        raise _unclear(course, f"could not be read: {problem.strerror}") from problem
    import tomllib  # only for courses that have the file

    try:
        settings = tomllib.loads(text.decode())
    except ValueError as problem:
        raise _unclear(course, f"is no TOML: {problem}") from problem
    seed = settings.get("seed")
    if settings.keys() != {"seed"} or type(seed) is not int or seed < 0:
        raise _unclear(course, f"holds {settings}")
    return seed


def keep_seed(course: Course, seed: int) -> bool:
    """Make it the course's seed; returns whether it was another one before."""
    changed = seed != seed_of(course)
    if changed:
        path = course.root / SEED_FILE
        with told_whose_fault(path):
            replace(path, _TEXT.format(seed=seed))
    return changed


def _unclear(course: Course, problem: str) -> CourseError:
    return CourseError(
        f"{course.root / SEED_FILE} {problem}, and not one line seed = N with a whole number from 0",
        "correct it, or remove it and name the seed once: python -m autograder grade UNIT --seed N",
    )
