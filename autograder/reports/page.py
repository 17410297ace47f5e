"""One feedback page: a summary on top, the notebook below, hidden tests and marking schemes left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from autograder.course import Course
from autograder.grading.records import CheckScore, Record, described
from autograder.isolation.confinement.level import Level
from autograder.reasons import Reason
from autograder.reports.cells import Shown, shown
from autograder.reports.sheets import Sheet, in_words, reason_of
from autograder.reports.styles import Styles
from autograder.reports.templating import TEMPLATES, environment, style_sheet
from autograder.units.plan import Plan, PlannedCell

_OPEN = (Reason.UNFINISHED, Reason.WAITING, Reason.UNANSWERED)
_MARKS = {"right": "✓", "wrong": "✗", "open": "○"}
_PRACTICE = "This unit does not count: its points are for you to see."
_LOST = "The notebook cannot be shown here; the points above are what they are."


class Press:
    """Makes the pages of a unit; what they have in common is read and rendered once."""

    def __init__(self, course: Course, plan: Plan) -> None:
        from nbconvert.exporters import HTMLExporter

        self._plan = plan
        self._page = environment(TEMPLATES).get_template("page.html.j2")
        self._common = {
            "css": style_sheet(TEMPLATES / "page.css"),
            "light": Markup(_colors("default")),
            "dark": Markup(_colors("github-dark")),
            "mathjax_url": HTMLExporter(config=course.config()).mathjax_url,
        }

    def page(self, graded: Path, record: Record, sheet: Sheet) -> str:
        """The page of one submission; `graded` is its notebook, which may be missing."""
        if not graded.exists():
            return self._printed(record, sheet, ())
        try:
            notebook = json.loads(graded.read_bytes())
            return self._printed(record, sheet, shown(notebook, sheet))
        except Exception:
            return self.summary_alone(record, sheet)

    def summary_alone(self, record: Record, sheet: Sheet) -> str:
        """The page without the notebook, and a sentence about that."""
        return self._printed(record, sheet, (), _LOST)

    def _printed(self, record: Record, sheet: Sheet, cells: Iterable[Shown], lost: str = "") -> str:
        styles = Styles()
        plainer = [_plainer(cell, styles) for cell in cells]
        return self._page.render(
            self._common,
            told=summary(self._plan, record, sheet),
            cells=plainer,
            lost=lost,
            rules=Markup("\n".join(styles.rules())),
        )


def _plainer(cell: Shown, styles: Styles) -> Shown:
    if not cell.outputs:
        return cell
    return replace(cell, outputs=tuple((kind, styles.taken_from(html)) for kind, html in cell.outputs))


def _colors(style: str) -> str:
    """The CSS of highlighted code."""
    lines = HtmlFormatter(style=style).get_style_defs(".highlight").splitlines()
    kept = [line.split(" /*")[0] for line in lines if line.startswith(".highlight .")]
    return "\n".join(kept)


def summary(plan: Plan, record: Record, sheet: Sheet) -> dict[str, Any]:
    """What stands on top of the page: was it graded, what came of each check, what was repaired."""
    checks = {check.check: check for check in record.checks}
    lines = [
        _line(cell, checks.get(cell.grade_id), sheet, record)
        for cell in plan.cells
        if cell.points and cell.grade_id in sheet.marks and (checks or record.reason is Reason.OK)
    ]
    return {
        "title": plan.title,
        "score": in_words(sheet.told(sheet.score)),
        "most": in_words(sheet.told(plan.points)),
        "notice": _notice(record),
        "lateness": sheet.lateness,
        "practice": "" if sheet.counts else _PRACTICE,
        "lines": lines,
        "repairs": described(record.repairs),
    }


def _notice(record: Record) -> str:
    if record.reason is Reason.OK:
        return Reason.NO_SANDBOX.advice if record.isolation == Level.PROCESS else ""
    earlier = " The points below are those of an earlier submission." if record.checks else ""
    return f"This submission could not be graded: {record.detail}. {record.reason.advice}{earlier}"


def _line(cell: PlannedCell, check: CheckScore | None, sheet: Sheet, record: Record) -> dict[str, str]:
    mark = sheet.marks[cell.grade_id]
    reason = reason_of(cell, check, mark, record.changed)
    right = mark.score >= cell.points
    style = "right" if right else "open" if reason in _OPEN else "wrong"
    return {
        "style": style,
        "mark": _MARKS[style],
        "name": cell.grade_id.removeprefix("check-").removeprefix("written-"),
        "anchor": cell.grade_id,
        "points": in_words(sheet.told(mark.score)),
        "most": in_words(sheet.told(cell.points)),
        "finding": _finding(reason, check, right),
    }


def _finding(reason: Reason, check: CheckScore | None, right: bool) -> str:
    if reason is Reason.WAITING:
        return "This answer is read by a person."
    if reason is Reason.CHANGED:
        return "This answer changed after it was marked; a person reads it again."
    if reason is Reason.BY_HAND:
        return "A person gave these points."
    if right:
        return ""
    if check is not None and check.diagnosis:
        return check.diagnosis
    return f"{check.detail}. {reason.advice}" if check is not None and check.detail else reason.advice
