"""Where a function can be edited: its expressions, each in its statement, and its blocks of statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from stagewise.judge.edits.kinds import Names

_TOPS: dict[type, tuple[str, ...]] = {
    ast.Assign: ("targets", "value"),
    ast.AnnAssign: ("value",),
    ast.AugAssign: ("target", "value"),
    ast.Return: ("value",),
    ast.Expr: ("value",),
    ast.If: ("test",),
    ast.While: ("test",),
    ast.For: ("iter",),
}
_LEFT_ALONE = (ast.JoinedStr, ast.Yield, ast.YieldFrom, ast.Await)


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a node, or one entry of it, that holds an expression."""

    parent: ast.AST
    field: str
    index: int | None = None

    def get(self) -> Any:
        """What it holds."""
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    def put(self, node: ast.AST) -> None:
        """Let it hold something else."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True, slots=True)
class Place:
    """An expression, and the outermost one of its statement, which is written anew when it changes."""

    slot: Slot
    top: Slot
    path: tuple[ast.AST, ...]  # from the outermost expression's parent to its own parent


def function_of(tree: ast.Module) -> ast.FunctionDef:
    """The first function that a source defines; ValueError when there is none."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            return node
    raise ValueError("the source defines no function")


def body_of(function: ast.FunctionDef) -> list[ast.stmt]:
    """Its statements without the docstring."""
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The block and all blocks in it."""
    yield body
    for statement in body:
        for field in ("body", "orelse", "finalbody", "handlers"):
            inner = getattr(statement, field, [])
            handled = [one.body for one in inner] if field == "handlers" else [inner] if inner else []
            for one in handled:
                yield from blocks(one)


def places(function: ast.FunctionDef) -> Iterator[Place]:
    """Every expression that may be edited, in the order of the text."""
    for field in ("defaults", "kw_defaults"):
        for index, value in enumerate(getattr(function.args, field)):
            if value is not None:
                yield from _within(top := Slot(function.args, field, index), top, (function,))
    statements = [one for block in blocks(body_of(function)) for one in block]
    for statement in sorted(statements, key=lambda one: (one.lineno, one.col_offset)):
        for field in _TOPS.get(type(statement), ()):
            for top in _slots(statement, field):
                yield from _within(top, top, (statement,))


def _within(slot: Slot, top: Slot, path: tuple[ast.AST, ...]) -> Iterator[Place]:
    node = slot.get()
    if isinstance(node, _LEFT_ALONE):
        return
    if isinstance(node, ast.expr):
        yield Place(slot, top, path)
    for field in node._fields:
        for inner in _slots(node, field):
            yield from _within(inner, top, (*path, node))


def _slots(node: ast.AST, field: str) -> Iterator[Slot]:
    held = getattr(node, field)
    if isinstance(held, list):
        for index, item in enumerate(held):
            if isinstance(item, ast.expr | ast.keyword | ast.comprehension):
                yield Slot(node, field, index)
    elif isinstance(held, ast.expr):
        yield Slot(node, field)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a function mentions, with the line from which on each of its names is bound."""

    since: dict[str, int]
    scalars: frozenset[str]
    names: Names  # with all of its own names

    def at(self, line: int) -> Names:
        """What it may use in a line."""
        local = tuple(name for name in self.names.local if self.since[name] <= line)
        scalars = tuple(name for name in local if name in self.scalars)
        entries = tuple(one for one in self.names.entries if one.partition("[")[0] in local)
        return replace(self.names, local=local, scalars=scalars, entries=entries)


def mentions(function: ast.FunctionDef) -> Mentions:
    """What the function mentions, each in the order of its first mention."""
    arguments = function.args
    listed = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    since = {one.arg: 0 for one in listed}
    scalars = {one.arg for one in listed[len(listed) - len(arguments.defaults) :]}
    nodes = [node for statement in body_of(function) for node in ast.walk(statement)]
    for node in sorted((one for one in nodes if hasattr(one, "lineno")), key=lambda one: one.lineno):
        if isinstance(node, ast.Assign):
            bound = [
                name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
            ]
            for name in bound:
                since.setdefault(name.id, (node.end_lineno or node.lineno) + 1)
            if _is_scalar(node.value):
                scalars |= {name.id for name in bound}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            since.setdefault(node.id, node.lineno)
    since.pop("_", None)
    entries = dict.fromkeys(one for node in nodes for one in _entries(node))
    keys = dict.fromkeys(key for node in nodes for key in _keys(node))
    numbers = dict.fromkeys(number for node in nodes for number in _numbers(node))
    numpy = [one.id for one in nodes if isinstance(one, ast.Name) and one.id in ("np", "numpy")]
    names = Names(tuple(since), (), tuple(entries), tuple(keys), tuple(numbers), (*numpy, "")[0])
    return Mentions(since, frozenset(scalars), names)


def _numbers(node: ast.AST) -> Iterator[float]:
    """The number that a node is, if it is one."""
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, int | float) and type(value) is not bool:
        yield value


def _is_scalar(node: ast.expr) -> bool:
    """Whether a value looks like a single number: a number, an entry of a dict or a shape, or several."""
    if isinstance(node, ast.Tuple):
        return all(map(_is_scalar, node.elts))
    if isinstance(node, ast.BinOp):
        return _is_scalar(node.left) and _is_scalar(node.right)
    if isinstance(node, ast.Attribute):
        return node.attr == "shape"
    return bool([*_numbers(node), *_entries(node)]) or isinstance(node, ast.Subscript)


def _keys(node: ast.AST) -> Iterator[str]:
    held: list[ast.expr | None] = []
    if isinstance(node, ast.Subscript):
        held = [node.slice]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        held = [*node.args[:1]]
    elif isinstance(node, ast.Dict):
        held = list(node.keys)
    for one in held:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _entries(node: ast.AST) -> Iterator[str]:
    """A dict's entry as it is written, config['t'], also where it is looked up by get."""
    root = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        root = node.func.value
    if isinstance(root, ast.Name):
        yield from (f"{root.id}[{key!r}]" for key in _keys(node))


def reads_and_writes(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement reads, and those that it writes (an entry counts as its whole)."""
    reads: set[str] = set()
    writes: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else writes).add(node.id)
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            root: ast.AST = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            writes |= {root.id} if isinstance(root, ast.Name) else set()
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        reads.add(statement.target.id)
    return reads, writes
