"""What a case calls, as text: plain lines, each one call of a student's function.

    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)

Targets are names (`_` discards); arguments are names, literals, or entries such as `bn_param["eps"]`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np

from stagewise.copying import copied, unchanged

_GRAMMAR = "write `targets = function(arguments)`, with names, literals and entries such as bn_param['eps']"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value by name, or an entry of it: `x`, `bn_param['eps']`, `cache[0]`."""

    text: str
    root: str
    keys: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant argument."""

    value: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script. `unpacks` tells `a, = f()` from `a = f()`; no targets means a bare call."""

    text: str
    targets: tuple[str, ...]
    unpacks: bool
    function: str
    arguments: tuple[Entry | Literal, ...]
    keywords: tuple[tuple[str, Entry | Literal], ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The named values that the call receives."""
        given = (*self.arguments, *(value for _, value in self.keywords))
        return tuple(value for value in given if isinstance(value, Entry))


class FailureKind(Enum):
    """How a step ended when it did not deliver its targets."""

    RAISED = "raised"
    UNFINISHED = "unfinished"
    WRONG_COUNT = "wrong count"


class RaisedElsewhere(Exception):
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


class MissingEntry(LookupError):
    """An entry that a value should have and has not; the text says what it has instead."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that did not deliver: its text, how it failed, a sentence, and the exception if there was one."""

    step: str
    kind: FailureKind
    message: str
    exception: BaseException | None = None

    @property
    def exception_name(self) -> str:
        """The exception's type name, '' when nothing was raised."""
        return type_name(self.exception) if self.exception is not None else ""


@dataclass(frozen=True, slots=True)
class Played:
    """A script after its run.

    values: inputs and targets, each target as it was when its step delivered it;
    changed: inputs that were written into although the case does not ask for it;
    warned: texts of the RuntimeWarnings raised meanwhile (a proxy can re-issue those of its process);
    failure: None, or why the script stopped.
    """

    values: dict[str, Any]
    changed: tuple[str, ...]
    warned: tuple[str, ...]
    failure: Failure | None


def parse(text: str) -> tuple[Step, ...]:
    """The steps of a script; ValueError naming the line and the remedy."""
    lines = [line.strip() for line in text.strip().splitlines()]
    steps = tuple(_step(line) for line in lines if line)
    if not steps:
        raise ValueError(f"the script is empty; {_GRAMMAR}")
    return steps


@lru_cache(maxsize=1024)
def entry(text: str) -> Entry:
    """The entry that `bn_param['running_mean']` names; ValueError when it is not a name or an entry."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise ValueError(f"{text!r} is not a name or an entry of one; {_GRAMMAR}") from None
    found = _argument(node, text)
    if isinstance(found, Literal):
        raise ValueError(f"{text!r} is a constant, not a name; {_GRAMMAR}")
    return found


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


def play(
    steps: Sequence[Step],
    functions: Mapping[str, Callable[..., Any]],
    inputs: Mapping[str, Any],
    updates: Collection[str] = (),
) -> Played:
    """Run the steps on copies of the inputs, and find out what they did to them.

    An input that a step writes into is named in `changed` and is fresh again for the next step, unless
    `updates` says that the script is meant to change it. Functions are only called, results only unpacked.
    KeyboardInterrupt passes: a student may stop a check that hangs.
    """
    live = {name: copied(value) for name, value in inputs.items()}
    targets: dict[str, Any] = {}
    frozen: dict[str, Any] = {}
    changed: list[str] = []
    failure = None
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        for step in steps:
            results = _call(step, functions, {**live, **targets})
            for name in [name for name in live if name not in updates]:
                if not unchanged(live[name], inputs[name]):
                    live[name] = copied(inputs[name])
                    changed.append(name)
            if isinstance(results, Failure):
                failure = results
                break
            targets.update(results)
            frozen.update({name: copied(value) for name, value in results.items()})
    warned = tuple(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)))
    return Played({**live, **frozen}, tuple(dict.fromkeys(changed)), warned, failure)


def type_name(exception: BaseException) -> str:
    """The name of the exception's type, also when it was raised in another process."""
    return exception.type_name if type(exception) is RaisedElsewhere else type(exception).__name__


def _call(step: Step, functions: Mapping[str, Callable[..., Any]], values: Mapping[str, Any]) -> Any:
    if step.function not in functions:
        raise ValueError(f"`{step.text}` calls {step.function}, which is not among: {', '.join(functions)}")
    try:
        arguments = [_value(argument, values) for argument in step.arguments]
        keywords = {name: _value(argument, values) for name, argument in step.keywords}
        result = functions[step.function](*arguments, **keywords)
    except (Exception, SystemExit) as raised:
        return _raised(step, raised, values)
    return _unpacked(step, result)


def _raised(step: Step, raised: BaseException, values: Mapping[str, Any]) -> Failure:
    name = type_name(raised)
    blank = [e.root for e in step.entries if e.root in values and _is_blank(values[e.root])]
    if name == "NotImplementedError" or issubclass(type(raised), NotImplementedError):
        return Failure(step.text, FailureKind.UNFINISHED, f"{step.function} is not written yet", raised)
    if blank:
        return Failure(step.text, FailureKind.UNFINISHED, f"{blank[0]} is still None", raised)
    if type(raised) is MissingEntry:
        return Failure(step.text, FailureKind.RAISED, str(raised), raised)
    return Failure(step.text, FailureKind.RAISED, f"{name}: {_text(raised)}", raised)


def _unpacked(step: Step, result: Any) -> dict[str, Any] | Failure:
    if not step.targets:
        return {}
    if not step.unpacks:
        return {step.targets[0]: result}
    wanted = f"{len(step.targets)} values: {', '.join(step.targets)}"
    if _is_blank(result):
        message = f"{step.function} returned nothing (None), expected {wanted}"
        return Failure(step.text, FailureKind.UNFINISHED, message)
    items = _items(result)
    if items is None:
        message = f"{step.function} returned a single value, expected {wanted}"
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


def _is_blank(value: Any) -> bool:
    return value is None or value is Ellipsis


def _text(raised: BaseException) -> str:
    try:
        text = str(raised)
    except Exception:
        text = "(its message cannot be shown)"
    return text if len(text) <= 600 else text[:600] + " ..."


def _value(argument: Entry | Literal, values: Mapping[str, Any]) -> Any:
    return copied(argument.value) if isinstance(argument, Literal) else pick(values, argument)


def _item(value: Any, key: str | int, path: str) -> Any:
    kind = type(value)
    if kind is dict:
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


def _step(line: str) -> Step:
    try:
        body = ast.parse(line).body
    except SyntaxError:
        body = []
    statement = body[0] if len(body) == 1 else None
    targets: tuple[str, ...] = ()
    unpacks = False
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        unpacks = isinstance(statement.targets[0], ast.Tuple)
        targets = _targets(statement.targets[0], line)
    elif not isinstance(statement, ast.Expr):
        raise ValueError(f"script line `{line}` is not a call; {_GRAMMAR}")
    call = statement.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ValueError(f"script line `{line}` is not a call of one function by name; {_GRAMMAR}")
    arguments = tuple(_argument(node, line) for node in call.args)
    keywords = tuple((_keyword(node, line), _argument(node.value, line)) for node in call.keywords)
    return Step(line, targets, unpacks, call.func.id, arguments, keywords)


def _targets(node: ast.expr, line: str) -> tuple[str, ...]:
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    names = tuple(n.id for n in nodes if isinstance(n, ast.Name))
    if len(names) != len(nodes):
        raise ValueError(f"script line `{line}` assigns to something that is not a name; {_GRAMMAR}")
    kept = [name for name in names if name != "_"]
    if len(set(kept)) != len(kept):
        raise ValueError(f"script line `{line}` assigns twice to one name; use _ for what is not needed")
    return names


def _keyword(node: ast.keyword, line: str) -> str:
    if node.arg is None:
        raise ValueError(f"script line `{line}` uses **; name each keyword")
    return node.arg


def _argument(node: ast.expr, line: str) -> Entry | Literal:
    keys: list[str | int] = []
    inner = node
    while isinstance(inner, ast.Subscript):
        key = _literal(inner.slice, line).value
        if type(key) not in (str, int):
            raise ValueError(f"`{line}`: only strings and whole numbers can be keys; {_GRAMMAR}")
        keys.insert(0, key)
        inner = inner.value
    if isinstance(inner, ast.Name):
        return Entry(ast.unparse(node), inner.id, tuple(keys))
    return _literal(node, line)


def _literal(node: ast.expr, line: str) -> Literal:
    try:
        return Literal(ast.literal_eval(node))
    except ValueError:
        raise ValueError(f"`{line}`: `{ast.unparse(node)}` is neither a name nor a literal; {_GRAMMAR}") from None
