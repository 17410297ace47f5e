"""The candidates' template: imports once, then forks a fresh candidate for every request on its control
socket.

It holds no secret and runs no student's code. It notices when a candidate or its examiner ends, and then
everything that the candidate started is killed.
"""

import gc
import importlib
import itertools
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import msgpack

from ..confinement import confine, gate, seccomp
from ..confinement.level import Level
from ..protocol.frames import Channel, ChannelError
from ._opening import Opening
from ._rooms import Room, Rooms
from .answers import Answers
from .shell import CandidateShell, show_inline
from .warm_up import warm_up

READY = b"ready"
OUT_OF_MEMORY = 71
_FAILED = 70
_CONVERSATION = 3


def main(
    control: int, level: str, names: Iterable[str], opening: Sequence[str] = (), home: str = "/tmp"
) -> None:
    """Serve requests on the socket `control` until it closes: limits, with two sockets (conversation,
    exit_report).

    All of `names` are imported before, and the cells of `opening` run. `home` is this process's directory.
    """
    sys.argv = ["notebook"]
    rooms = Rooms(Level(level), home)
    confine.die_with_parent()  # only now: a change of identity forgets it
    for name in names:
        _import_all(name)
    shell = CandidateShell()
    show_inline(shell)
    warm_up(shell)
    opened = Opening(shell, opening, rooms.writable)
    seccomp.compiled_ahead()
    gc.collect()
    gc.freeze()
    _ended(lambda: Template(socket.socket(fileno=control), shell, opened, rooms).serve())


class Template:
    """Forks candidates and waits for their ends."""

    def __init__(
        self, requests: socket.socket, shell: CandidateShell, opening: Opening, rooms: Rooms
    ) -> None:
        self._requests = requests
        self._shell = shell
        self._opening = opening
        self._rooms = rooms
        self._namespaces = confine.ProcessNamespaces() if rooms.level is Level.SANDBOX else None
        self._poll = select.poll()
        self._poll.register(requests, select.POLLIN)
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._living: dict[int, Callable[[], None]] = {}
        self._size = confine.address_space()

    def serve(self) -> None:
        """Say that all is ready, then work until the control socket closes."""
        self._requests.send(READY)
        for turn in itertools.count():
            ready = self._poll.poll()
            # One at a time, since handling it may close and reuse others; in turn, so that none keeps others
            # waiting.
            descriptor, events = ready[turn % len(ready)]
            if descriptor != self._requests.fileno():
                self._handlers[descriptor](events)
            elif not self._start():
                self._end_all()
                return

    def _start(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._requests, 1 << 16, 2)
        if not message:
            return False
        conversation, exit_report = descriptors
        limits = msgpack.unpackb(message)
        if self._rooms.one_at_a_time:
            self._end_all()
        room = self._rooms.new()
        ours, theirs = socket.socketpair()
        child = self._namespaces.fork() if self._namespaces else os.fork()
        if child == 0:
            candidate = _Beginning(self._rooms.level, room, limits, self._size, conversation, theirs)
            _ended(lambda: candidate.serve(self._shell, self._opening))
        os.close(conversation)
        theirs.close()
        with ours:
            listener = _listener(ours) if self._rooms.level.shares_namespaces else None
        self._watch(child, exit_report, room)
        if listener is not None:
            self._answer(listener, child, room, limits)
        return True

    def _end_all(self) -> None:
        for child, bury in list(self._living.items()):
            _kill(child)
            bury()

    def _watch(self, child: int, exit_report: int, room: Room) -> None:
        """Kill the child when the examiner goes; when it is dead, say how it ended."""
        process = os.pidfd_open(child)

        def kill(_: int) -> None:
            self._poll.unregister(exit_report)
            _kill(child)

        def bury() -> None:
            note = _bury(child)
            with suppress(OSError):
                os.write(exit_report, note)
            self._rooms.leave(room)
            del self._living[child]
            for descriptor in (process, exit_report):
                self._forget(descriptor)

        self._living[child] = bury
        self._handle(process, lambda _: bury())
        self._handle(exit_report, kill)

    def _answer(self, listener: int, child: int, room: Room, limits: dict[str, Any]) -> None:
        """Answer what the kernel asks about the child, as long as there is anything to ask."""
        asked = gate.Gate(listener, child, room.writable, limits["threads"], limits["tmp_bytes"])

        def answer(events: int) -> None:
            if events & select.POLLIN:
                asked.answer()
            else:
                self._forget(listener)

        self._handle(listener, answer)

    def _handle(self, descriptor: int, handler: Callable[[int], None]) -> None:
        self._handlers[descriptor] = handler
        self._poll.register(descriptor, select.POLLIN)

    def _forget(self, descriptor: int) -> None:
        with suppress(KeyError):
            self._poll.unregister(descriptor)
        del self._handlers[descriptor]
        os.close(descriptor)


