"""The cells of a graded notebook as a feedback page shows them: pieces of HTML, each made once where a class
has it in common.

Whatever a cell holds, it is shown: as plain text where anything else fails or takes too long.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html

from autograder.bounds import OverspentError, spending
from autograder.examining.letters import seen, written_out
from autograder.examining.outputs import plain
from autograder.examining.pictures import KINDS, picture
from autograder.examining.renderer import highlighted
from autograder.examining.safe_html import rendered, sanitize
from autograder.reports.sheets import Sheet, in_words
from autograder.units import regions

PAGE_SECONDS = 20.0
"""Processor time that the cells of a page may take; an honest page takes a hundredth of it."""
_LONGEST_KEPT = 20_000
_MOST_COLORS = 2_000
_LATE = "Shown as plain text: showing it otherwise takes too long."
_FAILED = "Shown as plain text: it cannot be shown otherwise"


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell: its text and outputs as HTML, and what nbgrader says around it; `label` is "" for a cell that
    nobody marks.
    """

    kind: str
    body: Markup
    outputs: tuple[tuple[str, Markup], ...] = ()
    count: str = ""
    anchor: str = ""
    label: str = ""
    score: str = ""
    comment: Markup = field(default_factory=Markup)
    notice: str = ""


def shown(notebook: Mapping[str, Any], sheet: Sheet, seconds: float = PAGE_SECONDS) -> Iterator[Shown]:
    """The cells of a notebook, hidden regions left out, within so much processor time."""
    end = time.process_time() + seconds
    for cell in notebook["cells"]:
        found = _attempted(hide(cell), sheet, end - time.process_time())
        if found.notice == _LATE:
            end = 0.0  # the clock that interrupts may be a tick ahead of the one that is read
        yield replace(found, **_around(cell, sheet))


def hide(cell: Any) -> Any:
    """Take hidden regions out of a cell that belongs to the course (a student's own text stays as it is)."""
    if cell["metadata"].get("nbgrader", {}).get("locked"):
        for region in (regions.HIDDEN_TESTS, regions.MARK_SCHEME):
            cell["source"] = regions.replace(_text(cell["source"]), region).rstrip("\n")
    return cell


def _attempted(cell: Mapping[str, Any], sheet: Sheet, seconds: float) -> Shown:
    if seconds <= 0:
        return _plain(cell, _LATE)
    try:
        with spending(seconds):
            return _shown(cell, sheet)
    except OverspentError:
        return _plain(cell, _LATE)
    except Exception as problem:
        return _plain(cell, f"{_FAILED} ({type(problem).__name__}).")


def _shown(cell: Mapping[str, Any], sheet: Sheet) -> Shown:
    source, name = _text(cell["source"]), cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    comment = Markup(rendered(sheet.comments[name], {})) if name in sheet.comments else Markup()
    if cell["cell_type"] == "markdown":
        attached = cell.get("attachments", {})
        return Shown(
            "text", Markup(rendered(source, attached) if attached else _markdown(source)), comment=comment
        )
    if cell["cell_type"] != "code":
        return Shown("raw", Markup(written_out(source)), comment=comment)
    outputs = tuple((output["output_type"], Markup(_output(output))) for output in cell["outputs"])
    count = cell.get("execution_count")
    return Shown("code", Markup(highlighted(source)), outputs, str(count or " "), comment=comment)


def _plain(cell: Mapping[str, Any], notice: str) -> Shown:
    return Shown("raw", Markup(written_out(_text(cell.get("source", "")))), notice=notice)


def _around(cell: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """What the page says around a cell that is marked or answered: whose it is, and its points."""
    marks = cell["metadata"].get("nbgrader", {})
    name, graded = str(marks.get("grade_id", "")), bool(marks.get("grade"))
    if not (graded or marks.get("solution")):
        return {}
    label = "Student's answer" if marks.get("solution") else f"Grade cell: {name}"
    points = (
        f"{in_words(sheet.told(sheet.marks[name].score))} of {in_words(sheet.told(marks['points']))}"
        if name in sheet.marks
        else ""
    )
    return {"anchor": name, "label": label, "score": points if graded else ""}


def _output(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _terminal(_text(output["text"]))
    if output["output_type"] == "error":
        return _terminal("\n".join(output["traceback"]))
    data = output["data"]
    if "text/html" in data:
        return sanitize(_text(data["text/html"]))
    if "text/markdown" in data:
        return _markdown(_text(data["text/markdown"]))
    if "text/latex" in data:
        return escape(seen(_text(data["text/latex"])))
    for kind in KINDS:
        content = picture(kind, _text(data.get(kind, "")))
        if content:
            return f'<img alt="a picture" src="data:{kind};base64,{content}">'
    return _terminal(_text(data.get("text/plain", "")))


def _terminal(text: str) -> str:
    """Text with its colors; where there are too many, without."""
    few = text.count("\x1b") <= _MOST_COLORS
    return f"<pre>{ansi2html(plain(text, colors=few))}</pre>"


def _text(parts: str | Sequence[str]) -> str:
    """A text that the format may keep as lines."""
    return parts if isinstance(parts, str) else "".join(parts)


def _markdown(source: str) -> str:
    return _read(source) if len(source) <= _LONGEST_KEPT else rendered(source, {})


@lru_cache(maxsize=2048)
def _read(source: str) -> str:
    return rendered(source, {})
