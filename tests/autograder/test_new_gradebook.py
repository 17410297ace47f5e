"""A new gradebook is the one that nbgrader makes, all of it or nothing, and no other program makes it."""

import os
import sqlite3
import sysconfig
from contextlib import closing

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import inspect

from autograder.database import opened
from autograder.units import new_gradebook
from autograder.units.release import make_gradebook


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a database without tables."""
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        return server.url(server.new())
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


def tables(url):
    engine = opened(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def dumped(path):
    """Everything in a file, in statements."""
    with closing(sqlite3.connect(path)) as db:
        return sorted(db.iterdump())


def test_it_is_what_nbgrader_makes(tmp_path, monkeypatch):
    """nbgrader asks alembic, a program, for the revision that it writes down."""
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
    stock, ours = tmp_path / "stock.db", tmp_path / "ours.db"
    Gradebook(f"sqlite:///{stock}").close()
    make_gradebook(f"sqlite:///{ours}")
    assert any(new_gradebook.newest_revision() in line for line in dumped(stock))
    assert dumped(ours) == dumped(stock)


def test_no_program_is_started_for_it(url, monkeypatch):
    monkeypatch.setattr(nbgrader.api.sp, "check_output", lambda *_: pytest.fail("a program was started"))
    make_gradebook(url)
    assert {"alembic_version", "grade"} <= set(tables(url))


def test_there_is_never_half_of_it(url, monkeypatch):
    def fails():
        raise OSError("no such file")

    with monkeypatch.context() as patch:
        patch.setattr(new_gradebook, "newest_revision", fails)
        with pytest.raises(OSError, match="no such file"):
            make_gradebook(url)
    assert tables(url) == []
    make_gradebook(url)
    assert "alembic_version" in tables(url)


def test_one_that_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table mine (number)")
    before = path.read_bytes()
    new_gradebook.begin(f"sqlite:///{path}")
    assert path.read_bytes() == before
