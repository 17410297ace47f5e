"""A report as a small table: HTML for notebooks and feedback pages, text for terminals."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby

from stagewise.judge.numerals import small
from stagewise.judge.report import Report, Row, Status
from stagewise.show.markup import (
    BLUE,
    GREY,
    ORANGE,
    block,
    box,
    cell,
    clean,
    escape,
    heading,
    preformatted,
    prose,
    row,
    strong,
    table,
    tag,
    unfolding,
)

_MOST_ROWS = 60
_MOST_SHOWN = 4  # a screen holds these, the sentence above and the notes below
_MOST_NOTES = 8
_RIGHT = "right"
_HIDDEN = "Graded on cases that the notebook does not show; each name says what the case is about."
_WRITE_IT = "Write it, run its cell, then run this one again."
_AGAIN = "Then run its cell and this one again."
_MOST_CASES_NAMED = 4
_INDENT = " " * 16
_IN_ITS_COLUMN = re.compile(r", relative error \S+ \(allowed [^\s)]+\)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a case and the outputs that came out alike."""

    mark: str
    word: str
    color: str
    case: str
    outputs: str
    error: str
    message: str


def to_html(report: Report) -> str:
    """Return the report as HTML: escaped, styled inline, for light and dark backgrounds."""
    mark, color = _mark(report.status, _least_credit(report))
    parts = [tag("div", f"{strong(mark, color)} {strong(_name(report))}{prose(_summary(report))}")]
    if report.diagnosis:
        parts.append(box(f"{strong(_heading(report))} {prose(report.diagnosis, 800)}", ORANGE))
    if not _nothing_written(report):
        parts.append(_html_table(report))
    if report.traceback:
        parts.append(preformatted(report.traceback))
    parts += [tag("div", prose(note), "margin:4px 0") for note in _notes(report)]
    return block(*parts)


def to_text(report: Report, width: int = 100) -> str:
    """Return the report as text of at most about `width` columns."""
    mark, _ = _mark(report.status, _least_credit(report))
    parts = [_plain(f"{mark} {_name(report)}{_summary(report)}", width)]
    if report.diagnosis:
        parts.append(_plain(f"{_heading(report)} {clean(report.diagnosis, 800)}", width, "  | "))
    if not _nothing_written(report):
        parts += _text_table(report, width)
    if report.traceback:
        parts.append(textwrap.indent(clean(report.traceback, 4000), "    "))
    parts += [_plain(clean(note), width, "  ") for note in _notes(report)]
    return "\n".join(parts)


def lines(rows: Sequence[Row]) -> list[Line]:
    """Return the lines of the table, what is right last: what says the same (outputs of a case, whole cases)
    shares one line."""
    told: dict[object, list[Line]] = {}
    ordered = sorted(rows, key=lambda one: one.status is Status.PASSED)[:_MOST_ROWS]
    for case, found in groupby(ordered, key=lambda one: one.case):
        for _, alike in groupby(found, key=_sameness):
            line = _line(case, list(alike))
            sayings = (line.word, line.outputs, line.message) if line.message else len(told)
            told.setdefault(sayings, []).append(line)
    return [
        replace(alike[0], case=_joined([line.case for line in alike])) if len(alike) > 1 else alike[0]
        for alike in told.values()
    ]


_lines_of = lru_cache(maxsize=4)(lines)  # of one report, for HTML and for text


def _joined(cases: list[str]) -> str:
    named = "; ".join(cases[:_MOST_CASES_NAMED])
    left = len(cases) - _MOST_CASES_NAMED
    return f"{named} and {left} more" if left > 0 else named


def _sameness(one: Row) -> tuple[Status, str]:
    return one.status, "" if one.status is Status.PASSED else one.message


def _line(case: str, rows: list[Row]) -> Line:
    worst = max(rows, key=lambda one: -1.0 if one.error is None else one.error)
    credit = min(one.credit for one in rows)
    mark, color = _mark(rows[0].status, credit)
    word = _word(rows[0].status, credit)
    outputs = ", ".join(clean(one.output, 60) for one in rows)
    message = "" if rows[0].status is Status.PASSED else clean(_IN_ITS_COLUMN.sub("", rows[0].message))
    return Line(mark, word, color, clean(case, 80), outputs, _error(worst), message)


def _mark(status: Status, credit: float) -> tuple[str, str]:
    if status is Status.PASSED:
        return "✓", BLUE
    if status is Status.UNFINISHED:
        return "○", GREY
    return ("≈", ORANGE) if credit > 0 else ("✗", ORANGE)


def _word(status: Status, credit: float) -> str:
    if status is Status.FAILED:
        return "flawed" if credit > 0 else "wrong"
    return {Status.PASSED: _RIGHT, Status.UNFINISHED: "not written", Status.ERROR: "stopped"}[status]


