"""A file is replaced whole or not at all, and nothing stays aside for long."""

import os

import pytest

from autograder.errors import CourseError
from autograder.whole_files import replace, sweep, told_whose_fault
from tests.autograder.sabotage import kill, run_of


def test_what_cannot_be_moved_into_place_leaves_the_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    assert replace(path, "old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(CourseError, match="No space left"), told_whose_fault(path):
            replace(path, "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a.json", "old")]


def test_what_a_killed_writer_left_is_swept_and_what_others_write_is_not(tmp_path):
    def killed():
        os.replace = lambda *_: kill(os.getpid())
        replace(tmp_path / "a.json", "new")

    assert run_of(killed) == -9
    assert [one.name.startswith(".a.json.") for one in tmp_path.iterdir()] == [True]
    kept = {f".b.json.{os.getpid()}", ".c.json", ".d.json.txt", "e.1"}
    for name in kept:
        (tmp_path / name).write_text("kept")
    sweep(tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == kept
