"""The demonstration on a small class: everybody has a line, whatever they handed in."""

import io

import pytest
from rich.console import Console

from autograder.course import Course
from autograder.grading.driver import Settings
from autograder.reasons import Reason
from autograder.synthetic.demo import demo
from autograder.units.prepare import prepare


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("demo"))
    prepare(course, ["batchnorm"])
    console = Console(record=True, width=140, file=io.StringIO())
    records = demo(course, "batchnorm", 10, 4, Settings(jobs=2), console)
    return course, records, console.export_text()


def test_everybody_has_a_line(shown):
    _, records, text = shown
    assert len(records) == 10
    for student in records:
        assert student in text


def test_what_is_right_earns_everything_that_is_not_graded_by_hand(shown):
    _, records, text = shown
    best = max(record.points for record in records.values())
    assert best == 90
    assert "all right" in text


def test_mistakes_are_diagnosed(shown):
    _, records, _ = shown
    named = [check for record in records.values() for check in record.checks if check.misconception]
    assert named
    assert all(check.diagnosis and check.reason is not Reason.OK for check in named)


def test_it_says_where_the_feedback_lies_and_it_lies_there(shown):
    course, records, text = shown
    assert str(course.feedback) in text.replace("\n", "")
    assert len(list(course.feedback.glob("*/batchnorm/batchnorm.html"))) == len(records)
