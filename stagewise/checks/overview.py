"""The progress table: a unit's exercises, the last result of each, the points each can earn."""

from collections.abc import Mapping
from enum import Enum

from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.report import Status
from stagewise.show.markup import BLUE, GREY, ORANGE, block, cell, escape, heading, row, strong, table, tag

_HONEST = (
    "The grade comes from further cases that are not in this notebook. "
    "Passing the visible checks is a good sign, not the grade itself."
)


class Earlier(Enum):
    """The result of an exercise that was last checked in an earlier session."""

    PASSED = "the function is the same or not defined yet"
    CHANGED = "the function has another source"


Result = Status | Earlier
_WORDS: Mapping[Result | None, tuple[str, str, str]] = {
    Status.PASSED: ("✓", "visible checks passed", BLUE),
    Status.FAILED: ("✗", "not right yet", ORANGE),
    Status.ERROR: ("✗", "stops with an error", ORANGE),
    Status.UNFINISHED: ("○", "not written yet", GREY),
    Earlier.PASSED: ("✓", "passed in an earlier session", GREY),
    Earlier.CHANGED: ("·", "passed in an earlier session, changed since", GREY),
    None: ("·", "not checked in this session", GREY),
}


def progress_html(recorded: UnitRecording, last: Mapping[str, Result]) -> str:
    """Return the table with a bar of the points whose visible checks pass."""
    passed = sum(_points(recorded, last, result)[1] for result in (Status.PASSED, Earlier.PASSED))
    most = sum(one.points for one in recorded.exercises.values())
    head = row(*(heading(word) for word in _HEAD))
    rows = [_html_row(one, last.get(one.name)) for one in recorded.exercises.values()]
    return block(
        tag("div", escape(_summary(recorded, last))),
        _bar(passed / most if most else 0.0),
        table(head, *rows),
        tag("div", _HONEST),
    )


def progress_text(recorded: UnitRecording, last: Mapping[str, Result]) -> str:
    """Return the same as text."""
    widest = max((len(name) for name in recorded.exercises), default=0)
    lines = []
    for one in recorded.exercises.values():
        mark, words, _ = _WORDS[last.get(one.name)]
        lines.append(f"  {mark} {one.name:<{widest}}  {one.points:>4g} points  {words}")
    return "\n".join([_summary(recorded, last), *lines, _HONEST])


_HEAD = ("", "exercise", "points", "last check")


def _html_row(one: ExerciseRecording, last: Result | None) -> str:
    mark, words, color = _WORDS[last]
    return row(
        cell(strong(mark, color)),
        cell(escape(one.name), "font-family:monospace;"),
        cell(f"{one.points:g}", "text-align:right;padding-right:18px;"),
        cell(escape(words)),
    )


def _points(recorded: UnitRecording, last: Mapping[str, Result], result: Result) -> tuple[int, float]:
    """How many exercises have this result, and what they are worth."""
    points = [one.points for one in recorded.exercises.values() if last.get(one.name) is result]
    return len(points), sum(points)


def _summary(recorded: UnitRecording, last: Mapping[str, Result]) -> str:
    done, passed = _points(recorded, last, Status.PASSED)
    before, kept = _points(recorded, last, Earlier.PASSED)
    most = sum(one.points for one in recorded.exercises.values())
    more = f"; {before} more passed in an earlier session ({kept:g} points)" if before else ""
    return (
        f"{recorded.title}: {done} of {len(recorded.exercises)} exercises pass their visible checks "
        f"({passed:g} of {most:g} points){more}."
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
