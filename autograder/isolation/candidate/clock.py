"""The soft time limit: an exception in the student's code, repeated until it gets through.

The timers run on from call to call, which saves four system calls each; when one rings, the call that runs
then may have time left.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the standard library's own; mypy knows only signal
import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import ITIMER_PROF, ITIMER_REAL, setitimer
from time import monotonic, process_time
from types import FrameType
from typing import Any

_AGAIN = 0.5
_SOONEST = 0.001
_PROF, _ALRM = int(signal.SIGPROF), int(signal.SIGALRM)

_BUSY = 0.05
"""Of its time on the clock, what code uses of CPU time that does not only wait, however busy the machine."""

_ends: tuple[float, float, float] | None = None
"""Of the call that runs: when its CPU time ends and when its time on the clock does, and how much it has."""
_looked = 0.0, 0.0
"""The CPU time and the time on the clock when the call began, or was last found at work."""
_idle = math.inf
"""On the clock, how long a call may do next to nothing."""
_first = 0.0
"""CPU time after which the timers ring first: too late for a call that has less. At 0 they are still."""


class TimeIsUp(BaseException):
    """The student's code used the time it was given; not an Exception, so that a loop that catches those ends
    too.
    """


@contextmanager
def at_most(cpu_seconds: float, wall_seconds: float, idle_seconds: float = math.inf) -> Iterator[None]:
    """Raise TimeIsUp in the body after so much CPU time, or so much time on the clock, or so much of that
    with next to nothing done.
    """
    with watched(cpu_seconds, wall_seconds, idle_seconds):
        _begin(cpu_seconds, wall_seconds)
        try:
            yield
        finally:
            _end()


@contextmanager
def watched(cpu_seconds: float, wall_seconds: float, idle_seconds: float = math.inf) -> Iterator[None]:
    """Have the timers run in the body, whatever the student's code wanted to do about it, for calls that may
    take so long, or longer.
    """
    _signal.signal(_PROF, _ring)  # as signal.signal, which looks at names for longer than it sets
    _signal.signal(_ALRM, _ring)
    allow_idle(idle_seconds)
    _wind(cpu_seconds, wall_seconds)
    try:
        yield
    finally:
        _wind(0.0, 0.0)


def allow_idle(seconds: float) -> None:
    """From now on a call may do next to nothing for so long on the clock."""
    global _idle
    _idle = seconds


def called(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    cpu_seconds: float,
    wall_seconds: float,
) -> Any:
    """Call `function` as in the body of `at_most`, where calls are `watched`."""
    if cpu_seconds < _first:
        _wind(cpu_seconds, wall_seconds)
    _begin(cpu_seconds, wall_seconds)
    try:
        return function(*arguments, **keywords)
    finally:
        _end()


def _wind(cpu_seconds: float, wall_seconds: float) -> None:
    global _first
    _first = cpu_seconds
    setitimer(ITIMER_PROF, cpu_seconds, _AGAIN)
    setitimer(ITIMER_REAL, min(wall_seconds, _idle), _AGAIN)


def _begin(cpu_seconds: float, wall_seconds: float) -> None:
    global _ends, _looked
    cpu, wall = _looked = process_time(), monotonic()
    _ends = cpu + cpu_seconds, wall + wall_seconds, cpu_seconds


def _end() -> None:
    global _ends
    _ends = None


def _ring(number: int, frame: FrameType | None) -> None:
    global _first
    __tracebackhide__ = True
    if _ends is None:  # between two calls
        _first = math.inf
        return
    cpu_end, wall_end, allowed = _ends
    timer, left = ITIMER_PROF, cpu_end - process_time()
    if number == _ALRM:
        now = monotonic()
        idle = _left_idle(now)
        if idle <= 0:
            raise TimeIsUp(f"stopped after {_idle:.0f} seconds in which it only waited")
        timer, left = ITIMER_REAL, min(wall_end - now, idle)
    if left <= 0:
        raise TimeIsUp(f"stopped after {allowed:.0f} seconds")
    setitimer(timer, max(left, _SOONEST), _AGAIN)


def _left_idle(now: float) -> float:
    """On the clock, how long the call may go on without doing much; not at all if it did not of late."""
    global _looked
    cpu, wall = _looked
    if now - wall < _idle:
        return wall + _idle - now
    used = process_time()
    if used - cpu < _BUSY * (now - wall):
        return 0.0
    _looked = used, now
    return _idle
