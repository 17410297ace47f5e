"""Feedback pages: nbgrader's own template and exporter, a summary on top, hidden tests and marking schemes
left out.

Pages are rendered in forked lanes; this process reads the gradebook once and writes the files.
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader import api
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import create_engine, select

from autograder import records, regions
from autograder.course import Course
from autograder.errors import CourseError
from autograder.lanes import Lanes
from autograder.plan import read_plan
from autograder.reasons import Reason
from autograder.records import Record, described
from autograder.store import told_whose_fault
from autograder.whole_files import replace


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the gradebook says of one submission: (score, points) by cell, comments by cell, sums."""

    grades: dict[str, tuple[float, float]]
    comments: dict[str, str]
    late_penalty: float

    @property
    def score(self) -> float:
        """Sum of all scores, less the penalty."""
        return sum(score for score, _ in self.grades.values()) - self.late_penalty

    @property
    def most(self) -> float:
        """The most that the unit gives."""
        return sum(points for _, points in self.grades.values())


def feedback(
    course: Course,
    unit: str,
    students: Sequence[str] = (),
    *,
    jobs: int | None = None,
    on_done: Callable[[str, int], None] = lambda student, total: None,
) -> tuple[Path, ...]:
    """Write feedback/<student>/<unit>/<unit>.html for everybody with a record; raises CourseError."""
    told = [one for one in records.load_all(course, unit) if not students or one.student in students]
    if not told:
        who = f" of {', '.join(students)}" if students else ""
        raise CourseError(f"nothing{who} was graded in {unit} yet", f"run: python -m autograder grade {unit}")
    sheets = read_sheets(course, unit)
    waiting = [one for one in told if one.reason is not Reason.BAD_NAME]
    written = []
    count = min(jobs or len(os.sched_getaffinity(0)), len(waiting))
    with Lanes(lambda connection: _serve(course, unit, connection), count) as lanes:
        total = len(waiting)
        while waiting or lanes.busy:
            while waiting and lanes.free:
                record = waiting.pop(0)
                sheet = sheets.get(record.student, Sheet({}, {}, 0.0))
                lanes.send(record.student, json.dumps(asdict(sheet)).encode() + b"\n" + records.dump(record))
            for answer in lanes.answers():
                if answer.content is None:
                    raise CourseError(
                        f"the feedback of {answer.label} could not be rendered",
                        f"look at {course.autograded / answer.label / unit}, or grade the submission again",
                    )
                path = course.feedback / answer.label / unit / f"{unit}.html"
                with told_whose_fault(path):
                    replace(path, answer.content)
                written.append(path)
                on_done(answer.label, total)
    return tuple(sorted(written))


class Unhidden(NbGraderPreprocessor):  # type: ignore[misc]
    """For nbgrader's own generate_feedback: leaves hidden tests and marking schemes out of the page."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The cell without what students must not read."""
        hide(cell)
        return cell, resources


def hide(cell: Any) -> None:
    """Take hidden regions out of a cell that belongs to the course (a student's own text stays as it is)."""
    if cell["metadata"].get("nbgrader", {}).get("locked"):
        for region in (regions.HIDDEN_TESTS, regions.MARK_SCHEME):
            cell["source"] = regions.replace(cell["source"], region).rstrip("\n")


def read_sheets(course: Course, unit: str) -> dict[str, Sheet]:
    """The gradebook's word on all submissions of the unit, by student."""
    points = {cell.grade_id: cell.points for cell in read_plan(course.instructor(unit)).cells if cell.points}
    sheets: dict[str, Sheet] = {}
    engine = create_engine(course.db_url)
    with engine.connect() as db:
        for student, penalty in db.execute(_of_unit(unit, api.SubmittedNotebook.late_submission_penalty)):
            sheets[student] = Sheet({}, {}, penalty or 0.0)
        for student, name, score in db.execute(
            _of_unit(unit, api.BaseCell.name, api.Grade.score, of=api.Grade)
        ):
            sheets[student].grades[name] = (float(score or 0.0), points.get(name, 0.0))
        found = _of_unit(unit, api.BaseCell.name, api.Comment.comment, of=api.Comment)
        for student, name, comment in db.execute(found):
            if comment:
                sheets[student].comments[name] = comment
    engine.dispose()
    return sheets


