"""The course on the machine that grades, which attacks try to read and to change."""

import sqlite3
from pathlib import Path

import pytest

from tests.attacks.field import SECRET


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a solution and other people's points in it."""
    source = tmp_path / "source" / "doubling" / "doubling.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(SECRET)
    base = sqlite3.connect(tmp_path / "gradebook.db")
    with base:
        base.execute("create table t (student text, points real)")
        base.execute("insert into t values ('classmate', 1.5)")
    base.close()
    return tmp_path
