"""Processes of ours that answer questions: forks of this one, or programs of their own.

Student code is kept apart by more than this: see autograder.isolation.sandbox.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, Self

from autograder.isolation.confinement.confine import die_with_parent
from autograder.isolation.protocol.frames import Channel, ChannelError, ClosedError, DeadlineError

Answering = Callable[[bytes], bytes]


class ProcessDiedError(Exception):
    """A process ended without its answer: killed, out of memory, or out of time."""


class Process:
    """A process and the channel to it. Whoever started it ends it; at the latest it ends with this one."""

    def __init__(self, sock: socket.socket, pid: int, wait: Callable[[], object]) -> None:
        self.pid = pid
        self._channel = Channel(sock)
        self._wait = wait

    @classmethod
    def forked(cls, begin: Callable[[], Answering]) -> Self:
        """A fork of this process, which answers with what `begin` returns there.

        An exception ends it with its traceback on stderr.
        """
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _be_forked(Channel(theirs), begin)
        theirs.close()
        return cls(ours, pid, lambda: os.waitpid(pid, 0))

    @classmethod
    def started(cls, module: str, *arguments: str) -> Self:
        """The program `python -m MODULE DESCRIPTOR ARGUMENTS`, which answers on the socket DESCRIPTOR."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), *arguments]
        with theirs:
            program = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        return cls(ours, program.pid, program.wait)

    def fileno(self) -> int:
        """The descriptor by which to wait for an answer."""
        return self._channel.fileno()

    def ask(self, message: bytes, seconds: float | None = None) -> bytes:
        """The answer, within `seconds`; raises what `receive` raises."""
        deadline = None if seconds is None else time.monotonic() + seconds
        self.send(message, deadline)
        return self.receive(deadline)

    def send(self, message: bytes, deadline: float | None = None) -> None:
        """Ask without waiting for the answer; that a process has ended is noticed when that is missing."""
        with suppress(ChannelError):
            self._channel.send(message, deadline)

    def receive(self, deadline: float | None = None) -> bytes:
        """What it says next; ProcessDiedError when it says nothing, and then there is no process."""
        try:
            return self._channel.receive(deadline=deadline)
        except ChannelError as error:
            self.close()
            late = isinstance(error, DeadlineError)
            raise ProcessDiedError("it took too long" if late else "it ended without an answer") from None

    def close(self) -> None:
        """End it; with its answers here, it has nothing left to do."""
        self._channel.close()
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self._wait()
            self.pid = 0


def serve(channel: Channel, answer: Answering) -> None:
    """Answer one question after another until the other side closes the channel."""
    with suppress(ClosedError):
        while True:
            channel.send(answer(channel.receive()))


def _be_forked(channel: Channel, begin: Callable[[], Answering]) -> NoReturn:
    """Serve, and end by os._exit: what stands on the stack above the fork, and what is to be done at exit
    (temporary folders removed, say), is for the parent to do, once. Ctrl-C is the parent's to handle, too.
    """
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        die_with_parent()
        serve(channel, begin())
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)
