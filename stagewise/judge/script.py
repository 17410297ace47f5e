"""Playing a script: a few calls of a student's functions on copies of the inputs, and what came of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

import numpy as np

from stagewise.judge.compare import called, describe
from stagewise.judge.copying import TooDeep, copied, unchanged
from stagewise.judge.grammar import Entry as Entry
from stagewise.judge.grammar import Literal as Literal
from stagewise.judge.grammar import Step as Step
from stagewise.judge.grammar import entry as entry
from stagewise.judge.grammar import parse as parse
from stagewise.judge.overflow import spoken

LEFT_OVER = "still ends in `raise NotImplementedError`: remove that line of the stub below your code"
_Item = TypeVar("_Item")

RAISED = "raised"  # what is compared where a script is to end with an exception


class FailureKind(Enum):
    """How a step ended when it did not deliver its targets."""

    RAISED = "raised"
    UNFINISHED = "unfinished"
    WRONG_COUNT = "wrong count"
    UNFIT = "unfit"  # delivered, but nothing can be measured on it


class RaisedElsewhere(Exception):  # noqa: N818 - it is told, not an error of ours
    """What a function in another process raised, as text; a proxy of the function raises this.

    `frames` are the student's own lines of the traceback. An exception of a proxy that must end the whole
    check (its process is gone) is no `Exception` but a `BaseException`: play() lets it pass.
    """

    def __init__(self, type_name: str, text: str, frames: str = "") -> None:
        super().__init__(type_name, text)
        self.type_name = type_name
        self.text = text
        self.frames = frames

    def __str__(self) -> str:
        return self.text


class MissingEntry(LookupError):  # noqa: N818 - the name says what is wrong
    """An entry that a value should have and has not; the text says what it has instead."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that did not deliver: its text, how it failed, a sentence, and the exception if there was
    one.

    `outline` is the sentence of what is unfit, for cases that must not become known; that of any other
    failure follows from the rest, see stagewise.judge.outline.
    """

    step: str
    kind: FailureKind
    message: str
    exception: BaseException | None = None
    outline: str = ""

    @property
    def exception_name(self) -> str:
        """The exception's type name, '' when nothing was raised."""
        return type_name(self.exception) if self.exception is not None else ""

    @property
    def ending(self) -> str:
        """By what another failure is the same one: the step, and the exception with its text or the sentence.

        The name of the function itself is left out, as of a call with too few arguments.
        """
        if self.exception is None:
            return f"{self.step}: {self.message}"
        said = re.sub(r"^[\w.<>]+\(\) ", "", text_of(self.exception))
        return f"{self.step}: {self.exception_name}: {said}"


@dataclass(frozen=True, slots=True)
class Played:
    """A script after its run.

    values: inputs and targets, each target as it was when its step delivered it;
    changed: (function, input) for each input that a call wrote into although the case does not ask for it;
    warned: texts of the RuntimeWarnings raised meanwhile (a proxy can re-issue those of its process);
    warners: the functions during whose calls they were raised;
    failure: None, or why the script stopped.
    """

    values: dict[str, Any]
    changed: tuple[tuple[str, str], ...]
    warned: tuple[str, ...]
    failure: Failure | None
    warners: tuple[str, ...] = ()


def raised_by(run: Played) -> Any:
    """What a case compares as RAISED: the name of the exception that ended the script, "nothing" where none
    did; the failure itself when something is not written or not delivered."""
    if run.failure is None:
        return "nothing"
    return run.failure.exception_name if run.failure.kind is FailureKind.RAISED else run.failure


def pick(values: Mapping[str, Any], wanted: str | Entry) -> Any:
    """The value of a name or an entry; MissingEntry says in words what is not there."""
    found = wanted if isinstance(wanted, Entry) else entry(wanted)
    if found.root not in values:
        raise MissingEntry(f"there is no {found.root!r}")
    value, path = values[found.root], found.root
    for key in found.keys:
        value = _item(value, key, path)
        path += f"[{key!r}]"
    return value


@contextmanager
def listening() -> Iterator[list[warnings.WarningMessage]]:
    """Collect all warnings, NumPy's among them, whatever the student has set."""
    with warnings.catch_warnings(record=True) as heard, np.errstate(all="warn", under="ignore"), spoken():
        warnings.simplefilter("always")
        yield heard


