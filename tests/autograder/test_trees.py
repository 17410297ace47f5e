"""Whatever a student hands in, and whatever becomes of it meanwhile, the run goes on: everybody ends with a
result or a reason, and nobody else's is another one for it.
"""

import os
import shutil

import pytest

from autograder.course import Assignment
from autograder.grading import driver
from autograder.grading.worker import question
from autograder.intake import files
from autograder.intake.beside import MAX_BYTES, MAX_FILES, others
from autograder.intake.files import parse_timestamp
from autograder.reasons import Reason
from tests.autograder import sweep, trees
from tests.autograder.toy_class import RIGHT, hand_in

MANY = 24


@pytest.fixture
def folder(toy_course):
    """The folder that s17 hands in, with a sound notebook; removed afterwards, which pytest could not do."""
    hand_in(toy_course, s17=RIGHT)
    yield toy_course.submitted / "s17" / "toy"
    trees.uproot(toy_course.submitted)


def test_of_many_trees_each_ends_with_a_result_or_a_reason(built_toy):
    with sweep.courses() as root:
        course = sweep.course_of(root / "class")
        shutil.copytree(built_toy, course.root, dirs_exist_ok=True)
        hand_in(course, **sweep.CLASS)
        sweep.graded(course)
        quiet = sweep.honest(course)
        assert sweep.broken(course, quiet, sweep.planted(course, range(MANY))) == []


@pytest.mark.parametrize("make", trees.SLOW)
def test_what_lies_beside_a_notebook_is_taken_along_within_bounds(toy_course, folder, make):
    make(folder / "data")
    (folder / "plot.png").write_bytes(b"picture")
    found = dict(others(Assignment(toy_course, "toy"), "s17"))
    assert found["plot.png"] == b"picture"
    assert len(found) <= MAX_FILES
    assert files.read(Assignment(toy_course, "toy"), "s17").problem is None


def test_what_is_too_large_or_no_plain_file_is_left_out_and_not_read(toy_course, folder):
    trees.sparse(folder / "huge", MAX_BYTES + 1)
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to("/etc/passwd")
    assert list(others(Assignment(toy_course, "toy"), "s17")) == []


@pytest.mark.parametrize("name", [b"a" * 255, "ü".encode() * 127, b"\xff\xfe.png"])
def test_a_file_of_any_name_is_kept_with_the_graded_notebook(toy_course, folder, name):
    place = os.fsdecode(name)
    (folder / place).write_bytes(b"x")
    assert sweep.graded(toy_course)["s17"].points == 90.5
    assert (toy_course.autograded / "s17" / "toy" / place).read_bytes() == b"x"


@pytest.mark.parametrize("text", [raw.decode("latin-1") for raw in trees.TIMES[1:]])
def test_a_note_of_the_time_that_tells_none_is_like_none(text):
    when = parse_timestamp(text)
    assert when is None or when.tzinfo is None


def test_a_folder_whose_name_is_no_text_has_a_reason(toy_course, folder):
    shutil.copytree(folder, toy_course.submitted / os.fsdecode(b"bob\xff") / "toy")
    told = sweep.graded(toy_course)
    assert told["s17"].reason is Reason.OK
    assert told[os.fsdecode(b"bob\xff")].reason is Reason.BAD_NAME
    assert sweep.graded(toy_course) == told


def _removed(folder):
    shutil.rmtree(folder)


def _linked(folder):
    folder.rename(folder.with_name("away"))
    folder.symlink_to("away")


def _filed(folder):
    shutil.rmtree(folder)
    folder.write_bytes(b"x")


@pytest.mark.parametrize("change", [_removed, _linked, _filed])
def test_a_folder_may_go_away_while_it_is_graded(toy_course, folder, change, monkeypatch):
    """What was read is graded; who comes next is graded too."""
    hand_in(toy_course, zoe=RIGHT)

    def asked(name, *more):
        if name == "s17":
            change(folder)
        return question(name, *more)

    monkeypatch.setattr(driver, "question", asked)
    told = sweep.graded(toy_course)
    assert {name: record.points for name, record in told.items()} == {"s17": 90.5, "zoe": 90.5}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda place: place.mkdir(), Reason.UNREADABLE),
        (os.mkfifo, Reason.UNREADABLE),
        (lambda place: place.symlink_to(place.name), Reason.SYMLINK),
        (trees.sparse, Reason.TOO_LARGE),
    ],
    ids=["a folder", "a pipe", "a loop", "a terabyte"],
)
def test_something_else_in_the_place_of_the_notebook_has_a_reason(toy_course, folder, make, reason):
    (folder / "toy.ipynb").unlink()
    make(folder / "toy.ipynb")
    problem = files.read(Assignment(toy_course, "toy"), "s17").problem
    assert problem.reason is reason
    assert problem.remedy


def test_a_students_folder_that_leads_nowhere_is_told(toy_course, folder):
    (toy_course.submitted / "loop").symlink_to("loop")
    assert files.find(Assignment(toy_course, "toy")) == ["loop", "s17"]
    assert files.read(Assignment(toy_course, "toy"), "loop").problem.reason is Reason.SYMLINK
