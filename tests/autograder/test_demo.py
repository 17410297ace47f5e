"""The demonstration on a small class: everybody has a line, whatever they handed in."""

import io
import re
import sys

import pytest
from rich.console import Console

from autograder.course import Course
from autograder.grading.driver import Settings
from autograder.reasons import Reason
from autograder.synthetic.demo import demo, reported
from autograder.units.prepare import prepare

UNITS = ("activations", "batchnorm")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("demo"))
    prepare(course, UNITS)
    console = Console(record=True, width=140, file=io.StringIO())
    records = demo(course, UNITS, 12, 4, Settings(jobs=2), console)
    return course, records, console.export_text()


def test_everybody_has_a_line(shown):
    _, records, text = shown
    assert len(records) == 12
    for student in records:
        assert student in text


def test_what_is_right_earns_everything_that_is_not_graded_by_hand(shown):
    _, records, text = shown
    best = max(record.points for record in records.values())
    assert best == 90
    assert "all right" in text


def test_each_unit_is_graded_and_summed_up(shown):
    _, records, text = shown
    for unit in UNITS:
        own = [record for record in records.values() if record.unit == unit]
        assert len(own) == 6
        assert f"Grading {unit}" in text
        graded = sum(record.reason is Reason.OK for record in own)
        assert re.search(rf"^{unit} +{len(own)} +{graded} ", text, re.MULTILINE)


def test_the_mistakes_that_most_hold_are_listed(shown):
    _, records, text = shown
    listed = text[text.index("misconception held most") :]
    held = {check.diagnosis for one in records.values() for check in one.checks if check.misconception}
    assert 0 < sum(says[:40] in listed for says in held) <= 5


def test_it_says_where_the_report_lies_and_it_lies_there(shown):
    course, _, text = shown
    assert str(course.root / "report.html") in text.replace("\n", "")
    assert "<h1>Class report:" in (course.root / "report.html").read_text(encoding="utf-8")


def test_without_what_the_report_needs_the_extra_is_named_and_the_rest_goes_on(shown, monkeypatch):
    course, _, _ = shown
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    console = Console(record=True, width=140, file=io.StringIO())
    assert reported(course, UNITS, console) is None
    assert 'pip install -e ".[desk]"' in console.export_text()


def test_mistakes_are_diagnosed(shown):
    _, records, _ = shown
    named = [check for record in records.values() for check in record.checks if check.misconception]
    assert named
    assert all(check.diagnosis and check.reason is not Reason.OK for check in named)


def test_it_says_how_students_code_was_isolated(shown):
    _, records, text = shown
    (level,) = {record.isolation for record in records.values()} - {""}
    assert f"The level of isolation is `{level}`." in text


def test_it_says_where_the_feedback_lies_and_it_lies_there(shown):
    course, records, text = shown
    assert str(course.feedback) in text.replace("\n", "")
    assert len(list(course.feedback.glob("*/*/*.html"))) == len(records)