def play(
    steps: Sequence[Step],
    functions: Mapping[str, Callable[..., Any]],
    inputs: Mapping[str, Any],
    updates: Collection[str] = (),
    heard: list[warnings.WarningMessage] | None = None,
    unwritten: Collection[str] = (),
) -> Played:
    """Run the steps on copies of the inputs, and find out what they did to them.

    An input that a step writes into is named in `changed` and is fresh again for the next step, unless
    `updates` says that the script is meant to change it. Functions are only called, results only unpacked.
    Whoever plays many scripts is `listening` once, and passes what is `heard`; it is empty again afterwards.
    `unwritten`: inputs that are None because an earlier script computed nothing.
    KeyboardInterrupt passes: a student may stop a check that hangs.
    """
    if heard is None:
        with listening() as heard:
            return play(steps, functions, inputs, updates, heard, unwritten)
    run = _Run(functions, inputs, updates, unwritten)
    warners: list[str] = []
    failure = None
    for number, step in enumerate(steps):
        before = len(heard)
        failure = run.take(step)
        if len(heard) > before and _texts(heard[before:]):
            warners.append(step.function)
        if failure is not None:
            run.forget({target for later in steps[number:] for target in later.targets})
            break
    warned = _texts(heard)
    heard.clear()
    updated, endless = _updated(run.inputs, inputs, updates)
    failure = failure if endless is None else _held(steps[-1], endless)
    values = run.inputs | updated | run.delivered
    return Played(values, _once(run.changed), warned, failure, _once(warners))


def _updated(
    now: Mapping[str, Any], before: Mapping[str, Any], updates: Collection[str]
) -> tuple[dict[str, Any], TooDeep | None]:
    """Copies of the inputs that were to be changed; if that cannot be, as they were before, and why."""
    names = [name for name in updates if name in now]
    try:
        return {name: copied(now[name]) for name in names}, None
    except TooDeep as endless:
        return {name: before[name] for name in names}, endless


class _Run:
    """A script under way: its inputs as copies, and what its steps have made of them."""

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]],
        inputs: Mapping[str, Any],
        updates: Collection[str],
        unwritten: Collection[str],
    ) -> None:
        self.inputs = {name: copied(value) for name, value in inputs.items()}
        self.delivered: dict[str, Any] = {}
        self.changed: list[tuple[str, str]] = []
        self._functions = functions
        self._fixed = {name: value for name, value in inputs.items() if name not in updates}
        self._targets: dict[str, Any] = {}
        self._blank = set(unwritten)

    def take(self, step: Step) -> Failure | None:
        """Do a step; None when it delivered."""
        results = self._call(step)
        for name, value in self._fixed.items():
            if not unchanged(self.inputs[name], value):
                self.changed.append((step.function, name))
                self.inputs[name] = copied(value)
        if isinstance(results, Failure):
            return results
        try:
            # After the last step too: a function may keep what it returned, and change it in a later case.
            self.delivered |= {name: copied(value) for name, value in results.items()}
        except TooDeep as endless:
            return _held(step, endless)
        self._targets |= results
        # None beside something that was computed may well be meant: a cache that holds nothing.
        self._blank.difference_update(results)
        if all(map(is_blank, results.values())):
            self._blank.update(results)
        return None

    def forget(self, targets: Collection[str]) -> None:
        """Deliver nothing under these names: what an earlier step delivered there is not what was meant."""
        self.delivered = {name: value for name, value in self.delivered.items() if name not in targets}

    def _call(self, step: Step) -> dict[str, Any] | Failure:
        if step.function not in self._functions:
            known = ", ".join(self._functions)
            raise ValueError(f"`{step.text}` calls {step.function}, which is not among: {known}")
        try:
            arguments = [self._value(argument) for argument in step.arguments]
            keywords = {name: self._value(argument) for name, argument in step.keywords}
            result = self._functions[step.function](*arguments, **keywords)
        except (Exception, SystemExit) as raised:
            return _raised(step, raised, self._blank)
        return _unpacked(step, result)

    def _value(self, argument: Entry | Literal) -> Any:
        if type(argument) is Literal:
            return copied(argument.value)
        assert type(argument) is Entry
        values = self._targets if argument.root in self._targets else self.inputs
        whole = not argument.keys and argument.root in values
        return values[argument.root] if whole else pick(values, argument)


