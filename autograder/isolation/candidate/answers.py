"""Answers the examiner's questions about one student's code: run this cell, what is called that, play these
cases.
"""

import time
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType
from typing import Any

from stagewise.judge.script import listening

from ..protocol.codec import Reader, encode
from ..protocol.frames import Channel
from ..protocol.packing import pack, unpack
from ._opening import Opening
from .clock import TimeIsUp, at_most, watched
from .playing import Budget, Tallies, failed, perform
from .shell import CandidateShell

_FUNCTION = "function"
_LONGEST_NAME = 60
_LARGE, _SOON = 1 << 16, 0.1

Functions = dict[str, Callable[..., Any]]


class Answers:
    """One student's shell, and of it the functions that the examiner has looked up."""

    def __init__(
        self, shell: CandidateShell, limits: dict[str, Any], layers: list[str], opening: Opening
    ) -> None:
        self._shell = shell
        self._opening = opening
        self._limits = limits
        self._functions: Functions = {}
        self._tallies = Tallies()
        self._questions: dict[str, Callable[..., list[Any]]] = {
            "cell": self._cell,
            "get": self._get,
            "layers": lambda cpu, wall: ["layers", layers],
        }

    def serve(self, conversation: Channel) -> None:
        """Answer until the examiner goes away (ClosedError)."""
        bound = self._limits["frame_bytes"]
        while True:
            turn, question, cpu, wall, *fields = unpack(conversation.receive(bound))
            if question not in ("cell", "layers"):
                self._opening.leave()
            if question == "play":
                self._play(conversation, turn, self._played(cpu, wall, *fields))
            else:
                conversation.send(pack([turn, *self._questions[question](cpu, wall, *fields)]))

    def _play(self, conversation: Channel, turn: int, answers: Iterator[list[Any]]) -> None:
        """Send an answer for each case; those that come quickly travel together. All have one bound."""
        left = self._limits["frame_bytes"] - 2 * _LARGE
        waiting, size, since = list[bytes](), 0, time.monotonic()
        for answer in answers:
            reply = pack(answer)
            if len(reply) > left:
                reply = pack(failed(ValueError(f"a result of {len(reply)} bytes is too large")))
            waiting.append(reply)
            size += len(reply)
            left -= min(left, len(reply))
            if size > _LARGE or time.monotonic() - since > _SOON:
                conversation.send(pack([turn, "played", waiting]))
                waiting, size, since = [], 0, time.monotonic()
        if waiting:
            conversation.send(pack([turn, "played", waiting]))

    def _played(
        self,
        cpu: float,
        wall: float,
        left: float,
        wall_left: float,
        setting: str,
        names: list[str],
        cases: bytes,
    ) -> Iterator[list[Any]]:
        """Play whole cases, one after another; an answer for each."""
        budget = Budget(cpu, left, wall_left, wall / cpu, self._later())
        asked = unpack(cases)
        self._shell.begin(self._limits["output_bytes"])
        try:
            with at_most(cpu, wall, self._idle(cpu)):
                placed = self._placed(setting, names)
        except BaseException as error:  # of the student's, whatever a wrapper has asked the function
            yield from [failed(error)] * len(asked)
            return
        functions = {
            name: budget.limited(function, self._tallies.of(self._functions[name]))
            for name, function in placed.items()
        }
        with listening() as heard, watched(min(cpu, left), min(cpu, left) * wall / cpu, self._idle(cpu)):
            for script, inputs in asked:
                try:
                    yield perform(script, Reader().value(inputs), functions, budget, heard)
                except Exception as error:
                    heard.clear()
                    yield failed(error)

    def _placed(self, setting: str, names: list[str]) -> Functions:
        """The functions of these names, in the setting: what is put around a function runs here."""
        functions = {name: self._functions[name] for name in names}
        if not setting:
            return functions
        wrap = import_module(setting).wrap
        return {name: wrap(function) for name, function in functions.items()}

    def _cell(self, cpu: float, wall: float, source: str, number: int, name: str) -> list[Any]:
        """Run a cell, and answer what `name` stands for then as `_get` does."""
        bound = self._limits["output_bytes"]
        try:
            with at_most(cpu, wall, self._idle(cpu, "cell_seconds")):
                shown = self._opening.cell(source, number)
                if shown is None:
                    self._shell.execution_count = number or self._shell.execution_count
                    shown = self._shell.run(source, bound)
                status, count, outputs = shown
        except TimeIsUp as error:
            self._shell.outputs.error("TimeIsUp", str(error), [str(error)])
            status, count, outputs = "error", self._shell.running, self._shell.outputs.finish()
        if outputs and outputs[-1].get("ename") == "TimeIsUp":
            status = "timeout"
        named = self._get(cpu, wall, name) if name else ["missing"]
        return ["cell", status, count, encode(outputs), named]

    def _get(self, cpu: float, wall: float, name: str) -> list[Any]:
        """Answer of which kind the student's variable is, and keep it under its name for cases to come."""
        try:
            with at_most(cpu, wall, self._idle(cpu)):
                kind, value = self._found(name)
        except BaseException:  # the student's variables may be in a table of the student's making
            return ["missing"]
        if kind == _FUNCTION:
            self._functions[name] = value
        return ["found", kind]

    def _found(self, name: str) -> tuple[str, Any]:
        variables, hidden = self._shell.user_ns, self._shell.user_ns_hidden
        value = variables[name]
        if name in hidden and hidden[name] is value:
            raise KeyError(name)
        if type(value) is FunctionType or callable(value):
            return _FUNCTION, value
        return type(value).__name__[:_LONGEST_NAME], value

    def _idle(self, cpu: float, usual: str = "call_seconds") -> float:
        """How long code may only wait that has `cpu` seconds, which are fewer after a time-out."""
        return float(self._limits["idle_seconds"] * min(1.0, cpu / self._limits[usual]))

    def _later(self) -> tuple[float, float, float]:
        """What calls, a check and waiting have after a time-out."""
        each, together, idle = (
            self._limits[name] * self._limits["after_timeout"]
            for name in ("call_seconds", "check_seconds", "idle_seconds")
        )
        return each, together, idle
