"""What a notebook defines, without what it tries out: run in a namespace of its own.

Of all statements only those are run that the exercises need: imports, and what gives a value to a name that
an exercise uses, directly or through others. So no experiment begins, and no check.
"""

from __future__ import annotations

import ast
import linecache
import symtable
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stagewise.checks.limits import Stopped, limits
from stagewise.finale._notebooks import Cell
from stagewise.judge.student_traceback import headline


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a cell: the names that it gives a value, and those whose value it asks for."""

    node: ast.stmt
    place: str
    gives: frozenset[str]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Defined:
    """What came of a notebook: its names, and a sentence for each cell or statement that stopped."""

    names: dict[str, Any]
    problems: tuple[str, ...]


def define(cells: Sequence[Cell], notebook: str, wanted: Collection[str]) -> Defined:
    """Run what defines the wanted names in the cells of a notebook, whose name stands in error messages.

    A statement that fails is told and passed over, one that does not end is stopped. What is printed is cut.
    """
    problems: list[str] = []
    statements = [one for cell in cells for one in _statements(cell, notebook, problems.append)]
    needed = closure(statements, wanted)
    names: dict[str, Any] = {"__name__": "__main__"}
    for one in statements:
        if isinstance(one.node, ast.Import | ast.ImportFrom) or one.gives & needed:
            _run(one, names, problems.append)
    return Defined(names, tuple(problems))


def closure(statements: Sequence[Statement], wanted: Collection[str]) -> frozenset[str]:
    """The wanted names, and all that the statements need which give them a value."""
    needed, new = set[str](), set(wanted)
    while new:
        needed |= new
        new = {name for one in statements if one.gives & new for name in one.needs} - needed
    return frozenset(needed)


def parsed(source: str) -> tuple[ast.Module, str]:
    """A cell's code, and the text that its lines are of, without what IPython alone understands
    (`%matplotlib`); SyntaxError if it is no Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as of "\\s" in a docstring
        text = TransformerManager().transform_cell(source)
        return ast.parse(text), text


def _statements(cell: Cell, notebook: str, tell: Callable[[str], object]) -> Iterator[Statement]:
    place = f"<{notebook}, cell {cell.number}>"
    try:
        tree, text = parsed(cell.source)
    except (SyntaxError, ValueError, RecursionError) as problem:
        if cell.role in ("exercise", "", "plain"):
            tell(f"cell {cell.number} is no Python: {headline(problem)}")
        return
    linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
    for node in tree.body:
        yield Statement(node, place, frozenset(_given(node)), frozenset(_needed(node)))


def _given(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds, or changes the value of."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield from (one.id for one in ast.walk(part.value) if isinstance(one, ast.Name))
        elif isinstance(part, ast.FunctionDef | ast.ClassDef):
            yield part.name
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).split(".")[0]


def _needed(node: ast.stmt) -> Iterator[str]:
    """The global names whose value a statement asks for, or the functions and classes in it."""
    try:
        tables = [symtable.symtable(ast.unparse(node), "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError):
        return
    while tables:
        table = tables.pop()
        top = table.get_type() == "module"
        yield from (
            one.get_name() for one in table.get_symbols() if one.is_referenced() and (top or one.is_global())
        )
        tables += table.get_children()


def _run(one: Statement, names: dict[str, Any], tell: Callable[[str], object]) -> None:
    try:
        with limits(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(ast.Module([one.node], []), one.place, "exec"), names)
    except KeyboardInterrupt:
        raise
    except Stopped as stopped:
        tell(f"{_called(one)} was stopped after {stopped}")
    except BaseException as problem:  # also SystemExit: a cell must not end the page
        tell(f"{_called(one)} stops: {headline(problem)}")


def _called(one: Statement) -> str:
    first = ast.unparse(one.node).splitlines()[0]
    return f"`{first[:60]}` in {one.place.strip('<>').partition(', ')[2]}"
