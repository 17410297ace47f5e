"""A worker in a process of its own, for programs that should not fork: nbgrader and the Jupyter server."""

from __future__ import annotations

import json

from autograder.errors import CourseError
from autograder.grading.marking import Marked, ended_twice
from autograder.grading.processes import Process, ProcessDiedError
from autograder.grading.records import digest_of
from autograder.grading.request import REFUSED, GradingRequest
from autograder.grading.worker import answered, question


class Companion:
    """Grades submissions of one unit, one after another, in another process; that starts with the first."""

    def __init__(self, request: GradingRequest) -> None:
        self.request = request
        self._process: Process | None = None
        self._pending: tuple[str, str] | None = None
        self._cache_key = ""

    def start(self) -> Process:
        """Start the other process, if it does not run, without waiting for it."""
        if self._process is None:
            self._process = Process.started("autograder.grading.request", self.request.written())
        return self._process

    def ahead(self, student: str, raw: bytes) -> None:
        """Have the next submission graded while the caller does something else; `mark` collects it."""
        if self._pending is None and self._process is not None:
            self._process.send(question(student, raw))
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
        process = self.start()
        if not self._cache_key:
            try:
                told = process.receive()
            except ProcessDiedError:
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
        self.start().send(message)
        return self._collect()

    def close(self) -> None:
        """End the other process."""
        self._pending, self._cache_key = None, ""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(self, student: str, raw: bytes, last: bool = False) -> Marked | None:
        asked = (student, digest_of(raw))
        pending, self._pending = self._pending, None
        answer = self._collect() if pending is not None else None
        if pending != asked:
            answer = self.ask(question(student, raw, last))
        return None if answer is None else answered(answer)

    def _collect(self) -> bytes | None:
        """The answer to what was sent last."""
        self.ready()
        try:
            return self.start().receive()
        except ProcessDiedError:
            self.close()
            return None
