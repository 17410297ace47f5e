"""Whether nbgrader, with the settings that it reads, isolates a student's code: told before any of it runs.

What can still undo them (the command line, a file of the user) is refused when it happens: by the exporter in
`autograder.grading.exporter`, and without that by the environment's own settings of IPython.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.config import AUTOGRADE_PREPROCESSORS, CONFIG_FILE, CONFIG_TEXT, loaded
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError

UNISOLATED = "STAGEWISE_WITHOUT_ISOLATION"
ENVIRONMENT = REPOSITORY / "setup" / "environment"
_EXPORTER = "autograder.grading.exporter.Repaired"
_EXECUTORS = {"Execute", "ExecutePreprocessor"}
"""Steps of nbgrader and nbconvert that run a notebook in a plain kernel."""
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
    if _isolates(asked):
        return ()
    return (
        Gap(
            f"{file} names no executor of Stagewise's, or others too: student code may run without a sandbox",
            f"begin {CONFIG_FILE} with the lines below, and set no executor, preprocessors or exporter of "
            f"c.Autograde after them\n\n{_LINES}\n",
        ),
    )


def _isolates(asked: Config) -> bool:
    """Whether these settings of nbgrader's Autograde name our exporter and our executor, and no other."""
    steps = _steps(asked, "autograde_preprocessors")
    all_of_them = [*steps, *_steps(asked, "sanitize_preprocessors")]
    plain = _EXECUTORS & {step.rpartition(".")[2] for step in all_of_them}
    ours = steps[:1] == [AUTOGRADE_PREPROCESSORS[0]] and named_class(asked.get("exporter_class")) == _EXPORTER
    return ours and not plain


def _steps(asked: Config, name: str) -> list[str]:
    """The names of listed steps; none where the file only appends to nbgrader's own list."""
    listed = asked.get(name, ())
    return [named_class(step) for step in listed] if isinstance(listed, list | tuple) else []


def named_class(step: Any) -> str:
    """Of a class, or as it is named."""
    return f"{step.__module__}.{step.__name__}" if isinstance(step, type) else str(step)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False
