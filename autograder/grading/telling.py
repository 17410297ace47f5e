"""What nbgrader's log says of a failure of ours: its three lines alone.

nbgrader logs whatever ends the work on a submission with its tracebacks, which bury what is wrong and the
remedy.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from autograder.errors import AuthorError, CourseError, SandboxError, SubmissionError

_OURS = (AuthorError, CourseError, SandboxError, SubmissionError)
_TRACEBACK = "Traceback (most recent call last)"


def tell_plainly(log: Any) -> None:
    """From now on the log, or what an adapter writes to, tells failures of ours without tracebacks."""
    getattr(log, "logger", log).addFilter(_without_traceback)  # again and again changes nothing


def _without_traceback(entry: logging.LogRecord) -> bool:
    """Always true: the entry stays; what the error that is being handled says takes the traceback's place."""
    error = sys.exc_info()[1]
    if isinstance(error, _OURS) and _TRACEBACK in entry.getMessage():
        entry.msg, entry.args = str(error), ()
    return True
