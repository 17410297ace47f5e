"""The examiner: runs check cells, from the plan's source alone, outside the sandbox."""

from dataclasses import dataclass
from typing import Any

from autograder.reasons import Reason


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
