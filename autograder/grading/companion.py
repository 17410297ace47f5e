"""A worker in a process of its own, for programs that should not fork: nbgrader and the Jupyter server."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from autograder.errors import CourseError
from autograder.grading.marking import Marked, ended_twice
from autograder.grading.records import digest_of
from autograder.grading.request import REFUSED, GradingRequest
from autograder.grading.worker import answered, question


class Companion:
    """Grades submissions of one unit, one after another, in another process; that starts with the first."""

    def __init__(self, request: GradingRequest) -> None:
        self.request = request
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._pending: tuple[str, str] | None = None
        self._cache_key = ""

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

        What ran out of time, or lost its candidate or examiner, is tried once more before that counts.
        """
        marked = self._ask(student, raw)
        if marked is None or marked.record.in_doubt:
            marked = self._ask(student, raw, last=True)
        if marked is None:
            raise ended_twice(student)
        return marked

    def ready(self) -> str:
        """Wait until the other process can grade; returns its cache key: a hash of what results depend on.

        Raises CourseError when it cannot, or ends before.
        """
        connection = self._connection or self._start()
        if not self._cache_key:
            try:
                told = connection.recv_bytes()
            except (EOFError, OSError):
                self.close()
                raise CourseError(
                    f"the process that should grade {self.request.unit} ended before it could",
                    "read what it said, above or in the log of the program that started it, and run "
                    "`python -m autograder doctor` on that machine",
                ) from None
            if told[:1] == REFUSED:
                self.close()
                problem, remedy = json.loads(told[1:])
                raise CourseError(problem, remedy)
            self._cache_key = told.decode()
        return self._cache_key

    def ask(self, message: bytes) -> bytes | None:
        """The other process's answer, or None when it ended instead; the next message starts another one."""
        self.ready()
        assert self._connection is not None
        with suppress(OSError):  # a process that has ended is noticed when its answer is missing
            self._connection.send_bytes(message)
        return self._collect()

    def close(self) -> None:
        """End the other process."""
        self._pending, self._cache_key = None, ""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _ask(self, student: str, raw: bytes, last: bool = False) -> Marked | None:
        asked = (student, digest_of(raw))
        pending, self._pending = self._pending, None
        answer = self._collect() if pending is not None else None
        if pending != asked:
            answer = self.ask(question(student, raw, last))
        return None if answer is None else answered(answer)

    def _collect(self) -> bytes | None:
        """The answer to the question that `ahead` sent."""
        self.ready()
        assert self._connection is not None
        try:
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            self.close()
            return None

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        command = [
            sys.executable,
            "-P",
            "-m",
            "autograder.grading.request",
            str(theirs.fileno()),
            self.request.written(),
        ]
        with theirs:
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        self._connection = Connection(ours.detach())
        return self._connection
