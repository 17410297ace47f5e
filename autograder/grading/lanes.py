"""Lanes: worker processes forked from this warm one, each of which answers one message at a time.

Messages are bytes both ways. A lane that dies is forked anew, and the caller learns which message it had.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterator
from multiprocessing.connection import wait
from typing import Any

from autograder.grading.pool import Answer
from autograder.grading.processes import Answering, Process, ProcessDiedError
from autograder.isolation.confinement.confine import keep_to


class Lanes:
    """A pool of `count` lanes; a context manager. `begin` is called in each with its number, and returns what
    answers.

    Numbers count on for lanes that replace others. Single-threaded, as whoever forks must be. Lanes that take
    up all cores keep to one core each, with all that they start: an examiner and its candidate take turns.
    """

    def __init__(self, begin: Callable[[int], Answering], count: int) -> None:
        self._begin = begin
        self._idle: list[Process] = []
        self._busy: dict[Process, str] = {}
        self._places: dict[Process, set[int]] = {}
        self._numbers = itertools.count()
        cores = sorted(os.sched_getaffinity(0))
        for core in itertools.islice(itertools.cycle(cores), count):
            self._open(set(cores) if count < len(cores) else {core})

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._places:
            lane.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the lanes."""
        return tuple(lane.pid for lane in self._places)

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
        lane.send(message)

    def answers(self, seconds: float | None = None) -> Iterator[Answer]:
        """Answers that have come, after waiting for at least one (or `seconds`); none when no lane works."""
        lanes: dict[Any, Process] = {lane.fileno(): lane for lane in self._busy}
        for ready in wait(list(lanes), seconds) if lanes else ():
            lane = lanes[ready]
            label = self._busy.pop(lane)
            try:
                content = lane.receive()
            except ProcessDiedError:
                self._open(self._places.pop(lane))
                yield Answer(label, None)
            else:
                self._idle.append(lane)
                yield Answer(label, content)

    def _open(self, cores: set[int]) -> None:
        number = next(self._numbers)

        def begin() -> Answering:
            keep_to(cores)  # if they are there: they may be others than a moment ago
            return self._begin(number)

        lane = Process.forked(begin)
        self._places[lane] = cores
        self._idle.append(lane)
