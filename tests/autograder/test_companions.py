"""A program that lives for days grades each submission on the build and the machine of that moment."""

import pytest

from autograder.course import Assignment, Course
from autograder.errors import CourseError, SandboxError, SubmissionError
from autograder.grading import companions
from autograder.grading.companion import Companion
from autograder.grading.companions import companion_for, make_ready, marked_by
from autograder.grading.marking import Marked
from autograder.grading.records import Record
from autograder.grading.request import GradingRequest
from autograder.reasons import Reason


class FakeCompanion:
    """Gives the answer that it is told, or raises it; notes whether it was closed."""

    def __init__(self, answer):
        self.answer, self.closed = answer, False

    def mark(self, student, raw):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self):
        self.closed = True


@pytest.fixture
def built(tmp_path, monkeypatch):
    """An request in a course, and the instructor's notebook of its build."""
    monkeypatch.setattr(companions, "_companions", {})
    monkeypatch.setattr(companions, "Companion", FakeCompanion)
    place = Course(tmp_path).instructor("unit")
    place.parent.mkdir(parents=True)
    place.write_text("one build")
    return GradingRequest(str(tmp_path), "unit"), place


def answered(reason, notebook=b""):
    return Marked(
        notebook, Record("ada", "unit", "digest", "cache_key", "sandbox", reason=reason, detail="so")
    )


def test_submissions_share_a_companion_as_long_as_the_build_stays(built):
    request, place = built
    first = companion_for(request)
    assert companion_for(request) is first
    place.write_text("another build")
    assert companion_for(request) is not first
    assert first.closed


def test_without_a_build_there_is_none(built):
    request, place = built
    place.unlink()
    with pytest.raises(CourseError, match="autograder build unit"):
        companion_for(request)


@pytest.mark.parametrize(
    "fault", [CourseError("no torch", "install it"), SandboxError("no torch", "install it")]
)
def test_a_machine_that_cannot_grade_is_told_and_asked_anew_the_next_time(fault):
    companion = FakeCompanion(fault)
    with pytest.raises(SubmissionError, match="no torch") as told:
        marked_by(companion, "ada", b"")
    assert (told.value.reason, told.value.remedy) == (Reason.ENVIRONMENT, "install it")
    assert companion.closed


@pytest.mark.parametrize(("reason", "ends"), [(Reason.ENVIRONMENT, True), (Reason.NOT_JSON, False)])
def test_a_submission_without_a_notebook_is_told_with_its_reason(reason, ends):
    companion = FakeCompanion(answered(reason))
    with pytest.raises(SubmissionError, match="so") as told:
        marked_by(companion, "ada", b"")
    assert told.value.reason is reason
    assert companion.closed is ends


def test_a_graded_one_is_given_back():
    companion = FakeCompanion(answered(Reason.OK, b"{}"))
    assert marked_by(companion, "ada", b"") is companion.answer
    assert not companion.closed


def test_units_of_others_are_left_to_nbgrader(tmp_path):
    assert not make_ready(Assignment(Course(tmp_path), "an-assignment-of-somebody-else"))
    assert list(tmp_path.iterdir()) == []


def test_why_a_companion_cannot_grade_is_told_where_it_is_asked(tmp_path):
    companion = Companion(GradingRequest(str(tmp_path), "activations"))
    with pytest.raises(CourseError, match=r"activations.ipynb is missing[\s\S]*autograder build activations"):
        companion.ready()
