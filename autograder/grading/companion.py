"""A worker in a process of its own, for programs that should not fork: nbgrader's commands and the Jupyter
server.

`python -m autograder.grading.companion DESCRIPTOR SETTINGS` is how Companion starts it; nobody else does.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.course import Course
from autograder.errors import CourseError
from autograder.grading.children import die_with_parent
from autograder.grading.marking import Marked
from autograder.grading.records import digest_of
from autograder.grading.worker import answered, question, serve


@dataclass(frozen=True, slots=True)
class Errand:
    """What a companion needs to know; all of it plain, because it travels on a command line."""

    root: str
    unit: str
    isolation: str = "sandbox"
    explore: bool = False
    seed: int = 0


class Companion:
    """Grades submissions of one unit, one after another, in another process; that starts with the first."""

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._pending: tuple[str, str] | None = None

    def start(self) -> None:
        """Start the other process, if it does not run, without waiting for it."""
        if self._connection is None:
            self._start()

    def ahead(self, student: str, raw: bytes) -> None:
        """Have the next submission graded while the caller does something else; `mark` collects it."""
        if self._pending is None and self._connection is not None:
            with suppress(OSError):
                self._connection.send_bytes(question(student, raw))
                self._pending = (student, digest_of(raw))

    def mark(self, student: str, raw: bytes) -> Marked:
        """The graded submission.

        What ran out of time or lost its examiner is tried once more before that counts.
        """
        marked = self._ask(student, raw)
        if marked is None or marked.record.timed_out:
            marked = self._ask(student, raw)
        if marked is None:
            raise CourseError(
                f"the process that graded {student} ended twice without a result",
                "grade this student again alone; if it happens again, report it with the notebook",
            )
        return marked

    def close(self) -> None:
        """End the other process."""
        self._pending = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _ask(self, student: str, raw: bytes) -> Marked | None:
        connection = self._connection or self._start()
        pending, self._pending = self._pending, None
        try:
            if pending is not None:
                answer = connection.recv_bytes()
                if pending == (student, digest_of(raw)):
                    return answered(answer)
            connection.send_bytes(question(student, raw))
            return answered(connection.recv_bytes())
        except (EOFError, OSError):
            self.close()
            return None

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        errand = {name: getattr(self.errand, name) for name in Errand.__slots__}
        command = [
            sys.executable,
            "-P",
            "-m",
            "autograder.grading.companion",
            str(theirs.fileno()),
            json.dumps(errand),
        ]
        with theirs:
            environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment)
        self._connection = Connection(ours.detach())
        return self._connection


def main(descriptor: str, text: str) -> None:
    """Serve one errand until the connection closes."""
    from autograder.grading.driver import Settings, new_worker

    die_with_parent()
    errand = Errand(**json.loads(text))
    settings = Settings(jobs=1, isolation=errand.isolation, explore=errand.explore, seed=errand.seed)
    worker = new_worker(Course(Path(errand.root)), errand.unit, settings)
    try:
        serve(worker, Connection(int(descriptor)))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
