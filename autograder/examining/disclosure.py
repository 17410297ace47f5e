"""What the student is told of a check, and of cells that ran after one; the rest is for the instructor.

Hidden cases have handed their inputs to the student's code, and whatever this code says from then on may
hold them: a value that it returns, an exception's text, the output of a later cell. So a student is told
what is wrong, where and how far off, in the course's own words; nothing that the code has worded or printed
since the first check, and no number that was expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from stagewise.judge.outline import outlined_exception
from stagewise.judge.report import Report, Row, Status

Sources = Mapping[int, str]
"""The text of each cell that ran, by its count."""

_PLACE = re.compile(r"Cell In\[(\d{1,6})\], line (\d{1,6})")
_LONGEST_LINE = 160
_LARGEST_ERROR = 10.0
_ALMOST = 1 - 1e-3
_MOST_KEPT = 10_000
_NOTE = (
    "What this cell shows is for the instructor alone: it ran after code of this notebook had been graded on"
    " hidden cases.\n"
)


def disclosed(report: Report, sources: Sources) -> Report:
    """The report without numbers, and without what the student's code has worded."""
    rows = tuple(map(_row, report.rows))
    return replace(report, rows=rows, traceback=place(report.traceback, sources))


def evidence(report: Report) -> str:
    """What `disclosed` leaves out of a report: sentences with their numbers, and the traceback."""
    sentences = [
        f"{row.case}, {row.output}: {row.message}"
        for row in report.rows
        if row.message != row.outline and row.status is not Status.UNFINISHED
    ]
    return "\n".join([*sentences, *filter(None, [report.traceback])])


def disclosed_outputs(outputs: Sequence[Mapping[str, Any]], sources: Sources) -> list[dict[str, Any]]:
    """Of a cell's cleaned outputs its error, by its type and place, and that there was something else."""
    errors = [output for output in outputs if output["output_type"] == "error"]
    shown: list[dict[str, Any]] = []
    if len(errors) < len(outputs):
        shown.append({"output_type": "stream", "name": "stdout", "text": _NOTE})
    return shown + [_error(error, sources) for error in errors[-1:]]


def kept(outputs: Iterable[Mapping[str, Any]]) -> str:
    """A cell's cleaned outputs as text for the instructor's record, bounded; pictures are named."""
    return "\n".join(map(_text, outputs))[:_MOST_KEPT]


def place(traceback: str, sources: Sources) -> str:
    """The innermost line of the notebook that a traceback names, as the notebook has it; "" without one."""
    for found in reversed(_PLACE.findall(traceback)):
        count, line = map(int, found)
        lines = sources[count].split("\n") if count in sources else []
        if 1 <= line <= len(lines):
            return f"Cell In[{count}], line {line}\n    {lines[line - 1].strip()[:_LONGEST_LINE]}"
    return ""


def _row(row: Row) -> Row:
    message = row.outline or ("not what was expected" if row.message else "")
    return replace(row, message=message, error=_about(row))


def _about(row: Row) -> float | None:
    """The error as the next power of ten, up to a largest one; None where it is within what is allowed."""
    within = row.credit > 0 or row.error is None or row.error <= (row.allowed or 0.0)
    if row.error is None or within or not math.isfinite(row.error):
        return None
    # A processor's rounding must not lift an error of 1 into the next power.
    return float(min(10.0 ** math.ceil(math.log10(row.error * _ALMOST)), _LARGEST_ERROR))


def _error(error: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    said = outlined_exception(error["ename"], error["evalue"])
    name, _, text = said.partition(": ")
    where = place("\n".join(error["traceback"]), sources)
    lines = [where, said] if where else [said]
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}


def _text(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return str(output["text"])
    if output["output_type"] == "error":
        return "\n".join([*output["traceback"], f"{output['ename']}: {output['evalue']}"])
    data = output["data"]
    return str(data["text/plain"]) if "text/plain" in data else f"({', '.join(data)})"
