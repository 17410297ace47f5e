"""Grading one submission: (bytes, unit, limits) to (graded notebook, record).

The same function on every road.

Whoever calls it has a fresh candidate at hand and a process that may be thrown away afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from autograder.errors import CourseError, SandboxError, SubmissionError
from autograder.examining.examiner import Examiner
from autograder.examining.known_answers import Subject
from autograder.examining.outputs import clean
from autograder.grading.records import CheckScore, Record, digest_of, refusal
from autograder.grading.walk import grade_notebook
from autograder.intake.reading import Intake, read_submission
from autograder.reasons import Reason
from autograder.units.plan import Plan, checksum_of
from reference.kit import units


@dataclass(frozen=True, slots=True)
class Marked:
    """A graded notebook as nbformat JSON (empty when there was nothing to grade) and its record.

    `in_order`: the candidate, if there was one, answered all that it was asked as it should.
    """

    notebook: bytes
    record: Record
    in_order: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What all submissions of a run share: the plan, a hash of all that results depend on, and how code is
    isolated.
    """

    plan: Plan
    cache_key: str
    isolation: str
    explore: bool = False


def mark(student: str, raw: bytes, terms: Terms, fresh: Callable[[], Subject]) -> Marked:
    """Grade one submission. `fresh` starts a candidate, and is not called when the file cannot be graded."""
    clock = _Clock()
    try:
        intake = read_submission(raw, terms.plan)
    except SubmissionError as problem:
        return refused(student, raw, terms, problem)
    unanswered = _unanswered(intake, terms.plan)
    clock.lap("parse and repair")
    with fresh() as candidate:
        clock.lap("candidate")
        examiner = Examiner(candidate, units.load(terms.plan.unit))
        try:
            walk = grade_notebook(
                intake.notebook, terms.plan, candidate, examiner, clean, explore=terms.explore
            )
        except CourseError as fault:
            return refused(student, raw, terms, not_gradable(fault))
        in_order = candidate.in_order
        clock.lap("cells and checks")
    walk.notebook["metadata"]["stagewise"] = {"unit": terms.plan.unit, "isolation": candidate.isolation}
    content = serialized(walk.notebook)
    clock.lap("write notebook")
    record = Record(
        student=student,
        unit=terms.plan.unit,
        digest=digest_of(raw),
        cache_key=terms.cache_key,
        isolation=candidate.isolation,
        checks=walk.checks,
        stopped=walk.stopped,
        repairs=intake.repairs,
        unanswered=unanswered,
        answers=_answers(intake, walk.checks),
        withheld=walk.withheld,
        layers=candidate.layers,
        timings=clock.laps,
    )
    return Marked(content, record, in_order)


def not_gradable(fault: CourseError | SandboxError) -> SubmissionError:
    """What a submission is told that cannot be graded here and now, through no fault of its own."""
    return SubmissionError(Reason.ENVIRONMENT, fault.problem, fault.remedy)


def ended_twice(student: str) -> CourseError:
    """What is told when the process that grades a submission did not survive it alone either."""
    return CourseError(
        f"the process that graded {student} ended twice without a result",
        "grade this student again alone; if it happens again, report it with the notebook",
    )


def refused(student: str, raw: bytes, terms: Terms, problem: SubmissionError) -> Marked:
    """The outcome of a submission that cannot be graded."""
    record = refusal(student, terms.plan.unit, raw, problem, terms.cache_key)
    return Marked(b"", record)


def serialized(notebook: dict[str, Any]) -> bytes:
    """A notebook as JSON with sorted keys, without blanks: written by the hundred, and read by programs."""
    return orjson.dumps(notebook, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def blank(plan: Plan) -> bytes:
    """The submission of a student who wrote nothing: the planned cells as they were released."""
    cells = [
        {
            "cell_type": cell.cell_type,
            "id": cell.cell_id,
            "metadata": dict(cell.metadata),
            "source": cell.released,
        }
        for cell in plan.cells
    ]
    return serialized({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _unanswered(intake: Intake, plan: Plan) -> tuple[str, ...]:
    """Cells for the student's answer whose text is still the released one, by nbgrader's checksum."""
    planned = {cell.grade_id: cell for cell in plan.cells if cell.role in ("exercise", "written")}
    names = []
    for cell in intake.notebook["cells"]:
        known = planned.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        if known is None:
            continue
        if checksum_of(cell["source"], known.cell_type, known.metadata["nbgrader"]) == known.checksum:
            names.append(known.grade_id)
    return tuple(names)


def _answers(intake: Intake, checks: Iterable[CheckScore]) -> dict[str, str]:
    """For each graded cell a hash of what a person who gives points looks at: the text of an answer, or an
    exercise's code with what it earned.
    """
    found: dict[str, str] = {}
    sources: dict[str, str] = {}
    for cell in intake.notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade") and marks["solution"]:
            found[marks["grade_id"]] = _hashed(cell["source"], cell.get("attachments"))
        elif marks.get("solution"):
            sources[marks["grade_id"]] = cell["source"]
    for check in checks:
        found[check.check] = _hashed(sources.get(check.check.removeprefix("check-")), f"{check.points:.6f}")
    return found


def _hashed(*parts: object) -> str:
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


class _Clock:
    """Milliseconds from lap to lap, for the budget of one submission."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(1000 * (now - self._last), 3)
        self._last = now
