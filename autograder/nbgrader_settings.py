"""Whether nbgrader, with the settings that it reads, isolates a student's code: told before any of it runs.

What can still undo them (the command line, a file of the user) is refused when it happens: by the exporter in
`autograder.grading.preprocessor`, and without that by the environment's own settings of IPython.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.config import AUTOGRADE_PREPROCESSORS, CONFIG_FILE, CONFIG_TEXT, loaded
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError

UNISOLATED = "STAGEWISE_WITHOUT_ISOLATION"
ENVIRONMENT = REPOSITORY / "setup" / "environment"
_EXPORTER = "autograder.grading.preprocessor.Repaired"
_LINES = CONFIG_TEXT.partition('"""\n\n')[2].strip()


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where nbgrader would find settings that do not isolate."""

    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"Isolating what nbgrader runs:\n{self.problem}.\nRemedy: {self.remedy}."


def gaps(course: Course, prefix: Path = Path(sys.prefix)) -> tuple[Gap, ...]:
    """What is missing in the environment at `prefix` and in the course's own file."""
    return (*_of_environment(prefix), *_of_course(course))


def unisolated() -> bool:
    """Whether somebody asked for grading without isolation, by name."""
    return os.environ.get(UNISOLATED) == "1"


def _of_environment(prefix: Path) -> tuple[Gap, ...]:
    files = [path.relative_to(ENVIRONMENT) for path in ENVIRONMENT.rglob("*.py")]
    wrong = sorted(str(prefix / file) for file in files if not _same(ENVIRONMENT / file, prefix / file))
    if not wrong:
        return ()
    return (
        Gap(
            f"the environment lacks the grader's settings, or holds others: {', '.join(wrong)}",
            f'install the clone again: {sys.executable} -m pip install -e ".[instructor]" in {REPOSITORY}',
        ),
    )


def _of_course(course: Course) -> tuple[Gap, ...]:
    """A course that was never built has no file yet: the build writes it."""
    file = course.config_file
    if not file.exists():
        if not course.source.is_dir():
            return ()
        return (Gap(f"there is no {file}", "run python -m autograder build for the course, which writes it"),)
    try:
        asked = loaded(file).Autograde
    except CourseError as problem:
        return (Gap(problem.problem, problem.remedy),)
    steps = [_name(step) for step in asked.get("autograde_preprocessors", ())]
    if steps[:1] == [AUTOGRADE_PREPROCESSORS[0]] and _name(asked.get("exporter_class")) == _EXPORTER:
        return ()
    return (
        Gap(
            f"{file} does not name Stagewise's executor: nbgrader may run student code without a sandbox",
            f"begin {CONFIG_FILE} with the lines below, and set neither c.Autograde.exporter_class nor "
            f"c.Autograde.autograde_preprocessors after them\n\n{_LINES}\n",
        ),
    )


def _name(step: Any) -> str:
    """Of a class, or as it is named."""
    return f"{step.__module__}.{step.__name__}" if isinstance(step, type) else str(step)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False
