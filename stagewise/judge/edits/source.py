"""A source as bytes, in which nodes are found by their columns and replaced."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

Replacement = tuple[int, int, str]  # from, to (in bytes), by


class Source:
    """A function's source, not indented."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bytes = text.encode()
        self._starts = [0, *accumulate(len(line) for line in self._bytes.splitlines(keepends=True))]

    def span(self, node: Any) -> tuple[int, int]:
        """From where to where a node stands."""
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def at(self, line: int, column: int) -> int:
        """Where a line's column is."""
        return self._starts[line - 1] + column

    def line_of(self, place: int) -> int:
        """In which line a place is."""
        return bisect_right(self._starts, place)

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def lines(self, first: int, last: int) -> str:
        """Some lines in one, without comments' indentation."""
        return " ".join(part.strip() for part in self.text.splitlines()[first - 1 : last])

    def replaced(self, replacements: Iterable[Replacement]) -> str:
        """The text with passages replaced that do not overlap."""
        new = self._bytes
        for start, end, by in sorted(replacements, reverse=True):
            new = new[:start] + by.encode() + new[end:]
        return new.decode()
