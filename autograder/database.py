"""A course's gradebook as a database: opened, locked while it is written, and told of without its password.

One SQLite file, or a PostgreSQL database; this module alone knows which.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from autograder.config import CONFIG_FILE
from autograder.errors import CourseError

_KINDS = ("sqlite", "postgresql")
_SECONDS = 15
_SETTING = f"c.CourseDirectory.db_url in {CONFIG_FILE}"
_FOR_A_FILE = (
    "close other programs that use it, see that the disk is writable and not full, and run the command again "
    "(what was graded is kept); if it is damaged, put a backup in its place"
)
_FOR_A_SERVER = (
    f"see that the server can be reached and that {_SETTING} is right, and run the command again (what was "
    "graded is kept); python -m autograder build fills a new database"
)
_LOCK = text("select id from assignment where name = :unit for update")


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    parsed = _parsed(url)
    return Path(parsed.database or ":memory:") if parsed.get_backend_name() == "sqlite" else None


def missing(url: str) -> bool:
    """Whether the database is a file that is not there yet."""
    file = file_of(url)
    return file is not None and not file.exists()


def named(url: str) -> str:
    """The database as messages name it: a file, or an address without password and options."""
    file = file_of(url)
    return str(file) if file else _parsed(url).set(query={}).render_as_string(hide_password=True)


def opened(url: str) -> Engine:
    """Connections to the database, each made when it is needed; CourseError when there can be none."""
    parsed = _parsed(url)
    kind = parsed.get_backend_name()
    if kind not in _KINDS:
        raise CourseError(f"{_SETTING} names a database of the kind {kind}", f"use {' or '.join(_KINDS)}")
    try:
        if kind == "postgresql":
            return create_engine(parsed, pool_pre_ping=True, isolation_level="READ COMMITTED")
        engine = create_engine(parsed)
    except ImportError as missing:
        raise CourseError(
            f"the gradebook {named(url)} needs a driver that is not installed: {missing.name}",
            'install one with: pip install -e ".[postgres]", and begin the address with postgresql+psycopg://',
        ) from None
    event.listen(engine, "connect", _prepare_file)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database, whatever others write meanwhile."""
    if _is_file(engine):
        with engine.connect() as db:
            db.exec_driver_sql("begin")
            yield db
    else:
        with engine.execution_options(isolation_level="REPEATABLE READ").connect() as db:
            yield db


@contextmanager
def making(engine: Engine) -> Iterator[Connection]:
    """A transaction in which all of it is made or nothing; nobody else writes into a file meanwhile."""
    with engine.begin() as db:
        if _is_file(engine):
            db.exec_driver_sql("begin immediate")
        yield db


@contextmanager
def writing(engine: Engine, unit: str) -> Iterator[Connection]:
    """A transaction that waits until nobody else writes submissions of the unit, and keeps others waiting.

    nbgrader's own writers are among them: a row that refers to the locked one waits too.
    """
    with making(engine) as db:
        if not _is_file(engine):
            db.exec_driver_sql(f"set local lock_timeout = '{_SECONDS}s'")
            db.execute(_LOCK, {"unit": unit})
        yield db


@contextmanager
def told(url: str, doing: str) -> Iterator[None]:
    """Turn what the database refuses into a CourseError: it could not be `doing` ("used", "read")."""
    try:
        yield
    except DBAPIError as problem:
        said = _without_secrets(" ".join(str(problem.orig).split()), url)
        raise CourseError(
            f"the gradebook {named(url)} could not be {doing}: {said}",
            _FOR_A_FILE if file_of(url) else _FOR_A_SERVER,
        ) from None


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # whose words may hold the password
        raise CourseError(
            f"{_SETTING} is no address of a database",
            "write it like postgresql+psycopg://user:password@host/database, special characters in the "
            "password as %XX",
        ) from None


def _without_secrets(said: str, url: str) -> str:
    parsed = _parsed(url)
    given = (parsed.password, parsed.query.get("password"), parsed.query.get("sslpassword"))
    for secret in filter(None, given):
        said = said.replace(str(secret), "***")
    return said


def _is_file(engine: Engine) -> bool:
    return bool(engine.dialect.name == "sqlite")


def _prepare_file(connection: Any, _record: object) -> None:
    """Transactions begin where this module says so, and wait for those of others."""
    connection.isolation_level = None
    connection.execute(f"pragma busy_timeout = {_SECONDS * 1000}")
