"""A worker: one sandbox template, and for each submission a fresh examiner (a forked child) with a fresh
candidate.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from multiprocessing.connection import Connection

from autograder.errors import SandboxError
from autograder.examining.foreseen import RightCandidate
from autograder.grading import records
from autograder.grading.children import ChildDiedError, in_child
from autograder.grading.marking import Marked, Terms, blank, mark
from autograder.isolation.limits import Limits
from autograder.isolation.sandbox import CandidateTemplate

_MARKED, _DIED, _NO_SANDBOX = b"M", b"D", b"S"
_SPARE_SECONDS = 60.0

Start = Callable[[], CandidateTemplate]


class Worker:
    """Grades one submission after another with the template that `start` gives when the first one comes.

    Whoever launched a template ends it.
    """

    def __init__(self, terms: Terms, limits: Limits) -> None:
        self.terms = terms
        self._limits = limits
        self._template: CandidateTemplate | None = None
        self._blank = blank(terms.plan)
        self._warm = False

    def mark(self, student: str, raw: bytes, start: Start) -> bytes:
        """The graded submission, packed; raises ChildDiedError when its examiner did not survive it,
        SandboxError without isolation.
        """
        if self._template is None:
            template = start()
            self.warm_up(template)
            self._template = template
        seconds = self._limits.cpu_seconds * self._limits.wall_factor + _SPARE_SECONDS
        try:
            return in_child(lambda: self._answer(student, raw), seconds)
        except ChildDiedError:
            self._template = None  # perhaps it was the template that died
            raise

    def warm_up(self, template: CandidateTemplate) -> None:
        """Grade an empty answer in this process, and judge the right ones: those forked from it find both
        done.
        """
        if not self._warm:
            mark("", self._blank, self.terms, lambda: template.new_candidate(self._limits))
            mark("", self._blank, self.terms, self._right)
            self._warm = True
        gc.collect()
        gc.freeze()  # what is here now is shared with every child, and need not be looked at by any

    def _right(self) -> RightCandidate:
        return RightCandidate(self.terms.plan.unit, self.terms.isolation)

    def _answer(self, student: str, raw: bytes) -> bytes:
        gc.disable()  # this process ends before it would need it
        template = self._template
        assert template is not None
        return pack(mark(student, raw, self.terms, lambda: template.new_candidate(self._limits)))


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


def serve(worker: Worker, connection: Connection, start: Start) -> None:
    """Answer questions until the connection closes."""
    while True:
        student, raw = connection.recv_bytes().split(b"\n", 1)
        connection.send_bytes(_answer(worker, json.loads(student), raw, start))


def _answer(worker: Worker, student: str, raw: bytes, start: Start) -> bytes:
    try:
        return _MARKED + worker.mark(student, raw, start)
    except ChildDiedError:
        return _DIED
    except SandboxError as error:
        return _NO_SANDBOX + json.dumps([error.problem, error.remedy]).encode()
