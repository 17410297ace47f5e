"""The second half of the seam in nbgrader: its autograde grades in isolation.

`Isolated` stands for Execute (c.Autograde.autograde_preprocessors). All else, the gradebook included, stays
nbgrader's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata as Stock
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution
from traitlets import Bool, Enum

from autograder.course import Assignment, Course
from autograder.errors import SubmissionError
from autograder.grading import records
from autograder.grading.companion import Companion
from autograder.grading.companions import companion_for, marked_by, remember, withdraw
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.history import after, news
from autograder.grading.marking import serialized
from autograder.grading.records import digest_of, refusal
from autograder.grading.request import GradingRequest
from autograder.intake import files as submissions
from autograder.isolation.confinement.level import AUTO, ISOLATIONS
from autograder.seed import seed_of
from autograder.term.dates import DateKeeper

_valid: set[str] = set()


class Isolated(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs the student's code in a sandbox and the checks outside it, and leaves one float or one error in
    each check.
    """

    isolation = Enum(
        ISOLATIONS, AUTO, help="A level of isolation; `process`: without a sandbox, which marks the results."
    ).tag(config=True)
    explore = Bool(False, help="Whether to run the experiments as well.").tag(config=True)

    def request(self, assignment: Assignment) -> GradingRequest:
        """What is asked of the companion, as the course has configured it."""
        course = assignment.course
        return GradingRequest(
            str(course.root), assignment.unit, self.isolation, self.explore, seed_of(course)
        )

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook, graded."""
        student, unit = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        assignment = Assignment(Course(Path(CourseDirectory(parent=self).root)), unit)
        companion = companion_for(self.request(assignment))
        raw = _submitted(assignment, student, nb)
        try:
            marked = marked_by(companion, student, raw)
        except SubmissionError as problem:
            remember(assignment, refusal(student, unit, raw, problem))
            withdraw(assignment, student)
            raise
        self._look_ahead(companion, assignment, student)
        # Without a cache key: nbgrader stores the points, so our own command grades such a one anew.
        resources["stagewise"] = assignment, replace(marked.record, cache_key="")
        return nbformat.from_dict(json.loads(marked.notebook)), resources

    def _look_ahead(self, companion: Companion, assignment: Assignment, student: str) -> None:
        """While nbgrader stores this submission, let the companion grade the one that comes next."""
        converter = getattr(self.parent, "parent", None)
        places = [Path(place) for place in sorted(getattr(converter, "assignments", ()))]
        handed_in = (place.parent.name for place in places if place.name == assignment.unit)
        following = next((name for name in handed_in if name > student), None)
        if following is not None:
            submitted = submissions.read(assignment, following)
            if submitted.problem is None:
                companion.ahead(following, submitted.raw)


class SaveAutoGrades(NbGraderPreprocessor):  # type: ignore[misc]
    """What nbgrader's step of this name does, in one transaction instead of one for each cell; after that the
    record is kept.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook as it is; its points go into the gradebook."""
        where = resources["nbgrader"]
        graded = [cell for cell in nb.cells if is_grade(cell)]
        scores = {cell.metadata.nbgrader.grade_id: _points(cell) for cell in graded}
        answers = [cell for cell in nb.cells if is_solution(cell)]
        same = [cell for cell in answers if cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)]
        unanswered = frozenset(cell.metadata.nbgrader.grade_id for cell in same)
        book = gradebook(where["db_url"], where["assignment"], CourseDirectory(parent=self).root)
        assignment, record = resources.pop("stagewise", (None, None))
        earlier = records.load(assignment, record.student) if record else None
        changed = None
        if record:
            waiting = book.waiting(record.student) if earlier is not None and earlier.changed else ()
            record = after(record, earlier, waiting)
            changed = None if news(record, earlier) is None else frozenset(record.changed)
        book.write([Entry(where["student"], None, scores, unanswered, changed)])
        if record:
            records.save(assignment, record)
        return nb, resources


def _points(cell: NotebookNode) -> float | None:
    """What a graded cell earns: a check the one plain number in its output.

    All else, for which nbgrader's own reading gives a check full points, earns nothing.
    """
    if is_solution(cell) or cell.cell_type != "code":
        return determine_grade(cell)[0]  # type: ignore[no-any-return]
    if any(output.output_type == "error" for output in cell.outputs):
        return 0.0
    results = [output.data for output in cell.outputs if output.output_type == "execute_result"]
    try:
        (result,) = results
        number = float("".join(result["text/plain"]))
    except (ValueError, KeyError):
        return 0.0
    return number if 0.0 <= number <= float(cell.metadata.nbgrader.points) else 0.0


class CheckCellMetadata(Stock):  # type: ignore[misc]
    """nbgrader's check of its metadata, which validates what all submissions have in common only once."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook as it is; raises nbgrader's ValidationError."""
        seen = json.dumps(
            [[cell.cell_type, cell.metadata.get("nbgrader")] for cell in nb.cells], sort_keys=True
        )
        if seen not in _valid:
            super().preprocess(nb, resources)
            _valid.add(seen)
        return nb, resources


@lru_cache(maxsize=8)
def gradebook(db_url: str, unit: str, root: str) -> GradebookWriter:
    """One connection for all submissions that this process stores of a unit, in the course at `root`."""
    dates = DateKeeper(Assignment(Course(Path(root)), unit))
    return GradebookWriter(db_url, unit, dates=dates).__enter__()


def _submitted(assignment: Assignment, student: str, notebook: NotebookNode) -> bytes:
    """The bytes of the submission that `notebook` was made from, or else its own."""
    raw = submissions.read(assignment, student).raw
    made_from = notebook.metadata.get("stagewise", {}).get("digest")
    return raw if made_from == digest_of(raw) else serialized(notebook)
