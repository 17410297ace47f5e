"""The cells with which every notebook of a unit opens, run once in the template: its forks find them done."""

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from . import random_state
from .clock import TimeIsUp, at_most
from .shell import CandidateShell

_SECONDS, _BOUND = 60.0, 1 << 16

Shown = tuple[str, int, list[dict[str, Any]]]


class Opening:
    """What running the opening cells has left in a shell, and what they showed.

    It is given up where not all of it would be found in a fork: what waits in threads, open files and files
    on the disk, in `places`. A notebook that does not open with these cells starts from nothing.
    """

    def __init__(
        self, shell: CandidateShell, sources: Sequence[str] = (), places: Sequence[str] = ()
    ) -> None:
        self._shell = shell
        self._sources = list(sources)
        self._shown: list[Shown] = []
        self._asked = 0
        before = _outside_memory(places)
        with suppress(TimeIsUp), at_most(_SECONDS, _SECONDS):
            self._run()
        flooded = any(len(str(outputs)) >= _BOUND for _, _, outputs in self._shown)
        if len(self._shown) < len(sources) or flooded or _outside_memory(places) != before:
            self.leave()
        self._seed = random_state.state()

    def begin(self) -> None:
        """Go on in a fork, where Python starts its generator anew."""
        random_state.go_on(self._seed)

    def cell(self, source: str, number: int) -> Shown | None:
        """What a notebook's cell of that number (0 for the next) has shown, if it is an opening cell in its
        place; else the shell is as if only those before it had run.
        """
        if self._asked == len(self._sources):
            return None
        if source != self._sources[self._asked] or number not in (0, self._asked + 1):
            self.leave()
            return None
        self._asked += 1
        return self._shown[self._asked - 1]

    def leave(self) -> None:
        """Have the shell be as if only the opening cells that were asked for had run."""
        if self._asked == len(self._sources):
            return
        self._sources = self._sources[: self._asked]
        self._shell.reset()
        self._run()

    def _run(self) -> None:
        random_state.start()
        for number, source in enumerate(self._sources, start=1):
            self._shell.execution_count = number
            self._shown.append(self._shell.run(source, _BOUND))


def _outside_memory(places: Sequence[str]) -> tuple[int, int, list[list[str]]]:
    """How many threads and descriptors this process has, and what lies where it can write."""
    threads = max(threading.active_count(), len(os.listdir("/proc/self/task")))
    return threads, len(os.listdir("/proc/self/fd")), [sorted(os.listdir(place)) for place in places]
