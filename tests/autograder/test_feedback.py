"""Feedback pages: everything a student needs, nothing hidden, nothing active, nothing of others."""

import re

import pytest

from autograder.errors import CourseError
from autograder.grading.driver import Settings, grade
from autograder.reasons import Reason
from autograder.reports.feedback import feedback
from tests.autograder.graded_toy import ANSWERS, submitted

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def graded(toy_course):
    files = {
        "agnes": submitted(),
        "bob": submitted({"double": "def double(x):\n    return x * x * 1.0", "written-why": HOSTILE}),
        "cut": submitted()[:200],
    }
    for student, content in files.items():
        path = toy_course.submitted / student / "toy" / "toy.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    grade(toy_course, "toy", settings=Settings(jobs=1))
    return toy_course


def test_pages(graded):
    written = feedback(graded, "toy", jobs=1)
    assert [path.relative_to(graded.feedback).parts for path in written] == [
        (student, "toy", "toy.html") for student in ("agnes", "bob", "cut")
    ]
    agnes, bob, cut = (path.read_text() for path in written)

    assert "Toys that double: 90.5 of 100 points" in agnes
    assert "This answer is read by a person." in agnes
    assert ANSWERS["written-why"] in agnes

    assert "Toys that double: 0 of 100 points" in bob
    assert "You square x." in bob
    assert "entries are off" in bob
    assert not re.search(r"expected -?[0-9]|got -?[0-9]", bob)
    assert 'href="#check-double"' in bob
    assert "<script>alert" not in bob
    assert "onerror" not in bob

    assert "could not be graded" in cut
    assert "save it and submit" in cut

    for page in (agnes, bob, cut):
        assert "HIDDEN TESTS" not in page
        assert "from reference" not in page
        assert "secret" not in page
    assert "agnes" not in bob
    assert ANSWERS["written-why"] not in bob


def test_a_page_tells_of_grading_without_a_sandbox(graded):
    """And that of somebody who was graded in one does not."""
    grade(graded, "toy", ["agnes"], Settings(jobs=1, isolation="process", force=True))
    agnes, bob, _ = (path.read_text() for path in feedback(graded, "toy", jobs=1))
    assert Reason.NO_SANDBOX.advice in agnes
    assert Reason.NO_SANDBOX.advice not in bob


def test_only_those_asked_for(graded):
    (page,) = feedback(graded, "toy", ["bob"], jobs=1)
    assert page.parent.parent.name == "bob"
    assert not (graded.feedback / "agnes").exists()


def test_before_grading_the_remedy_is_told(toy_course):
    with pytest.raises(CourseError, match="autograder grade toy"):
        feedback(toy_course, "toy")
