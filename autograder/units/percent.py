"""A unit's text notebook (jupytext's py:percent format) as cells that know their role and their line.

What a cell says of itself stands in its marker, as in `# %% role="check" points=2`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import jupytext

from autograder.errors import AuthorError

MARKER = re.compile(r"^# %%(?!%)")
TITLE = re.compile(r"^# +(\S.*?) *$", re.MULTILINE)
NAME = re.compile(r"^[a-z0-9][a-z0-9-]*$")
OPTIONS = ("role", "points", "name", "tags", "needs", "from_truth", "folded")
JUPYTEXT_OPTIONS = ("lines_to_next_cell", "cell_marker")


class Role(StrEnum):
    """What a cell is for; `PLAIN` is text, and code that a student may edit and no one grades."""

    GIVEN = "given"
    EXERCISE = "exercise"
    CHECK = "check"
    EXPLORE = "explore"
    WRITTEN = "written"
    PLAIN = "plain"


FOLDABLE = (Role.GIVEN, Role.EXPLORE)


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One cell as its author wrote it; `line` is its marker's, from 1; `points` are 0 where it has none.
    `from_truth`: the build takes the solution from the truth. `folded`: the notebook opens with its code
    hidden.
    """

    line: int
    cell_type: str
    role: Role
    source: str
    points: float = 0.0
    name: str = ""
    tags: tuple[str, ...] = ()
    from_truth: bool = False
    folded: bool = False

    def line_of(self, index: int) -> int:
        """The line in the file of this cell's source line `index` (from 0)."""
        return self.line + 1 + index


@dataclass(frozen=True, slots=True)
class UnitSource:
    """A whole unit: its file, its name (the file's stem), its title and its cells in order; `needs` lists the
    extras of the package stagewise that it uses, as "transfer" for torch."""

    path: str
    unit: str
    title: str
    cells: tuple[SourceCell, ...]
    needs: tuple[str, ...] = ()

    def fault(self, line: int, problem: str, remedy: str) -> AuthorError:
        """The error to raise for a mistake in this line of the file."""
        return AuthorError(self.path, line, problem, remedy)


def read(path: Path) -> UnitSource:
    """The unit in the file at `path`; AuthorError where the file is missing or says what cannot be meant."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthorError(str(path), 1, "there is no such file", "write it, or name another unit") from None
    return parse(text, str(path))


def parse(text: str, path: str) -> UnitSource:
    """The unit in `text`; `path` names it (by its stem) and stands in the errors."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if MARKER.match(line)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != len(lines):
        raise AuthorError(
            path,
            lines[0] if lines else 1,
            f"{len(lines)} lines begin a cell with '# %%', but there are {len(cells)} cells",
            "put every text behind a cell marker, and begin no line inside a string with '# %%'",
        )
    parsed = tuple(_cell(cell, line, path) for cell, line in zip(cells, lines, strict=True))
    needs = _needs([cell.metadata.get("needs") for cell in cells], lines, path)
    return UnitSource(path, Path(path).stem, _title(parsed, path), parsed, needs)


def _needs(said: Sequence[Any], lines: Sequence[int], path: str) -> tuple[str, ...]:
    """What the first cell's marker says that the unit needs, as in `# %% [markdown] needs=["transfer"]`."""
    for line, needs in zip(lines, said, strict=True):
        if needs is not None and line != lines[0]:
            raise AuthorError(
                path, line, "a cell says what it needs", "say it of the unit, in its first cell"
            )
    needs = said[0] if said else None
    if needs is not None and not (isinstance(needs, list) and all(isinstance(one, str) for one in needs)):
        raise AuthorError(
            path, lines[0], f"needs={needs!r}", 'needs is a list of names, as in needs=["transfer"]'
        )
    return tuple(needs or ())


def _title(cells: tuple[SourceCell, ...], path: str) -> str:
    first = next((cell for cell in cells if cell.cell_type == "markdown"), None)
    found = TITLE.search(first.source) if first else None
    if first is None or found is None:
        line = first.line if first else 1
        raise AuthorError(path, line, "the unit has no title", "begin the first text cell with '# Title'")
    return found.group(1)


def _cell(cell: Any, line: int, path: str) -> SourceCell:
    meta = {key: value for key, value in cell.metadata.items() if key not in JUPYTEXT_OPTIONS}
    unknown = sorted(set(meta) - set(OPTIONS))
    if unknown:
        raise AuthorError(
            path, line, f"unknown option {unknown[0]!r} of a cell", f"the options are {', '.join(OPTIONS)}"
        )
    role = _role(meta, cell.cell_type, line, path)
    name = str(meta.get("name", ""))
    if name and not NAME.match(name):
        raise AuthorError(path, line, f"the name {name!r} of a cell", "use small letters, digits and hyphens")
    points = _points(meta, role, line, path)
    from_truth, folded = (_said(meta, option, line, path) for option in ("from_truth", "folded"))
    if folded and role not in FOLDABLE:
        raise AuthorError(
            path, line, f"the {role.value} cell is folded", "fold given and explore cells only, or remove it"
        )
    tags = tuple(meta.get("tags", ()))
    return SourceCell(line, cell.cell_type, role, cell.source, points, name, tags, from_truth, folded)


def _said(meta: Mapping[str, Any], option: str, line: int, path: str) -> bool:
    said = meta.get(option, False)
    if not isinstance(said, bool):
        raise AuthorError(path, line, f"{option}={said!r}", f"write {option}=true, or leave it out")
    return said


def _role(meta: Mapping[str, Any], cell_type: str, line: int, path: str) -> Role:
    given = meta.get("role", Role.PLAIN.value)
    try:
        role = Role(given)
    except ValueError:
        roles = ", ".join(role.value for role in Role)
        raise AuthorError(path, line, f"unknown role {given!r}", f"the roles are {roles}") from None
    needed = "markdown" if role is Role.WRITTEN else "code"
    if cell_type == "raw" or (role is not Role.PLAIN and cell_type != needed):
        raise AuthorError(
            path,
            line,
            f"a {cell_type} cell cannot have the role {role.value!r}",
            f"make it a {needed} cell or change its role",
        )
    return role


def _points(meta: Mapping[str, Any], role: Role, line: int, path: str) -> float:
    graded = role in (Role.CHECK, Role.WRITTEN)
    if not graded:
        if "points" in meta:
            raise AuthorError(
                path, line, f"the {role.value} cell has points", "move them to a check or a written cell"
            )
        return 0.0
    if "points" not in meta:
        raise AuthorError(path, line, f"the {role.value} cell has no points", "add them, as in points=2")
    points = meta["points"]
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    if not number or not 0 < points < float("inf"):
        raise AuthorError(path, line, f"points={points!r}", "points are a number above 0, as in points=2")
    return float(points)
