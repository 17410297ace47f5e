"""A worker: one sandbox template, and for each submission a fresh examiner (a forked child) with a fresh
candidate.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from multiprocessing.connection import Connection

from autograder.errors import SandboxError
from autograder.grading import records
from autograder.grading.children import ChildDiedError, in_child
from autograder.grading.marking import Marked, Terms, blank, mark
from autograder.isolation.limits import Limits
from autograder.isolation.sandbox import CandidateTemplate

_MARKED, _DIED, _NO_SANDBOX = b"M", b"D", b"S"
_SPARE_SECONDS = 60.0

Start = Callable[[], CandidateTemplate]


class Worker:
    """Grades one submission after another; the template starts with the first and ends with `close`."""

    def __init__(self, terms: Terms, limits: Limits, start: Start) -> None:
        self.terms = terms
        self._limits = limits
        self._start = start
        self._template: CandidateTemplate | None = None
        self._blank = blank(terms.plan)
        self._warm = False

    def mark(self, student: str, raw: bytes) -> Marked:
        """The graded submission; raises ChildDiedError when its examiner did not survive it, SandboxError
        without isolation.
        """
        template = self._template or self._warm_up()
        seconds = self._limits.cpu_seconds * self._limits.wall_factor + _SPARE_SECONDS
        try:
            answer = in_child(
                lambda: pack(mark(student, raw, self.terms, lambda: template.new_candidate(self._limits))),
                seconds,
            )
        except ChildDiedError:
            self.close()  # the template may be in the middle of a conversation with the child
            raise
        return unpack(answer)

    def _warm_up(self) -> CandidateTemplate:
        """Start the template, and grade an empty answer here, so that children find all caches made."""
        template = self._template = self._start()
        if not self._warm:
            mark("", self._blank, self.terms, lambda: template.new_candidate(self._limits))
            self._warm = True
        gc.collect()
        gc.freeze()  # what is here now is shared with every child, and need not be looked at by any
        return template

    def close(self) -> None:
        """End the template and every candidate; the next submission starts another."""
        if self._template is not None:
            self._template.close()
            self._template = None


def pack(marked: Marked) -> bytes:
    """Record and notebook in one message."""
    return records.dump(marked.record) + b"\n" + marked.notebook


def unpack(message: bytes) -> Marked:
    """What `pack` packed."""
    record, notebook = message.split(b"\n", 1)
    return Marked(notebook, records.parse(record))


def question(student: str, raw: bytes) -> bytes:
    """The message that asks a lane to grade a submission."""
    return json.dumps(student).encode() + b"\n" + raw


def answered(answer: bytes) -> Marked | None:
    """The submission that a lane graded, or None when its examiner died; raises the lane's SandboxError."""
    kind, rest = answer[:1], answer[1:]
    if kind == _NO_SANDBOX:
        problem, remedy = json.loads(rest)
        raise SandboxError(problem, remedy)
    return unpack(rest) if kind == _MARKED else None


def serve(worker: Worker, connection: Connection) -> None:
    """Answer questions until the connection closes."""
    try:
        while True:
            student, raw = connection.recv_bytes().split(b"\n", 1)
            connection.send_bytes(_answer(worker, json.loads(student), raw))
    finally:
        worker.close()


def _answer(worker: Worker, student: str, raw: bytes) -> bytes:
    try:
        return _MARKED + pack(worker.mark(student, raw))
    except ChildDiedError:
        return _DIED
    except SandboxError as error:
        return _NO_SANDBOX + json.dumps([error.problem, error.remedy]).encode()
