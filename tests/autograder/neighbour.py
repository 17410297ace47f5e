"""nbgrader's own commands, run in a course as an instructor runs them."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from autograder.course import Course


def started(course: Course, *arguments: str, home: Path | None = None) -> "subprocess.Popen[str]":
    """A running `nbgrader` command, in the course's directory and without settings of the user."""
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env={"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin", "HOME": str(home or course.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def nbgrader(course: Course, *arguments: str, home: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """A finished `nbgrader` command, with all that it said."""
    with started(course, *arguments, home=home) as process:
        said, _ = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, said)
