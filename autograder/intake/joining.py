"""A cell that was split inside a function is one cell again: its second half cannot stand alone. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from autograder.intake.grammar import is_code
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
    apart = is_code(before) and is_code(textwrap.dedent(behind))
    return not apart and is_code(f"{before}\n{behind}")
