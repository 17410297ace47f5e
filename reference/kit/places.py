"""Where an author wrote something, and what is wrong with it there."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType

_KIT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def below(self, lines: int) -> Place:
        """So many lines further down."""
        return Place(self.file, self.line + lines)

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


class DefinitionError(ValueError):
    """An exercise is defined wrongly: `place` says where, `remedy` what to do about it."""

    def __init__(self, place: Place, problem: str, remedy: str) -> None:
        super().__init__(place, problem, remedy)
        self.place, self.problem, self.remedy = place, problem, remedy

    def __str__(self) -> str:
        return f"Defining an exercise, {self.place}:\n{self.problem}.\nRemedy: {self.remedy}."


def here() -> Place:
    """Where the author's code is that asked for whatever is being defined now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and Path(frame.f_code.co_filename).parent == _KIT:
        frame = frame.f_back
    assert frame is not None
    return Place(frame.f_code.co_filename, frame.f_lineno)


def of_text(text: str, near: Place) -> Place:
    """Where a text begins in the file where it was written; `near` when it is not found there."""
    begins = [line for found, line in _texts(near.file) if found == text]
    return Place(near.file, min(begins, key=lambda line: abs(line - near.line))) if begins else near


@lru_cache(maxsize=64)
def _texts(file: str) -> tuple[tuple[str, int], ...]:
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError):
        return ()
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return tuple((node.value, node.lineno) for node in constants if isinstance(node.value, str))
