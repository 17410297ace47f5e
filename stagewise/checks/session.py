"""What this notebook session knows: the unit that was begun and the last report of each of its exercises."""

import platform
import sys
from collections.abc import Mapping

import numpy as np

from stagewise.checks import recording
from stagewise.checks.overview import progress_html, progress_text
from stagewise.checks.recording import UnitRecording
from stagewise.judge.report import Report, Status
from stagewise.show import display

_unit: str | None = None
_last: dict[tuple[str, str], Report] = {}
_failures: dict[tuple[str, str], int] = {}


def begin(unit: str) -> None:
    """Start working on `unit`: checks and progress refer to it from now on, and plots get the course's style.

    Prints the unit's title, the number of its exercises and the versions in use.
    Raises LookupError naming the known units when there is none of that name.
    """
    global _unit
    recorded = recording.load(unit)
    _unit = unit
    _apply_style()
    count = len(recorded.exercises)
    display.say(
        f"{recorded.title}: {count} exercise{'' if count == 1 else 's'}. "
        f"(stagewise {_version()}, NumPy {np.__version__}, Python {platform.python_version()})"
    )


def progress() -> None:
    """Show the unit's exercises with the last result of each in this session and the points each can earn."""
    recorded = current()
    if recorded is None:
        known = ", ".join(recording.units()) or "none yet"
        display.say(f'Which unit? Run the first cell of the notebook, or begin("…") with one of: {known}')
        return
    results = last_reports(recorded.unit)
    display.say(progress_text(recorded, results), progress_html(recorded, results))


def current() -> UnitRecording | None:
    """Return the recording of the unit that was begun; None before `begin`."""
    return None if _unit is None else recording.load(_unit)


def remember(report: Report) -> None:
    """Keep `report` as the last result of its exercise."""
    key = report.unit, report.exercise
    failed = report.status in (Status.FAILED, Status.ERROR) and not report.misconception
    _failures[key] = _failures.get(key, 0) + 1 if failed else 0
    _last[key] = report


def unexplained(report: Report) -> int:
    """How often in a row, up to the last time, the exercise of `report` failed by no known mistake."""
    return _failures.get((report.unit, report.exercise), 0)


def last_reports(unit: str | None = None) -> Mapping[str, Report]:
    """Return exercise -> last report in this session, of `unit` (default: the one begun)."""
    unit = unit or _unit
    return {exercise: report for (of, exercise), report in _last.items() if of == unit}


def forget() -> None:
    """Return to the state before the first `begin`."""
    global _unit
    _unit = None
    _last.clear()
    _failures.clear()


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
