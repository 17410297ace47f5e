"""The progress table: a unit's exercises, the last result of each, the points each can earn."""

from collections.abc import Mapping

from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.report import Report, Status
from stagewise.show.markup import BLUE, GREY, ORANGE, block, cell, escape, heading, row, strong, table, tag

_HONEST = (
    "The grade comes from further cases that are not in this notebook. "
    "Passing the visible checks is a good sign, not the grade itself."
)
_WORDS = {
    Status.PASSED: ("✓", "visible checks passed", BLUE),
    Status.FAILED: ("✗", "not right yet", ORANGE),
    Status.ERROR: ("✗", "stops with an error", ORANGE),
    Status.UNFINISHED: ("○", "not written yet", GREY),
}
_UNCHECKED = ("·", "not checked in this session", GREY)


def progress_html(recorded: UnitRecording, last: Mapping[str, Report]) -> str:
    """Return the table with a bar of the points whose visible checks pass."""
    passed, most = _points(recorded, last)
    head = row(*(heading(word) for word in _HEAD))
    rows = [_html_row(one, last.get(one.name)) for one in recorded.exercises.values()]
    return block(
        tag("div", escape(_summary(recorded, last))),
        _bar(passed / most if most else 0.0),
        table(head, *rows),
        tag("div", _HONEST, f"color:{GREY}"),
    )


def progress_text(recorded: UnitRecording, last: Mapping[str, Report]) -> str:
    """Return the same as text."""
    widest = max((len(name) for name in recorded.exercises), default=0)
    lines = []
    for one in recorded.exercises.values():
        mark, words, _ = _result(last.get(one.name))
        lines.append(f"  {mark} {one.name:<{widest}}  {one.points:>4g} points  {words}")
    return "\n".join([_summary(recorded, last), *lines, _HONEST])


_HEAD = ("", "exercise", "points", "last check")


def _html_row(one: ExerciseRecording, report: Report | None) -> str:
    mark, words, color = _result(report)
    return row(
        cell(strong(mark, color)),
        cell(escape(one.name), "font-family:monospace;"),
        cell(f"{one.points:g}", "text-align:right;padding-right:18px;"),
        cell(tag("span", escape(words), f"color:{color}")),
    )


def _result(report: Report | None) -> tuple[str, str, str]:
    return _UNCHECKED if report is None else _WORDS[report.status]


def _points(recorded: UnitRecording, last: Mapping[str, Report]) -> tuple[float, float]:
    exercises = recorded.exercises.values()
    passed = {name for name, report in last.items() if report.status is Status.PASSED}
    return sum(one.points for one in exercises if one.name in passed), sum(one.points for one in exercises)


def _summary(recorded: UnitRecording, last: Mapping[str, Report]) -> str:
    passed, most = _points(recorded, last)
    done = sum(1 for name in recorded.exercises if name in last and last[name].status is Status.PASSED)
    return (
        f"{recorded.title}: {done} of {len(recorded.exercises)} exercises pass their visible checks "
        f"({passed:g} of {most:g} points)."
    )


def _bar(fraction: float) -> str:
    filled = tag(
        "div", "", f"width:{100 * fraction:.0f}%;height:8px;background-color:{BLUE};border-radius:4px"
    )
    return tag(
        "div",
        filled,
        "height:8px;max-width:480px;margin:6px 0;background-color:rgba(128,128,128,.25);border-radius:4px",
    )
