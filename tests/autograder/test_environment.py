"""What the machine or the course lacks costs nobody points: it is told, and graded as soon as it is there."""

from dataclasses import replace

import pytest

from autograder.cli import main
from autograder.course import Assignment
from autograder.grading import records
from autograder.grading.driver import Settings, grade
from autograder.grading.records import CheckScore, Record
from autograder.grading.worker import fault_of
from autograder.reasons import Reason
from autograder.units.prepare import prepare
from tests.autograder.toy_class import RIGHT, WRONG, hand_in
from tests.autograder.toy_outcome import points
from tests.autograder.toy_unit import SOURCE, load

LACKING = SOURCE.replace('begin("toy")', 'import package_of_the_course\nbegin("toy")')
SETTINGS = Settings(jobs=1)


def graded(course):
    return {done.record.student: done for done in grade(course, "toy", settings=SETTINGS)}


def build(course, source):
    course.unit_source("toy").write_text(source)
    prepare(course, ["toy"], load=load)


def test_a_package_that_is_missing_is_told_and_nobody_is_graded_until_it_is_there(toy_course):
    build(toy_course, LACKING)
    hand_in(toy_course, ada=RIGHT, bob=WRONG, cut=b"{")
    told = {name: done.record for name, done in graded(toy_course).items()}
    assert {name: record.reason for name, record in told.items()} == {
        "ada": Reason.ENVIRONMENT,
        "bob": Reason.ENVIRONMENT,
        "cut": Reason.ENVIRONMENT,
    }
    assert "given-toys-that-double" in told["ada"].detail
    assert "No module named 'package_of_the_course'" in told["ada"].detail
    assert "doctor" in told["ada"].remedy
    assert points(toy_course) == {}
    assert not (toy_course.autograded / "ada").exists()
    assert all(done.graded for done in graded(toy_course).values())

    build(toy_course, SOURCE)
    assert graded(toy_course)["ada"].record.points == 90.5
    assert points(toy_course)["ada"] == 90.5
    assert not any(done.graded for done in graded(toy_course).values())


def test_an_earlier_grade_stays_and_is_not_taken_for_the_new_one(toy_course):
    hand_in(toy_course, ada=RIGHT)
    graded(toy_course)
    build(toy_course, LACKING)
    record = graded(toy_course)["ada"].record
    assert (record.reason, record.points, record.cache_key) == (Reason.ENVIRONMENT, 90.5, "")
    assert points(toy_course)["ada"] == 90.5


def test_the_command_tells_the_remedy_and_ends_with_an_error(toy_course, capsys, monkeypatch):
    build(toy_course, LACKING)
    hand_in(toy_course, ada=RIGHT)
    monkeypatch.setattr("autograder.cli.Course", lambda root: toy_course)
    assert main(["grade", "toy", "--jobs", "1", "--course", str(toy_course.root)]) == 1
    said = capsys.readouterr()
    assert "1 not gradable" in said.out
    assert "ada: environment:" in said.out + said.err
    assert main(["scores", "toy", "--course", str(toy_course.root), "--json"]) == 0
    assert '"environment"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reason", "broken"), [(Reason.UNFINISHED, False), (Reason.WRONG, False), (Reason.CHECK_BROKEN, True)]
)
def test_a_check_that_fails_where_nothing_was_written_is_broken_for_all(reason, broken):
    score = CheckScore("check-double", 0.0, 40.5, reason, detail="KeyError: 'x'")
    blank = Record("", "toy", "", "", "sandbox", checks=(score,))
    fault = fault_of(blank)
    assert (fault is not None) is broken
    if fault is not None:
        assert fault.reason is Reason.ENVIRONMENT
        assert "check-double fails where nothing was written: KeyError" in fault.detail


@pytest.mark.parametrize("reason", [Reason.ENVIRONMENT, Reason.CHECK_BROKEN])
def test_what_says_nothing_of_the_submission_is_tried_again_in_this_run_and_in_the_next(toy_course, reason):
    record = Record("ada", "toy", "digest", "cache_key", "sandbox", reason=reason)
    assert record.in_doubt
    assert not record.is_final
    records.save(Assignment(toy_course, "toy"), replace(record, cache_key=""))
    hand_in(toy_course, ada=RIGHT)
    assert graded(toy_course)["ada"].graded
