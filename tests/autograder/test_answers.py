"""What a pool answers is believed as far as it speaks of what was asked, and nobody is asked for ever."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from autograder.course import Assignment
from autograder.grading import driver, records
from autograder.grading.answers import read_answer
from autograder.grading.driver import Settings, grade
from autograder.grading.marking import Marked, Terms
from autograder.grading.pool import Answer
from autograder.grading.records import CheckScore, Record, digest_of
from autograder.grading.worker import pack
from autograder.reasons import Reason
from tests.autograder.graded_toy import submitted, toy_plan

RAW = b"a submission"
TERMS = Terms(toy_plan(), "cache_key", "sandbox")
SCORE = CheckScore("check-double", 40.5, 40.5, Reason.OK)
RECORD = Record("ada", "toy", digest_of(RAW), "cache_key", "sandbox", checks=(SCORE,))


def content(record):
    return b"M" + pack(Marked(b"{}\n", record))


def test_an_answer_to_the_question_is_read():
    assert read_answer(Answer("ada", content(RECORD)), RAW, TERMS) == Marked(b"{}\n", RECORD)


@pytest.mark.parametrize(
    "changes",
    [
        {"student": "bob"},
        {"unit": "other"},
        {"digest": digest_of(b"another")},
        {"cache_key": "other terms"},
        {"isolation": "process"},
        {"checks": (replace(SCORE, points=41.0),)},
        {"checks": (replace(SCORE, points=-1.0),)},
        {"checks": (replace(SCORE, points="40"),)},
        {"checks": (replace(SCORE, points=float("nan")),)},
        {"checks": (replace(SCORE, check="double"),)},
        {"checks": (replace(SCORE, check="check-of-no-plan"),)},
    ],
    ids=str,
)
def test_an_answer_to_another_question_is_none(changes):
    assert read_answer(Answer("ada", content(replace(RECORD, **changes))), RAW, TERMS) is None


@pytest.mark.parametrize("odd", [None, b"", b"D", b"M", b"M\n", b"M{}\n{}", b"M\xff\n", b"X{}\n"])
def test_an_answer_that_is_none_is_none(odd):
    assert read_answer(Answer("ada", odd), RAW, TERMS) is None


class DyingPool:
    """Two machines on which everybody who is asked about dies, whenever there is somebody to wait for."""

    free, alone = 9, 2

    def __init__(self):
        self.sent, self.most, self.waiting = [], [], []

    @property
    def busy(self):
        return len(self.waiting)

    @property
    def working(self):
        return self.waiting

    def send(self, label, message):
        self.sent.append(label)
        self.waiting.append(label)
        self.most.append(self.busy)

    def answers(self, seconds):
        return [Answer(self.waiting.pop(0), None)]


def test_who_loses_two_workers_is_refused_with_a_reason_and_the_second_time_is_alone(toy_course, monkeypatch):
    names = ["ada", "bob", "kim"]
    for name in names:
        path = toy_course.submitted / name / "toy" / "toy.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(submitted())
    pool = DyingPool()
    monkeypatch.setattr(driver, "_pool", lambda *_: nullcontext(pool))
    grade(toy_course, "toy", settings=Settings(jobs=1))
    told = {record.student: record for record in records.load_all(Assignment(toy_course, "toy"))}
    assert {name: record.reason for name, record in told.items()} == dict.fromkeys(names, Reason.ENVIRONMENT)
    assert "ended twice" in told["ada"].detail
    assert sorted(pool.sent) == sorted(2 * names)
    assert (max(pool.most[:3]), max(pool.most[3:])) == (3, 2)
