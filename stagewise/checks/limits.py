"""Limits of what a student's function may do in a check: run without an end, print without an end."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from stagewise.checks.watching import in_browser, watched
from stagewise.judge.report import Report, Status
from stagewise.judge.student_traceback import describe

SECONDS = 10.0  # of computing
_PATIENCE = 6  # times as long on the clock: for a busy machine, and for a function that only waits
MOST_PRINTED = 2_000  # letters
_LINE = 50  # letters that the end of a line counts for
_TICK = 0.5
_PRINTED = "Something was printed: `print` shows a value, only `return` hands it back"

Compared = TypeVar("Compared", bound=Callable[..., Report])


class Stopped(BaseException):
    """A function was stopped; its text says after how long. No Exception: it ends the whole check."""


def limited(compared: Compared) -> Compared:
    """Let a comparison (unit, exercise, functions) end in a report when one of the functions does not end.

    Of a function that returns nothing and prints, the report says so.
    """

    @wraps(compared)
    def watched(unit: str, exercise: Any, functions: Any) -> Report:
        try:
            with limits() as said:
                report = compared(unit, exercise, functions)
        except Stopped as stopped:
            return Report(
                unit=unit,
                exercise=exercise.name,
                kind="check",
                rows=(),
                status=Status.ERROR,
                diagnosis=f"It was still running after {stopped}, so the check stopped it. "
                "Is there a loop that never ends? Below is the line at which it was.",
                max_points=exercise.points,
                traceback=describe(stopped),
            )
        empty = report.status is Status.UNFINISHED and any("None" in row.message for row in report.rows)
        return replace(report, notes=(*report.notes, _PRINTED)) if empty and said.printed else report

    return watched  # type: ignore[return-value]


@contextmanager
def limits() -> Iterator["_Short"]:
    """Raise Stopped in what computes for longer, and cut what is printed, to the stream that is given.

    A timer stops it in the main thread of a system that has interval timers (Linux, macOS), unless somebody
    else has set one; elsewhere it is stopped between two turns of a loop, from Python 3.12 on.
    """
    said = _Short(sys.stdout)
    with ExitStack() as until, redirect_stdout(said), redirect_stderr(_Short(sys.stderr)):
        if _can_stop():
            until.callback(signal.signal, signal.SIGALRM, signal.signal(signal.SIGALRM, _alarm(SECONDS)))
            until.callback(signal.setitimer, signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
        else:
            until.enter_context(watched(_alarm(SECONDS)))
        yield said


def _can_stop() -> bool:
    timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    return timed and not in_browser() and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def _alarm(seconds: float) -> Callable[..., None]:
    clock = getattr(time, "thread_time", time.monotonic)  # a browser has no clock of a thread
    computed, begun = clock(), time.monotonic()

    def look(*_: object) -> None:
        if clock() - computed > seconds:
            raise Stopped(f"{seconds:g} seconds of computing")
        if time.monotonic() - begun > _PATIENCE * seconds:
            raise Stopped(f"{_PATIENCE * seconds:g} seconds")

    return look


class _Short:
    """A stream that passes on the first letters and lines it is given, and says once that there were more."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._left = stream, MOST_PRINTED

    @property
    def printed(self) -> bool:
        """Whether anything was written."""
        return self._left < MOST_PRINTED

    def write(self, text: str) -> int:
        """Pass on what there is room for."""
        if self._left >= 0:
            end = self._room(text)
            self._stream.write(text[:end])
            if self._left < 0:
                self._stream.write("\n… (a check shows only the beginning of what is printed)\n")
        return len(text)

    def _room(self, text: str) -> int:
        """How many letters of `text` there is room for."""
        for end, letter in enumerate(text):
            self._left -= _LINE if letter == "\n" else 1
            if self._left < 0:
                return end
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
