"""The seam in nbgrader: its autograde reads submissions through our intake and grades them in isolation.

`Repaired` stands for NotebookExporter (c.Autograde.exporter_class), `Isolated` for Execute
(c.Autograde.autograde_preprocessors). All else, the gradebook included, stays nbgrader's.
"""

from __future__ import annotations

import atexit
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Enum, Integer

from autograder import records, submissions
from autograder.companion import Companion, Errand
from autograder.course import Course
from autograder.errors import SubmissionError
from autograder.intake import read_submission
from autograder.marking import serialized
from autograder.plan import read_plan
from autograder.reasons import Reason
from autograder.records import Record, described, digest_of, reason_of
from autograder.repair import Repair

_companions: dict[Errand, Companion] = {}


class Repaired(NotebookExporter):  # type: ignore[misc]
    """Reads a submission as `autograder grade` does: no links followed, damage repaired or told with a
    reason.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The sanitized notebook; raises SubmissionError, which nbgrader reports while it goes on with the
        others.
        """
        where = (resources or {}).get("nbgrader", {})
        if not getattr(self.parent, "_sanitizing", False) or where.get("notebook") != where.get("assignment"):
            return super().from_filename(filename, resources=resources, **more)  # type: ignore[no-any-return]
        course, unit = Course(Path(self.parent.coursedir.root)), where["assignment"]
        submitted = submissions.read(course, unit, where["student"])
        try:
            if submitted.problem is not None:
                raise submitted.problem
            intake = read_submission(submitted.raw, read_plan(course.instructor(unit)))
        except SubmissionError as problem:
            _remember(course, _refused(where["student"], unit, submitted.raw, problem))
            raise
        for said in described(intake.repairs):
            self.log.warning("%s: %s", where["student"], said)
        notebook = nbformat.from_dict(intake.notebook)
        notebook.metadata["stagewise"] = {
            "digest": digest_of(submitted.raw),
            "repairs": [[repair.reason.value, repair.cell] for repair in intake.repairs],
        }
        path = Path(filename)
        found = (resources or {}) | {"metadata": {"name": path.stem, "path": str(path.parent)}}
        return self.from_notebook_node(notebook, resources=found, **more)  # type: ignore[no-any-return]


class Isolated(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs the student's code in a sandbox and the checks outside it, and leaves one float or one error in
    each check.
    """

    isolation = Enum(
        ("sandbox", "process"), "sandbox", help="`process`: without a sandbox, which marks the results."
    ).tag(config=True)
    explore = Bool(False, help="Whether to run the experiments as well.").tag(config=True)
    seed = Integer(0, help="The seed of the hidden cases.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook, graded."""
        where = resources["nbgrader"]
        root = CourseDirectory(parent=self).root
        errand = Errand(root, where["assignment"], self.isolation, self.explore, self.seed)
        came = nb.metadata.get("stagewise", {})
        marked = _companion(errand).mark(where["student"], serialized(nb))
        record = marked.record
        if record.reason is not Reason.OK:
            raise SubmissionError(record.reason, record.detail, record.remedy)
        repairs = (*_repairs(came), *record.repairs)
        # Without a basis: nbgrader stores the points, so our own command grades anew what it finds like this.
        _remember(
            Course(Path(root)), replace(record, digest=came.get("digest", ""), basis="", repairs=repairs)
        )
        return nbformat.from_dict(json.loads(marked.notebook)), resources


def _companion(errand: Errand) -> Companion:
    """One companion for all submissions that this process grades on the same terms."""
    if errand not in _companions:
        _companions[errand] = Companion(errand)
        atexit.register(_companions[errand].close)
    return _companions[errand]


def _repairs(came: Any) -> tuple[Repair, ...]:
    return tuple(Repair(reason_of(reason), cell) for reason, cell in came.get("repairs", ()))


def _refused(student: str, unit: str, raw: bytes, problem: SubmissionError) -> Record:
    return Record(
        student=student,
        unit=unit,
        digest=digest_of(raw),
        basis="",
        isolation="",
        reason=problem.reason,
        detail=problem.detail,
        remedy=problem.remedy,
    )


def _remember(course: Course, record: Record) -> None:
    """Keep the record; of a file that was refused, with the checks of an earlier one that was not."""
    earlier = records.load(course, record.unit, record.student)
    if record.reason is not Reason.OK and earlier is not None:
        record = replace(record, checks=earlier.checks)
    records.save(course, record)
