"""A function as what is left when names, order and formatting are taken away. Nothing of it is ever run.

Every statement is a sequence of tokens from Python's own syntax tree (`ast`): kinds of expressions,
attributes, numbers, names of the course's and Python's functions; each name that the student chose is the
same token. Factors and terms come in one order, keyword arguments too, `x += y` is `x = x + y`. Comments,
texts and annotations are gone, and so is whether a value got a name or was returned. Statements do not know
what stands before them.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence

from IPython.core.inputtransformer2 import TransformerManager

Token = tuple[str, int]
"""What it is, and the line of the source (from 1) on which it stands."""

_LONGEST = 20_000
_CHOSEN, _TEXT = "name", "text"
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_LEFT_OUT = {"ctx", "type_comment", "annotation", "returns", "decorator_list", "kind", "type_params"}


class UnreadableError(ValueError):
    """A source that is not Python, or too long or too deep to be read."""


def statements(source: str) -> list[list[Token]]:
    """The tokens of each statement of a cell; raises UnreadableError.

    >>> def bare(source): return [token for one in statements(source) for token, _ in one]
    >>> bare("m = 2 * x.sum(axis=0)") == bare("s = (x.sum(axis = 0)) * 2  # twice")
    True
    """
    if len(source) > _LONGEST:
        raise UnreadableError(f"it has {len(source)} letters")
    try:
        with warnings.catch_warnings(action="ignore"):  # of what the student wrote, as an unknown escape
            tree = ast.parse(TransformerManager().transform_cell(source))
        return [found for one in _parts(tree.body, _chosen(tree)) if (found := list(one))]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise UnreadableError(str(problem)) from None


def _chosen(tree: ast.AST) -> dict[str, str]:
    """What stands for each name that the student chose; for modules their usual names."""
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found[name] = _CHOSEN
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = _CHOSEN
            case ast.alias(name=name, asname=str(other)):
                found[other] = {"numpy": "np"}.get(name, name)
    return found


def _parts(body: Sequence[ast.AST], names: dict[str, str]) -> Iterator[Iterator[Token]]:
    """Each statement by itself: of one with a body its head first."""
    for node in body:
        if not _says_nothing(node):
            yield _tokens(node, names)
        for field in _BODIES:
            inside = getattr(node, field, None)
            if isinstance(inside, list):
                yield from _parts(inside, names)


def _says_nothing(node: ast.AST) -> bool:
    """A text that stands alone, `pass`, imports, and the head of a function, which the course gives."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Pass | ast.Import | ast.ImportFrom | ast.FunctionDef)


def _tokens(node: ast.AST, names: dict[str, str]) -> Iterator[Token]:
    line = getattr(node, "lineno", 0)
    match node:
        case ast.Name(id=name):
            yield names.get(name, name), line
        case ast.Constant(value=value):
            yield _TEXT if isinstance(value, str | bytes) else repr(value), line
        case ast.Attribute(value=value, attr=attr):
            yield from _tokens(value, names)
            yield f".{attr}", line
        case ast.AugAssign(target=target, op=op, value=value):
            sum_of = ast.copy_location(ast.BinOp(target, op, value), node)
            yield from _tokens(ast.copy_location(ast.Assign([target], sum_of), node), names)
        case ast.Assign(targets=[ast.Name()], value=value) | ast.Return(value=ast.expr() as value):
            yield from _tokens(value, names)
        case ast.BinOp(left=left, op=op, right=right):
            yield type(op).__name__, line
            sides = [list(_tokens(left, names)), list(_tokens(right, names))]
            if isinstance(op, ast.Add | ast.Mult):
                sides.sort(key=lambda side: [token for token, _ in side])
            yield from (token for side in sides for token in side)
        case ast.Call(func=func, args=args, keywords=keywords):
            yield "call", line
            ordered = sorted(keywords, key=lambda one: one.arg or "")
            for part in (func, *args, *ordered):
                yield from _tokens(part, names)
        case _:
            yield type(node).__name__, line
            yield from _fields(node, line, names)


def _fields(node: ast.AST, line: int, names: dict[str, str]) -> Iterator[Token]:
    """The parts of a node of any other kind, statements below it left out."""
    for field, value in ast.iter_fields(node):
        if field in _LEFT_OUT or (field in _BODIES and not isinstance(value, ast.AST)):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from ((token, at or line) for token, at in _tokens(part, names))
            elif isinstance(part, str):
                yield names.get(part, part), line
