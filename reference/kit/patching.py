"""Known mistakes as one change of the truth's source: compiled in a copy of its module, never in the
module."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import FunctionType
from typing import Any

Function = Callable[..., Any]


def patched(fn: Function, change: str, into: str) -> Function:
    """`fn` with `change` replaced by `into`, in a copy of its module whose functions see the patched one.

    `change` is a part of one line or several whole lines (indentation is taken from where they are found) and
    must occur exactly once outside the docstring; otherwise ValueError.
    """
    try:
        return rewritten(fn, replaced_once(_code_of(fn), change, into))
    except SyntaxError as error:
        raise ValueError(f"{fn.__name__} with {into!r} for {change!r} is no longer Python: {error}") from None


def rewritten(fn: Function, source: str) -> Function:
    """`fn` as another source defines it, in a copy of its module whose functions see it; SyntaxError.

    Its source can be asked for (`inspect.getsource`), as that of any function.
    """
    world = _world_of(fn)
    place = f"<{fn.__name__}, changed, {zlib.crc32(source.encode())}>"
    linecache.cache[place] = len(source), None, source.splitlines(keepends=True), place
    exec(compile(source, place, "exec"), world)
    return _function(world, fn.__name__)


def substituted(functions: Mapping[str, Function], old: Function, new: Function) -> dict[str, Function]:
    """The functions by name, with `new` in the place of `old`, also where one of them calls it."""
    return {name: new if fn is old else _aware(fn, old, new) for name, fn in functions.items()}


def calls(fn: Function, other: Function) -> bool:
    """Whether `other` is what a name in the code of `fn` stands for in its module."""
    return any(_globals(fn).get(name) is other for name in _plain(fn).__code__.co_names)


def replaced_once(source: str, change: str, into: str) -> str:
    """The source with one passage replaced; ValueError when it does not occur exactly once."""
    change, into = textwrap.dedent(change).strip("\n"), textwrap.dedent(into).strip("\n")
    if not change.strip():
        raise ValueError("`change` is empty: it must be a passage of the truth's source")
    lines = source.splitlines()
    places = _block_places(lines, change.splitlines()) if "\n" in change else _line_places(lines, change)
    if len(places) != 1:
        raise ValueError(
            f"`change` must occur exactly once in the source, and occurs {len(places)} times: {change!r}"
        )
    first, count, indent, before, after = places[0]
    new = textwrap.indent(into, indent).splitlines() if not before.strip() else (before + into).splitlines()
    if before.strip() and "\n" in into:
        raise ValueError(f"`into` has several lines, so `change` must start its line: {change!r}")
    new[-1] += after
    return "\n".join([*lines[:first], *new, *lines[first + count :]]) + "\n"


def _line_places(lines: list[str], change: str) -> list[tuple[int, int, str, str, str]]:
    places = []
    for number, line in enumerate(lines):
        column = line.find(change)
        while column >= 0:
            places.append((number, 1, _indent(line), line[:column], line[column + len(change) :]))
            column = line.find(change, column + 1)
    return places


def _block_places(lines: list[str], block: list[str]) -> list[tuple[int, int, str, str, str]]:
    places = []
    for number in range(len(lines) - len(block) + 1):
        here = lines[number : number + len(block)]
        if textwrap.dedent("\n".join(here)).rstrip() == "\n".join(block).rstrip():
            places.append((number, len(block), _indent(here[0]), "", ""))
    return places


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


@lru_cache(maxsize=1024)
def _code_of(fn: Function) -> str:
    """The source of a function without its docstring, so that formulas quoted there do not count."""
    try:
        source = textwrap.dedent(inspect.getsource(fn))
    except (OSError, TypeError) as error:
        raise ValueError(f"the source of {fn!r} cannot be read: {error}") from None
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.FunctionDef)
    if ast.get_docstring(body) is None:
        return source
    text = body.body[0]
    assert text.end_lineno is not None
    lines = source.splitlines()
    filler = [" " * text.col_offset + "pass"] if len(body.body) == 1 else []
    return "\n".join(lines[: text.lineno - 1] + filler + lines[text.end_lineno :]) + "\n"


def _world_of(fn: Function) -> dict[str, Any]:
    """A copy of the globals of `fn`, its module's own functions bound to the copy."""
    home = _globals(fn)
    world = dict(home)
    for name, value in home.items():
        if type(value) is FunctionType and value.__globals__ is home:
            world[name] = _bound(value, world)
    return world


def _aware(fn: Function, old: Function, new: Function) -> Function:
    if _globals(fn) is _globals(old):
        return _function(_globals(new), fn.__name__) if _is_world(new, fn) else _in_world_with(fn, old, new)
    return _in_world_with(fn, old, new) if any(value is old for value in _globals(fn).values()) else fn


def _is_world(new: Function, fn: Function) -> bool:
    """Whether `new` was patched in a copy of the module of `fn`."""
    twin = _globals(new).get(fn.__name__)
    return type(twin) is FunctionType and twin.__code__ is _plain(fn).__code__ and twin is not fn


def _in_world_with(fn: Function, old: Function, new: Function) -> Function:
    world = _world_of(fn)
    for name, value in _globals(fn).items():
        if value is old:
            world[name] = new
    return _function(world, fn.__name__)


def _bound(fn: FunctionType, world: dict[str, Any]) -> FunctionType:
    twin = FunctionType(fn.__code__, world, fn.__name__, fn.__defaults__, fn.__closure__)
    twin.__kwdefaults__ = fn.__kwdefaults__
    twin.__doc__, twin.__module__ = fn.__doc__, fn.__module__
    return twin


def _plain(fn: Function) -> FunctionType:
    if type(fn) is not FunctionType:
        raise ValueError(f"{fn!r} is not a plain function of a module")
    return fn


def _globals(fn: Function) -> dict[str, Any]:
    return _plain(fn).__globals__


def _function(world: dict[str, Any], name: str) -> Function:
    found: Function = world[name]
    return found
