"""One feedback page: nbgrader's template with a summary on top, hidden tests and marking schemes left out."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.html import WidgetsDataTypeFilter
from nbconvert.filters.highlight import Highlight2HTML
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course
from autograder.examining import safe_html
from autograder.grading.records import CheckScore, Record, described
from autograder.reasons import Reason
from autograder.reports.sheets import Sheet, in_words, reason_of
from autograder.units import regions
from autograder.units.plan import Plan, PlannedCell

TEMPLATES = Path(__file__).with_name("templates")
_NO_ALT = re.compile(r"<img (?![^>]*\balt=)")
_OPEN = (Reason.UNFINISHED, Reason.WAITING, Reason.UNANSWERED)
_MOST_TEXTS = 4096
_texts: dict[str, str] = {}
_MARKS = {"right": "✓", "wrong": "✗", "open": "○"}


class Page(HTMLExporter):  # type: ignore[misc]
    """nbconvert's exporter without its last step, which parses every page again to mark what can have focus.

    What all notebooks of a class have in common (texts, given code) is rendered once.
    """

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and the resources."""
        resources = self._init_resources(resources)
        widgets = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", widgets)
        self.register_filter("highlight_code", _highlighted)
        self.register_filter("markdown2html", _rendered)
        page, resources = super(HTMLExporter, self).from_notebook_node(nb, resources, **more)
        return _NO_ALT.sub('<img alt="a picture" ', page), resources


def exporter(course: Course) -> Page:
    """The exporter as nbgrader's generate_feedback sets it up, with our template."""
    config = course.config()
    config.HTMLExporter.template_name = "stagewise"
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    theirs = converter.config.HTMLExporter.extra_template_basedirs
    converter.config.HTMLExporter.extra_template_paths += theirs  # so that ours can extend theirs by its path
    converter.config.HTMLExporter.extra_template_basedirs = [*theirs, str(TEMPLATES)]
    made = Page(parent=converter, config=converter.config)
    made.register_preprocessor("nbconvert.preprocessors.CSSHTMLHeaderPreprocessor", enabled=True)
    return made


def render(made: Page, plan: Plan, graded: Path, record: Record, sheet: Sheet) -> str:
    """The page of one submission; `graded` is its notebook, which may be missing."""
    notebook = nbformat.read(graded, as_version=4) if graded.exists() else nbformat.v4.new_notebook()
    for cell in notebook.cells:
        hide(cell)
        _annotate(cell, sheet)
    known = {"notebook": plan.unit, "assignment": plan.unit, "student": record.student}
    resources = {
        "nbgrader": known,
        "stagewise": summary(plan, record, sheet),
        "metadata": {"name": plan.title},
        "unique_key": plan.unit,
        "output_files_dir": f"{plan.unit}_files",
    }
    page, _ = made.from_notebook_node(notebook, resources=resources)
    return page


def hide(cell: Any) -> None:
    """Take hidden regions out of a cell that belongs to the course (a student's own text stays as it is)."""
    if cell["metadata"].get("nbgrader", {}).get("locked"):
        for region in (regions.HIDDEN_TESTS, regions.MARK_SCHEME):
            cell["source"] = regions.replace(cell["source"], region).rstrip("\n")


def summary(plan: Plan, record: Record, sheet: Sheet) -> dict[str, Any]:
    """What stands on top of the page: was it graded, what came of each check, what was repaired."""
    checks = {check.check: check for check in record.checks}
    lines = [
        _line(cell, checks.get(cell.grade_id), sheet)
        for cell in plan.cells
        if cell.points and cell.grade_id in sheet.marks and (checks or record.reason is Reason.OK)
    ]
    return {
        "title": plan.title,
        "score": in_words(sheet.score),
        "most": in_words(plan.points),
        "notice": _notice(record),
        "lateness": sheet.lateness,
        "lines": lines,
        "repairs": described(record.repairs),
    }


def _notice(record: Record) -> str:
    if record.reason is Reason.OK:
        return Reason.NO_SANDBOX.advice if record.isolation == "process" else ""
    earlier = " The points below are those of an earlier submission." if record.checks else ""
    return f"This submission could not be graded: {record.detail}. {record.reason.advice}{earlier}"


def _line(cell: PlannedCell, check: CheckScore | None, sheet: Sheet) -> dict[str, str]:
    mark = sheet.marks[cell.grade_id]
    reason = reason_of(cell, check, mark)
    right = mark.score >= cell.points
    style = "right" if right else "open" if reason in _OPEN else "wrong"
    return {
        "style": style,
        "mark": _MARKS[style],
        "name": cell.grade_id.removeprefix("check-").removeprefix("written-"),
        "anchor": cell.grade_id,
        "points": in_words(mark.score),
        "most": in_words(cell.points),
        "finding": _finding(reason, check, right),
    }


def _finding(reason: Reason, check: CheckScore | None, right: bool) -> str:
    if reason is Reason.WAITING:
        return "This answer is read by a person."
    if reason is Reason.BY_HAND:
        return "A person gave these points."
    if right:
        return ""
    if check is not None and check.diagnosis:
        return check.diagnosis
    return f"{check.detail}. {reason.advice}" if check is not None and check.detail else reason.advice


def _annotate(cell: Any, sheet: Sheet) -> None:
    """Score and comment where nbgrader's template looks for them."""
    marks = cell["metadata"].get("nbgrader", {})
    name = marks.get("grade_id", "")
    if marks.get("grade"):
        marks["score"] = sheet.marks[name].score if name in sheet.marks else 0.0
    if marks.get("solution") and name in sheet.comments:
        marks["comment"] = sheet.comments[name]


@lru_cache(maxsize=4096)
def _code(source: str) -> str:
    return str(Highlight2HTML(pygments_lexer="ipython3")(source))


def _highlighted(source: str, language: str | None = None, metadata: Any = None) -> str:
    return _code(source)


@pass_context
def _rendered(context: Context, source: str) -> str:
    if context.get("cell", {}).get("attachments"):
        return safe_html.markdown2html(context, source)
    if source not in _texts:
        if len(_texts) > _MOST_TEXTS:
            _texts.clear()
        _texts[source] = safe_html.markdown2html(context, source)
    return _texts[source]