def _of_unit(unit: str, *columns: Any, of: Any = None) -> Any:
    query = select(api.SubmittedAssignment.student_id, *columns)
    if of is not None:
        query = query.join(api.BaseCell, api.BaseCell.id == of.cell_id)
        query = query.join(api.SubmittedNotebook, api.SubmittedNotebook.id == of.notebook_id)
    return (
        query.join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .where(api.Assignment.name == unit)
    )


def _serve(course: Course, unit: str, connection: Connection) -> None:
    """Render one page after another with one exporter."""
    exporter = _exporter(course)
    while True:
        sheet, record = connection.recv_bytes().split(b"\n", 1)
        told = json.loads(sheet)
        told["grades"] = {name: tuple(pair) for name, pair in told["grades"].items()}
        page = _page(exporter, course, unit, records.parse(record), Sheet(**told))
        connection.send_bytes(page.encode())


def _exporter(course: Course) -> Any:
    """nbgrader's exporter as its generate_feedback sets it up."""
    config = course.config()
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    exporter.register_preprocessor("nbconvert.preprocessors.CSSHTMLHeaderPreprocessor", enabled=True)
    return exporter


def _page(exporter: Any, course: Course, unit: str, record: Record, sheet: Sheet) -> str:
    path = course.autograded / record.student / unit / f"{unit}.ipynb"
    graded = json.loads(path.read_bytes()) if path.exists() else _nothing(unit)
    for cell in graded["cells"]:
        hide(cell)
        _annotate(cell, sheet)
    graded["cells"].insert(0, _text(summary(record, sheet)))
    known = {"notebook": unit, "assignment": unit, "student": record.student, "score": sheet.score}
    known |= {"max_score": sheet.most, "late_penalty": sheet.late_penalty}
    resources = {"nbgrader": known, "unique_key": unit, "output_files_dir": f"{unit}_files"}
    page, _ = exporter.from_notebook_node(nbformat.from_dict(graded), resources=resources)
    return str(page)


def summary(record: Record, sheet: Sheet) -> str:
    """What a student reads first, as markdown: was it graded, what was found, what was repaired."""
    lines = []
    if record.reason is not Reason.OK:
        lines += [
            f"**This submission could not be graded: {_plain(record.detail)}.** {record.reason.advice}",
            "",
        ]
        if record.checks:
            lines += ["The points below are those of an earlier submission.", ""]
    found = [check for check in record.checks if check.reason is not Reason.OK]
    if found:
        lines += ["**What was found**", ""]
        lines += [
            f"- `{one.check}`: {_plain(one.diagnosis or one.detail or one.reason.advice)}" for one in found
        ]
    elif record.checks:
        lines += ["**Every check earned all of its points.**"]
    if record.repairs:
        lines += ["", "**What was repaired before grading**", ""]
        lines += [f"- {_plain(said)}" for said in described(record.repairs)]
    if record.isolation == "process":
        lines += ["", Reason.NO_SANDBOX.advice]
    if any(sheet.comments.values()):
        lines += ["", "A grader's comments stand below the cells that they are about."]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text on one line that markdown shows as it is."""
    escaped = html.escape(" ".join(text.split()).rstrip("."), quote=False)
    for mark in "\\`*_[]$":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped + "."


def _annotate(cell: dict[str, Any], sheet: Sheet) -> None:
    """Score and comment where nbgrader's template looks for them."""
    marks = cell["metadata"].get("nbgrader", {})
    name = marks.get("grade_id", "")
    if marks.get("grade"):
        marks["score"], marks["points"] = sheet.grades.get(name, (0.0, marks.get("points", 0.0)))
    if marks.get("solution") and name in sheet.comments:
        marks["comment"] = sheet.comments[name]


def _nothing(unit: str) -> dict[str, Any]:
    return {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _text(source: str) -> Mapping[str, Any]:
    return {"cell_type": "markdown", "id": "summary", "metadata": {}, "source": source}
