"""The examiner: judges exercises, as the plan asks for them, outside the sandbox.

A student's functions are names there. Nothing of a notebook is executed, compiled or evaluated here; points
and verdicts are computed here and never reach the candidate.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from autograder.bounds import OverspentError, spending
from autograder.examining.disclosure import Sources
from autograder.examining.functions import StudentFunction
from autograder.examining.known_answers import Subject
from autograder.examining.notebooks import StudentNotebook
from autograder.examining.verdicts import CheckResult, earned, failed
from autograder.isolation.conversation import CandidateGone
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from reference.judge.examine import report_on
from reference.kit.exercise import Unit
from stagewise.judge.compare import kind_of
from stagewise.judge.report import Report
from stagewise.judge.student_traceback import headline

_LONGEST_DETAIL = 600
_NO_SOURCES: Sources = MappingProxyType({})


class _UndefinedError(Exception):
    """A name of the check stands for no function of the student's."""


class Examiner:
    """Judges one candidate on the exercises of a unit."""

    def __init__(self, candidate: Subject, unit: Unit) -> None:
        self._candidate = candidate
        self._unit = unit

    def run_check(self, cell: PlannedCell, sources: Sources = _NO_SOURCES) -> CheckResult:
        """Judge what a check cell asks for; whatever the candidate does, this says what was earned.

        `sources` are the student's cells that ran before, by their counts.
        """
        self._candidate.begin_check(cell.asks[0] if cell.asks else cell.grade_id)
        isolation = self._candidate.isolation
        try:
            with _quietly(), self._bounded():
                report = self._report(cell, sources)
        except CandidateGone as end:
            return failed(cell, end.reason, end.outline, isolation, end.detail)
        except _UndefinedError as lack:
            return failed(cell, Reason.UNDEFINED, str(lack), isolation)
        except Exception as error:
            return failed(cell, *self._blame(error, cell), isolation, headline(error)[:_LONGEST_DETAIL])
        if not _is_grade(report.points, cell.points):
            ended = f"The check {cell.grade_id} ended with"
            rest = f"not with points of {cell.points:g}"
            told = f"{ended} {report.points!r:.80}, {rest}"
            detail = f"{ended} {kind_of(report.points)}, {rest}"
            return failed(cell, Reason.CHECK_BROKEN, detail, isolation, told)
        return earned(cell, report, isolation, sources, timed_out=self._candidate.timeouts > 0)

    def _report(self, cell: PlannedCell, sources: Sources) -> Report:
        if not cell.asks:
            raise LookupError("the plan names no exercise")
        for name in cell.asks:
            self._require_function(name)
        functions: Any = {name: StudentFunction(self._candidate, name) for name in cell.asks}
        notebook = StudentNotebook(self._candidate, sources)
        return report_on(self._unit, cell.asks[0], functions, cell.points, notebook)

    def _require_function(self, name: str) -> None:
        try:
            kind = self._candidate.lookup(name)
        except KeyError:
            raise _UndefinedError(f"Nothing in the notebook is called {name}") from None
        if kind:
            raise _UndefinedError(f"{name} is of type {kind}, not a function")

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """End the conversation, with CandidateGone, when what comes of it takes too much of our own time."""
        seconds = self._candidate.limits.judging_seconds
        try:
            with spending(seconds):
                yield
        except OverspentError:
            detail = f"Reading and judging what the code returned took more than {seconds:g} seconds"
            self._candidate.give_up(Reason.FLOODED, detail)
            raise CandidateGone(Reason.FLOODED, detail) from None

    def _blame(self, error: Exception, cell: PlannedCell) -> tuple[Reason, str]:
        """Say whose fault an exception is, in words that the student's code has no part in."""
        if not self._candidate.told:
            return Reason.CHECK_BROKEN, f"The check {cell.grade_id} raised {type(error).__name__}"
        if isinstance(error, MemoryError):
            return Reason.FLOODED, "What the code returned takes more memory to judge than there is"
        return Reason.PROTOCOL, f"What the code returned cannot be judged ({type(error).__name__})"


@contextmanager
def _quietly() -> Iterator[None]:
    """Drop what judging warns of: the numbers are the student's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _is_grade(points: Any, most: float) -> bool:
    """Only a plain float in range is one: nbgrader takes NaN, arrays and np.float64 for full marks."""
    return type(points) is float and math.isfinite(points) and 0 <= points <= most