def _texts(caught: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    return _once([str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)])


def _once(items: list[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items)) if items else ()


def type_name(exception: BaseException) -> str:
    """The name of the exception's type, also when it was raised in another process."""
    return exception.type_name if type(exception) is RaisedElsewhere else type(exception).__name__


def _raised(step: Step, raised: BaseException, unwritten: Collection[str]) -> Failure:
    name = type_name(raised)
    blank = [e.root for e in step.entries if e.root in unwritten]
    if name == "NotImplementedError" or issubclass(type(raised), NotImplementedError):
        stands = "is not written yet" if _is_stub(raised) else LEFT_OVER
        return Failure(step.text, FailureKind.UNFINISHED, f"{step.function} {stands}", raised)
    if blank:
        return Failure(step.text, FailureKind.UNFINISHED, f"{blank[0]} is still None", raised)
    if type(raised) is MissingEntry:
        return Failure(step.text, FailureKind.RAISED, str(raised), raised)
    return Failure(step.text, FailureKind.RAISED, f"{step.function} raised {name}: {text_of(raised)}", raised)


def _held(step: Step, endless: TooDeep) -> Failure:
    """The failure of a step whose data cannot be looked at."""
    message = (
        f"{step.function} leaves {endless}: a list or dict is, somewhere inside, an entry of itself "
        "(config['m'] = config is one)"
    )
    return Failure(step.text, FailureKind.RAISED, message, ValueError(str(endless)))


def _is_stub(raised: BaseException) -> bool:
    """Whether nothing but the exception stands in the function that raised it, as far as that can be seen."""
    found = raised.__context__ if type(raised) is RaisedElsewhere and raised.__context__ else raised
    trace = found.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    arguments = 0 if code is None else code.co_argcount + code.co_kwonlyargcount
    return code is None or (code.co_nlocals <= arguments and set(code.co_names) <= {"NotImplementedError"})


def _unpacked(step: Step, result: Any) -> dict[str, Any] | Failure:
    if not step.targets:
        return {}
    if not step.unpacks:
        return {step.targets[0]: result}
    wanted = f"{len(step.targets)} values: {', '.join(step.targets)}"
    if is_blank(result):
        message = f"{step.function} returned nothing (None), expected {wanted}"
        return Failure(step.text, FailureKind.UNFINISHED, message)
    items = _items(result)
    if items is None:
        message = f"{step.function} returned {describe(result)}, expected {wanted} (return them with commas)"
        return Failure(step.text, FailureKind.WRONG_COUNT, message)
    if len(items) != len(step.targets):
        counted = f"{len(items)} value" + ("s" if len(items) != 1 else "")
        message = f"{step.function} returned {counted}, expected {wanted}"
        return Failure(step.text, FailureKind.WRONG_COUNT, message)
    return {name: item for name, item in zip(step.targets, items, strict=True) if name != "_"}


def _items(result: Any) -> tuple[Any, ...] | None:
    if issubclass(type(result), tuple):
        return tuple(tuple.__iter__(result))
    return tuple(result) if type(result) is list else None


def is_blank(value: Any) -> bool:
    """Whether a value says that nothing was computed."""
    return value is None or value is Ellipsis


def text_of(raised: BaseException) -> str:
    """The exception's message, bounded, whatever its own `__str__` does."""
    try:
        text = str(raised)
    except Exception:
        text = "(its message cannot be shown)"
    return text if len(text) <= 600 else text[:600] + " ..."


def _item(value: Any, key: str | int, path: str) -> Any:
    kind = type(value)
    if kind is dict:
        if key not in value and called(value):
            raise MissingEntry(f"{path} is {describe(value)}, which has no entry {key!r}")
        if key not in value:
            present = ", ".join(repr(k) for k in value) or "nothing"
            raise MissingEntry(f"{path} has no entry {key!r} (it has: {present})")
        return value[key]
    if kind in (list, tuple, np.ndarray) and type(key) is int:
        length = len(value) if kind is not np.ndarray or value.ndim else 0
        if not -length <= key < length:
            raise MissingEntry(f"{path} has {length} entries, so there is no {path}[{key}]")
        return value[key]
    raise MissingEntry(f"{path} has no entries that could be looked up with [{key!r}]")
