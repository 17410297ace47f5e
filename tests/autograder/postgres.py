"""A PostgreSQL server of one's own, for tests: in a folder, behind a socket there, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from autograder.config import CONFIG_FILE, CONFIG_TEXT

PASSWORD = "correct horse"
IN_A_URL = "correct%20horse"
_numbers = count()


def programs() -> Path | None:
    """Where the server's programs are; Debian keeps them out of the PATH."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


def substitute() -> pwd.struct_passwd | None:
    """Whom root lets run the server."""
    try:
        return pwd.getpwnam("postgres") if shutil.which("setpriv") else None
    except KeyError:
        return None


@dataclass(frozen=True)
class Server:
    """A running server; it can be stopped hard, as by a crash, and started again."""

    folder: Path
    programs: Path

    def url(self, database: str = "postgres", password: str = IN_A_URL) -> str:
        """The address of a database as SQLAlchemy names it."""
        return f"postgresql+psycopg://grader:{password}@/{database}?host={self.folder}"

    def new(self, template: str = "template0") -> str:
        """The name of a new database, a copy of `template`."""
        name = f"course{next(_numbers)}"
        self.ask(f"create database {name} template {template}")
        return name

    def ask(self, sql: str, database: str = "postgres") -> list[Any]:
        """The rows that a statement gives."""
        where = {"host": str(self.folder), "user": "grader", "password": PASSWORD, "dbname": database}
        with psycopg.connect(**where, autocommit=True) as db:
            done = db.execute(sql)
            return done.fetchall() if done.description else []

    def start(self) -> None:
        """Start, and wait until it answers."""
        quick = f"-c fsync=off -c listen_addresses= -c max_connections=40 -k {self.folder}"
        self.run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", f"--options={quick}")

    def stop(self) -> None:
        """End at once; whoever is connected loses the connection."""
        self.run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs on the data; never as root, which they refuse."""
        command = [str(self.programs / program), f"--pgdata={self.folder / 'data'}", *arguments]
        if os.geteuid() == 0 and (user := substitute()):
            ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            command = ["setpriv", *ids, *command]
        subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)


def configure(root: Path, url: str) -> None:
    """Let the configuration of the course in `root` name a database."""
    text = f'{CONFIG_TEXT}\nc = get_config()  # noqa: F821\nc.CourseDirectory.db_url = "{url}"\n'
    (root / CONFIG_FILE).write_text(text)


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """A fresh server with a user `grader`, who has a password."""
    # Not in a folder of pytest's: their names are too long for a socket, and nobody else may enter them.
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        server = Server(Path(name), programs)
        secret = server.folder / "secret"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0 and (user := substitute()):
            for place in (server.folder, secret):
                os.chown(place, user.pw_uid, user.pw_gid)
        server.run(
            *("initdb", "--username=grader", "--auth=scram-sha-256", f"--pwfile={secret}"),
            *("--no-sync", "--encoding=UTF8", "--locale=C"),
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()
