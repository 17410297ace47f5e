"""How much a student has written: functions and lines of code in the cells that are theirs to fill."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stagewise.finale._definitions import parsed
from stagewise.finale._notebooks import Cell

_OWN = ("exercise", "plain", "")
_NO_CODE = (
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """functions: how many have a body; lines: how many lines of code these bodies have together."""

    functions: int = 0
    lines: int = 0


def written(cells: Sequence[Cell]) -> Written:
    """Count the functions in exercises and in a student's own cells, and the lines of their bodies.

    Blank lines, comments, docstrings and the `def` itself do not count, nor does a function that is not
    written yet.
    """
    counts = [
        len(lines_of(body, source))
        for cell in cells
        if cell.role in _OWN
        for body, source in _bodies(cell.source)
    ]
    return Written(len(counts), sum(counts))


def lines_of(body: Sequence[ast.stmt], source: str) -> set[int]:
    """The numbers of the lines of `source` that hold code of these statements."""
    ranges = [(one.lineno, one.end_lineno or one.lineno) for one in body]
    texts = {
        line
        for one in body
        for part in ast.walk(one)
        if isinstance(part, ast.Expr)
        and isinstance(part.value, ast.Constant)
        and isinstance(part.value.value, str)
        for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return {line for line in code - texts if any(first <= line <= last for first, last in ranges)}


def _bodies(source: str) -> Iterator[tuple[Sequence[ast.stmt], str]]:
    """The bodies of a cell's functions, of those in classes too, and the text that their lines are of."""
    try:
        tree, text = parsed(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    holders: list[ast.Module | ast.ClassDef] = [tree]
    while holders:
        for node in holders.pop().body:
            if isinstance(node, ast.ClassDef):
                holders.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_stub(node):
                yield node.body, text


def _is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is as it was handed out: it stops with NotImplementedError whatever it is given."""
    return any(isinstance(one, ast.Raise) and "NotImplementedError" in ast.unparse(one) for one in node.body)
