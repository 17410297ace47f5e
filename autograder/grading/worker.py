"""A worker: one sandbox template, for each submission a fresh candidate, and forked examiners.

An examiner's process judges a few submissions one after the other, as long as their candidates answer as they
should: forking it costs as much as its work. The first that does not is its last, so that nothing that was
ever out of order is there when the next submission comes.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from autograder.bounds import bound_memory
from autograder.errors import CourseError, SandboxError, SubmissionError
from autograder.examining.known_answers import RightCandidate
from autograder.grading import records
from autograder.grading.marking import Marked, Terms, blank, mark, not_gradable, refused
from autograder.grading.processes import Process, ProcessDiedError
from autograder.grading.records import Record
from autograder.isolation.conversation import CandidateGone
from autograder.isolation.limits import MIB, Limits
from autograder.isolation.link import Candidate
from autograder.isolation.sandbox import CandidateTemplate
from autograder.reasons import Reason

_MARKED, _DIED, _NO_SANDBOX = b"M", b"D", b"S"
_SPARE_SECONDS = 2.0
_MOST_SERVED = 16
_MOST_GROWTH = 256 * MIB
_LAST, _MORE, _IN_DOUBT = b"L", b"G", b"?"

Start = Callable[[], CandidateTemplate]
Note = Callable[[str, str], None]


class Worker:
    """Grades one submission after another with the template that `start` gives when the first one comes.

    Whoever launched a template ends it.
    """

    def __init__(self, terms: Terms, limits: Limits) -> None:
        self.terms = terms
        self._limits = limits
        self._template: CandidateTemplate | None = None
        self._examiner: Process | None = None
        self._blank = blank(terms.plan)
        self._known_answers = self._warm = False
        self._fault: SubmissionError | None = None
        self._note: Note = _unnoted

    def mark(self, student: str, raw: bytes, start: Start, last: bool = True) -> bytes:
        """The graded submission, packed; raises ProcessDiedError when its examiner did not survive it,
        SandboxError without isolation. A try that is not the `last` ends with the first time-out.
        """
        if self._template is None:
            template = start()
            self.warm_up(template)
            self._template = template
        if self._fault is not None:
            return pack(refused(student, raw, self.terms, self._fault))
        if self._examiner is None:
            examining = _Examining(self.terms, self._template, self._limits, self._note)
            self._examiner = Process.forked(lambda: examining.answer)
        limits = self._limits
        seconds = limits.wall_seconds + limits.grace + limits.judging_seconds + _SPARE_SECONDS
        try:
            answer = self._examiner.ask(question(student, raw, last), seconds)
            if not answer:
                raise ProcessDiedError("the template of its candidates has ended")
        except ProcessDiedError:
            self.close()
            self._template = None  # perhaps it was the template that died
            raise
        if answer[:1] != _MORE:
            self.close()
        if answer[:1] == _IN_DOUBT and not _lives(self._template):
            self._template = None
        return answer[1:]

    def note_with(self, note: Note) -> None:
        """From now on, have `note` told whose submission is examined, and which part of it."""
        self._note = note

    def close(self) -> None:
        """End the examiner, if there is one; the next submission has a new one."""
        if self._examiner is not None:
            self._examiner.close()
            self._examiner = None

    def know_answers(self) -> None:
        """Judge the right answers in this process, for which no candidate is needed."""
        if not self._known_answers:
            mark("", self._blank, self.terms, self._right)
            self._known_answers = True

    def warm_up(self, template: CandidateTemplate) -> None:
        """Judge the right answers in this process, and grade an empty submission: those forked from it find
        both done. What fails in that one is no student's fault, and then nobody is graded.
        """
        self.know_answers()
        if not self._warm:
            plainly = replace(self.terms, explore=False)  # what experiments show is not looked at
            marked = mark("", self._blank, plainly, lambda: template.new_candidate(self._limits))
            self._fault = fault_of(marked.record)
            self._warm = True
        gc.collect()
        gc.freeze()  # what is here now is shared with every child, and need not be looked at by any

    def _right(self) -> RightCandidate:
        return RightCandidate(self.terms.plan.unit, self.terms.isolation)


def fault_of(blank: Record) -> SubmissionError | None:
    """Why nobody can be graded, where the submission of a student who wrote nothing could not."""
    if not blank.is_final:
        return SubmissionError(blank.reason, blank.detail, blank.remedy)
    for check in blank.checks:
        if check.reason is Reason.CHECK_BROKEN:
            problem = f"{check.check} fails where nothing was written: {check.detail}"
            return not_gradable(CourseError(problem, "correct the check, or what it needs, and grade again"))
    return None


class _Examining:
    """What an examiner's process does: it marks submissions, and says with which it has done enough."""

    def __init__(self, terms: Terms, template: CandidateTemplate, limits: Limits, note: Note) -> None:
        self._terms, self._template, self._limits, self._note = terms, template, limits, note
        self._served = 0
        self._largest = _memory()

    def answer(self, message: bytes) -> bytes:
        """The graded submission, packed, after a word on whether there may be another."""
        gc.disable()  # this process ends before it would need it
        if not self._served:
            bound_memory(self._limits.memory_bytes)
        _start_alike()
        student, raw, counts = asked(message)
        begun = partial(self._note, student)

        def fresh() -> Candidate:
            return self._template.new_candidate(self._limits, last=counts, begun=begun)

        try:
            marked = mark(student, raw, self._terms, fresh)
        except SandboxError:
            return b""
        self._served += 1
        grown = _memory() - self._largest > _MOST_GROWTH
        last = not marked.in_order or grown or self._served >= _MOST_SERVED
        word = _IN_DOUBT if marked.record.in_doubt else _LAST if last else _MORE
        return word + pack(marked)


