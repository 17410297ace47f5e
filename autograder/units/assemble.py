"""A unit's cells become the instructor's notebook, with all that nbgrader wants to know of each. Pure."""

import hashlib
import re
from collections import Counter
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.units import regions
from autograder.units.calls import with_hidden_test
from autograder.units.percent import Role, SourceCell, UnitSource
from autograder.units.rules import call_of, function_of

SCHEMA = 3
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)


def assemble(source: UnitSource) -> NotebookNode:
    """The instructor's notebook (nbformat 4.5) of a unit that follows the rules."""
    cells = []
    for cell, name in zip(source.cells, names(source), strict=True):
        cells += _notebook_cells(source, cell, name)
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "stagewise": {"unit": source.unit, "title": source.title}
        | ({"needs": list(source.needs)} if source.needs else {}),
    }
    return new_notebook(cells=cells, metadata=metadata)


def serialize(notebook: NotebookNode) -> str:
    """The notebook as text with sorted keys, one blank of indent and a newline at the end."""
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def names(source: UnitSource) -> tuple[str, ...]:
    """A name for each cell, unique in the unit, unmoved by changes under other headings: its grade_id.

    Exercises are named after their function, checks after what they check, all others after their own `name`
    option or the heading that they stand under.
    """
    found: list[str] = []
    counts: Counter[str] = Counter()
    section = "start"
    for cell in source.cells:
        section = _section(cell) or section
        name = _own_name(source, cell)
        if not name:
            stem = f"{cell.role.value}-{section}"
            counts[stem] += 1
            name = stem if counts[stem] == 1 else f"{stem}-{counts[stem]}"
        if name in found:
            raise source.fault(cell.line, f"two cells are called {name!r}", "change the name option of one")
        found.append(name)
    return tuple(found)


def _section(cell: SourceCell) -> str:
    """The last heading of a text cell, as a part of a name; empty where there is none."""
    headings = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
    if not headings:
        return ""
    words = re.findall(r"[a-z0-9]+", headings[-1].lower())
    return "-".join(words[:5]) or "part"


def _own_name(source: UnitSource, cell: SourceCell) -> str:
    if cell.role is Role.EXERCISE:
        return function_of(source, cell)
    if cell.role is Role.CHECK:
        return f"check-{call_of(source, cell)[0]}"
    return f"{cell.role.value}-{cell.name}" if cell.name else ""


def _notebook_cells(source: UnitSource, cell: SourceCell, name: str) -> list[NotebookNode]:
    match cell.role:
        case Role.EXERCISE:
            return [_cell(source, cell, name, cell.source, solution=True)]
        case Role.CHECK:
            tested = with_hidden_test(cell.source, source.unit, cell.points)
            return [_cell(source, cell, name, tested, grade=True)]
        case Role.WRITTEN:
            return _question_and_answer(source, cell, name)
        case _:
            return [_cell(source, cell, name, cell.source)]


def _question_and_answer(source: UnitSource, cell: SourceCell, name: str) -> list[NotebookNode]:
    """A locked question, whose marking scheme only graders see, and the cell for the student's answer.

    Two cells, because nbgrader overwrites a locked cell with the instructor's when it grades: so the marking
    scheme stands right above the answer in the form grader.
    """
    text = regions.replace(regions.replace(cell.source, regions.SOLUTION), regions.MARK_SCHEME).strip()
    scheme = regions.region(regions.MARK_SCHEME, regions.inside(cell.source, regions.MARK_SCHEME))
    model = regions.inside(cell.source, regions.SOLUTION)
    answer = regions.region(regions.SOLUTION, model) if model else regions.TEXT_STUB
    question = name.replace("written-", "question-", 1)
    asked = _cell(source, cell, question, f"{text}\n{scheme}", role=Role.GIVEN)
    return [asked, _cell(source, cell, name, answer, grade=True, solution=True)]


def _cell(
    source: UnitSource,
    cell: SourceCell,
    name: str,
    text: str,
    *,
    role: Role | None = None,
    grade: bool = False,
    solution: bool = False,
) -> NotebookNode:
    role = role or cell.role
    metadata: dict[str, Any] = {}
    if cell.tags:
        metadata["tags"] = list(cell.tags)
    if cell.folded:
        metadata["jupyter"] = {"source_hidden": True}
    if cell.cell_type == "code" or role is not Role.PLAIN:
        metadata["stagewise"] = {"role": role.value}
    if role is not Role.PLAIN:
        metadata["nbgrader"] = {
            "schema_version": SCHEMA,
            "grade_id": name,
            "grade": grade,
            "solution": solution,
            "locked": not solution,
            "task": False,
        } | ({"points": _number(cell.points)} if grade else {})
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    return make(text, metadata=metadata, id=_cell_id(source.unit, name))


def _number(points: float) -> float:
    return int(points) if points == int(points) else points


def _cell_id(unit: str, name: str) -> str:
    return hashlib.sha256(f"{unit}/{name}".encode()).hexdigest()[:12]
