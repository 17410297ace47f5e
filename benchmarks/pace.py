"""How fast a class went through, read from when each graded notebook was written."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.course import Course

_LEAST = 8


def finished(course: Course, unit: str) -> list[float]:
    """When each graded notebook of a unit was written, in that order."""
    return sorted(place.stat().st_mtime for place in course.autograded.glob(f"*/{unit}/{unit}.ipynb"))


def between(times: Sequence[float], first: int, last: int) -> float:
    """Submissions per second from the one numbered `first` (from 0) to the one numbered `last`."""
    return (last - first) / max(times[last] - times[first], 1e-3)


def steady(times: Sequence[float]) -> float | None:
    """Submissions per second once it is under way: the first quarter, and with it the start-up, is left out.

    None for a class that is too small to tell.
    """
    return between(times, len(times) // 4, len(times) - 1) if len(times) >= _LEAST else None
