"""Makes the report of a course, and writes its page where students do not look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from autograder.classreport.gathering import gather
from autograder.classreport.report import ClassReport, report_on
from autograder.classreport.results import anonymous_names, renamed
from autograder.course import Course
from autograder.errors import CourseError
from autograder.whole_files import replace, told_whose_fault

PAGE = "report.html"


def class_report(
    course: Course,
    units: Sequence[str],
    *,
    anonymous: bool = False,
    on_unit: Callable[[str], None] = lambda unit: None,
) -> ClassReport:
    """The report on these units; CourseError where nothing was graded, or where SciPy is missing."""
    _need_scipy()
    results = gather(course, units, on_unit)
    if anonymous:
        results = renamed(results, anonymous_names(results.students, np.random.default_rng()))
    return report_on(results)


def write_page(
    report: ClassReport,
    course: Course,
    path: Path,
    *,
    anonymous: bool = False,
    on_unit: Callable[[str], None] = lambda unit: None,
) -> None:
    """Write the page; CourseError where students would find it, or where the disk refuses."""
    from autograder.classreport.page import page

    for place in (course.feedback, course.release, course.submitted):
        if path.resolve().is_relative_to(place):
            raise CourseError(
                f"a class report would lie in {place}, from which students are given files",
                "name another place with --to",
            )
    with told_whose_fault(path):
        replace(path, page(report, now(), anonymous=anonymous, on_unit=on_unit))


def now() -> datetime:
    """The time that a report is made."""
    return datetime.now(UTC)


def _need_scipy() -> None:
    try:
        import scipy.stats  # noqa: F401 (is it there?)
    except ModuleNotFoundError:
        raise CourseError(
            "a class report needs the package scipy, which is not installed", 'pip install -e ".[desk]"'
        ) from None
