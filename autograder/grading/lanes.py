"""Lanes: worker processes forked from this warm one, each of which answers one message at a time.

Messages are bytes both ways. A lane that dies is forked anew, and the caller learns which message it had.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait

from autograder.grading.children import fork_worker
from autograder.grading.pool import Answer

Serve = Callable[[Connection, int], None]


class Lanes:
    """A pool of `count` lanes that run `serve` with a connection and the lane's number; a context manager.

    Numbers count on for lanes that replace others. Single-threaded, as whoever forks must be. Lanes that take
    up all cores keep to one core each, with all that they start: an examiner and its candidate take turns.
    """

    def __init__(self, serve: Serve, count: int) -> None:
        self._serve = serve
        self._idle: list[Connection] = []
        self._busy: dict[Connection, str] = {}
        self._pids: dict[Connection, int] = {}
        self._numbers = itertools.count()
        cores = sorted(os.sched_getaffinity(0))
        self._places = [{core} for core in itertools.islice(itertools.cycle(cores), count)]
        if count < len(cores):
            self._places = [set(cores)] * count
        self._place_of: dict[Connection, set[int]] = {}
        for _ in range(count):
            self._open()

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in list(self._pids):
            self._end(lane)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the lanes."""
        return tuple(self._pids.values())

    @property
    def free(self) -> int:
        """How many lanes wait for a message."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """How many lanes work."""
        return len(self._busy)

    @property
    def working(self) -> Collection[str]:
        """Labels of the messages that lanes work on."""
        return self._busy.values()

    @property
    def alone(self) -> int:
        """How many lanes can work without disturbing one another."""
        return 1

    def send(self, label: str, message: bytes) -> None:
        """Give a free lane something to do."""
        lane = self._idle.pop()
        self._busy[lane] = label
        with suppress(OSError):  # a lane that died before it got the message is noticed by `answers`
            lane.send_bytes(message)

    def answers(self, seconds: float | None = None) -> Iterator[Answer]:
        """Answers that have come, after waiting for at least one (or `seconds`); none when no lane works."""
        for lane in wait(list(self._busy), seconds) if self._busy else ():
            assert isinstance(lane, Connection)
            label = self._busy.pop(lane)
            try:
                content = lane.recv_bytes()
            except (EOFError, OSError):
                self._end(lane)
                self._open()
                yield Answer(label, None)
            else:
                self._idle.append(lane)
                yield Answer(label, content)

    def _open(self) -> None:
        ours, theirs = Pipe()
        others = [*self._pids, ours]
        number, cores = next(self._numbers), self._places.pop()
        pid = fork_worker(lambda: _lane(self._serve, theirs, number, cores, others))
        self._place_of[ours] = cores
        theirs.close()
        self._pids[ours] = pid
        self._idle.append(ours)

    def _end(self, lane: Connection) -> None:
        pid = self._pids.pop(lane)
        self._places.append(self._place_of.pop(lane))
        lane.close()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        self._busy.pop(lane, None)
        if lane in self._idle:
            self._idle.remove(lane)


def _lane(
    serve: Serve, connection: Connection, number: int, cores: set[int], others: list[Connection]
) -> None:
    for other in others:
        other.close()
    with suppress(OSError):  # the cores may be others than a moment ago
        os.sched_setaffinity(0, cores)
    with suppress(EOFError, BrokenPipeError):
        serve(connection, number)