def _listener(sock: socket.socket) -> int | None:
    """Return the descriptor that a child has sent; None if it ended before."""
    _, descriptors, _, _ = socket.recv_fds(sock, 1, 1)
    return descriptors[0] if descriptors else None


def _kill(child: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def _bury(child: int) -> bytes:
    """Return how the candidate ended and the seconds of CPU time it used."""
    _, status, usage = os.wait4(child, 0)
    seconds = int(usage.ru_utime + usage.ru_stime + 0.5)
    if os.WIFSIGNALED(status):
        return b"signal %d %d\n" % (os.WTERMSIG(status), seconds)
    return b"exit %d %d\n" % (os.WEXITSTATUS(status), seconds)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """A fork that becomes a candidate; `size` is its template's address space, `asked` a socket to it."""

    level: Level
    room: Room
    limits: dict[str, Any]
    size: int
    conversation: int
    asked: socket.socket

    def serve(self, shell: CandidateShell, opening: Opening) -> None:
        """Give everything up, then answer questions."""
        layers = self._confined()
        opening.begin()
        shared = self.level.shares_namespaces
        layers += confine.give_up_privileges(self.room.writable, self.room.readable, shared)
        with suppress(ChannelError):
            Answers(shell, self.limits, layers, opening).serve(Channel(socket.socket(fileno=_CONVERSATION)))

    def _confined(self) -> list[str]:
        confine.keep_to(self.limits["cores"])
        layers = ["rlimits"]
        if self.level is Level.SANDBOX:
            confine.new_namespaces()
            confine.private_files(self.limits["tmp_bytes"])
            layers.append("namespaces")
        confine.die_with_parent()  # only now: a change of identity forgets it
        os.setsid()
        if self.level.shares_namespaces:
            confine.forbid_new_privileges()
            listener = gate.install()
            socket.send_fds(self.asked, [b"l"], [listener])
            layers.append("gate")
        os.dup2(self.conversation, _CONVERSATION)
        confine.keep_only(_CONVERSATION)
        os.chdir(self.room.writable[0])
        _settle_in(self.room.writable[0])
        size = min(self.limits["file_bytes"], self.room.file_bytes)
        limits = {**self.limits, "file_bytes": size}
        confine.limit_resources(limits, self.size, own_user=self.level is Level.SANDBOX)
        return layers


def _settle_in(place: str) -> None:
    """Be at home in a directory, and have temporary files there."""
    os.environ["HOME"] = place
    if "TMPDIR" in os.environ:
        os.environ["TMPDIR"] = place
    if tempfile.tempdir is not None:
        tempfile.tempdir = place


def _ended(work: Callable[[], None]) -> NoReturn:
    """Do `work` and end the process there, whatever happens: in a fork, no stack of the template unwinds
    twice.
    """
    code = _FAILED
    try:
        work()
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException as error:
        with suppress(BaseException):
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def _import_all(name: str) -> None:
    """Import a package, and of the course all its modules, as far as they can be imported here."""
    with suppress(ImportError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = importlib.import_module(name)
        if name == "stagewise":
            for module in pkgutil.walk_packages(package.__path__, f"{name}."):
                with suppress(ImportError):
                    importlib.import_module(module.name)
