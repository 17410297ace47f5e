"""The first half of the seam in nbgrader: its autograde reads submissions through our intake.

`Repaired` stands for NotebookExporter (c.Autograde.exporter_class).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde, NbGraderException

from autograder.config import CONFIG_FILE
from autograder.course import Assignment, Course
from autograder.errors import AuthorError, CourseError, SubmissionError
from autograder.grading import records
from autograder.grading.companions import companion_for, make_ready, remember
from autograder.grading.marking import serialized
from autograder.grading.preprocessor import Isolated, gradebook
from autograder.grading.records import described, digest_of, refusal
from autograder.grading.telling import tell_plainly
from autograder.intake import files as submissions
from autograder.intake.copying import require_copiable
from autograder.intake.reading import read_submission
from autograder.nbgrader_settings import UNISOLATED, unisolated
from autograder.reasons import Reason
from autograder.units.plan import read_plan


class Repaired(NotebookExporter):  # type: ignore[misc]
    """Reads a submission as `autograder grade` does: no links followed, damage repaired or told with a
    reason. Writes the graded notebook as that does, too. Made when a run begins, it makes the unit ready.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if isinstance(self.parent, Autograde):
            where = self.parent.coursedir
            tell_plainly(self.parent.log)
            self.parent.init_destination = partial(self._init_destination, self.parent.init_destination)
            try:
                if make_ready(Assignment(Course(Path(where.root)), where.assignment_id)):
                    gradebook.cache_clear()  # which know the cells of the build before
            except (AuthorError, CourseError) as problem:
                self.log.error(str(problem))
                raise NbGraderException(str(problem)) from problem

    def _init_destination(self, proceed: Callable[[str, str], bool], unit: str, student: str) -> bool:
        """nbgrader's first step with a submission, after a look at whether it will get through its folder."""
        where = self.parent.coursedir
        if student not in where.student_id_exclude.split(","):
            assignment = Assignment(Course(Path(where.root)), unit)
            try:
                require_copiable(assignment, student)
            except SubmissionError as problem:
                if not self.parent.force and _is_graded(assignment, student):
                    self.log.warning("%s: kept as it was graded before; %s", student, problem)
                    return False
                remember(assignment, refusal(student, unit, b"", problem))
                raise
        return proceed(unit, student)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The sanitized notebook; raises SubmissionError, which nbgrader reports while it goes on with the
        others.
        """
        _require_isolation(self._preprocessors, executes=not getattr(self.parent, "_sanitizing", False))
        where = (resources or {}).get("nbgrader", {})
        if not getattr(self.parent, "_sanitizing", False) or where.get("notebook") != where.get("assignment"):
            return super().from_filename(filename, resources=resources, **more)  # type: ignore[no-any-return]
        assignment = Assignment(Course(Path(self.parent.coursedir.root)), where["assignment"])
        companion = companion_for(Isolated(parent=self).request(assignment))
        companion.start()
        submitted = submissions.read(assignment, where["student"])
        try:
            if submitted.problem is not None:
                raise submitted.problem
            intake = read_submission(submitted.raw, read_plan(assignment.instructor))
        except SubmissionError as problem:
            remember(assignment, refusal(where["student"], assignment.unit, submitted.raw, problem))
            raise
        companion.ahead(where["student"], submitted.raw)
        for said in described(intake.repairs):
            self.log.warning("%s: %s", where["student"], said)
        intake.notebook["metadata"]["stagewise"] = {"digest": digest_of(submitted.raw)}
        # nbgrader's sanitizing steps would find nothing left to do: intake has done all of it.
        return serialized(intake.notebook).decode(), self._init_resources(resources)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        """The notebook after all preprocessors, validated then, as text.

        nbconvert would copy it three times, validate it after each step, and have it indented.
        """
        resources = self._init_resources(resources)
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        nbformat.validate(nb)
        return serialized(nb).decode(), {**resources, "output_suffix": ".nbconvert"}


def _require_isolation(steps: Sequence[Any], executes: bool) -> None:
    """Raises CourseError when one of nbgrader's `steps` would run a student's code in a plain kernel, or when
    none runs it although these steps are to execute it.
    """
    if unisolated():
        return
    plain = next((step for step in steps if isinstance(step, NotebookClient)), None)
    isolated = any(isinstance(step, Isolated) and step.enabled for step in steps)
    if plain is not None or (executes and not isolated):
        found = "nothing runs it" if plain is None else f"{type(plain).__name__} would, in a plain kernel"
        raise CourseError(
            f"a student's code is to be run in isolation, but with these settings {found}",
            "take c.Autograde.autograde_preprocessors and c.Autograde.sanitize_preprocessors out of the "
            f"settings ({CONFIG_FILE} of the course and of the user, the command line); to grade without "
            f"isolation on purpose, set the environment variable {UNISOLATED} to 1",
        )


def _is_graded(assignment: Assignment, student: str) -> bool:
    """Whether what lies there as graded was made of the notebook that is handed in."""
    record = records.load(assignment, student)
    if record is None or record.reason is not Reason.OK:
        return False
    same = record.digest == digest_of(submissions.read(assignment, student).raw)
    return same and assignment.graded(student).exists()
