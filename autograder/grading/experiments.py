"""Which statements of a unit's experiments grading runs: those that make what the rest of a notebook names.

An experiment's own work is skipped. But a function or a value that it defines may be used in any exercise, so
whatever a cell outside the experiments names is made, with all that this needs in turn. Nothing is run here.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from autograder.grading.bindings import parsed

_APART = bytes(code if chr(code).isalnum() or code in b"_" or code > 127 else 32 for code in range(256))
_LONGEST = 50_000
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement at the top of a cell: the names that it binds, those whose values it may change, and
    those that it reads, also inside its functions.
    """

    text: str
    defines: bool
    binds: frozenset[str]
    changes: frozenset[str]
    reads: frozenset[str]


def needed(experiments: Mapping[str, str], others: Iterable[str]) -> dict[str, str]:
    """The sources to run in place of the experiments' own, by the names of their cells; most need none.

    `others` are the sources of the notebook's other cells. What is chosen keeps its place and order, so a
    name means what it means where everything is run.
    """
    sources = tuple(experiments.values())
    named = _named(others, _bound(sources))
    if not named:
        return {}
    chosen = _closed(sources, named)
    return {
        cell: "\n".join(one.text for one in statements(source) if one in chosen)
        for cell, source in experiments.items()
        if any(one in chosen for one in statements(source))
    }


@lru_cache(maxsize=1024)
def statements(source: str) -> tuple[Statement, ...]:
    """The statements of an experiment's cell."""
    return tuple(_statement(node) for node in parsed(source, "<experiment>").body)


@lru_cache(maxsize=4096)
def names_read(source: str) -> frozenset[str]:
    """The global names that a cell reads; every word in one that is not Python, or too much of it."""
    if len(source) <= _LONGEST:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset(_read(_table(source)))
    return frozenset(word.decode("utf-8", "replace") for word in _words(source))


def _named(others: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Those of the known names that a source reads. Few hold a word that is one, so few are looked into."""
    words = {name.encode() for name in known}
    mentioning = (source for source in others if not words.isdisjoint(_words(source)))
    return known & frozenset[str]().union(*map(names_read, mentioning))


def _words(source: str) -> list[bytes]:
    """The words of a text; much quicker than what knows the letters of Unicode: here, all are letters."""
    return source.encode("utf-8", "replace").translate(_APART).split()


@lru_cache(maxsize=64)
def _bound(sources: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(one.binds for source in sources for one in statements(source)))


@lru_cache(maxsize=1024)
def _closed(sources: tuple[str, ...], named: frozenset[str]) -> frozenset[Statement]:
    """All statements that make the named names, and what those read, and so on."""
    everything = [one for source in sources for one in statements(source)]
    values = frozenset().union(*(one.binds for one in everything if not one.defines))
    wanted, chosen = set(named), set[Statement]()
    while True:
        more = {one for one in everything if (one.binds | one.changes & values) & wanted} - chosen
        if not more:
            return frozenset(chosen)
        chosen |= more
        wanted.update(*(one.reads for one in more))


def _statement(node: ast.stmt) -> Statement:
    text = ast.unparse(node)
    table = _table(text)
    bound = frozenset(_assigned(table))
    return Statement(
        text, isinstance(node, _DEFINITIONS), bound, frozenset(_changed(node)), frozenset(_read(table))
    )


def _table(source: str) -> symtable.SymbolTable:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return symtable.symtable(source, "<cell>", "exec")


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    waiting = [table]
    while waiting:
        scope = waiting.pop()
        yield scope
        waiting += scope.get_children()


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            if symbol.is_referenced() and (scope is table or symbol.is_global()):
                yield symbol.get_name()


def _assigned(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that are bound at the top, or by a function that declares them global."""
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            if (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()) and (
                scope is table or symbol.is_declared_global()
            ):
                yield symbol.get_name()


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Names whose values a statement may change: parts of them are assigned, or a call whose result nobody
    takes, which is there for what it does, is one of their methods or is given them.
    """
    waiting: list[ast.AST] = [statement]
    while waiting:
        match waiting.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.Attribute(value, _, ast.Store() | ast.Del()) | ast.Subscript(
                value, _, ast.Store() | ast.Del()
            ):
                yield from _owner(value)
            case ast.Expr(ast.Call(called, given, named)):
                for part in (called, *given, *(keyword.value for keyword in named)):
                    yield from _owner(part)
            case node:
                waiting.extend(ast.iter_child_nodes(node))


def _owner(expression: ast.expr) -> Iterator[str]:
    """The variable that an expression is or is a part of: net for net.layers[0].weight, none for f(net)."""
    match expression:
        case ast.Name(name):
            yield name
        case (
            ast.Attribute(value) | ast.Subscript(value) | ast.Starred(value) | ast.Call(ast.Attribute(value))
        ):
            yield from _owner(value)
