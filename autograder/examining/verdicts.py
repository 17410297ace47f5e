"""What a check earned and why, and the outputs that say so in the graded notebook.

nbgrader reads the points from them: exactly one plain float, or one error, and nothing on stderr.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograder.examining.disclosure import Sources, disclosed, evidence
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from stagewise.judge.report import Report, Status
from stagewise.show.render import to_html, to_text

_MOST_RENDERED = 256


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as the student is told it, and what the instructor can read besides."""

    html: str
    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check earned and why; `outputs` are those of the graded notebook's check cell.

    `evidence` is for the instructor alone: what the student's code answered, and what was expected.
    """

    points: float
    max_points: float
    reason: Reason
    detail: str
    diagnosis: str
    misconception: str
    outputs: tuple[dict[str, Any], ...]
    evidence: str = ""


def earned(
    cell: PlannedCell, report: Report, isolation: str, sources: Sources, *, timed_out: bool
) -> CheckResult:
    """The result of a check with this report; `timed_out` if some of its calls were stopped.

    `sources` are the cells that ran before, from which tracebacks quote.
    """
    points = report.points or 0.0
    reason = Reason.TIMEOUT if timed_out and points < cell.points else _reason(points, cell.points, report)
    shown = _shown(report, sources)
    mark = _mark(reason, report.diagnosis, report.misconception, isolation)
    bundle = {"text/html": shown.html, "text/plain": shown.text}
    grade = {
        "output_type": "execute_result",
        "data": {"text/plain": repr(points)},
        "metadata": {},
        "execution_count": None,
    }
    return CheckResult(
        points,
        cell.points,
        reason,
        "",
        report.diagnosis,
        report.misconception,
        ({"output_type": "display_data", "data": bundle, "metadata": mark}, grade),
        shown.evidence,
    )


def failed(cell: PlannedCell, reason: Reason, detail: str, isolation: str, told: str = "") -> CheckResult:
    """The result of a check cell that earned nothing, for `reason`; `told` is for the instructor alone."""
    mark = _mark(reason, "", "", isolation)
    text = f"{detail}.\n{reason.advice}"
    error = {
        "output_type": "error",
        "ename": reason.value,
        "evalue": detail,
        "traceback": [f"{detail}.", reason.advice],
    }
    outputs = ({"output_type": "display_data", "data": {"text/plain": text}, "metadata": mark}, error)
    return CheckResult(0.0, cell.points, reason, detail, "", "", outputs, told)


def _shown(report: Report, sources: Sources) -> Shown:
    """The report as it is told; one that quotes no cell of the student's is rendered once for all alike."""
    return _rendered(report, sources) if report.traceback else _shown_to_all(report)


@lru_cache(maxsize=_MOST_RENDERED)
def _shown_to_all(report: Report) -> Shown:
    return _rendered(report, {})


def _rendered(report: Report, sources: Sources) -> Shown:
    told = disclosed(report, sources)
    return Shown(to_html(told), to_text(told), evidence(report))


def _reason(points: float, most: float, graded: Report) -> Reason:
    if points == most:
        return Reason.OK
    if points > 0:
        return Reason.PARTIAL
    if graded.status is Status.UNFINISHED:
        return Reason.UNFINISHED
    if graded.status is Status.ERROR:
        return Reason.ERROR
    return Reason.WRONG


def _mark(reason: Reason, diagnosis: str, misconception: str, isolation: str) -> dict[str, Any]:
    says = {
        "reason": reason.value,
        "diagnosis": diagnosis,
        "misconception": misconception,
        "isolation": isolation,
    }
    return {"stagewise": says}
