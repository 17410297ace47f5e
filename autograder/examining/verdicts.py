"""What a check earned and why, and the outputs that say so in the graded notebook.

nbgrader reads the points from them: exactly one plain float, or one error, and nothing on stderr.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from stagewise.judge.report import Report, Status
from stagewise.show.render import to_html, to_text

_MOST_RENDERED = 256
_rendered: dict[int, tuple[Report, str, str]] = {}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check earned and why; `outputs` are those of the graded notebook's check cell."""

    points: float
    max_points: float
    reason: Reason
    detail: str
    diagnosis: str
    misconception: str
    outputs: tuple[dict[str, Any], ...]


def earned(
    cell: PlannedCell, points: float, reports: Sequence[Report], isolation: str, *, timed_out: bool
) -> CheckResult:
    """The result of a check cell that ended with `points`; `timed_out` if some of its calls were stopped."""
    graded = next((report for report in reversed(reports) if report.kind == "examine"), None)
    reason = Reason.TIMEOUT if timed_out and points < cell.points else _reason(points, cell.points, graded)
    diagnosis = graded.diagnosis if graded else ""
    misconception = graded.misconception if graded else ""
    outputs: list[dict[str, Any]] = []
    if reports:
        mark = _mark(reason, diagnosis, misconception, isolation)
        shown = [_shown(report) for report in reports]
        html, text = "".join(html for html, _ in shown), "\n\n".join(text for _, text in shown)
        outputs.append(_display(html, text, mark))
    outputs.append(
        {
            "output_type": "execute_result",
            "data": {"text/plain": repr(points)},
            "metadata": {},
            "execution_count": None,
        }
    )
    return CheckResult(points, cell.points, reason, "", diagnosis, misconception, tuple(outputs))


def failed(
    cell: PlannedCell, reason: Reason, detail: str, reports: Sequence[Report], isolation: str
) -> CheckResult:
    """The result of a check cell that earned nothing, for `reason`."""
    mark = _mark(reason, "", "", isolation)
    text = "\n\n".join([*map(to_text, reports), f"{detail}.\n{reason.advice}"])
    error = {
        "output_type": "error",
        "ename": reason.value,
        "evalue": detail,
        "traceback": [f"{detail}.", reason.advice],
    }
    outputs = ({"output_type": "display_data", "data": {"text/plain": text}, "metadata": mark}, error)
    return CheckResult(0.0, cell.points, reason, detail, "", "", outputs)


def _shown(report: Report) -> tuple[str, str]:
    """The report as HTML and as text; a report that is shown to several students is rendered once."""
    known = _rendered.get(id(report))
    if known is None:
        known = report, to_html(report), to_text(report)
        if len(_rendered) < _MOST_RENDERED:
            _rendered[id(report)] = known  # which keeps the report, and so its id, from going away
    return known[1:]


def _reason(points: float, most: float, graded: Report | None) -> Reason:
    if points == most:
        return Reason.OK
    if points > 0:
        return Reason.PARTIAL
    if graded is not None and graded.status is Status.UNFINISHED:
        return Reason.UNFINISHED
    if graded is not None and graded.status is Status.ERROR:
        return Reason.ERROR
    return Reason.WRONG


def _display(html: str, text: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {"text/html": html, "text/plain": text},
        "metadata": mark,
    }


def _mark(reason: Reason, diagnosis: str, misconception: str, isolation: str) -> dict[str, Any]:
    says = {
        "reason": reason.value,
        "diagnosis": diagnosis,
        "misconception": misconception,
        "isolation": isolation,
    }
    return {"stagewise": says}
