"""The seam in nbgrader: its autograde reads submissions through our intake and grades them in isolation.

`Repaired` stands for NotebookExporter (c.Autograde.exporter_class), `Isolated` for Execute
(c.Autograde.autograde_preprocessors). All else, the gradebook included, stays nbgrader's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata as Stock
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution
from traitlets import Bool, Enum

from autograder.config import CONFIG_FILE
from autograder.course import Course
from autograder.errors import AuthorError, CourseError, SubmissionError
from autograder.grading import records
from autograder.grading.companion import Companion
from autograder.grading.companions import companion_for, make_ready, marked_by, withdraw
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.history import after, news
from autograder.grading.marking import serialized
from autograder.grading.records import Record, described, digest_of
from autograder.grading.request import GradingRequest
from autograder.grading.telling import tell_plainly
from autograder.intake import files as submissions
from autograder.intake.copying import require_copiable
from autograder.intake.reading import read_submission
from autograder.nbgrader_settings import UNISOLATED, unisolated
from autograder.reasons import Reason
from autograder.seed import seed_of
from autograder.units.plan import read_plan

_valid: set[str] = set()


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
                if make_ready(Course(Path(where.root)), where.assignment_id):
                    _gradebook.cache_clear()  # which know the cells of the build before
            except (AuthorError, CourseError) as problem:
                self.log.error(str(problem))
                raise NbGraderException(str(problem)) from problem

    def _init_destination(self, proceed: Callable[[str, str], bool], unit: str, student: str) -> bool:
        """nbgrader's first step with a submission, after a look at whether it will get through its folder."""
        where = self.parent.coursedir
        if student not in where.student_id_exclude.split(","):
            course = Course(Path(where.root))
            try:
                require_copiable(course, unit, student)
            except SubmissionError as problem:
                if not self.parent.force and _is_graded(course, unit, student):
                    self.log.warning("%s: kept as it was graded before; %s", student, problem)
                    return False
                _remember(course, _refused(student, unit, b"", problem))
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
        course, unit = Course(Path(self.parent.coursedir.root)), where["assignment"]
        companion = companion_for(Isolated(parent=self).request(course, unit))
        companion.start()
        submitted = submissions.read(course, unit, where["student"])
        try:
            if submitted.problem is not None:
                raise submitted.problem
            intake = read_submission(submitted.raw, read_plan(course.instructor(unit)))
        except SubmissionError as problem:
            _remember(course, _refused(where["student"], unit, submitted.raw, problem))
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


class Isolated(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs the student's code in a sandbox and the checks outside it, and leaves one float or one error in
    each check.
    """

    isolation = Enum(
        ("sandbox", "process"), "sandbox", help="`process`: without a sandbox, which marks the results."
    ).tag(config=True)
    explore = Bool(False, help="Whether to run the experiments as well.").tag(config=True)

    def request(self, course: Course, unit: str) -> GradingRequest:
        """What is asked of the companion, as the course has configured it."""
        return GradingRequest(str(course.root), unit, self.isolation, self.explore, seed_of(course))

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook, graded."""
        student, unit = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        course = Course(Path(CourseDirectory(parent=self).root))
        companion = companion_for(self.request(course, unit))
        raw = _submitted(course, unit, student, nb)
        try:
            marked = marked_by(companion, student, raw)
        except SubmissionError as problem:
            _remember(course, _refused(student, unit, raw, problem))
            withdraw(course, unit, student)
            raise
        self._look_ahead(companion, course, unit, student)
        # Without a cache key: nbgrader stores the points, so our own command grades such a one anew.
        resources["stagewise"] = course, replace(marked.record, cache_key="")
        return nbformat.from_dict(json.loads(marked.notebook)), resources

    def _look_ahead(self, companion: Companion, course: Course, unit: str, student: str) -> None:
        """While nbgrader stores this submission, let the companion grade the one that comes next."""
        converter = getattr(self.parent, "parent", None)
        folders = [Path(place) for place in sorted(getattr(converter, "assignments", ()))]
        later = (place.parent.name for place in folders if place.name == unit and place.parent.name > student)
        following = next(later, None)
        if following is not None:
            submitted = submissions.read(course, unit, following)
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
        book = _gradebook(where["db_url"], where["assignment"])
        course, record = resources.pop("stagewise", (None, None))
        earlier = records.load(course, record.unit, record.student) if record else None
        changed = None
        if record:
            waiting = book.waiting(record.student) if earlier is not None and earlier.changed else ()
            record = after(record, earlier, waiting)
            changed = None if news(record, earlier) is None else frozenset(record.changed)
        book.write([Entry(where["student"], None, scores, unanswered, changed)])
        if record:
            records.save(course, record)
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
def _gradebook(db_url: str, unit: str) -> GradebookWriter:
    """One connection for all submissions that this process stores."""
    return GradebookWriter(db_url, unit).__enter__()


def _submitted(course: Course, unit: str, student: str, notebook: NotebookNode) -> bytes:
    """The bytes of the submission that `notebook` was made from, or else its own."""
    raw = submissions.read(course, unit, student).raw
    made_from = notebook.metadata.get("stagewise", {}).get("digest")
    return raw if made_from == digest_of(raw) else serialized(notebook)


def _is_graded(course: Course, unit: str, student: str) -> bool:
    """Whether what lies there as graded was made of the notebook that is handed in."""
    record = records.load(course, unit, student)
    if record is None or record.reason is not Reason.OK:
        return False
    same = record.digest == digest_of(submissions.read(course, unit, student).raw)
    return same and (course.autograded / student / unit / f"{unit}.ipynb").exists()


def _refused(student: str, unit: str, raw: bytes, problem: SubmissionError) -> Record:
    return Record(
        student=student,
        unit=unit,
        digest=digest_of(raw),
        cache_key="",
        isolation="",
        reason=problem.reason,
        detail=problem.detail,
        remedy=problem.remedy,
    )


def _remember(course: Course, record: Record) -> None:
    """Keep the record, with what an earlier one says that still holds."""
    records.save(course, after(record, records.load(course, record.unit, record.student)))
