"""A unit to read: the released notebook, cell by cell, with what its experiments show.

Sources are those of the released notebook, and never those of the solved one, from whose run the outputs come
(`solved_run`); checks have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from autograder.course import Course
from autograder.errors import AuthorError
from autograder.examining.formulas import FormulaError
from autograder.examining.renderer import highlighted
from autograder.site.figures import Figures, Picture
from autograder.site.solved_run import Outputs
from autograder.site.texts import Heading, Text
from autograder.units.regions import TEXT_STUB

_STRIP = 3.0


@dataclass(frozen=True, slots=True)
class Part:
    """A cell to read: `kind` is its role, "text" for markdown; `folded` code is behind a click."""

    kind: str
    body: Markup
    outputs: str = ""
    anchor: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A unit's page: its parts, its headings, the files of its pictures and the rules of its styles."""

    parts: tuple[Part, ...]
    headings: tuple[Heading, ...]
    pictures: Mapping[str, bytes]
    rules: str
    cover: Picture | None = None


def reading(course: Course, unit: str, notebook: Mapping[str, Any], outputs: Outputs) -> Reading:
    """The page of a unit's released notebook (nbformat 4); raises AuthorError where a formula is not one."""
    text = Text()
    figures = Figures(f"pictures/{unit}", text.styles)
    try:
        parts = tuple(_parts(notebook["cells"], outputs, text, figures))
    except FormulaError as problem:
        raise _fault(course, unit, problem) from None
    return Reading(
        parts, tuple(text.headings), figures.files, "\n".join(text.styles.rules()), _cover(figures)
    )


def _cover(figures: Figures) -> Picture | None:
    """The first picture that is no narrow strip, or else the first."""
    usual = (picture for picture in figures.pictures if picture.shape < _STRIP)
    return next(usual, next(iter(figures.pictures), None))


def _parts(
    cells: Sequence[Mapping[str, Any]], outputs: Outputs, text: Text, figures: Figures
) -> Iterator[Part]:
    for cell in cells:
        source, told = cell["source"], cell["metadata"]
        if cell["cell_type"] == "markdown":
            answer = source.strip() == TEXT_STUB
            yield Part("answer" if answer else "text", text.html(source))
            continue
        role = told.get("stagewise", {}).get("role", "plain")
        yield Part(
            role,
            Markup(highlighted(source)),
            figures.shown(outputs.get(cell["id"], ())),
            told.get("nbgrader", {}).get("grade_id", "") if role in ("exercise", "check") else "",
            bool(told.get("jupyter", {}).get("source_hidden")),
        )


def _fault(course: Course, unit: str, problem: FormulaError) -> AuthorError:
    """The error for a formula, with the line in the unit's source where its first line stands."""
    path, first = course.unit_source(unit), problem.latex.splitlines()[0]
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((number for number, line in enumerate(lines, 1) if first in line), 1)
    what = f"the formula {' '.join(problem.latex.split())!r} cannot be drawn: {problem.problem}"
    return AuthorError(str(path), line, what, "write it with LaTeX's usual commands of mathematics")
