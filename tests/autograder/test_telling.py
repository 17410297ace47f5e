"""nbgrader's log tells a failure of ours in its three lines, and any other with its traceback."""

import logging
import traceback

import pytest

from autograder.errors import CourseError, SandboxError, SubmissionError
from autograder.grading.telling import tell_plainly
from autograder.reasons import Reason


@pytest.fixture(params=["a logger", "an adapter"])
def log(request):
    made = logging.Logger(request.param)
    return made if request.param == "a logger" else logging.LoggerAdapter(made, {})


def logged(log, error):
    """What the log keeps when nbgrader hears of the error, which has a cause."""
    kept = []
    handler = logging.Handler()
    handler.emit = lambda entry: kept.append(entry.getMessage())
    getattr(log, "logger", log).addHandler(handler)
    try:
        try:
            raise OSError("no bwrap: 100 %s")
        except OSError as cause:
            raise error from cause
    except Exception:
        log.error("There was an error processing assignment: %s", "toy")
        log.error(traceback.format_exc())
    return kept


@pytest.mark.parametrize(
    "error",
    [
        SandboxError("bwrap is missing", "install it"),
        CourseError("the disk is full: 100 %s", "make room"),
        SubmissionError(Reason.ENVIRONMENT, "bwrap is missing", "install it"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_failure_of_ours_is_told_in_its_three_lines(log, error):
    for _ in range(2):
        tell_plainly(log)
    assert logged(log, error) == ["There was an error processing assignment: toy", str(error)]


def test_any_other_failure_is_told_with_where_it_happened(log):
    tell_plainly(log)
    assert "Traceback" in logged(log, ValueError("odd"))[1]
