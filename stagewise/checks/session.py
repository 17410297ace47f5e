"""What this notebook session knows: the unit that was begun and the last report of each of its exercises."""

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stagewise.checks import kept, recording
from stagewise.checks.cells import watch_names
from stagewise.checks.overview import Earlier, Result, progress_html, progress_text
from stagewise.checks.recording import UnitRecording
from stagewise.checks.watching import in_browser
from stagewise.judge.report import Report, Status
from stagewise.show import display

_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last check of an exercise: its report, the code that it was of, how many in a row failed by no
    known mistake, and whether since the one before the code has changed and no answer has."""

    report: Report
    code: object
    failures: int
    idle: bool


_last: dict[tuple[str, str], Attempt] = {}
_HOW_TO_STOP = (
    "A cell that computes for too long is stopped by Kernel > Restart Kernel here; what you wrote stays. "
    "Then: Run > Run All Above Selected Cell."
)


def begin(unit: str) -> None:
    """Start working on `unit`: checks and progress refer to it from now on, and plots get the course's style.

    Prints the unit's title, the number of its exercises and the versions in use; in a browser how one stops
    a cell there.
    Raises LookupError naming the known units when there is none of that name.
    """
    global _unit
    recorded = recording.load(unit)
    _unit = unit
    _apply_style()
    watch_names()
    count = len(recorded.exercises)
    told = (
        f"{recorded.title}: {count} exercise{'' if count == 1 else 's'}. "
        f"(stagewise {_version()}, NumPy {np.__version__}, Python {platform.python_version()})"
    )
    display.say(f"{told}\n{_HOW_TO_STOP}" if in_browser() else told)


def progress() -> None:
    """Show the unit's exercises with the last result of each and the points each can earn.

    In a notebook, what passed its check in an earlier session is told as that; see `stagewise.checks.kept`.
    """
    recorded = current()
    if recorded is None:
        known = ", ".join(recording.units()) or "none yet"
        display.say(f'Which unit? Run the first cell of the notebook, or begin("…") with one of: {known}')
        return
    results = last_results(recorded.unit)
    display.say(progress_text(recorded, results), progress_html(recorded, results))


def current() -> UnitRecording | None:
    """Return the recording of the unit that was begun; None before `begin`."""
    return None if _unit is None else recording.load(_unit)


def remember(report: Report, function: object = None) -> Attempt:
    """Keep `report`, of a function, as the last result of its exercise."""
    key = report.unit, report.exercise
    before = _last.get(key)
    failed = report.status in (Status.FAILED, Status.ERROR) and not report.misconception
    failures = (before.failures if before else 0) + 1 if failed else 0
    code = _code(function)
    idle = before is not None and before.code != code and before.report.rows == report.rows
    _last[key] = Attempt(report, code, failures, idle)
    kept.keep(*key, function if report.status is Status.PASSED else None)
    return _last[key]


def _code(function: object) -> object:
    """What a function does, whatever its lines are and what is said beside them."""
    code = getattr(function, "__code__", None)
    return code and (code.co_code, code.co_consts, code.co_names, code.co_varnames)


def last_attempt(unit: str, exercise: str) -> Attempt | None:
    """The last check of an exercise in this session."""
    return _last.get((unit, exercise))


def last_reports(unit: str | None = None) -> Mapping[str, Report]:
    """Return exercise -> last report in this session, of `unit` (default: the one begun)."""
    unit = unit or _unit
    return {exercise: last.report for (of, exercise), last in _last.items() if of == unit}


def last_results(unit: str) -> Mapping[str, Result]:
    """Return exercise -> its last result: of this session, or else that it passed in an earlier one."""
    before = {
        name: Earlier.CHANGED if changed else Earlier.PASSED for name, changed in kept.earlier(unit).items()
    }
    return {**before, **{name: report.status for name, report in last_reports(unit).items()}}


def forget() -> None:
    """Return to the state before the first `begin`."""
    global _unit
    _unit = None
    _last.clear()


def _apply_style() -> None:
    """Style pyplot's plots; where no notebook and no matplotlib is, importing it would only cost time."""
    interactive = sys.modules.get("IPython")
    in_kernel = interactive is not None and hasattr(interactive.get_ipython(), "kernel")
    if in_kernel or "matplotlib" in sys.modules:
        from stagewise.plots.theme import apply

        apply()


def _version() -> str:
    from stagewise import __version__

    return __version__
