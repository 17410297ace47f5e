"""Make a course's directory ready for grading, quickly when it is ready already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import reference.kit.units
from autograder.config import CONFIG_TEXT
from autograder.course import Course
from autograder.errors import CourseError
from autograder.units.stamp import is_built
from autograder.whole_files import replace, told_whose_fault

if TYPE_CHECKING:
    from autograder.units.build import Built, Load, Report


def write_settings(course: Course) -> None:
    """Write the course's nbgrader_config.py if it has none; CourseError when its directory does not exist."""
    if not course.root.is_dir():
        raise CourseError(f"{course.root} is no directory", "create it, with the submissions in submitted/")
    if not course.config_file.exists():
        with told_whose_fault(course.config_file):
            replace(course.config_file, CONFIG_TEXT)


def prepare(
    course: Course,
    units: Sequence[str] | None = None,
    report: Report = lambda line: None,
    load: Load = reference.kit.units.load,
) -> tuple[Built, ...]:
    """Write the course's nbgrader_config.py if it has none, and build the units that need it.

    Returns what was built. Raises CourseError when the directory does not exist, and what build raises.
    """
    write_settings(course)
    stale = [unit for unit in course.named(units) if not is_built(course, unit)]
    if not stale:
        return ()
    from autograder.units.build import build  # with all of nbgrader

    with told_whose_fault(course.root):
        return build(course, stale, report, load)
