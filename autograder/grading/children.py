"""Forked children: a function's bytes computed in a process of its own, which ends with its parent."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_CHUNK = 1 << 20
_libc = ctypes.CDLL(None)


class ChildDiedError(Exception):
    """The child ended without its answer: killed, out of memory, or out of time."""


def in_child(work: Callable[[], bytes], seconds: float, closed: Iterable[int] = ()) -> bytes:
    """What `work` returns, computed in a forked child within `seconds`; raises ChildDiedError.

    `closed` are descriptors that the child has no use for. An exception in `work` ends the child with its
    traceback on stderr.
    """
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        for descriptor in closed:
            os.close(descriptor)
        _become_child(lambda: _write_all(theirs, work()))
    os.close(theirs)
    try:
        return _read_all(ours, time.monotonic() + seconds)
    finally:
        os.close(ours)
        os.kill(pid, signal.SIGKILL)  # with its answer here, a child has nothing left to do
        os.waitpid(pid, 0)


def fork_worker(serve: Callable[[], None]) -> int:
    """The pid of a forked child that runs `serve` and ends."""
    pid = os.fork()
    if pid == 0:
        _become_child(serve)
    return pid


def _become_child(work: Callable[[], None]) -> None:
    """Run `work` and end, without the parent's exit handlers; Ctrl-C is the parent's to handle."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        die_with_parent()
        work()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends (Linux)."""
    with suppress(OSError, AttributeError):
        _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def _write_all(descriptor: int, answer: bytes) -> None:
    view = memoryview(len(answer).to_bytes(8, "big") + answer)
    while view:
        view = view[os.write(descriptor, view) :]


def _read_all(descriptor: int, deadline: float) -> bytes:
    answer = bytearray()
    while len(answer) < 8 or len(answer) < 8 + int.from_bytes(answer[:8], "big"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise ChildDiedError("it took too long")
        part = os.read(descriptor, _CHUNK)
        if not part:
            raise ChildDiedError("it ended without an answer")
        answer += part
    return bytes(answer[8:])
