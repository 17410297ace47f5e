"""Work in a forked child with limits, so that neither an endless loop nor a full memory reaches a notebook.

Where processes cannot be forked (Windows, in a browser) it is done here, and only the time is limited: to
three times as much in a browser, where Python is slower.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from stagewise.checks.watching import can_watch, in_browser, watched
from stagewise.judge.searching import TimeUp

Work = Callable[[], Iterator[str]]
_MEMORY = 1 << 30  # bytes that the child may take beside what the notebook has
_EACH = 0.25  # seconds of the processor for one piece of the work
_SLOWER = 3  # times, in a browser
_in_child = False


def lines_from(work: Work, seconds: float) -> list[str]:
    """The lines that the work comes to within some seconds; "" is a line that is left out."""
    child = _forked(work)
    if child is None:
        return _here(work, _longer(seconds))
    process, descriptor = child
    try:
        return [line for line in _read(descriptor, seconds).split("\n")[:-1] if line]
    finally:
        os.close(descriptor)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def can_fork() -> bool:
    """Whether work is done in a process of its own."""
    return hasattr(os, "fork") and not in_browser()


def can_stop() -> bool:
    """Whether a piece of the work that does not end is stopped."""
    return can_fork() or can_watch()


@contextmanager
def short() -> Iterator[None]:
    """TimeUp in what takes longer than one piece of the work may: in the child by a timer, else where loops
    turn; see stagewise.checks.watching."""
    if not _in_child:
        with watched(_until(time.monotonic() + _longer(_EACH))):
            yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, _EACH)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _longer(seconds: float) -> float:
    return seconds * _SLOWER if in_browser() else seconds


def _until(end: float) -> Callable[[], None]:
    def look() -> None:
        if time.monotonic() > end:
            raise TimeUp

    return look


def _here(work: Work, seconds: float) -> list[str]:
    end = time.monotonic() + seconds
    found = []
    for line in work():
        if line:
            found.append(line)
        if time.monotonic() > end:
            break
    return found


def _forked(work: Work) -> tuple[int, int] | None:
    """The child's number and where its lines can be read; None where there can be no child."""
    if not can_fork():
        return None
    ours, theirs = os.pipe()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the child runs none of them
            process = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        return None
    if not process:
        _child(work, theirs)
    os.close(theirs)
    return process, ours


def _child(work: Work, descriptor: int) -> None:
    """Write the lines and end; nothing else that the work says or raises leaves this process."""
    global _in_child
    _in_child = True
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - ends with us
        signal.signal(signal.SIGVTALRM, _time_up)
        _limit_memory()
        for line in work():
            if line:
                os.write(descriptor, f"{line}\n".encode())
    finally:
        os._exit(0)


def _time_up(*_: object) -> None:
    raise TimeUp


def _limit_memory() -> None:
    import resource

    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # its threads stayed with the parent
    with suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as told:
            most = int(told.read().split()[0]) * resource.getpagesize() + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _read(descriptor: int, seconds: float) -> str:
    """What is written until the writer ends or the time is up."""
    end = time.monotonic() + seconds
    read = b""
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([descriptor], [], [], left)
        some = os.read(descriptor, 1 << 16) if ready else b""
        if not some:
            break
        read += some
    return read.decode()
