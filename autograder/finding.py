"""One thing that `doctor` looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What is `needed` and not `good` stops grading; what is not needed is told."""

    what: str
    good: bool
    needed: bool
    found: str
    remedy: str = ""
