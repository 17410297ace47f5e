"""Forked children: bytes computed in a process of its own, which ends with its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from autograder.isolation.protocol.frames import (
    ChannelError,
    ClosedError,
    DeadlineError,
    Receiver,
    send_frame,
)

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_LARGEST = (1 << 32) - 1
_libc = ctypes.CDLL(None)


class ChildDiedError(Exception):
    """The child ended without its answer: killed, out of memory, or out of time."""


class Child:
    """A forked child that answers one message after another with what `answer` makes of it.

    An exception in `answer` ends the child with its traceback on stderr. Whoever made it closes it.
    """

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            _become_child(lambda: _serve(theirs, answer))
        theirs.close()
        self._socket = ours
        self._answers = Receiver(ours)

    def ask(self, message: bytes, seconds: float) -> bytes:
        """The answer, within `seconds`; ChildDiedError when there is none, and then there is no child."""
        deadline = time.monotonic() + seconds
        try:
            send_frame(self._socket, message, deadline)
            return self._answers.frame(_LARGEST, deadline)
        except DeadlineError:
            self.close()
            raise ChildDiedError("it took too long") from None
        except ChannelError:
            self.close()
            raise ChildDiedError("it ended without an answer") from None

    def close(self) -> None:
        """End the child; with its answers here, it has nothing left to do."""
        self._socket.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0


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


def _serve(connection: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    questions = Receiver(connection)
    with suppress(ClosedError):
        while True:
            send_frame(connection, answer(questions.frame(_LARGEST)))