def _unnoted(student: str, part: str) -> None:
    """Nobody wants to know."""


def _start_alike() -> None:
    """Start the generators that all code shares from one state: what a check draws is the same for all."""
    random.seed(0)
    np.random.seed(0)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(0)


def _memory() -> int:
    """The most bytes that this process had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _lives(template: CandidateTemplate) -> bool:
    """Whether it still gives candidates: one that was killed may take what runs with it."""
    try:
        with template.new_candidate() as candidate:
            candidate.confined_by()
    except (SandboxError, CandidateGone):
        return False
    return True


def pack(marked: Marked) -> bytes:
    """Record and notebook in one message."""
    return records.dump(marked.record) + b"\n" + marked.notebook


def unpack(message: bytes) -> Marked:
    """What `pack` packed."""
    record, notebook = message.split(b"\n", 1)
    return Marked(notebook, records.parse(record))


def question(student: str, raw: bytes, last: bool = False) -> bytes:
    """The message that asks a lane to grade a submission; what comes of the `last` try counts."""
    return json.dumps([student, last]).encode() + b"\n" + raw


def asked(message: bytes) -> tuple[str, bytes, bool]:
    """Student and submission of a question, and whether it is the last try."""
    head, raw = message.split(b"\n", 1)
    student, last = json.loads(head)
    return student, raw, last


def answered(answer: bytes) -> Marked | None:
    """The submission that a lane graded, or None when its examiner died; raises the lane's SandboxError."""
    kind, rest = answer[:1], answer[1:]
    if kind == _NO_SANDBOX:
        problem, remedy = json.loads(rest)
        raise SandboxError(problem, remedy)
    return unpack(rest) if kind == _MARKED else None


def reply(worker: Worker, start: Start, message: bytes) -> bytes:
    """What a lane answers to a `question`."""
    student, raw, last = asked(message)
    try:
        return _MARKED + worker.mark(student, raw, start, last)
    except ProcessDiedError:
        return _DIED
    except (CourseError, SandboxError) as error:
        return _NO_SANDBOX + json.dumps([error.problem, error.remedy]).encode()
