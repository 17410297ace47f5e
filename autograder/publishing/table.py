"""A table as a system exported it: its cells are read, some are replaced, all else stays byte for byte.
Pure.

The csv module tells cells but not where they stand, and writes every one of them anew: quotes, ends of
lines and numbers of columns that are nobody's here would change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autograder.collecting.texts import Text, decoded
from autograder.errors import CourseError

_SEPARATORS = ",;\t|"
_ZIP = b"PK\x03\x04"
_CALLED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_FORMULA = re.compile(r"\s*(?:[=+@\uff0b\uff1d\uff20]|[-\u2212\uff0d](?![\d.,\s]*$))")
At = tuple[int, int]
"""A line and a column, both from 0."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text without quotes, and where it stands in the whole, quotes included."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of cells; the first line names the columns. `name` is the file's."""

    name: str
    text: Text
    separator: str
    lines: tuple[tuple[Cell, ...], ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(cell.text.strip() for cell in self.lines[0])

    def get(self, line: int, column: int | None) -> str:
        """A cell's text; empty where there is no such column."""
        cells = self.lines[line]
        return cells[column].text.strip() if column is not None and column < len(cells) else ""

    def number(self, line: int) -> int:
        """The number of a line in the file, from 1, as editors count."""
        cells = self.lines[line]
        return self.text.content.count("\n", 0, cells[0].start) + 1

    def column(self, *names: str) -> int | None:
        """The first column that has one of these names, in whatever capitals; None where there is none."""
        wanted = {name.casefold() for name in names}
        return next((at for at, name in enumerate(self.header) if name.casefold() in wanted), None)

    @property
    def formulas(self) -> int:
        """How many cells a spreadsheet would take for formulas."""
        return sum(1 for line in self.lines for cell in line if _FORMULA.match(cell.text))

    def changed(self, cells: Mapping[At, str], encodings: Sequence[str]) -> bytes:
        """The file with these cells replaced, in its own encoding if that is one of these, else in the first
        of them.

        A cell that was quoted is quoted again. Raises CourseError for a line that has no such cell.
        """
        content, parts, done = self.text.content, [], 0
        for (line, column), new in sorted(cells.items()):
            if column >= len(self.lines[line]):
                raise CourseError(
                    f"line {self.number(line)} of {self.name} has {len(self.lines[line])} cells, its first "
                    f"line has {len(self.lines[0])}",
                    "export the file again, and give it as it came",
                )
            cell = self.lines[line][column]
            quoted = content[cell.start : cell.start + 1] == '"'
            parts += [content[done : cell.start], f'"{new}"' if quoted else new]
            done = cell.end
        whole = "".join([*parts, content[done:]])
        if self.text.encoding in encodings:
            return self.text.mark + whole.encode(self.text.encoding)
        return whole.encode(encodings[0])


def read_table(
    raw: bytes,
    name: str,
    fits: Callable[[Sequence[str]], bool],
    separators: str,
    wanted: str,
    remedy: str,
) -> Table:
    """The table in a file; `fits` tells whether names are those of the columns, and so what parts cells.

    Raises CourseError with this remedy where the first line is another (`wanted` is what was expected), where
    cells are parted by what the system does not read, or where a quote does not end.
    """
    if raw.startswith(_ZIP):
        raise CourseError(f"{name} is a workbook or a zip, not a table of text", remedy)
    text = decoded(raw, name, remedy)
    first = re.match(r'(?:[^"\r\n]|"[^"]*")*', text.content)
    begins = first[0] if first else ""
    for separator in _SEPARATORS:
        with suppress(_OpenQuoteError):
            if fits([cell.text.strip() for cell in _lines(begins, separator)[0]]):
                break
    else:
        raise CourseError(f"{name} is not {wanted}: its first line is {begins[:120]!r}", remedy)
    if separator not in separators:
        known = " or ".join(_CALLED[one] for one in separators)
        raise CourseError(f"the cells of {name} are parted by {_CALLED[separator]}, not by {known}", remedy)
    try:
        return Table(name, text, separator, _lines(text.content, separator))
    except _OpenQuoteError as problem:
        said = f"line {problem.line} of {name} has a quote that does not end with a cell"
        raise CourseError(said, remedy) from None


class _OpenQuoteError(ValueError):
    """A quote is open, or something follows it, in this line of the file."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _lines(content: str, separator: str) -> tuple[tuple[Cell, ...], ...]:
    end = re.escape(separator) + r"|\r\n|\n|\r|\Z"
    cell = re.compile(
        rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{re.escape(separator)}\r\n][^{re.escape(separator)}\r\n]*)|)({end})'
    )
    lines: list[tuple[Cell, ...]] = []
    line: list[Cell] = []
    place = 0
    while True:
        found = cell.match(content, place)
        if found is None:
            raise _OpenQuoteError(content.count("\n", 0, place) + 1)
        quoted, plain, end_mark = found.groups()
        text = quoted.replace('""', '"') if quoted is not None else plain or ""
        line.append(Cell(text, place, found.start(3)))
        place = found.end()
        if end_mark != separator:
            lines.append(tuple(line))
            line = []
            if place >= len(content):
                return tuple(lines)
