"""What a kernel remembers of its cells: whose function is checked, and which names no cell has defined."""

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

from stagewise.judge.student_traceback import place_name
from stagewise.show.display import notebook_shell, say
from stagewise.show.markup import ORANGE, block, box, prose

_RUN_ABOVE = "After opening a notebook or restarting its kernel, Run > Run All Above Selected Cell runs them"


def overtaken(function: Any) -> str:
    """Say that a cell run after the function's own has a `def` of the same name that is not in use.

    "" when there is none, or when it cannot be known which cell the function is from.
    """
    shell, code = notebook_shell(), getattr(inspect.unwrap(function), "__code__", None)
    name = getattr(function, "__name__", "")
    if shell is None or code is None or shell.user_ns.get(name) is not function:
        return ""
    place = place_name(code.co_filename)
    number = re.search(r"In\[(\d+)\]", place)
    if number is None:
        return ""
    definition = re.compile(rf"^(async )?def {re.escape(name)}\b", re.MULTILINE)
    cells = shell.history_manager.input_hist_raw
    for later in range(len(cells) - 1, int(number[1]), -1):
        if definition.search(cells[later]):
            return (
                f"What was checked is the `{name}` of {place}. Cell In[{later}], which was run later, has "
                f"a def of it too, but that one is not in use: did that cell stop with an error?"
            )
    return ""


def undefined(error: BaseException | None) -> str:
    """Say that no cell run in this session defines the name which a NameError asks for; "" if one does."""
    shell = notebook_shell()
    name = error.name if isinstance(error, NameError) and not isinstance(error, UnboundLocalError) else None
    if shell is None or not name or any(name in _defined(cell) for cell in _cells(shell)):
        return ""
    return f"No cell that was run in this session defines `{name}`. {_RUN_ABOVE}."


def watch_names() -> None:
    """Tell it below a cell, in a kernel, that stops for a name which no cell has defined."""
    shell = notebook_shell()
    if hasattr(shell, "kernel") and _tell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _tell)


def _tell(result: Any) -> None:
    told = undefined(result.error_in_exec)
    if told:
        say(told, block(box(prose(told), ORANGE)))


def _cells(shell: Any) -> list[str]:
    cells: list[str] = shell.history_manager.input_hist_parsed
    return cells


def _defined(cell: str) -> set[str]:
    """The names that a cell gives a value; all its words where it is no Python."""
    try:
        return set(_given(ast.parse(cell)))
    except (SyntaxError, ValueError):
        return set(re.findall(r"\w+", cell))


def _given(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
