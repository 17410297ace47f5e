"""A cell that was split inside a function is one cell again: its second half cannot stand alone. Pure."""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Iterable

from autograder.intake.recognise import Cell

_LONGEST = 50_000


def join(cells: Iterable[Cell], exercises: Iterable[str]) -> tuple[list[Cell], list[str]]:
    """The cells, each exercise with the halves that stand right behind it, and the names of those joined."""
    names = set(exercises)
    result: list[Cell] = []
    joined: list[str] = []
    for cell in cells:
        name = _name(result[-1]) if result else ""
        if name in names and not _name(cell) and _are_halves(result[-1], cell):
            result[-1] = {**result[-1], "source": f"{result[-1]['source']}\n{cell['source']}"}
            joined.append(name)
        else:
            result.append(cell)
    return result, list(dict.fromkeys(joined))


def _name(cell: Cell) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _are_halves(first: Cell, second: Cell) -> bool:
    """Whether the second begins indented, one of the two is no code by itself, and both together are."""
    before, behind = first["source"], second["source"]
    if second["cell_type"] != "code" or len(before) + len(behind) > _LONGEST:
        return False
    lines = [line for line in behind.split("\n") if line.strip()]
    if not lines or not lines[0][0].isspace():
        return False
    apart = _is_code(before) and _is_code(textwrap.dedent(behind))
    return not apart and _is_code(f"{before}\n{behind}")


def _is_code(source: str) -> bool:
    """Whether it could run: it can be parsed, and returns from nothing but functions."""
    plain = "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not _returns(tree)


def _returns(tree: ast.Module) -> bool:
    """Whether a `return` stands outside functions; expressions, which may be deep, are not looked into."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            waiting.extend(ast.iter_child_nodes(node))
    return False