def _error(one: Row) -> str:
    if one.error is None:
        return f"≤ {one.allowed:.0e}" if one.credit > 0 and one.allowed is not None else "–"
    error = small(one.error) if one.error else "0"
    if one.allowed is None:
        return error
    return f"{error} {'≤' if one.error <= one.allowed else '>'} {one.allowed:.0e}"


def _name(report: Report) -> str:
    return escape(report.exercise, 80)


def _points(points: float) -> str:
    return "1 point" if points == 1 else f"{points:g} points"


def _summary(report: Report) -> str:
    if report.kind == "examine":
        return f": {report.points or 0:.4g} of {report.max_points or 0:.4g} points. {_HIDDEN}"
    if _nothing_written(report):
        said = report.rows[0].message
        stands = said.removeprefix(report.exercise) if said.startswith(report.exercise) else f": {said}"
        return f"{stands}. {_WRITE_IT if stands == ' is not written yet' else _AGAIN}"
    worth = "" if report.max_points is None else f" (worth {_points(report.max_points)})"
    if not report.rows:
        return f" was stopped{worth}."
    cases = [all(one.credit == 1 for one in of) for _, of in groupby(report.rows, lambda one: one.case)]
    if report.status is Status.PASSED:
        all_of_them = "the visible case is" if len(cases) == 1 else f"all {len(cases)} visible cases are"
        return f": {all_of_them} right{worth}."
    if report.status is Status.FAILED and _least_credit(report) > 0:
        return f": the values are right, but something else is not{worth}."
    return f": {sum(cases)} of {len(cases)} visible case{'' if len(cases) == 1 else 's'} right{worth}."


def _heading(report: Report) -> str:
    if report.misconception:
        return "A known mistake:"
    return "Take care:" if report.status is Status.PASSED else "To mend:"


def _least_credit(report: Report) -> float:
    return min((one.credit for one in report.rows), default=0.0)


def _nothing_written(report: Report) -> bool:
    """Tell whether a check found nothing to judge; then one sentence says more than a table."""
    alike = len({one.message for one in report.rows}) == 1
    return report.kind == "check" and report.status is Status.UNFINISHED and alike


def _notes(report: Report) -> list[str]:
    """Return the notes that the table does not say already."""
    said = [one.message for one in report.rows if one.message]
    return [note for note in report.notes if not any(note.endswith(text) for text in said)][:_MOST_NOTES]


def _html_table(report: Report) -> str:
    first, folded = _divided(report)
    if not first:
        return "".join(unfolding("what was compared", _table(told)) for told in folded)
    return _table(first) + "".join(unfolding(_counted(told), _table(told)) for told in folded)


def _table(told: Sequence[Line]) -> str:
    return table(_head(), *map(_html_line, told))


def _divided(report: Report) -> tuple[list[Line], list[list[Line]]]:
    """Return the lines that are read first, and those that unfold: more that is not right, what is right."""
    told = _lines_of(report.rows)
    right = [line for line in told if line.word == _RIGHT]
    failing = told[: len(told) - len(right)]
    more = failing[_MOST_SHOWN:]
    return failing[:_MOST_SHOWN], [part for part in (more, right) if part]


def _counted(told: Sequence[Line]) -> str:
    return f"{told[0].mark} and {len(told)} {_RIGHT if told[0].word == _RIGHT else 'more not right'}"


@cache
def _head() -> str:
    return row(*map(heading, _HEAD))


_HEAD = ("", "case", "compared", "relative error", "")


def _html_line(line: Line) -> str:
    return row(
        cell(f"{strong(line.mark, line.color)}&nbsp;{strong(line.word)}", "white-space:nowrap;"),
        cell(escape(line.case)),
        cell(escape(line.outputs), "font-family:monospace;"),
        cell(escape(line.error), "white-space:nowrap;font-family:monospace;"),
        cell(prose(line.message), "max-width:460px;"),
    )


def _text_table(report: Report, width: int) -> list[str]:
    first, folded = _divided(report)
    widest = max((len(line.case) for line in first), default=0)
    text = []
    for line in first:
        compared = f"{line.outputs}  (relative error {line.error})"
        head = f"  {line.mark} {line.word:<11} {line.case:<{widest}}"
        if len(head) + len(compared) + 2 <= width:
            text.append(f"{head}  {compared}")
        else:
            text += [head.rstrip(), _plain(compared, width, _INDENT)]
        if line.message:
            text.append(_plain(line.message, width, _INDENT))
    return text + [f"  {_counted(told)}" for told in folded if first]


def _plain(text: str, width: int, indent: str = "") -> str:
    if len(indent) + len(text) <= width and text.isprintable() and text[-1:] not in ("", " "):
        return indent + text  # as it would come back
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)
