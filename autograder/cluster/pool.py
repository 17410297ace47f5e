"""The pool of a cluster: which worker has which submission, and which submissions lost their worker.

No word of Dask: a `Transport` tells who is there and carries messages. Each message goes to one worker and is
never moved to another behind our back, so that a submission that kills its worker is known for it.
"""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from typing import Protocol
from urllib.parse import urlsplit

from autograder.errors import CourseError
from autograder.grading.pool import Answer

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
_AHEAD = 1


class Transport(Protocol):
    """What a pool needs of a cluster."""

    def workers(self) -> Mapping[str, int]:
        """The addresses of the workers that are there now, each with its number of threads.

        Raises CourseError when nobody can tell.
        """

    def send(self, address: str, message: bytes) -> Future[bytes | None]:
        """Have a worker answer a message, in its own time: None, or cancelled, when it died of it.

        A CourseError in the future says what is wrong with that worker.
        """


class ClusterPool:
    """A pool of remote workers; every thread of theirs has one message at work, and each worker one more that
    waits there, so that nobody idles while messages travel.

    `patience` is for how long it waits when there is no worker at all.
    """

    def __init__(
        self,
        transport: Transport,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._patience, self._clock = transport, patience, clock
        self._sent: dict[Future[bytes | None], tuple[str, str]] = {}
        self._ready: queue.SimpleQueue[Future[bytes | None]] = queue.SimpleQueue()
        self._load: Counter[str] = Counter()
        self._room: dict[str, int] = {}
        self._met = clock()
        self._look()

    @property
    def free(self) -> int:
        """How many messages the workers have room for."""
        return sum(max(0, room - self._load[address]) for address, room in self._room.items())

    @property
    def busy(self) -> int:
        """How many messages are under way."""
        return len(self._sent)

    @property
    def working(self) -> Collection[str]:
        """Labels of the messages that came first to their workers; those behind them wait there."""
        begun: Counter[str] = Counter()
        found = []
        for label, address in self._sent.values():
            begun[address] += 1
            if begun[address] <= self._room.get(address, 0) - _AHEAD:
                found.append(label)
        return found

    @property
    def alone(self) -> int:
        """The number of machines."""
        return max(1, len({machine_of(address) for address in self._room}))

    def send(self, label: str, message: bytes) -> None:
        """Give a message to the worker that has least to do, on the machine that has least to do."""
        address = self._choose()
        future = self._transport.send(address, message)
        self._sent[future] = label, address
        self._load[address] += 1
        future.add_done_callback(self._ready.put)

    def answers(self, seconds: float) -> Iterable[Answer]:
        """Answers that have come, after waiting up to `seconds` for one or for a worker.

        Raises CourseError when the scheduler is gone, when there has been no worker for too long, and what a
        worker raised.
        """
        came = self._came(seconds)
        # Before an answer counts as lost, ask whether the cluster is there at all.
        if self._clock() - self._looked >= LOOK_SECONDS or any(map(_is_lost, came)):
            self._look()
        answers = [self._answer(future) for future in came if future in self._sent]
        return answers + [self._answer(future) for future in self._lost()]

    def _came(self, seconds: float) -> list[Future[bytes | None]]:
        """Messages that are through; waits only when there is something to wait for."""
        came = []
        try:
            if self._sent or not self.free:
                came.append(self._ready.get(timeout=seconds))
            while True:
                came.append(self._ready.get_nowait())
        except queue.Empty:
            return came

    def _lost(self) -> list[Future[bytes | None]]:
        lost = [future for future, (_, address) in self._sent.items() if address not in self._room]
        for future in lost:
            future.cancel()
        return lost

    def _answer(self, future: Future[bytes | None]) -> Answer:
        label, address = self._sent.pop(future)
        self._load[address] -= 1
        return Answer(label, None if _is_lost(future) else future.result())

    def _look(self) -> None:
        """See who is there."""
        self._looked = self._clock()
        self._room = {address: threads + _AHEAD for address, threads in self._transport.workers().items()}
        if self._room:
            self._met = self._looked
        elif self._looked - self._met > self._patience:
            raise CourseError(
                f"the cluster has had no worker for {self._patience:.0f} s",
                "start workers and run the command again (what was graded is kept)",
            )

    def _choose(self) -> str:
        machines: Counter[str] = Counter()
        for address, load in self._load.items():
            machines[machine_of(address)] += load
        fitting = (address for address, room in self._room.items() if self._load[address] < room)
        return min(fitting, key=lambda one: (machines[machine_of(one)], self._load[one]))


def _is_lost(future: Future[bytes | None]) -> bool:
    return future.cancelled() or (future.exception() is None and future.result() is None)


def machine_of(address: str) -> str:
    """The host in a worker's address, such as tcp://10.0.0.7:40123."""
    return urlsplit(address).hostname or address
