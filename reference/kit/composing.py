"""Functions that call others: which ones they come to, and the same functions with others in those places.

A function that is looked for is known by its code, which copies of it in other modules share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

from stagewise.judge.notebooks import names_in

Function = Callable[..., Any]


def reached(functions: Mapping[str, Function], wanted: Mapping[CodeType, str]) -> frozenset[str]:
    """The names of those wanted that the functions call, or that something calls which they call."""
    seen, found, left = set[int](), set[str](), list(functions.values())
    while left:
        fn = left.pop()
        if id(fn) in seen or type(fn) is not FunctionType:
            continue
        seen.add(id(fn))
        for _, inner in _called(fn):
            if inner.__code__ in wanted:
                found.add(wanted[inner.__code__])
            left.append(inner)
    return frozenset(found)


def composed(functions: Mapping[str, Function], own: Mapping[CodeType, Function]) -> dict[str, Function]:
    """The functions with `own` in the places of those that have these codes, however deep they are called.

    What comes to none of them is the very same function.
    """
    twins: dict[int, Function] = {}
    return {name: _composed(fn, own, twins) for name, fn in functions.items()}


def _called(fn: FunctionType) -> Iterator[tuple[tuple[str, ...], FunctionType]]:
    """The plain functions that it names, by the path of names: its module's, and those of a module there."""
    names = list(dict.fromkeys(names_in(fn.__code__)))
    for name in names:
        value = fn.__globals__.get(name)
        if type(value) is FunctionType:
            yield (name,), value
        if type(value) is ModuleType:
            inner = ((one, vars(value).get(one)) for one in names)
            yield from (((name, one), found) for one, found in inner if type(found) is FunctionType)


def _composed(fn: Function, own: Mapping[CodeType, Function], twins: dict[int, Function]) -> Function:
    if type(fn) is not FunctionType:
        return fn
    if fn.__code__ in own:
        return own[fn.__code__]
    if id(fn) in twins:
        return twins[id(fn)]
    if not reached({"": fn}, dict.fromkeys(own, "")):
        return fn
    world = dict(fn.__globals__)
    twin = FunctionType(fn.__code__, world, fn.__name__, fn.__defaults__, fn.__closure__)
    twin.__kwdefaults__ = fn.__kwdefaults__
    twins[id(fn)] = twin
    for (name, *within), value in list(_called(fn)):
        new = _composed(value, own, twins)
        if not within:
            world[name] = new
        elif new is not value:
            world[name] = SimpleNamespace(**{**vars(world[name]), within[0]: new})
    return twin
