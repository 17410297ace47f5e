"""Starts candidates: a template, isolated itself, that has imported everything and from which each one is
forked.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import msgpack

from autograder.errors import SandboxError
from autograder.isolation._starting import Start, start_at
from autograder.isolation.confinement.cgroups import Group
from autograder.isolation.confinement.level import AUTO, Level
from autograder.isolation.levels import chosen
from autograder.isolation.limits import Limits
from autograder.isolation.remedies import remedy

if TYPE_CHECKING:
    from autograder.isolation.link import Candidate

_WARM = ("numpy", "matplotlib.pyplot", "ipywidgets", "stagewise")
# The first optimizer of a process imports torch._dynamo, for 1.2 s.
_WARM_TORCH = ("torch", "torch._dynamo", "stagewise.transfer.torch_data")
_LONGEST_OPENING = 1 << 16
"""Of what a command line can hold; a longer one is run by each candidate."""
_START_SECONDS = 120.0
_END_SECONDS = 5.0


class CandidateTemplate:
    """A process that has imported everything and forks candidates; close it when done (a context manager
    does).

    Start it from a thread that lives as long as it: the kernel ends it with that thread.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        control: socket.socket,
        errors: IO[bytes],
        level: Level,
        start: Start,
        group: Group,
    ) -> None:
        self.level = level
        self.layers: tuple[str, ...] = ()
        self._process = process
        self._control = control
        self._errors = errors
        self._start = start
        self._group = group

    @classmethod
    def start(
        cls,
        extras: Sequence[str] = (),
        *,
        isolation: str = AUTO,
        hidden: Sequence[Path] = (),
        opening: Sequence[str] = (),
        candidates: int = 1,
    ) -> Self:
        """Start a template and try it.

        `extras` of the course say which packages there are, `hidden` what to cover, `opening` with
        which cells they open, `candidates` how many there are at a time. SandboxError if this machine cannot
        isolate a candidate as far as was asked.
        """
        template = cls.launch(
            extras,
            isolation=isolation,
            hidden=hidden,
            opening=opening,
            candidates=candidates,
        )
        template.ready()
        return template

    @classmethod
    def launch(
        cls,
        extras: Sequence[str] = (),
        *,
        isolation: str = AUTO,
        hidden: Sequence[Path] = (),
        opening: Sequence[str] = (),
        candidates: int = 1,
    ) -> Self:
        """Begin to start a template; it is to be `ready` before it is asked for a candidate."""
        level = chosen(isolation)
        torch = _WARM_TORCH if "transfer" in extras else ()
        told = level is not Level.PROCESS and len(repr(opening)) < _LONGEST_OPENING
        start = start_at(level, extras, hidden)
        task = (level.value, (*_WARM, *torch), tuple(opening) if told else (), start.home)
        return cls._launch(start, task, level, Group(candidates=candidates))

    @classmethod
    def _launch(cls, start: Start, task: tuple[object, ...], level: Level, group: Group) -> Self:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the template
        program = f"from isolation.candidate.serve import main; main({theirs.fileno()}, *{task!r})"
        with theirs:
            process = start.run(program, group.entering, stderr=errors, pass_fds=[theirs.fileno()])
        return cls(process, ours, errors, level, start, group)

    def new_candidate(
        self,
        limits: Limits | None = None,
        *,
        last: bool = True,
        begun: Callable[[str], None] = lambda part: None,
    ) -> Candidate:
        """Fork a fresh candidate, which keeps to the cores of this process; it costs a few milliseconds.

        On a try that is not the `last`, a time-out ends it. `begun` hears which part of the notebook runs.
        """
        from autograder.isolation.link import Candidate  # while the template starts

        limits = limits or Limits()
        fields = {**asdict(limits), "cores": list(os.sched_getaffinity(0))}
        conversation, theirs = socket.socketpair()
        exit_report, keepers = socket.socketpair()
        with theirs, keepers:
            try:
                socket.send_fds(self._control, [msgpack.packb(fields)], [theirs.fileno(), keepers.fileno()])
            except OSError:
                conversation.close()
                exit_report.close()
                raise SandboxError(f"The candidates' template has ended: {self._said()}", remedy()) from None
        return Candidate(
            conversation, exit_report, limits, self.level.value, self.layers, last=last, begun=begun
        )

    def close(self) -> None:
        """End the template and every candidate that was forked from it."""
        self._control.close()  # which a template takes as the end
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._group.close()
        self._errors.close()
        self._start.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ready(self) -> None:
        """Wait until the template is ready, see that a candidate answers, and ask it what confines it.

        Once is enough: processes forked afterwards know it.
        """
        if self.layers:
            return
        from autograder.isolation.conversation import CandidateGone

        self._control.settimeout(_START_SECONDS)
        try:
            if not self._control.recv(16):
                raise SandboxError(f"The candidates' template did not start: {self._said()}", remedy())
            with self.new_candidate() as candidate:
                self.layers = candidate.confined_by()
            if self._group.holds(self._process.pid):
                self.layers += tuple(f"cgroup-{name}" for name in self._group.controllers)
        except (CandidateGone, TimeoutError, SandboxError) as error:
            said = self._said()
            self.close()
            if isinstance(error, SandboxError):
                raise
            raise SandboxError(f"A candidate could not be started: {said or error}", remedy()) from None

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return " | ".join(line.strip() for line in lines[-4:]) or "it said nothing"
