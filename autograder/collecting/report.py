"""What became of the files of a download, told to the person who collects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from autograder.collecting.choosing import Decision
from autograder.collecting.outcomes import Outcome
from autograder.terminal import shown

_MOST_LINES = 200


def show(decisions: Iterable[Decision], console: Console, remarks: Sequence[str] = ()) -> None:
    """Remarks on the download, a line for each file that became a submission or was left for another,
    then for each that somebody must look at, and what to do.
    """
    for remark in remarks:
        console.print(shown(remark))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("file", overflow="fold")
    table.add_column("what to know, what to do")
    lines: dict[Outcome, int] = {}
    for decision in sorted(decisions, key=lambda one: bool(one.outcome.advice)):
        if decision.outcome is Outcome.UNCHANGED and not decision.detail:
            continue
        number = lines[decision.outcome] = lines.get(decision.outcome, 0) + 1
        if number <= _MOST_LINES or not decision.outcome.advice:
            _add(table, decision, first=number == 1)
    if table.row_count:
        console.print(table)
    for outcome, number in lines.items():
        if outcome.advice and number > _MOST_LINES:
            console.print(f"and {number - _MOST_LINES:,} more: {outcome.value}")


def counted(decisions: Sequence[Decision]) -> str:
    """How many files met which outcome, in words."""
    counts = {outcome: sum(1 for one in decisions if one.outcome is outcome) for outcome in Outcome}
    done = (Outcome.COLLECTED, Outcome.REPLACED, Outcome.UNCHANGED)
    waiting = sum(number for outcome, number in counts.items() if outcome.advice)
    return ", ".join(
        [*(f"{counts[outcome]} {outcome.value}" for outcome in done), f"{waiting} for you to look at"]
    )


def _add(table: Table, decision: Decision, first: bool) -> None:
    outcome = decision.outcome
    file = decision.file if outcome.advice else decision.file.rsplit("/", 1)[-1]
    along = f"with {', '.join(sorted(decision.pictures))}" if decision.pictures else ""
    said = "; ".join(filter(None, (along, decision.detail, outcome.advice if first else "")))
    parts = (decision.student, outcome.value, file, said)
    table.add_row(*(shown(part.replace("\n", "?")) for part in parts))
