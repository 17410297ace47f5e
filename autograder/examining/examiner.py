"""The examiner: runs check cells, from the plan's source alone, outside the sandbox.

The student's functions are handles there; points and verdicts are computed here and never reach the
candidate.
"""

import ast
import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, MappingProxyType
from typing import Any

from autograder.bounds import OverspentError, spending
from autograder.examining.disclosure import Sources, place
from autograder.examining.namespaces import Namespace, Subject, defined, parsed
from autograder.examining.verdicts import CheckResult, earned, failed
from autograder.isolation.handles import Handle
from autograder.isolation.link import CandidateGone
from autograder.isolation.student_errors import CandidateError
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from stagewise.judge.compare import kind_of
from stagewise.judge.outline import outlined_exception
from stagewise.judge.report import Report
from stagewise.judge.student_traceback import headline
from stagewise.show import display

_LONGEST_DETAIL = 600
_CHECK = "check-"
_NO_SOURCES: Sources = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's code: its statements, the expression whose value is its result, and the names it defines."""

    statements: tuple[CodeType, ...]
    result: CodeType | None
    names: frozenset[str]


class Examiner:
    """Judges one candidate. Its names, those of `given` cells and of check cells, win over the student's."""

    def __init__(self, candidate: Subject, unit: str) -> None:
        self.unit = unit
        self._candidate = candidate
        self._names = Namespace(candidate)

    def run_given(self, cell: PlannedCell) -> None:
        """Define what a `given` cell defines; a statement that fails, since a student's function does, is
        skipped.

        What it would have defined is then undefined, never the student's.
        """
        self._candidate.begin_check(cell.grade_id)
        with _quietly([]), suppress(SyntaxError, CandidateGone), self._bounded():
            code = _compiled(cell.source, cell.grade_id)
            self._names.reserved |= code.names
            for part in (*code.statements, code.result):
                with suppress(Exception, CandidateGone):
                    exec(part or "", self._names)

    def run_check(self, cell: PlannedCell, sources: Sources = _NO_SOURCES) -> CheckResult:
        """Run a check cell and say what was earned; whatever the candidate does, this returns.

        `sources` are the student's cells that ran before, by their counts.
        """
        self._candidate.begin_check(cell.grade_id.removeprefix(_CHECK))
        self._names.asked.clear()
        reports: list[Report] = []
        isolation = self._candidate.isolation
        try:
            with _quietly(reports), self._bounded():
                points = self._execute(cell)
        except CandidateGone as end:
            return failed(cell, end.reason, end.outline, reports, isolation, sources, end.detail)
        except Exception as error:
            blame = self._blame(error, cell, sources)
            told = _traceback(error)[:_LONGEST_DETAIL]
            return failed(cell, *blame, reports, isolation, sources, told)
        if not _is_grade(points, cell.points):
            ended = f"The check {cell.grade_id} ended with"
            rest = f"not with points of {cell.points:g}"
            detail, told = f"{ended} {kind_of(points)}, {rest}", f"{ended} {points!r:.80}, {rest}"
            return failed(cell, Reason.CHECK_BROKEN, detail, reports, isolation, sources, told)
        timed_out = self._candidate.timeouts > 0
        return earned(cell, points, reports, isolation, sources, timed_out=timed_out)

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

    def _execute(self, cell: PlannedCell) -> Any:
        code = _compiled(cell.source, cell.grade_id)
        for statement in code.statements:
            exec(statement, self._names)
        return None if code.result is None else eval(code.result, self._names)

    def _blame(self, error: Exception, cell: PlannedCell, sources: Sources) -> tuple[Reason, str]:
        """Say whose fault an exception that left a check cell is, in words that the student's code has no
        part in.
        """
        if isinstance(error, CandidateError):
            if isinstance(error, NotImplementedError):
                return Reason.UNFINISHED, "The exercise is not written yet"
            if self._candidate.timeouts:
                return Reason.TIMEOUT, outlined_exception("TimeoutError", str(error))
            said = outlined_exception(type(error).__name__, str(error))
            where = place(error.student_traceback, sources)
            return Reason.ERROR, f"{where}\n{said}" if where else said
        for name, value in self._names.asked.items():
            if not isinstance(value, Handle):
                return Reason.UNDEFINED, f"{name} is of type {type(value).__name__}, not a function"
        if isinstance(error, AssertionError):
            # What stands in the check was written for students; a number that was put into it was not.
            said = str(error) if str(error) in cell.source else ""
            return Reason.WRONG, f"What was asserted is not so: {said}"[:_LONGEST_DETAIL].strip()
        if type(error) is NameError:
            return Reason.UNDEFINED, f"Nothing in the notebook is called {error.name}"
        if not self._candidate.told:
            return Reason.CHECK_BROKEN, f"The check {cell.grade_id} raised {type(error).__name__}"
        if isinstance(error, MemoryError):
            return Reason.FLOODED, "What the code returned takes more memory to judge than there is"
        return Reason.PROTOCOL, f"What the code returned cannot be judged ({type(error).__name__})"


def _traceback(error: Exception) -> str:
    """What the instructor reads of an exception."""
    return (error.student_traceback if isinstance(error, CandidateError) else "") or headline(error)


@lru_cache(maxsize=512)
def _compiled(source: str, grade_id: str) -> Cell:
    place = f"<check {grade_id}>"
    tree = parsed(source, place)
    names = defined(tree)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    result = compile(ast.Expression(last.value), place, "eval") if isinstance(last, ast.Expr) else None
    statements = tuple(compile(ast.Module([part], []), place, "exec") for part in tree.body)
    return Cell(statements, result, names)


@contextmanager
def _quietly(reports: list[Report]) -> Iterator[None]:
    """Collect reports; drop what is printed and warned of, which nbgrader would take for a failure."""
    nowhere = io.StringIO()
    with (
        display.use(reports.append),
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def _is_grade(points: Any, most: float) -> bool:
    """Only a plain float in range is one: nbgrader takes NaN, arrays and np.float64 for full marks."""
    return type(points) is float and math.isfinite(points) and 0 <= points <= most
