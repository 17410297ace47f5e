"""Answers the examiner's questions about one student's code: run this cell, call that function with these
arguments.
"""

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType
from typing import Any

from stagewise.judge.script import listening

from .changes import Watch
from .channel import Receiver, send_frame
from .clock import TimeIsUp, at_most, watched
from .decode import Decoder
from .encode import Encoder
from .opening import Opening
from .performance import Budget, failed, perform, text_of, texts
from .plain_trees import read
from .shell import CandidateShell
from .traces import describe
from .wire import Tag, UnsendableError, pack, unpack

_MOST_ELEMENTS = 10_000
_MOST_HANDLES = 100_000
_COURSE = "stagewise."
_LARGE, _SOON = 1 << 16, 0.1


class Answers:
    """One student's shell and the table of their objects that the examiner has handles of."""

    def __init__(
        self, shell: CandidateShell, limits: dict[str, Any], layers: list[str], opening: Opening
    ) -> None:
        self._shell = shell
        self._opening = opening
        self._limits = limits
        self._layers = layers
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._questions: dict[str, Callable[..., list[Any]]] = {
            "cell": self._cell,
            "get": self._get,
            "call": self._call,
            "item": self._item,
            "attribute": self._attribute,
            "elements": self._elements,
            "length": self._length,
            "beside": self._beside,
            "layers": lambda cpu, wall: ["layers", self._layers],
        }

    def serve(self, conversation: socket.socket) -> None:
        """Answer until the examiner goes away (ClosedError)."""
        bound = self._limits["frame_bytes"]
        questions = Receiver(conversation)
        while True:
            turn, question, cpu, wall, *fields = unpack(questions.frame(bound))
            if question not in ("cell", "layers"):
                self._opening.leave()
            if question == "play":
                self._play(conversation, turn, self._played(cpu, wall, *fields))
                continue
            reply = pack([turn, *self._questions[question](cpu, wall, *fields)])
            if len(reply) > bound:
                reply = pack(
                    [turn, "raised", "ValueError", f"a result of {len(reply)} bytes is too large", "", []]
                )
            send_frame(conversation, reply)

    def _play(self, conversation: socket.socket, turn: int, answers: Iterator[list[Any]]) -> None:
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
                send_frame(conversation, pack([turn, "played", waiting]))
                waiting, size, since = [], 0, time.monotonic()
        if waiting:
            send_frame(conversation, pack([turn, "played", waiting]))

    def _played(
        self, cpu: float, wall: float, left: float, wall_left: float, numbers: list[Any], cases: bytes
    ) -> Iterator[list[Any]]:
        """Play whole cases, one after another; an answer for each."""
        budget = Budget(cpu, left, wall_left, wall / cpu, self._later())
        functions = {name: budget.limited(self._objects[number]) for name, number in numbers}
        self._shell.begin(self._limits["output_bytes"])
        with listening() as heard, watched(min(cpu, left), min(cpu, left) * wall / cpu, self._idle(cpu)):
            for script, inputs in unpack(cases):
                try:
                    yield perform(script, read(inputs), functions, budget, self._number, heard)
                except Exception as error:
                    heard.clear()
                    yield failed(error)

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
        tree = Encoder(self._number).encode(outputs) if outputs else [Tag.LIST]
        return ["cell", status, count, tree, named]

    def _get(self, cpu: float, wall: float, name: str) -> list[Any]:
        variables, hidden = self._shell.user_ns, self._shell.user_ns_hidden
        if name not in variables or (name in hidden and hidden[name] is variables[name]):
            return ["missing"]
        if type(variables) is dict and type(variables[name]) is FunctionType:  # the usual answer
            return ["value", [Tag.HANDLE, self._number(variables[name])], [], []]
        return self._answer(cpu, wall, lambda: variables[name], Decoder(self._object))

    def _call(self, cpu: float, wall: float, number: int, args: Any, kwargs: Any) -> list[Any]:
        decoder = Decoder(self._object)
        positional, keyword = decoder.decode(args), decoder.decode(kwargs)
        return self._answer(cpu, wall, lambda: self._objects[number](*positional, **keyword), decoder)

    def _item(self, cpu: float, wall: float, number: int, key: Any) -> list[Any]:
        decoder = Decoder(self._object)
        index = decoder.decode(key)
        return self._answer(cpu, wall, lambda: self._objects[number][index], Decoder(self._object))

    def _attribute(self, cpu: float, wall: float, number: int, name: str) -> list[Any]:
        return self._answer(cpu, wall, lambda: getattr(self._objects[number], name), Decoder(self._object))

    def _elements(self, cpu: float, wall: float, number: int) -> list[Any]:
        def all_elements() -> list[Any]:
            found = list(itertools.islice(iter(self._objects[number]), _MOST_ELEMENTS + 1))
            if len(found) > _MOST_ELEMENTS:
                raise ValueError(f"more than {_MOST_ELEMENTS} elements")
            return found

        return self._answer(cpu, wall, all_elements, Decoder(self._object))

    def _length(self, cpu: float, wall: float, number: int) -> list[Any]:
        return self._answer(cpu, wall, lambda: len(self._objects[number]), Decoder(self._object))

    def _beside(self, cpu: float, wall: float, module: str, name: str) -> list[Any]:
        if not module.startswith(_COURSE):
            return ["missing"]
        return self._answer(cpu, wall, lambda: getattr(import_module(module), name), Decoder(self._object))

    def _answer(self, cpu: float, wall: float, work: Callable[[], Any], decoder: Decoder) -> list[Any]:
        """Do `work`; answer with its result or what it raised, and with what it changed of the arguments."""
        watch = Watch(decoder.numbered.values)
        self._shell.begin(self._limits["output_bytes"])
        encoder = Encoder(self._number, decoder.numbered)
        try:
            with listening() as caught, at_most(cpu, wall, self._idle(cpu)):
                result = work()
            if isinstance(result, tuple):
                result = tuple(tuple.__iter__(result))  # a named tuple can be unpacked like any other
            return ["value", encoder.encode(result), watch.changes(encoder), texts(caught)]
        except UnsendableError as error:
            return ["raised", "ValueError", f"the result holds {error}", "", []]
        except TimeIsUp as error:
            return ["timeout", "TimeoutError", str(error), describe(error), []]
        except BaseException as error:
            return self._raised(error, watch, decoder)

    def _raised(self, error: BaseException, watch: Watch, decoder: Decoder) -> list[Any]:
        try:
            changes = watch.changes(Encoder(self._number, decoder.numbered))
        except Exception:
            changes = []
        return ["raised", type(error).__name__, text_of(error), describe(error)[:6000], changes]

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

    def _number(self, value: object) -> int:
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._objects) >= _MOST_HANDLES:
                raise UnsendableError("too many objects that are not data")
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return number

    def _object(self, number: int) -> object:
        return self._objects[number]
