"""The soft time limit: an exception in the student's code, repeated until it gets through."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_AGAIN = 0.5


class TimeIsUp(BaseException):
    """The student's code used the time it was given; not an Exception, so that a loop that catches those ends
    too.
    """


@contextmanager
def at_most(cpu_seconds: float, wall_seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in the body after so much CPU time or so much time on the clock."""

    def ring(number: int, frame: FrameType | None) -> NoReturn:
        __tracebackhide__ = True
        raise TimeIsUp(f"stopped after {cpu_seconds:.0f} seconds")

    signal.signal(signal.SIGPROF, ring)
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds, _AGAIN)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
