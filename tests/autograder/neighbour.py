"""nbgrader's own commands, run in a course as an instructor runs them."""

import subprocess
import sys
import sysconfig

from nbgrader.apps.nbgraderapp import main

from autograder.course import Course
from tests.autograder.forked import forked


def started(course: Course, *arguments: str) -> "subprocess.Popen[str]":
    """A running `nbgrader` command, in the course's directory and without settings of the user."""
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env=_variables(course),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def nbgrader(course: Course, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A finished `nbgrader` command, with all that it said; in a fork, which is sooner there.

    `validate` gets an interpreter of its own: it speaks to the stdout that was there when it was imported.
    """
    if arguments[0] == "validate":
        with started(course, *arguments) as process:
            said, _ = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, said)
    command = ["nbgrader", *arguments]
    return subprocess.CompletedProcess(command, *forked(main, command, course.root, _variables(course)))


def _variables(course: Course) -> dict[str, str]:
    return {"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin", "HOME": str(course.root)}
