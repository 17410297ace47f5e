"""What a person marked waits again when the answer changed, and only then."""

import json

import pytest
from nbgrader.api import Gradebook

from autograder.grading.driver import Settings, grade
from autograder.grading.history import after, news
from autograder.grading.records import CheckScore, Record, dump, parse
from autograder.reasons import Reason
from autograder.reports.scores import scores
from autograder.reports.sheets import read_sheets
from tests.autograder.graded_toy import ANSWERS, submitted
from tests.autograder.toy_class import hand_in

WHY, DOUBLE = "written-why", "check-double"
OTHER = ANSWERS | {WHY: "On reflection I do not know."}
LATER_PART = ANSWERS | {"quadruple": "def quadruple(x):\n    return 4.0 * x"}
BY_HAND, CHANGED = "by-hand", "changed"


def run(course, answers, force=False):
    hand_in(course, ada=submitted(answers))
    grade(course, "toy", ["ada"], Settings(jobs=1, force=force))


def mark(course, name, points):
    """As the form grader does."""
    with Gradebook(course.db_url) as book:
        found = book.find_grade(name, "toy", "toy", "ada")
        found.manual_score, found.needs_manual_grade = points, False
        book.db.commit()


def told(course, name):
    (row,) = [row for row in scores(course, "toy", ["ada"]) if row.check == name]
    waiting = read_sheets(course, "toy")["ada"].marks[name].waiting
    return row.reason, row.points, waiting


def test_a_marked_answer_waits_again_when_it_changed_and_only_then(toy_course):
    run(toy_course, ANSWERS)
    assert told(toy_course, WHY) == ("waiting", 0.0, True)
    mark(toy_course, WHY, 5.0)
    mark(toy_course, DOUBLE, 40.0)
    run(toy_course, ANSWERS, force=True)
    run(toy_course, LATER_PART)
    for name, points in ((WHY, 5.0), (DOUBLE, 40.0)):
        assert told(toy_course, name) == (BY_HAND, points, False)
    run(toy_course, OTHER)
    assert told(toy_course, WHY) == (CHANGED, 5.0, True)
    (row,) = [row for row in scores(toy_course, "toy", ["ada"]) if row.check == WHY]
    assert row.diagnosis == "changed since it was marked: 5 points until it is marked again"
    run(toy_course, OTHER, force=True)
    assert told(toy_course, WHY) == (CHANGED, 5.0, True)
    assert told(toy_course, DOUBLE) == (BY_HAND, 40.0, False)
    hand_in(toy_course, ada=b"no notebook")
    grade(toy_course, "toy", ["ada"], Settings(jobs=1))
    mark(toy_course, WHY, 3.0)
    run(toy_course, OTHER)
    assert told(toy_course, WHY) == (BY_HAND, 3.0, False)
    run(toy_course, {name: source for name, source in OTHER.items() if name != WHY})
    assert told(toy_course, WHY) == (CHANGED, 3.0, True)
    mark(toy_course, WHY, 0.0)
    run(toy_course, OTHER | {"double": "def double(x):\n    return x + x"})
    assert told(toy_course, DOUBLE) == (CHANGED, 40.0, True)


def test_an_answer_that_is_put_back_to_what_was_marked_does_not_wait(toy_course):
    """What was marked last counts, not what was marked first."""
    run(toy_course, ANSWERS)
    mark(toy_course, WHY, 5.0)
    run(toy_course, OTHER)
    run(toy_course, OTHER, force=True)
    run(toy_course, ANSWERS)
    assert told(toy_course, WHY) == (BY_HAND, 5.0, False)
    run(toy_course, OTHER)
    assert told(toy_course, WHY) == (CHANGED, 5.0, True)
    mark(toy_course, WHY, 2.0)
    run(toy_course, ANSWERS)
    assert told(toy_course, WHY) == (CHANGED, 2.0, True)
    run(toy_course, OTHER)
    assert told(toy_course, WHY) == (BY_HAND, 2.0, False)


def record(**more):
    return Record("ada", "toy", more.pop("digest", "1"), "", "sandbox", **more)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (None, None),
        (record(), frozenset()),
        (record(digest="0"), None),
        (record(digest="0", answers={"a": "x", "b": "y"}), {"b"}),
        (record(digest="0", answers={"a": "x"}), {"b"}),
    ],
    ids=str,
)
def test_what_is_new_is_known_when_there_is_something_to_compare_with(earlier, expected):
    """A record of before there were hashes says so by the file."""
    assert news(record(answers={"a": "x", "b": "z"}), earlier) == expected


def test_a_record_of_before_hashes_were_kept_says_what_changed():
    """Nobody knows what was marked then, so it waits until it is marked again."""
    old = json.dumps(json.loads(dump(record(answers={"a": "x"}))) | {"changed": ["a"]})
    read = parse(old.encode())
    assert after(record(answers={"a": "x"}), read, {"a"}).changed == {"a": ""}
    assert after(record(answers={"a": "x"}), read).changed == {}


def test_a_file_that_is_refused_leaves_what_was_known_of_the_answers():
    kept = {"checks": (CheckScore("a", 1.0, 1.0, Reason.OK),), "answers": {"a": "x"}, "changed": {"a": "y"}}
    refused = record(reason=Reason.NOT_JSON)
    assert after(refused, record(**kept)) == record(reason=Reason.NOT_JSON, **kept)
