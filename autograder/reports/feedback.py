"""Feedback pages of a unit: rendered in forked lanes, written by this process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.bounds import bound_memory
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading import records
from autograder.grading.lanes import Lanes
from autograder.grading.processes import Answering
from autograder.grading.records import Record
from autograder.reasons import Reason
from autograder.reports.cells import PAGE_SECONDS, hide
from autograder.reports.page import Press
from autograder.reports.releasing import complete
from autograder.reports.sheets import Sheet, read_sheets
from autograder.term.points import scale_of
from autograder.units.plan import read_plan
from autograder.whole_files import replace, sweep, told_whose_fault

_MOST_BYTES = 1 << 30
_LAST_SECONDS = 3 * PAGE_SECONDS
"""After which the kernel ends a lane that hears no signals, since a library's own code is at work."""


def feedback(
    course: Course,
    unit: str,
    students: Sequence[str] = (),
    *,
    jobs: int | None = None,
    on_done: Callable[[str, int], None] = lambda student, total: None,
) -> tuple[Path, ...]:
    """Write feedback/<student>/<unit>/<unit>.html for everybody who was graded; raises CourseError."""
    assignment = Assignment(course, unit)
    told = {
        record.student: record
        for record in records.load_all(assignment)
        if record.reason is not Reason.BAD_NAME and (not students or record.student in students)
    }
    if not told:
        who = f" of {', '.join(students)}" if students else ""
        raise CourseError(f"nothing{who} was graded in {unit} yet", f"run: python -m autograder grade {unit}")
    lane = _Lane(assignment, told, read_sheets(course, unit))
    waiting, written = list(told), []
    with Lanes(lane.begin, min(jobs or len(os.sched_getaffinity(0)), len(waiting))) as lanes:
        while waiting or lanes.busy:
            while waiting and lanes.free:
                student = waiting.pop(0)
                lanes.send(student, student.encode())
            for answer in lanes.answers():
                written.append(lane.store(answer.label, answer.content))
                on_done(answer.label, len(told))
    return tuple(sorted(written))


class Unhidden(NbGraderPreprocessor):  # type: ignore[misc]
    """For nbgrader's own generate_feedback: leaves hidden tests and marking schemes out of the page, and puts
    beside it what release_feedback needs.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook without what students must not read."""
        converter = getattr(self.parent, "parent", None)
        if converter is not None:
            where = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
            complete(Path(converter._format_dest(*where)), Path(converter._format_source(*where)))
        return super().preprocess(nb, resources)  # type: ignore[no-any-return]

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The cell without what students must not read."""
        hide(cell)
        return cell, resources


class _Lane:
    """Renders pages in lanes, which are forked after everything was read, and stores them."""

    def __init__(self, assignment: Assignment, told: dict[str, Record], sheets: dict[str, Sheet]) -> None:
        self._assignment, self._told, self._sheets = assignment, told, sheets
        self._nothing = Sheet(scale=scale_of(assignment.course, assignment.unit))
        self._press = Press(assignment.course, read_plan(assignment.instructor))

    def begin(self, number: int) -> Answering:
        """Bound what this process may take; whatever takes more ends it."""
        bound_memory(_MOST_BYTES)
        return self._page

    def _page(self, message: bytes) -> bytes:
        student = message.decode()
        signal.setitimer(signal.ITIMER_VIRTUAL, _LAST_SECONDS)
        graded = self._assignment.graded(student)
        page = self._press.page(graded, self._told[student], self._sheet(student))
        return page.encode("utf-8", "replace")

    def store(self, student: str, page: bytes | None) -> Path:
        """Write a page: of a lane that died over it, the summary alone."""
        if page is None:
            page = self._press.summary_alone(self._told[student], self._sheet(student)).encode()
        graded = self._assignment.graded(student)
        folder = self._assignment.course.feedback / student / self._assignment.unit
        path = folder / graded.with_suffix(".html").name
        with told_whose_fault(path):
            sweep(folder)
            replace(path, page)
            complete(folder, graded.parent)
        return path

    def _sheet(self, student: str) -> Sheet:
        return self._sheets.get(student, self._nothing)
