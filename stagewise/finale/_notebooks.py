"""A unit's notebook where a student keeps it: its code cells, whatever else is in the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST = 50_000_000  # bytes of a notebook that is read


class UnreadableNotebookError(ValueError):
    """The file is no notebook; its text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number among all cells (from 1), its role in the course ("" for a student's own cell),
    and its text."""

    number: int
    role: str
    source: str


def find(folder: Path, unit: str) -> Path | None:
    """The notebook of a unit in `folder`, as <unit>/<unit>.ipynb or as <unit>.ipynb; None without one."""
    places = (folder / unit / f"{unit}.ipynb", folder / f"{unit}.ipynb")
    return next((place for place in places if place.is_file()), None)


def read(path: Path) -> tuple[Cell, ...]:
    """The code cells of a notebook in their order; UnreadableNotebookError where it cannot be read."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableNotebookError(f"is larger than {_LARGEST // 1_000_000} MB")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise UnreadableNotebookError(f"could not be read: {problem.strerror}") from problem
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, UnreadableNotebookError):
            raise
        raise UnreadableNotebookError("is damaged: it is no JSON") from problem
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise UnreadableNotebookError("is damaged: it has no cells")
    return tuple(
        Cell(number, _role(cell), _text(cell.get("source")))
        for number, cell in enumerate(cells, start=1)
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    )


def _text(source: Any) -> str:
    """The source of a cell, which is a string or a list of lines."""
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _role(cell: dict[str, Any]) -> str:
    """The role that the build wrote into the cell; of a cell that lost it, what nbgrader's part tells."""
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    for key in ("stagewise", "nbgrader"):
        said = metadata.get(key)
        if isinstance(said, dict) and isinstance(said.get("role"), str):
            return str(said["role"])
        if isinstance(said, dict) and said.get("solution"):
            return "exercise"
    return ""
