"""What is made once is made by one of all who ask for it, and never seen half."""

import fcntl

import pytest

from tests.once import Once


def test_what_was_made_is_not_made_again_by_another_worker(tmp_path):
    first = Once(tmp_path)("thing", lambda folder: (folder / "by").write_text("a"))
    second = Once(tmp_path)("thing", lambda folder: (folder / "by").write_text("b"))
    assert (first / "by").read_text() == (second / "by").read_text() == "a"


def test_whoever_asks_while_it_is_made_waits(tmp_path):
    def make(folder):
        with (tmp_path / "once-thing.lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert not (tmp_path / "once-thing").exists()

    assert Once(tmp_path)("thing", make).is_dir()
    with (tmp_path / "once-thing.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_could_not_be_made_is_made_by_the_next_who_asks(tmp_path):
    def fails(folder):
        (folder / "half").touch()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Once(tmp_path)("thing", fails)
    assert list(Once(tmp_path)("thing", lambda folder: None).iterdir()) == []
