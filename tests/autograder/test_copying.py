"""What nbgrader would copy without end, wait for or stop at is refused before, and the others are graded."""

import json
import os
import subprocess
import sys

import pytest

from autograder.course import Assignment, Course
from autograder.errors import SubmissionError
from autograder.grading import records
from autograder.grading.records import Record, digest_of
from autograder.intake.copying import require_copiable
from autograder.reasons import Reason
from autograder.reports.sheets import read_sheets
from autograder.synthetic.students import solved
from autograder.units.prepare import prepare
from tests.autograder import trees
from tests.autograder.toy_class import RIGHT, hand_in


@pytest.fixture
def folder(toy_course):
    hand_in(toy_course, s17=RIGHT)
    yield toy_course.submitted / "s17" / "toy"
    trees.uproot(toy_course.submitted)


def test_an_honest_folder_is_copied(toy_course, folder):
    (folder / "data").mkdir()
    (folder / "data" / "plot.png").write_bytes(b"x")
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05.678 UTC")
    require_copiable(Assignment(toy_course, "toy"), "s17")


STRANGE = {
    "a pipe for a date": lambda folder: os.mkfifo(folder / "timestamp.txt"),
    "no date": lambda folder: (folder / "timestamp.txt").write_bytes(trees.TIMES[1]),
    "a long date": lambda folder: (folder / "timestamp.txt").write_bytes(trees.TIMES[-1]),
    "a pipe": lambda folder: os.mkfifo(folder / ".stagewise-pipe"),
    "a pipe in a folder that graders ignore": lambda folder: (
        (folder / "__pycache__").mkdir(),
        os.mkfifo(folder / "__pycache__" / "pipe"),
    ),
    "a link without end": lambda folder: (folder / "zeros").symlink_to("/dev/zero"),
    "a terabyte": lambda folder: trees.sparse(folder / "huge"),
    "folders without end": lambda folder: trees.SLOW[0](folder / "deep"),
}


@pytest.mark.parametrize("make", STRANGE.values(), ids=STRANGE)
def test_a_folder_that_nbgrader_would_not_get_through_is_refused(toy_course, folder, make):
    make(folder)
    with pytest.raises(SubmissionError) as refusal:
        require_copiable(Assignment(toy_course, "toy"), "s17")
    assert refusal.value.reason in (Reason.UNREADABLE, Reason.TOO_LARGE)
    assert refusal.value.remedy


def test_too_many_files_are_refused(toy_course, folder, monkeypatch):
    monkeypatch.setattr("autograder.intake.beside.MAX_ENTRIES", 2)
    require_copiable(Assignment(toy_course, "toy"), "s17")
    (folder / "a").touch()
    (folder / "b").mkdir()
    with pytest.raises(SubmissionError, match="files"):
        require_copiable(Assignment(toy_course, "toy"), "s17")


def test_a_date_that_is_none_beside_an_earlier_result_is_removed(toy_course, folder):
    """nbgrader would end its run there; a date that is one stays."""
    earlier = toy_course.autograded / "s17" / "toy"
    earlier.mkdir(parents=True)
    for text, stays in (("2026-01-02 03:04:05 UTC", True), ("1h2026", False)):
        (earlier / "timestamp.txt").write_text(text)
        require_copiable(Assignment(toy_course, "toy"), "s17")
        assert (earlier / "timestamp.txt").exists() == stays


def test_nbgraders_command_refuses_such_folders_and_grades_the_others(tmp_path):
    """With the reason, where something older was graded too; what was graded of the same notebook is kept."""
    course = Course(tmp_path)
    prepare(course, ["dropout"])
    right = json.dumps(solved(course, "dropout"))
    bad = {f"b{number}": make for number, make in enumerate(STRANGE.values())}
    for name in ("a-first", *bad, "z-last"):
        folder = course.submitted / name / "dropout"
        folder.mkdir(parents=True)
        (folder / "dropout.ipynb").write_text(right)
        if name in bad:
            bad[name](folder)
    older, kept = (course.autograded / name / "dropout" for name in ("b1", "b5"))
    older.mkdir(parents=True)
    (older / "timestamp.txt").write_text("1h2026")
    kept.mkdir(parents=True)
    (kept / "dropout.ipynb").write_text(right)
    digest = digest_of(right.encode())
    records.save(
        Assignment(course, "dropout"),
        Record("b5", "dropout", digest=digest, cache_key="", isolation="sandbox"),
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", "autograde", "dropout"],
            cwd=course.root,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    finally:
        trees.uproot(course.submitted)
    assert done.returncode != 0
    told = {record.student: record for record in records.load_all(Assignment(course, "dropout"))}
    refused = {name for name, record in told.items() if record.reason is not Reason.OK}
    assert refused == bad.keys() - {"b5"}
    assert all(told[name].remedy and told[name].detail in done.stderr for name in refused)
    assert read_sheets(course, "dropout").keys() == {"a-first", "z-last"}
    there = {name for name in told if (course.autograded / name / "dropout").exists()}
    assert there == {"a-first", "b5", "z-last"}
