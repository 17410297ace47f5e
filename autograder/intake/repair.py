"""Bring the cells of a submission back to the plan: each planned cell once, in order, with the plan's type
and metadata.

What a student wrote stays; what the course owns (given cells, checks, experiments) comes from the plan.
Pure.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from autograder.errors import SubmissionError
from autograder.intake.joining import join
from autograder.intake.recognise import (
    WRITTEN_BY_STUDENT,
    Cell,
    adopt,
    claims,
    defines,
    introduces,
    is_copy,
    own_names,
    says,
    units_begun,
)
from autograder.intake.written import Answer, find_answers
from autograder.reasons import Reason
from autograder.units.plan import Plan, PlannedCell

__all__ = ["Cell", "Repair", "restore"]

_ELSEWHERE = "# The code of this exercise stands in another cell of the notebook."


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was put right: why, and in which cell."""

    reason: Reason
    cell: str


def restore(cells: list[Cell], plan: Plan) -> tuple[list[Cell], tuple[Repair, ...]]:
    """Cells in the plan's order, each planned one present once, with a list of what was repaired.

    A cell that the plan does not know keeps its place behind the planned cell it followed, unless it is the
    rest of an exercise. So does a copy of a locked cell, or an edited one, in which the student defined
    something. Raises SubmissionError when the
    notebook is not of this unit.
    """
    planned = {cell.grade_id: cell for cell in plan.cells}
    claimed, copies = claims(cells, plan)
    adopted = adopt(cells, plan, claimed)
    _require_this_unit(cells, plan, claimed)
    owner = {index: name for name, index in claimed.items()}
    copies = [(index, name) for index, name in copies if index not in owner]
    answers = find_answers(cells, plan, claimed)
    cells, emptied = _without(cells, answers)
    dropped = {index for index, name in copies if _is_spare(cells[index], planned[name])}
    repairs = [Repair(Reason.DUPLICATE_CELL_DROPPED, name) for _, name in copies]
    repairs += [Repair(Reason.CELL_IDENTIFIED, name) for name in adopted]
    repairs += [Repair(answer.repair, name) for name, answer in answers.items() if answer.repair]
    repairs += _order([owner[index] for index in sorted(owner)], list(planned))
    lost = {index for index, name in owner.items() if _is_spare(cells[index], planned[name])}
    running = [cell["source"] for index, cell in enumerate(cells) if index not in lost | dropped]
    kept = {index for index, name in owner.items() if planned[name].role in WRITTEN_BY_STUDENT}
    followers = _followers(cells, owner, lost | dropped | kept | emptied)
    result = list(followers.get("", ()))
    for name, cell in planned.items():
        mended, found = _mend(cells[claimed[name]] if name in claimed else None, cell, running)
        if name in answers:
            mended |= _answered(answers[name], cell)
        repairs += found
        result += [mended, *followers.get(name, ())]
    result, joined = join(result, own_names(plan, "exercise"))
    repairs += [Repair(Reason.SPLIT_CELL_JOINED, name) for name in joined]
    return result, tuple(repairs)


def _require_this_unit(cells: list[Cell], plan: Plan, claimed: dict[str, int]) -> None:
    """A notebook belongs to the unit when it holds some of its exercises or checks, and not more of
    another's. Functions of one name occur in several units, so one that begins another unit must hold most.
    """
    asked = own_names(plan, "exercise", "check")
    own = len(asked & claimed.keys())
    checks = own_names(plan, "check")
    foreign = {says(cell) for cell in cells if says(cell).startswith("check-")} - checks
    begun = units_begun(cells)
    elsewhere = bool(begun) and plan.unit not in begun and 2 * own < len(asked)
    if own and own >= len(foreign) and not elsewhere:
        return
    named = f" (it has {', '.join(sorted(foreign or begun)[:3])})" if foreign or begun else ""
    raise SubmissionError(
        Reason.WRONG_UNIT,
        f"it is another unit's{named}" if own else f"it holds none of the exercises of {plan.unit}{named}",
        f"ask the student for the notebook of the unit {plan.unit}",
    )


def _is_spare(copied: Cell, planned: PlannedCell) -> bool:
    """A further copy of a locked cell that holds nothing of the student's."""
    return planned.role not in WRITTEN_BY_STUDENT and not _holds_code(copied, planned)


def _holds_code(cell: Cell, planned: PlannedCell) -> bool:
    if cell["cell_type"] != "code" or cell["source"] == planned.released:
        return False
    return introduces(cell["source"], f"{planned.released}\n{planned.source}")


def _without(cells: list[Cell], answers: Mapping[str, Answer]) -> tuple[list[Cell], set[int]]:
    """The cells without the answers that were found in them, and which of them hold nothing else."""
    rest = {index: text for answer in answers.values() for index, text in answer.rest.items()}
    left = [{**cell, "source": rest[index]} if rest.get(index) else cell for index, cell in enumerate(cells)]
    return left, {index for index, text in rest.items() if not text}


def _answered(answer: Answer, planned: PlannedCell) -> Cell:
    """What an answer's cell holds: the answer with its pictures, or what it was handed out with."""
    pictures = {"attachments": dict(answer.attachments)} if answer.attachments else {}
    return {"source": answer.source or planned.source, **pictures}


def _followers(cells: list[Cell], owner: Mapping[int, str], others: Container[int]) -> dict[str, list[Cell]]:
    """The student's own cells, by the planned cell that they stand behind ("" for those at the start);
    `others` are none of those.
    """
    followers: dict[str, list[Cell]] = {}
    current = ""
    for index, cell in enumerate(cells):
        current = owner.get(index, current)
        if index not in others:
            followers.setdefault(current, []).append({**cell, "metadata": {}})
    return followers


def _order(submitted: list[str], planned: list[str]) -> list[Repair]:
    present = set(submitted)
    expected = [name for name in planned if name in present]
    moved = next((got for got, wanted in zip(submitted, expected, strict=True) if got != wanted), None)
    return [] if moved is None else [Repair(Reason.REORDERED_CELLS_RESTORED, moved)]


def _mend(submitted: Cell | None, planned: PlannedCell, running: Iterable[str]) -> tuple[Cell, list[Repair]]:
    """The planned cell with the student's source where the student may write, and what had to be changed."""
    cell: Cell = {
        "cell_type": planned.cell_type,
        "id": planned.cell_id,
        "metadata": dict(planned.metadata),
        "source": planned.source,
    }
    if submitted is None:
        if planned.role == "exercise" and any(defines(source, planned.grade_id) for source in running):
            cell["source"] = _ELSEWHERE  # two cells were merged: a stub here would undo the student's work
        return cell, [Repair(Reason.MISSING_CELL_RESTORED, planned.grade_id)]
    repairs = []
    if submitted["cell_type"] != planned.cell_type:
        repairs.append(Repair(Reason.RETYPED_CELL_RESTORED, planned.grade_id))
    if planned.role == "exercise":
        cell["source"] = submitted["source"]
    elif planned.role != "written" and not is_copy(submitted["source"], planned):
        repairs.append(Repair(Reason.EDITED_CELL_RESTORED, planned.grade_id))
    return cell, repairs
