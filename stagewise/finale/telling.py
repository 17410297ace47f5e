"""The tables of the page: what a student has written, and the sheet at the end that can be printed."""

from __future__ import annotations

from collections.abc import Iterator

from stagewise.finale._pictures import percent, points
from stagewise.finale._worth import verdict
from stagewise.finale.experiment import ALL, Experiment
from stagewise.finale.work import State, UnitWork, Work
from stagewise.show import display
from stagewise.show.markup import (
    BLUE,
    GREY,
    ORANGE,
    block,
    box,
    cell,
    escape,
    heading,
    prose,
    row,
    strong,
    table,
    tag,
)

_HEAD = ("", "unit", "exercises", "gradients", "functions", "lines", "")
_RIGHT = "text-align:right;padding-right:18px;"
_MOST_NAMED = 4
_HOW = (
    "Exercises that pass their visible check; those of them that return a gradient; functions that are "
    "written, your own ones too; lines of code in them, without blank lines, comments and docstrings."
)


def overview(work: Work) -> None:
    """Show what is in the notebooks, a row for each unit, and what is missing."""
    counts = [_counts(one) for one in work.units]
    text = [f"{'':2}{'unit':16}{'exercises':>11}{'gradients':>11}{'functions':>11}{'lines':>7}"]
    for one, (passed, gradients, functions, lines) in zip(work.units, counts, strict=True):
        shown = f"{_mark(one)[0]:2}{one.unit:16}{passed:>11}{gradients:>11}{functions:>11}{lines:>7}"
        text.append("  ".join(part for part in (shown, _lacking(one)) if part))
    rows = [row(*(heading(word) for word in _HEAD))]
    rows += [_row(one, told) for one, told in zip(work.units, counts, strict=True)]
    html = block(
        tag("div", escape(total(work))), table(*rows), tag("div", _HOW, f"color:{GREY}"), *_remark_boxes(work)
    )
    display.say("\n".join([total(work), *text, _HOW, *_remarks(work)]), html)


def total(work: Work) -> str:
    """The sums over all units, in a sentence."""
    asked = sum(len(one.answers) for one in work.units)
    passed, gradients = (
        sum(count(one) for one in work.units) for count in (UnitWork.passed, UnitWork.gradients)
    )
    there = sum(not one.problem for one in work.units)
    functions, lines = (
        sum(getattr(one.written, what) for one in work.units) for what in ("functions", "lines")
    )
    return (
        f"{there} of {len(work.units)} notebooks: {passed} of {asked} exercises pass their visible checks, "
        f"{gradients} gradients among them; {functions} functions, {lines:,} lines."
    )


def certificate(experiment: Experiment, name: str = "") -> None:
    """Show a sheet with what was written and what the network reads; of results, those that are there by now.

    name: whose work it is, as it should stand on the sheet.
    """
    who = f"{name.strip()} wrote" if name.strip() else "Written"
    lines = [f"{who} in the course Stagewise:", total(experiment.work)]
    lines += list(_results(experiment))
    head, *rest = lines
    shown = tag("div", strong(escape(head)), "font-size:18px;margin-bottom:8px")
    html = block(box(shown + "".join(tag("div", escape(one), "margin:4px 0") for one in rest), BLUE))
    display.say("\n".join(lines), html)


def _results(experiment: Experiment) -> Iterator[str]:
    known = experiment.__dict__  # of results that are computed when they are first asked for
    if "before" in known:
        yield (
            "A network assembled from these functions, its gradients checked against measured ones: relative "
            f"error {experiment.before.error:.1e}."
        )
    if "accuracy" in known:
        read = experiment.accuracy
        yield (
            f"Trained on handwritten digits, it reads {percent(read)} of digits that it has not seen "
            f"({read.count} splits, mean and standard error)."
        )
    if "worth" in known:
        clear = [
            f"{name} ({points(gain)})"
            for name, gain in sorted(experiment.worth.items(), key=lambda item: -item[1].value)
            if verdict(gain) == "worth something" and name != ALL
        ]
        told = ", ".join(clear) or "none of them clearly"
        yield f"Worth something by themselves, in percentage points: {told}."


def _counts(one: UnitWork) -> tuple[str, str, str, str]:
    if one.problem:
        return "-", "-", "-", "-"
    gradients = sum(answer.gradient for answer in one.answers)
    told = f"{one.gradients()} of {gradients}" if gradients else ""
    return f"{one.passed()} of {len(one.answers)}", told, str(one.written.functions), str(one.written.lines)


def _mark(one: UnitWork) -> tuple[str, str]:
    if one.problem:
        return ("○", GREY) if one.elsewhere else ("✗", ORANGE)
    return ("✓", BLUE) if one.passed() == len(one.answers) else ("○", GREY)


def _lacking(one: UnitWork) -> str:
    """Which exercises are missing or wrong; why the notebook could not be read."""
    if one.problem:
        return f"The notebook {one.problem}"
    parts = []
    for state, words in ((State.WRONG, "not right yet"), (State.UNWRITTEN, "not written yet")):
        names = [answer.name for answer in one.answers if answer.state is state]
        if names:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            parts.append(f"{words}: {', '.join(names[:_MOST_NAMED])}{more}")
    if any(answer.state is State.UNASKED for answer in one.answers):
        parts.append("not checked: PyTorch is not installed here")
    return "; ".join(parts)


def _row(one: UnitWork, counts: tuple[str, str, str, str]) -> str:
    mark, color = _mark(one)
    return row(
        cell(strong(mark, color)),
        cell(escape(one.unit)),
        *(cell(escape(told), _RIGHT) for told in counts),
        cell(tag("span", escape(_lacking(one)), f"color:{GREY}")),
    )


def _remarks(work: Work) -> list[str]:
    return [f"{one.unit}: {remark}" for one in work.units for remark in one.remarks]


def _remark_boxes(work: Work) -> list[str]:
    return [box(prose(remark), ORANGE) for remark in _remarks(work)]
