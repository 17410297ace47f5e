"""The closed outcomes of a check: rows of a table, and the report around them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """How a row or a whole report ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNFINISHED = "unfinished"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Row:
    """One output of one case: its relative error beside the allowed one, a sentence, and its credit (0 to
    1).

    `outline` is the sentence for cases that must not become known, see stagewise.judge.compare.Comparison.
    """

    case: str
    output: str
    status: Status
    error: float | None = None
    allowed: float | None = None
    message: str = ""
    credit: float = 0.0
    outline: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check ("check") or a graded examination ("examine") found out about one exercise.

    misconception: name of the known mistake that explains the answers, "" when none does;
    diagnosis: the sentence for the student; notes: further sentences; traceback: the student's own frames.
    """

    unit: str
    exercise: str
    kind: str
    rows: tuple[Row, ...]
    status: Status
    misconception: str = ""
    diagnosis: str = ""
    points: float | None = None
    max_points: float | None = None
    notes: tuple[str, ...] = ()
    traceback: str = ""


def overall(rows: tuple[Row, ...]) -> Status:
    """The status of a report: an error outweighs a failure; unfinished only when nothing else went wrong."""
    found = {row.status for row in rows}
    if Status.ERROR in found:
        return Status.ERROR
    if Status.FAILED in found:
        return Status.FAILED
    return Status.UNFINISHED if Status.UNFINISHED in found else Status.PASSED
