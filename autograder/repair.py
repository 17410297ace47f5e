"""Bring the cells of a submission back to the plan: each planned cell once, in order, with the plan's type
and metadata.

What a student wrote stays; what the course owns (given cells, checks, experiments) comes from the plan.
Pure.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.errors import SubmissionError
from autograder.plan import Plan, PlannedCell
from autograder.reasons import Reason

Cell = dict[str, Any]
_WRITTEN_BY_STUDENT = ("exercise", "written")
_ELSEWHERE = "# The code of this exercise stands in another cell of the notebook."


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was put right: why, and in which cell."""

    reason: Reason
    cell: str


def restore(cells: list[Cell], plan: Plan) -> tuple[list[Cell], tuple[Repair, ...]]:
    """Cells in the plan's order, each planned one present once, with a list of what was repaired.

    A cell that the plan does not know keeps its place behind the planned cell it followed. Raises
    SubmissionError when the notebook is not of this unit.
    """
    planned = {cell.grade_id: cell for cell in plan.cells}
    claimed, duplicates = _claim(cells, planned)
    adopted = _adopt(cells, planned, claimed)
    _require_this_unit(cells, plan, claimed)
    owner = {index: name for name, index in claimed.items()}
    dropped = {index for index, name in duplicates if planned[name].role not in _WRITTEN_BY_STUDENT}
    repairs = [Repair(Reason.DUPLICATE_CELL_DROPPED, name) for _, name in duplicates]
    repairs += [Repair(Reason.CELL_IDENTIFIED, name) for name in adopted]
    followers = _followers(cells, owner, dropped)
    repairs += _order([owner[index] for index in sorted(owner)], list(planned))
    result = list(followers.get("", ()))
    for name, cell in planned.items():
        mended, found = _mend(cells[claimed[name]] if name in claimed else None, cell, cells)
        repairs += found
        result += [mended, *followers.get(name, ())]
    return result, tuple(repairs)


def _claim(
    cells: list[Cell], planned: dict[str, PlannedCell]
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Which cell is which planned one (the first that says so), and the later ones that say the same."""
    claimed: dict[str, int] = {}
    duplicates = []
    for index, cell in enumerate(cells):
        name = _says(cell)
        if name not in planned:
            continue
        if name in claimed:
            duplicates.append((index, name))
        else:
            claimed[name] = index
    return claimed, duplicates


def _says(cell: Cell) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _adopt(cells: list[Cell], planned: dict[str, PlannedCell], claimed: dict[str, int]) -> list[str]:
    """Cells that lost their grade id (other editors drop it, students retype): known by id, function or
    text.
    """
    adopted = []
    free = set(range(len(cells))) - set(claimed.values())
    for name, cell in planned.items():
        if name in claimed:
            continue
        # The last cell wins: it is the one whose definition the student's code ends up with.
        found = max((index for index in free if _resembles(cells[index], cell)), default=None)
        if found is not None and not _says(cells[found]):
            claimed[name] = found
            free.discard(found)
            adopted.append(name)
    return adopted


def _resembles(cell: Cell, planned: PlannedCell) -> bool:
    if cell.get("id") == planned.cell_id:
        return True
    if planned.role == "exercise":
        return cell["cell_type"] == "code" and _defines(cell, planned.grade_id)
    return bool(planned.released.strip()) and _plain(cell["source"]) == _plain(planned.released)


def _defines(cell: Cell, name: str) -> bool:
    return (
        re.search(rf"^(?:def\s+{re.escape(name)}\b|{re.escape(name)}\s*=[^=])", cell["source"], re.M)
        is not None
    )


def _require_this_unit(cells: list[Cell], plan: Plan, claimed: dict[str, int]) -> None:
    """A notebook belongs to the unit when it holds some of its exercises or checks, and not more of
    another's.
    """
    own = sum(1 for cell in plan.cells if cell.role in ("exercise", "check") and cell.grade_id in claimed)
    checks = {cell.grade_id for cell in plan.cells if cell.role == "check"}
    foreign = [
        _says(cell) for cell in cells if _says(cell).startswith("check-") and _says(cell) not in checks
    ]
    if own and own >= len(foreign):
        return
    named = f" (it has {', '.join(sorted(set(foreign))[:3])})" if foreign else ""
    raise SubmissionError(
        Reason.WRONG_UNIT,
        f"it holds none of the exercises of {plan.unit}{named}"
        if not own
        else f"it is another unit's{named}",
        f"ask the student for the notebook of the unit {plan.unit}",
    )


def _followers(cells: list[Cell], owner: dict[int, str], dropped: Iterable[int]) -> dict[str, list[Cell]]:
    """The student's own cells, by the planned cell that they stand behind ("" for those at the start)."""
    followers: dict[str, list[Cell]] = {}
    current = ""
    for index, cell in enumerate(cells):
        if index in owner:
            current = owner[index]
        elif index not in dropped:
            followers.setdefault(current, []).append({**cell, "metadata": {}})
    return followers


def _order(submitted: list[str], planned: list[str]) -> list[Repair]:
    present = set(submitted)
    expected = [name for name in planned if name in present]
    moved = next((got for got, wanted in zip(submitted, expected, strict=True) if got != wanted), None)
    return [] if moved is None else [Repair(Reason.REORDERED_CELLS_RESTORED, moved)]


def _mend(submitted: Cell | None, planned: PlannedCell, cells: list[Cell]) -> tuple[Cell, list[Repair]]:
    """The planned cell with the student's source where the student may write, and what had to be changed."""
    cell: Cell = {
        "cell_type": planned.cell_type,
        "id": planned.cell_id,
        "metadata": copy.deepcopy(planned.metadata),
        "source": planned.source,
    }
    if submitted is None:
        if planned.role == "exercise" and any(_defines(other, planned.grade_id) for other in cells):
            cell["source"] = _ELSEWHERE  # two cells were merged: a stub here would undo the student's work
        return cell, [Repair(Reason.MISSING_CELL_RESTORED, planned.grade_id)]
    repairs = []
    if submitted["cell_type"] != planned.cell_type:
        repairs.append(Repair(Reason.RETYPED_CELL_RESTORED, planned.grade_id))
    if planned.role in _WRITTEN_BY_STUDENT:
        cell["source"] = submitted["source"]
        if planned.cell_type == "markdown" and "attachments" in submitted:
            cell["attachments"] = submitted["attachments"]
    elif _plain(submitted["source"]) not in (_plain(planned.released), _plain(planned.source)):
        repairs.append(Repair(Reason.EDITED_CELL_RESTORED, planned.grade_id))
    return cell, repairs


def _plain(source: str) -> str:
    """Source without what editors change on their own: trailing blanks and empty lines at the end."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))
