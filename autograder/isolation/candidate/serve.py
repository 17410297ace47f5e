"""The candidates' template: imports once, then forks a fresh candidate for every request on its control
socket.

It holds no secret and runs no student's code. A candidate cannot reach it: it is outside the candidate's
process namespace. It notices when a candidate or its examiner ends, and then everything that the candidate
started is killed.
"""

import gc
import importlib
import os
import pkgutil
import select
import shutil
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import msgpack

from ..confinement import confine, seccomp
from ..protocol.frames import Channel, ChannelError
from ._opening import Opening
from .answers import Answers
from .shell import CandidateShell, show_inline
from .warm_up import warm_up

READY = b"ready"
OUT_OF_MEMORY = 71
_FAILED = 70
_CONVERSATION = 3


def main(control: int, sandboxed: bool, names: Iterable[str], opening: Sequence[str] = ()) -> None:
    """Serve requests on the socket `control` until it closes: limits, with two sockets (conversation,
    exit_report).

    All of `names` are imported before, and the cells of `opening` run.
    """
    sys.argv = ["notebook"]
    for name in names:
        _import_all(name)
    shell = CandidateShell()
    show_inline(shell)
    warm_up(shell)
    opened = Opening(shell, opening)
    seccomp.compiled_ahead()
    gc.collect()
    gc.freeze()
    _ended(lambda: Template(socket.socket(fileno=control), shell, opened, sandboxed).serve())


class Template:
    """Forks candidates and waits for their ends."""

    def __init__(
        self, requests: socket.socket, shell: CandidateShell, opening: Opening, sandboxed: bool
    ) -> None:
        self._requests = requests
        self._shell = shell
        self._opening = opening
        self._namespaces = confine.ProcessNamespaces() if sandboxed else None
        self._poll = select.poll()
        self._poll.register(requests, select.POLLIN)
        self._ends: dict[int, Callable[[], None]] = {}

    def serve(self) -> None:
        """Say that all is ready, then work until the control socket closes."""
        self._requests.send(READY)
        while True:
            descriptor, _ = self._poll.poll()[0]  # one at a time: handling it may close and reuse the others
            if descriptor != self._requests.fileno():
                self._ends[descriptor]()
            elif not self._start():
                return

    def _start(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._requests, 1 << 16, 2)
        if not message:
            return False
        conversation, exit_report = descriptors
        limits = msgpack.unpackb(message)
        place = None if self._namespaces else tempfile.mkdtemp()
        child = self._namespaces.fork() if self._namespaces else os.fork()
        if child == 0:
            _ended(lambda: _be_candidate(self._shell, self._opening, limits, conversation, place))
        os.close(conversation)
        self._watch(child, exit_report, place)
        return True

    def _watch(self, child: int, exit_report: int, place: str | None) -> None:
        """Kill the child when the examiner goes; when it is dead, say how it ended."""
        process = os.pidfd_open(child)

        def kill() -> None:
            self._poll.unregister(exit_report)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

        def bury() -> None:
            note = _bury(child)
            with suppress(OSError):
                os.write(exit_report, note)
            for descriptor in (process, exit_report):
                with suppress(KeyError):
                    self._poll.unregister(descriptor)
                del self._ends[descriptor]
                os.close(descriptor)
            if place is not None:
                shutil.rmtree(place, ignore_errors=True)

        self._ends |= {process: bury, exit_report: kill}
        self._poll.register(process, select.POLLIN)
        self._poll.register(exit_report, select.POLLIN)


def _bury(child: int) -> bytes:
    """Return how the candidate ended and the seconds of CPU time it used."""
    _, status, usage = os.wait4(child, 0)
    seconds = int(usage.ru_utime + usage.ru_stime + 0.5)
    if os.WIFSIGNALED(status):
        return b"signal %d %d\n" % (os.WTERMSIG(status), seconds)
    return b"exit %d %d\n" % (os.WEXITSTATUS(status), seconds)


def _be_candidate(
    shell: CandidateShell,
    opening: Opening,
    limits: dict[str, Any],
    conversation: int,
    place: str | None,
) -> None:
    """Give everything up, then answer questions."""
    confine.keep_to(limits["cores"])
    baseline = confine.address_space()
    layers = ["rlimits"]
    if place is None:
        confine.new_namespaces()
        confine.private_files(limits["tmp_bytes"])
        layers.append("namespaces")
    confine.die_with_parent()  # only now: a change of identity forgets it
    os.setsid()
    os.dup2(conversation, _CONVERSATION)
    confine.keep_only(_CONVERSATION)
    os.chdir(place or "/tmp")
    confine.limit_resources(limits, baseline)
    opening.begin()
    layers += confine.give_up_privileges(["/tmp", "/dev/shm"] if place is None else [place])
    with suppress(ChannelError):
        Answers(shell, limits, layers, opening).serve(Channel(socket.socket(fileno=_CONVERSATION)))


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
