"""The lines of a script: each is one call of a student's function.

    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)

Targets are names (`_` discards); arguments are names, literals, or entries such as `bn_param["eps"]`. What is
compared is a name, an entry, or a quantity measured on them, such as `zero_fraction(out)`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_GRAMMAR = "write `targets = function(arguments)`, with names, literals and entries such as bn_param['eps']"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value by name, or an entry of it: `x`, `bn_param['eps']`, `cache[0]`."""

    text: str
    root: str
    keys: tuple[str | int, ...]

    @property
    def roots(self) -> frozenset[str]:
        """The names that it needs."""
        return frozenset({self.root})


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant argument."""

    value: Any


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something measured on values: `zero_fraction(out)`; arguments may be quantities again."""

    text: str
    measure: str
    arguments: tuple[Entry | Quantity, ...]

    @property
    def roots(self) -> frozenset[str]:
        """The names that it needs."""
        return frozenset[str]().union(*(argument.roots for argument in self.arguments))


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


@lru_cache(maxsize=1024)
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


@lru_cache(maxsize=1024)
def output(text: str) -> Entry | Quantity:
    """What is compared: an entry as above, or a quantity such as `agreement(out, dx)`; ValueError when
    neither."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise ValueError(f"{text!r} is neither an entry nor a quantity measured on some") from None
    return _output(node, text)


def _output(node: ast.expr, text: str) -> Entry | Quantity:
    if not isinstance(node, ast.Call):
        return entry(ast.unparse(node))
    if not isinstance(node.func, ast.Name) or node.keywords or not node.args:
        raise ValueError(f"{text!r}: write a quantity as `name(arguments)`, without keywords")
    return Quantity(ast.unparse(node), node.func.id, tuple(_output(argument, text) for argument in node.args))


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
        raise ValueError(
            f"`{line}`: `{ast.unparse(node)}` is neither a name nor a literal; {_GRAMMAR}"
        ) from None
