"""A candidate as the examiner has it: cells run, names looked up, cases played. Nothing that it says is
trusted.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from autograder.isolation._allowance import Allowance
from autograder.isolation.case_questions import Claim, Question, believed, questions, told_in
from autograder.isolation.conversation import CandidateGone, Conversation
from autograder.isolation.limits import Limits
from autograder.isolation.protocol.codec import Reader
from autograder.isolation.protocol.packing import unpack
from autograder.reasons import Reason
from stagewise.judge.asking import AskedCase
from stagewise.judge.playing import Told
from stagewise.judge.script import Played

_TYPES = frozenset(
    kind.__name__ for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, type(None))
) | {"ndarray", "float32", "float64", "int64", "Tensor", "module"}


@dataclass(frozen=True, slots=True)
class CellResult:
    """How a cell ended ("ok", "error" or "timeout"), its count In[n], and its outputs, not yet cleaned."""

    status: str
    execution_count: int
    outputs: tuple[Any, ...]


class Candidate:
    """One student's running code, somewhere else. A context manager; `close` kills whatever it started."""

    def __init__(
        self,
        conversation: socket.socket,
        exit_report: socket.socket,
        limits: Limits,
        isolation: str,
        layers: tuple[str, ...] = (),
        *,
        last: bool = True,
        begun: Callable[[str], None] = lambda part: None,
    ) -> None:
        self.limits = limits
        self.isolation = isolation
        self.layers = layers
        self.timeouts = 0
        self.told = False
        self._defined: tuple[str, list[Any]] | None = None
        self._last = last
        self._allowance = Allowance(limits, begun)
        self._talk = Conversation(conversation, exit_report, limits, self._allowance)

    def run_cell(self, source: str, *, count: int = 0, defines: str = "") -> CellResult:
        """Run a notebook's cell as In[count], by default the next; CandidateGone if it died of it.

        What it `defines` is likely to be looked up next, and is asked for along with it.
        """
        self._allowance.begin(defines or f"cell {count}")
        answer = self._talk.ask("cell", [source, count, defines], self._allowance.cell)
        kind, status, count, tree, defined = self._talk.expect(answer, str, str, int, list, list)
        self._defined = (defines, defined) if defines else None
        outputs = self._talk.guarded(lambda: Reader().value(tree))
        if kind != "cell" or status not in ("ok", "error", "timeout") or type(outputs) is not list:
            self._talk.end(Reason.PROTOCOL, "A cell ended in a way that there is not")
        if status == "timeout":
            self._timed_out()
        return CellResult(status, count, tuple(outputs))

    def confined_by(self) -> tuple[str, ...]:
        """Ask which layers confine it: true of a candidate that has run no student's code yet."""
        answer = self._talk.ask("layers", [], self.limits.call_seconds)
        kind, names = self._talk.expect(answer, str, list)
        if kind != "layers" or any(type(name) is not str for name in names):
            self._talk.end(Reason.PROTOCOL, "The question for layers was answered with something else")
        return tuple(names)

    @property
    def in_order(self) -> bool:
        """Whether it lives and has answered all that it was asked as it should."""
        return self._talk.goes_on

    def begin_check(self, part: str = "") -> None:
        """Start the time that the calls of one check, of `part`, may take together; nothing was told in it
        yet.
        """
        self.timeouts = 0
        self.told = False
        self._allowance.begin_check(part)

    def lookup(self, name: str) -> str:
        """Have the function of that name kept for the cases to come, and return ""; of a variable that is
        none, what its type is called. KeyError where there is nothing of that name.
        """
        known, self._defined = self._defined, None
        if known is not None and known[0] == name:
            answer = known[1]
        else:
            answer = self._talk.ask("get", [name], self._allowance.call)
        if answer == ["missing"]:
            raise KeyError(name)
        found, kind = self._talk.expect(answer, str, str)
        if found != "found":
            self._talk.end(Reason.PROTOCOL, "A name was answered with something else")
        if kind == "function":
            return ""
        return kind if kind in _TYPES else "object"

    def play(self, setting: str, names: Sequence[str], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """Have whole cases played with functions that were looked up, in a setting; each call has its limits.

        What surrounds them there runs among the student's code, so it is no more to be trusted than that.
        """
        told = [self._told(question, setting, names) for question in questions(cases)]
        return told[0] if len(told) == 1 else tuple(run for runs in told for run in runs)

    def _told(self, question: Question, setting: str, names: Sequence[str]) -> Told:
        self.told = True
        self._defined = None
        allowance = self._allowance
        each, wall_end = allowance.call, min(allowance.check_ends, allowance.ends)
        more = [allowance.check, min(wall_end - time.monotonic(), self.limits.cpu_seconds), setting]
        self._talk.send("play", [*more, list(names), question.packed], each)
        message, answers = b"", list[Any]()
        patience, left = each * self.limits.wall_factor, self.limits.frame_bytes
        while len(answers) < len(question.cases):
            # No call begins when the check's time is up; a candidate can deny that it is.
            frame = self._talk.frame(patience * question.calls, wall_end + patience, left)
            left -= len(frame)
            message += told_in(frame, self._talk.head)
            known = question.runs.get(message)
            if known is not None:
                return known
            kind, some = self._talk.expect(self._talk.read(frame), str, list)
            if kind != "played":
                self._talk.end(Reason.PROTOCOL, "A case was answered with something else")
            answers += some
        if len(answers) != len(question.cases):
            self._talk.end(Reason.PROTOCOL, "There were more answers than cases")
        return self._believed(question, message, answers, names)

    def _believed(self, question: Question, message: bytes, answers: list[Any], names: Sequence[str]) -> Told:
        reader, before = Reader(), self.timeouts
        runs = [
            self._run(case, answer, reader, names)
            for case, answer in zip(question.cases, answers, strict=True)
        ]
        return Told(runs) if self.timeouts > before else question.remembered(message, runs)

    def _run(self, case: AskedCase, answer: Any, reader: Reader, names: Sequence[str]) -> Played:
        claimed = self._talk.guarded(lambda: unpack(answer)) if type(answer) is bytes else None
        tree, changed, warned, warners, timeouts, failure = self._talk.expect(
            claimed, object, list, list, list, int, object
        )
        if not 0 <= timeouts <= len(case.steps) or type(failure) not in (list, type(None)):
            self._talk.end(Reason.PROTOCOL, "A case was answered with other parts than it should")
        for _ in range(timeouts):
            self._timed_out()
        values = self._talk.guarded(lambda: reader.value(tree))
        if type(values) is not dict:
            self._talk.end(Reason.PROTOCOL, "A case was answered without values by name")
        claim = Claim(values, changed, warned, warners, failure)
        return self._talk.guarded(lambda: believed(case, claim, names))

    def give_up(self, reason: Reason, detail: str) -> None:
        """End the conversation: from now on every question ends with this reason."""
        with suppress(CandidateGone):
            self._talk.end(reason, detail)

    def close(self) -> None:
        """End the conversation; the keeper on the other side kills the candidate and all it started."""
        self._talk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _timed_out(self) -> None:
        """A cell or a call was stopped, which ends a try that is not the last: there will be another."""
        self.timeouts += 1
        self._allowance.timed_out()
        if not self._last:
            self._talk.end(Reason.TIMEOUT, "The code was stopped; it is tried once more, alone")
