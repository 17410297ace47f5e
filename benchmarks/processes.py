"""A process and all that it started: their memory over time, and the CPU time that they used."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SECONDS = 1.0
_PARENT, _TIMES = 1, slice(11, 15)


@dataclass(slots=True)
class Memory:
    """Samples (seconds since the start, bytes); memory shared between processes counts once."""

    samples: list[tuple[float, int]] = field(default_factory=list)

    @property
    def peak(self) -> int:
        """The most that was seen, in bytes."""
        return max((size for _, size in self.samples), default=0)


@contextmanager
def watched(pid: int) -> Iterator[Memory]:
    """Sample the process tree below `pid` while the body runs."""
    memory, ended, started = Memory(), threading.Event(), time.monotonic()

    def watch() -> None:
        while not ended.wait(_SECONDS):
            size = sum(map(_proportional, _tree(pid)))
            memory.samples.append((time.monotonic() - started, size))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, of all below it, and of those below that have ended."""
    known = _fields()
    ticks = sum(int(time) for one in _tree(pid, known) if one in known for time in known[one][_TIMES])
    return ticks / os.sysconf("SC_CLK_TCK")


def _tree(pid: int, known: dict[int, list[str]] | None = None) -> list[int]:
    """The process and its descendants."""
    children: dict[int, list[int]] = {}
    for one, told in (_fields() if known is None else known).items():
        children.setdefault(int(told[_PARENT]), []).append(one)
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def _fields() -> dict[int, list[str]]:
    """What /proc/<pid>/stat says of each process behind its name."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(place.parent.name)] = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    """Proportional set size: each page divided by the number of processes that share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
