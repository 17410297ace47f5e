"""A board on which lanes note who is at work on what, in memory that this process shares with its forks."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

_PLACES, _ROOM = 256, 256
_SLOW_SECONDS = 5.0
_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Slow:
    """A submission that takes long: whose, which part of it (an exercise; "" where nobody knows), for how
    long.
    """

    student: str
    part: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.student} ({self.part + ', ' if self.part else ''}{self.seconds:.0f} s)"


class Board:
    """One line for each lane; a line of two lanes of one number is the last that was written."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _PLACES * _ROOM)

    def note(self, lane: int, student: str, part: str) -> None:
        """Write who is at work in a lane, and on what."""
        start = lane % _PLACES * _ROOM
        text = f"{student}{_SEPARATOR}{part}".encode("utf-8", "replace")[:_ROOM]
        self._memory[start : start + _ROOM] = text.ljust(_ROOM, b"\0")

    def part_of(self, student: str) -> str:
        """What was noted last of a student; "" when nothing was."""
        for start in range(0, _PLACES * _ROOM, _ROOM):
            text = self._memory[start : start + _ROOM].rstrip(b"\0").decode("utf-8", "replace")
            name, _, part = text.partition(_SEPARATOR)
            if name == student:
                return part
        return ""


class Watch:
    """Knows for how long each submission has been at work, and tells of those that take long."""

    def __init__(
        self,
        board: Board,
        tell: Callable[[Sequence[Slow]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board, self._tell, self._clock = board, tell, clock
        self._since: dict[str, float] = {}
        self._told = False

    def look(self, working: Collection[str]) -> None:
        """These are at work now; tells of those that are slow, and once when nobody is any more."""
        now = self._clock()
        self._since = {student: self._since.get(student, now) for student in working}
        slow = [
            Slow(student, self._board.part_of(student), now - since)
            for student, since in self._since.items()
            if now - since >= _SLOW_SECONDS
        ]
        if slow or self._told:
            self._tell(slow)
        self._told = bool(slow)
