"""The soft time limit: an exception in the student's code, repeated until it gets through."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import ITIMER_PROF, ITIMER_REAL, setitimer
from types import FrameType
from typing import Any, NoReturn

_AGAIN = 0.5
_PROF, _ALRM = int(signal.SIGPROF), int(signal.SIGALRM)
_set_handler: Any = getattr(signal.signal, "__wrapped__", signal.signal)  # without a look at names, per cell
_allowed = 0.0


class TimeIsUp(BaseException):
    """The student's code used the time it was given; not an Exception, so that a loop that catches those ends
    too.
    """


def listen() -> None:
    """Have time that is up raise TimeIsUp, whatever the student's code wanted to do about it."""
    _set_handler(_PROF, _ring)
    _set_handler(_ALRM, _ring)


@contextmanager
def at_most(cpu_seconds: float, wall_seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in the body after so much CPU time or so much time on the clock."""
    listen()
    _start(cpu_seconds, wall_seconds)
    try:
        yield
    finally:
        _stop()


def called(
    function: Callable[..., Any], arguments: Any, keywords: Any, cpu_seconds: float, wall_seconds: float
) -> Any:
    """Call `function` as in the body of `at_most`, in a process that listens."""
    _start(cpu_seconds, wall_seconds)
    try:
        return function(*arguments, **keywords)
    finally:
        _stop()


def _start(cpu_seconds: float, wall_seconds: float) -> None:
    global _allowed
    _allowed = cpu_seconds
    setitimer(ITIMER_PROF, cpu_seconds, _AGAIN)
    setitimer(ITIMER_REAL, wall_seconds, _AGAIN)


def _stop() -> None:
    setitimer(ITIMER_PROF, 0)
    setitimer(ITIMER_REAL, 0)


def _ring(number: int, frame: FrameType | None) -> NoReturn:
    __tracebackhide__ = True
    raise TimeIsUp(f"stopped after {_allowed:.0f} seconds")
