"""One conversation with a candidate: questions in turn, each answered in time, or it ends for a reason."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from autograder.isolation._allowance import Allowance
from autograder.isolation._cause_of_death import cause_of_death
from autograder.isolation.limits import Limits
from autograder.isolation.protocol.frames import Channel, ChannelError, DeadlineError, FrameTooLargeError
from autograder.isolation.protocol.packing import ProtocolError, pack, unpack
from autograder.reasons import Reason

_THREE_PARTS = pack([0, 0, 0])[:1]
_NO_ANSWER = "The code's process answered with something that is no answer"

_Read = TypeVar("_Read")


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


class Conversation:
    """Sockets to a candidate and to its keeper, and whether it still goes on."""

    def __init__(
        self, sock: socket.socket, keeper: socket.socket, limits: Limits, allowance: Allowance
    ) -> None:
        self.head = b""
        self._channel, self._keeper = Channel(sock), keeper
        self._limits, self._allowance = limits, allowance
        self._gone: tuple[Reason, str] | None = None
        self._turn = 0

    @property
    def goes_on(self) -> bool:
        """Whether the candidate lives and has answered all that it was asked as it should."""
        return self._gone is None

    def ask(self, op: str, fields: list[Any], seconds: float) -> list[Any]:
        """The answer to a question that may take so many seconds of CPU time."""
        self.send(op, fields, seconds)
        return self.read(self.frame(self._allowance.wall(seconds), float("inf"), self._limits.frame_bytes))

    def send(self, op: str, fields: list[Any], seconds: float) -> None:
        """Send a question, whose answer is in one frame or more that begin with `head`."""
        if self._gone is not None:
            raise CandidateGone(*self._gone)
        self._turn += 1
        self.head = _THREE_PARTS + pack(self._turn)
        wall = self._allowance.wall(seconds)
        if self._allowance.is_over:
            self.end(Reason.TIMEOUT, self._used_up_wall())
        question = pack([self._turn, op, seconds, wall, *fields])
        deadline = time.monotonic() + wall + self._limits.grace
        try:
            self._channel.send(question, deadline)
        except ChannelError as error:
            self._broken(error, wall)

    def frame(self, wall: float, latest: float, most: int) -> bytes:
        """The next frame of at most so many bytes, in so many seconds on the clock and not after `latest`."""
        deadline = min(time.monotonic() + wall, latest, self._allowance.ends) + self._limits.grace
        try:
            return self._channel.receive(most, deadline)
        except ChannelError as error:
            self._broken(error, wall)

    def read(self, frame: bytes) -> list[Any]:
        """The parts of an answer to the present question: what it answers, and then the rest."""
        try:
            reply = unpack(frame)
        except ProtocolError as error:
            self.end(Reason.PROTOCOL, f"The answer was {error}")
        if (
            type(reply) is not list
            or [type(part) for part in reply[:2]] != [int, str]
            or reply[0] != self._turn
        ):
            self.end(Reason.PROTOCOL, "The answer was not to the question")
        return reply[1:]

    def guarded(self, work: Callable[[], _Read]) -> _Read:
        """What reading a part of an answer gives; whatever it raises ends the conversation."""
        try:
            return work()
        except ProtocolError as error:
            self.end(Reason.PROTOCOL, f"The answer held {error}")
        except MemoryError:
            self.end(Reason.FLOODED, "The answer took more memory than there is to read it")
        except Exception as error:
            self.end(Reason.PROTOCOL, f"The answer could not be read ({type(error).__name__})")

    def expect(self, fields: Any, *kinds: type) -> list[Any]:
        """The parts, which are a list of these types exactly; any will do where `object` stands."""
        if type(fields) is not list or len(fields) != len(kinds):
            self.end(Reason.PROTOCOL, "The answer had other parts than it should")
        if any(
            type(field) is not kind for field, kind in zip(fields, kinds, strict=True) if kind is not object
        ):
            self.end(Reason.PROTOCOL, "The answer had parts of other types than it should")
        return fields

    def close(self) -> None:
        """End it; the keeper on the other side kills the candidate and all it started."""
        self._channel.close()
        self._keeper.close()
        self._gone = self._gone or (Reason.DIED, "The candidate was closed")

    def end(self, reason: Reason, detail: str) -> NoReturn:
        """End it for a reason, with which every later question ends too."""
        self.close()
        self._gone = (reason, detail)
        raise CandidateGone(reason, detail)

    def _broken(self, error: ChannelError, wall: float) -> NoReturn:
        if isinstance(error, DeadlineError):
            running = f"The code was still running after {wall:.0f} seconds"
            self.end(Reason.TIMEOUT, self._used_up_wall() if self._allowance.is_over else running)
        if isinstance(error, FrameTooLargeError):
            self.end(Reason.FLOODED, "The code answered with more than is allowed")
        reason, detail = cause_of_death(self._keeper, self._limits.cpu_seconds)
        self.end(reason, detail or self._allowance.used_up(f"{self._limits.cpu_seconds} seconds of CPU time"))

    def _used_up_wall(self) -> str:
        return self._allowance.used_up(f"{self._limits.wall_seconds:.0f} seconds on the clock")
