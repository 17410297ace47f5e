"""The examiner's end of the conversation with a candidate: ask, wait as long as is allowed, trust nothing."""

import socket
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NoReturn, Self

from autograder.isolation.allowance import Allowance
from autograder.isolation.candidate.channel import (
    ChannelError,
    DeadlineError,
    FrameTooLargeError,
    Receiver,
    send_frame,
)
from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.encode import Encoder
from autograder.isolation.candidate.wire import Numbered, ProtocolError, UnsendableError, pack, unpack
from autograder.isolation.handles import Handle
from autograder.isolation.limits import Limits
from autograder.isolation.obituary import cause_of_death
from autograder.isolation.performances import Claim, Question, believed, questions, told_in
from autograder.isolation.student_errors import student_error
from autograder.isolation.updates import apply
from autograder.reasons import Reason
from stagewise.judge.asking import AskedCase
from stagewise.judge.playing import Told
from stagewise.judge.script import Played

_MOST_WARNINGS = 100
_THREE_PARTS = pack([0, 0, 0])[:1]
_NO_ANSWER = "The code's process answered with something that is no answer"


class CandidateGone(BaseException):
    """The candidate is dead or talks nonsense; every later question ends like this.

    Not an Exception, so that no code that judges answers takes it for one.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    @property
    def outline(self) -> str:
        """The detail, where the candidate has no part in its words and numbers."""
        return _NO_ANSWER if self.reason is Reason.PROTOCOL else self.detail

    def __str__(self) -> str:
        return f"{self.outline}. {self.reason.advice}"


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
        obituary: socket.socket,
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
        self._conversation = conversation
        self._receiver = Receiver(conversation)
        self._obituary = obituary
        self._gone: tuple[Reason, str] | None = None
        self._turn = 0
        self._defined: tuple[str, list[Any]] | None = None
        self._last = last
        self._allowance = Allowance(limits, begun)

    def run_cell(self, source: str, *, count: int = 0, defines: str = "") -> CellResult:
        """Run a notebook's cell as In[count], by default the next; CandidateGone if it died of it.

        What it `defines` is likely to be looked up next, and is asked for along with it.
        """
        self._allowance.begin(defines or f"cell {count}")
        kind, *fields = self._ask("cell", [source, count, defines], self._allowance.cell)
        if kind != "cell":
            self._end(Reason.PROTOCOL, "A cell was answered with something else")
        status, count, tree, defined = self._expect(fields, str, int, list, list)
        self._defined = (defines, defined) if defines else None
        outputs = self._decode(tree, Numbered(), "")
        if status not in ("ok", "error", "timeout") or type(outputs) is not list:
            self._end(Reason.PROTOCOL, "A cell ended in a way that there is not")
        if status == "timeout":
            self._timed_out()
        return CellResult(status, count, tuple(outputs))

    def confined_by(self) -> tuple[str, ...]:
        """Ask which layers confine it: true of a candidate that has run no student's code yet."""
        kind, *fields = self._ask("layers", [], self.limits.call_seconds)
        names = self._expect(fields, list)[0]
        if kind != "layers" or any(type(name) is not str for name in names):
            self._end(Reason.PROTOCOL, "The question for layers was answered with something else")
        return tuple(names)

    @property
    def in_order(self) -> bool:
        """Whether it lives and has answered all that it was asked as it should."""
        return self._gone is None

    def begin_check(self, part: str = "") -> None:
        """Start the time that the calls of one check, of `part`, may take together; nothing was told in it
        yet.
        """
        self.timeouts = 0
        self.told = False
        self._allowance.begin_check(part)

    def lookup(self, name: str) -> Any:
        """Return the value or the Handle of the student's variable `name`; KeyError where there is none."""
        if self._defined is not None and self._defined[0] == name:
            return self._found(self._defined[1], name, Numbered())
        return self._value("get", [name], name)

    def call(self, number: int, args: Sequence[Any], kwargs: Mapping[str, Any], name: str = "") -> Any:
        """Call the object behind a handle; write what it changed in its arguments back into ours.

        CandidateError for what the student's code raised, TypeError for an argument that cannot be sent.
        """
        encoder = Encoder(_own_number_for(self))
        try:
            trees = [encoder.encode(list(args)), encoder.encode(dict(kwargs))]
        except UnsendableError as error:
            raise TypeError(f"{name or 'the function'} was given {error}, which cannot be sent") from None
        return self._value("call", [number, *trees], name, encoder.numbered)

    def item(self, number: int, key: Any, name: str = "") -> Any:
        """Return the object behind a handle, indexed."""
        return self._value("item", [number, Encoder(_own_number_for(self)).encode(key)], name)

    def attribute(self, number: int, attribute: str, name: str = "") -> Any:
        """Return a public attribute of the object behind a handle."""
        return self._value("attribute", [number, attribute], name)

    def elements(self, number: int, name: str = "") -> list[Any]:
        """Return all that iterating over the object behind a handle gives; there is a bound on how many."""
        found: list[Any] = self._checked(self._value("elements", [number], name), list)
        return found

    def length(self, number: int) -> int:
        """Return the length of the object behind a handle."""
        length: int = self._checked(self._value("length", [number], ""), int)
        return length

    def beside(self, module: str, name: str) -> Any:
        """Return what a module of the course's package calls `name` there; KeyError for other modules.

        It runs among the student's code, so it is no more to be trusted than that.
        """
        return self._value("beside", [module, name], name)

    def play(self, numbers: Mapping[str, int], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """Have whole cases played with the functions behind handles, by name; each call has its limits."""
        told = [self._told(question, numbers) for question in questions(cases)]
        return told[0] if len(told) == 1 else tuple(run for runs in told for run in runs)

    def _told(self, question: Question, numbers: Mapping[str, int]) -> Told:
        self.told = True
        allowance = self._allowance
        each, wall_end = allowance.call, min(allowance.check_ends, allowance.ends)
        named = [list(pair) for pair in numbers.items()]
        more = [allowance.check, min(wall_end - time.monotonic(), self.limits.cpu_seconds), named]
        self._send("play", [*more, question.packed], each)
        message, answers = b"", list[Any]()
        patience, left = each * self.limits.wall_factor, self.limits.frame_bytes
        while len(answers) < len(question.cases):
            # No call begins when the check's time is up; a candidate can deny that it is.
            frame = self._frame(patience * question.calls, wall_end + patience, left)
            left -= len(frame)
            message += told_in(frame, self._head)
            known = question.runs.get(message)
            if known is not None:
                return known
            kind, *parts = self._answer(frame)
            if kind != "played":
                self._end(Reason.PROTOCOL, "A case was answered with something else")
            answers += self._expect(parts, list)[0]
        if len(answers) != len(question.cases):
            self._end(Reason.PROTOCOL, "There were more answers than cases")
        return self._believed(question, message, answers, numbers)

    def _believed(
        self, question: Question, message: bytes, answers: list[Any], numbers: Mapping[str, int]
    ) -> Told:
        handles, before = list[int](), self.timeouts

        def own(number: int) -> Handle:
            handles.append(number)
            return Handle(self, number, "")

        decoder = Decoder(own)
        runs = [
            self._run(case, answer, decoder, numbers)
            for case, answer in zip(question.cases, answers, strict=True)
        ]
        if handles or self.timeouts > before:
            return Told(runs)
        return question.remembered(message, runs)

    def _run(self, case: AskedCase, answer: Any, decoder: Decoder, numbers: Mapping[str, int]) -> Played:
        claimed = self._guarded(lambda: unpack(answer)) if type(answer) is bytes else None
        tree, changed, warned, warners, timeouts, failure = self._expect(
            self._checked(claimed, list), object, list, list, list, int, object
        )
        if not 0 <= timeouts <= len(case.steps) or type(failure) not in (list, type(None)):
            self._end(Reason.PROTOCOL, "A case was answered with other parts than it should")
        for _ in range(timeouts):
            self._timed_out()
        values = self._checked(self._guarded(lambda: decoder.decode_next(tree)), dict)
        claim = Claim(values, changed, warned, warners, failure)
        played: Played = self._guarded(lambda: believed(case, claim, numbers))
        return played

    def give_up(self, reason: Reason, detail: str) -> None:
        """End the conversation: from now on every question ends with this reason."""
        with suppress(CandidateGone):
            self._end(reason, detail)

    def close(self) -> None:
        """End the conversation; the keeper on the other side kills the candidate and all it started."""
        self._conversation.close()
        self._obituary.close()
        self._gone = self._gone or (Reason.DIED, "The candidate was closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _value(self, op: str, fields: list[Any], name: str, numbered: Numbered | None = None) -> Any:
        seconds = self._allowance.next_call()
        if seconds <= 0:
            raise student_error("TimeoutError", "not called: this check's time was used up before", "")
        return self._found(self._ask(op, fields, seconds), name, numbered or Numbered())

    def _found(self, answer: list[Any], name: str, numbered: Numbered) -> Any:
        """What a question's answer says: a value, or what was raised instead."""
        kind, *rest = answer or [None]
        if kind == "value":
            tree, changes, warned = self._expect(rest, object, list, list)
            for text in warned[:_MOST_WARNINGS]:
                warnings.warn(str(text)[:500], RuntimeWarning, stacklevel=3)
            decoder = self._decoder(numbered, name)
            found = self._guarded(lambda: self._copied_out(tree, changes, decoder))
            self.told = self.told or bool(changes) or type(found) is not Handle
            return found
        if kind == "missing":
            raise KeyError(name)
        if kind not in ("raised", "timeout"):
            self._end(Reason.PROTOCOL, "A call was answered with something else")
        type_name, text, trace, changes = self._expect(rest, str, str, str, list)
        self._guarded(lambda: self._copied_out(None, changes, self._decoder(numbered, name)))
        if kind == "timeout":
            self._timed_out()
        raise student_error(type_name, text, trace)

    @staticmethod
    def _copied_out(tree: Any, changes: list[Any], decoder: Decoder) -> Any:
        arguments = len(decoder.numbered.values)
        result = decoder.decode(tree)
        apply(changes, arguments, decoder, result)
        return result

    def _ask(self, op: str, fields: list[Any], seconds: float) -> list[Any]:
        self._send(op, fields, seconds)
        return self._answer(self._frame(self._allowance.wall(seconds), float("inf"), self.limits.frame_bytes))

    def _timed_out(self) -> None:
        """A cell or a call was stopped, which ends a try that is not the last: there will be another."""
        self.timeouts += 1
        self._allowance.timed_out()
        if not self._last:
            self._end(Reason.TIMEOUT, "The code was stopped; it is tried once more, alone")

    def _send(self, op: str, fields: list[Any], seconds: float) -> None:
        if self._gone is not None:
            raise CandidateGone(*self._gone)
        self._defined = None  # whatever is asked now may change it
        self._turn += 1
        self._head = _THREE_PARTS + pack(self._turn)
        wall = self._allowance.wall(seconds)
        if self._allowance.is_over:
            self._end(Reason.TIMEOUT, self._used_up_wall())
        question = pack([self._turn, op, seconds, wall, *fields])
        deadline = time.monotonic() + wall + self.limits.grace
        try:
            send_frame(self._conversation, question, deadline)
        except ChannelError as error:
            self._broken(error, wall)

    def _frame(self, wall: float, latest: float, most: int) -> bytes:
        deadline = min(time.monotonic() + wall, latest, self._allowance.ends) + self.limits.grace
        try:
            return self._receiver.frame(most, deadline)
        except ChannelError as error:
            self._broken(error, wall)

    def _answer(self, frame: bytes) -> list[Any]:
        try:
            reply = unpack(frame)
        except ProtocolError as error:
            self._end(Reason.PROTOCOL, f"The answer was {error}")
        if (
            type(reply) is not list
            or [type(part) for part in reply[:2]] != [int, str]
            or reply[0] != self._turn
        ):
            self._end(Reason.PROTOCOL, "The answer was not to the question")
        answer: list[Any] = reply[1:]
        return answer

    def _broken(self, error: ChannelError, wall: float) -> NoReturn:
        if isinstance(error, DeadlineError):
            running = f"The code was still running after {wall:.0f} seconds"
            self._end(Reason.TIMEOUT, self._used_up_wall() if self._allowance.is_over else running)
        if isinstance(error, FrameTooLargeError):
            self._end(Reason.FLOODED, "The code answered with more than is allowed")
        reason, detail = cause_of_death(self._obituary, self.limits.cpu_seconds)
        self._end(reason, detail or self._allowance.used_up(f"{self.limits.cpu_seconds} seconds of CPU time"))

    def _expect(self, fields: list[Any], *kinds: type) -> list[Any]:
        if len(fields) != len(kinds) or any(
            type(field) is not kind for field, kind in zip(fields, kinds, strict=True) if kind is not object
        ):
            self._end(Reason.PROTOCOL, "The answer had other parts than it should")
        return fields

    def _checked(self, value: Any, kind: type) -> Any:
        if type(value) is not kind:
            self._end(Reason.PROTOCOL, f"The answer should have been of type {kind.__name__}")
        return value

    def _decoder(self, numbered: Numbered, name: str) -> Decoder:
        return Decoder(lambda number: Handle(self, number, name), numbered)

    def _decode(self, tree: Any, numbered: Numbered, name: str) -> Any:
        return self._guarded(lambda: self._decoder(numbered, name).decode(tree))

    def _guarded(self, work: Any) -> Any:
        try:
            return work()
        except ProtocolError as error:
            self._end(Reason.PROTOCOL, f"The answer held {error}")
        except MemoryError:
            self._end(Reason.FLOODED, "The answer took more memory than there is to read it")
        except Exception as error:
            self._end(Reason.PROTOCOL, f"The answer could not be read ({type(error).__name__})")

    def _used_up_wall(self) -> str:
        return self._allowance.used_up(f"{self.limits.wall_seconds:.0f} seconds on the clock")

    def _end(self, reason: Reason, detail: str) -> NoReturn:
        self.close()
        self._gone = (reason, detail)
        raise CandidateGone(reason, detail)


def _own_number_for(candidate: Candidate) -> Any:
    """Return the encoder's question about what is not data: only this candidate's own handles are sent."""

    def number_of(value: object) -> int:
        if type(value) is Handle and value._candidate is candidate:
            return value._number
        raise UnsendableError(f"a {type(value).__name__}")

    return number_of
