"""Trouble with the machine is told in one message; nothing is half done, and running again completes it."""

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest

from autograder import cli, commands, database
from autograder.grading import driver
from tests.autograder.commanded import commanded, read_only, small_disk, with_own_mounts
from tests.autograder.sabotage import Lent
from tests.autograder.toy_class import REPAIRED, RIGHT, WRONG, class_in, hand_in
from tests.autograder.toy_outcome import outcome, points
from tests.autograder.toy_unit import course_of

CLASS = {"ada": RIGHT, "bob": WRONG, "dan": REPAIRED}
GRADE = ("grade", "toy", "--jobs", "1")
PAGE = 4096


@pytest.fixture(autouse=True)
def lent(template, monkeypatch):
    """The commands find a template that is ready."""
    monkeypatch.setattr(commands, "Templates", lambda *_: Lent(template))


@pytest.fixture
def known(monkeypatch):
    """Make a course the one that the commands get."""
    return lambda course: monkeypatch.setattr(cli, "Course", lambda root: course) or course


@pytest.fixture
def expected(toy_course, known):
    """What an undisturbed run leaves, in a course of the same name."""
    hand_in(known(toy_course), **CLASS)
    assert commanded(*GRADE)[0] == 0
    return outcome(toy_course)


def told_once(code, said, what):
    """One message of three lines and no traceback."""
    assert code == 1
    assert said.count("Grading the course:") == said.count("\nRemedy: ") == 1
    assert "Traceback" not in said
    assert what in said


@pytest.mark.parametrize("pages", [0, 5, 12, 18, 21])
def test_a_full_disk(pages, expected, built_toy, known, tmp_path):
    """However far the run came until the disk was full."""

    def work():
        place = tmp_path / "disk"
        place.mkdir()
        small_disk(place, 400 * PAGE)
        course = known(class_in(place / "course", built_toy, **CLASS))
        free = os.statvfs(place).f_bavail - pages
        (place / "filler").write_bytes(b"\0" * PAGE * free)
        first = commanded(*GRADE)
        (place / "filler").unlink()
        return first, commanded(*GRADE), outcome(course) == expected

    first, again, same = with_own_mounts(work)
    told_once(*first, "full" if "gradebook" in first[1] else "No space left")
    assert again[0] == 0
    assert same


@pytest.mark.parametrize("command", [GRADE, (*GRADE, "--seed", "7")])
def test_a_course_that_nobody_may_write_to(command, expected, built_toy, known, tmp_path):
    def work():
        course = known(class_in(tmp_path / "other" / "course", built_toy, **CLASS))
        read_only(course.root)
        first = commanded(*command)
        read_only(course.root, False)
        return first, commanded(*GRADE), outcome(course) == expected

    first, again, same = with_own_mounts(work)
    told_once(*first, "Read-only file system")
    assert again[0] == 0
    assert same


def test_a_new_course_that_nobody_may_write_to(known, tmp_path):
    course = known(course_of(tmp_path / "new"))
    hand_in(course, **CLASS)

    def work():
        read_only(course.root)
        return commanded(*GRADE)

    told_once(*with_own_mounts(work), "Read-only file system")


@pytest.fixture
def impatient(toy_course, known, monkeypatch):
    """A course that does not wait for other programs."""
    monkeypatch.setattr(database, "_SECONDS", 0)
    hand_in(toy_course, **CLASS)
    return known(toy_course)


def test_a_gradebook_that_is_locked(impatient):
    with closing(sqlite3.connect(impatient.gradebook)) as other:
        other.execute("begin exclusive")
        told_once(*commanded(*GRADE), "locked")
        assert not impatient.autograded.exists()
    assert commanded(*GRADE)[0] == 0
    assert points(impatient)["ada"] == 90.5


def test_a_gradebook_that_is_locked_in_the_middle(expected, impatient, monkeypatch):
    store = driver.store
    with closing(sqlite3.connect(impatient.gradebook)) as other, monkeypatch.context() as patch:

        def locked(*given):
            if not other.in_transaction:
                other.execute("begin exclusive")
            store(*given)

        patch.setattr(driver, "store", locked)
        told_once(*commanded(*GRADE, "--force"), "locked")
    assert commanded(*GRADE)[0] == 0
    assert outcome(impatient) == expected


def test_a_clock_that_jumps(expected, built_toy, known, tmp_path, monkeypatch):
    """By hours, forwards and backwards, within a run and between runs."""
    course = known(class_in(tmp_path / "other" / "course", built_toy, ada=RIGHT, bob=RIGHT))
    now, jumps = time.time, iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: now() + 7200 * (-1) ** next(jumps))
    assert commanded(*GRADE)[0] == 0
    hand_in(course, **CLASS)
    for path in course.submitted.rglob("*"):
        os.utime(path, (0, 0))
    for path in course.autograded.rglob("*"):
        os.utime(path, (now() + 7200,) * 2)
    assert "2 graded, 1 unchanged" in commanded(*GRADE)[1]
    assert "0 graded, 3 unchanged" in commanded(*GRADE)[1]
    found = outcome(course)
    assert "check-double" in found.told["bob"].changed  # his first answer was another
    told = {student: replace(record, changed={}) for student, record in found.told.items()}
    assert replace(found, told=told) == expected


def test_a_gradebook_that_is_an_older_backup(expected, toy_course, built_toy, known):
    """What it does not hold is graded anew, although the notebooks are all there."""
    known(toy_course)
    backup = (built_toy / "gradebook.db").read_bytes()
    toy_course.gradebook.write_bytes(backup)
    assert "3 graded, 0 unchanged" in commanded(*GRADE)[1]
    assert outcome(toy_course) == expected
