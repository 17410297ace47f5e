"""Which submitted cell is which cell of the plan: by the name in its metadata, its id, the function it
defines, its text or its place. Pure.

Other editors drop metadata, students copy, merge, split and retype cells; what they wrote must be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from autograder.intake.texts import is_students, without_course_texts
from autograder.units.plan import Plan, PlannedCell

Cell = dict[str, Any]
MAX_SOURCE = 1_000_000
"""Letters of a cell; a longer one is damaged."""
WRITTEN_BY_STUDENT = ("exercise", "written")
_BEGINS = re.compile(r"""^begin\(\s*["'](\w{1,64})["']""", re.M)
_INTRODUCES = re.compile(r"^(?:(?:async\s+)?def|class|import|from)\s.*", re.M)


def says(cell: Cell) -> str:
    """The grade id in a submitted cell's metadata, empty when there is none."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


@lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """Source without what editors change on their own: trailing blanks and empty lines around it."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def defines(source: str, name: str) -> bool:
    """Whether the source gives this name a function, a class or a value at its left margin."""
    return name in source and _definition(name).search(source) is not None


def introduces(source: str, known: str) -> bool:
    """Whether the source defines or imports something that the `known` text does not."""
    given = {line.rstrip() for line in known.split("\n")}
    return any(line.rstrip() not in given for line in _INTRODUCES.findall(source))


def claims(cells: Sequence[Cell], plan: Plan) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Which cell says to be which planned one (the first that does), and the later ones that say the same."""
    planned = {cell.grade_id for cell in plan.cells}
    claimed: dict[str, int] = {}
    copies = []
    for index, cell in enumerate(cells):
        name = says(cell)
        if name in claimed:
            copies.append((index, name))
        elif name in planned:
            claimed[name] = index
    return claimed, copies


def adopt(cells: Sequence[Cell], plan: Plan, claimed: dict[str, int]) -> list[str]:
    """Find the planned cells that nothing claims among the other cells, copies included (students type over
    them); extends `claimed`, returns their names.
    """
    if len(claimed) == len(plan.cells):
        return []
    before = set(claimed)
    owned = set(claimed.values())
    free = {index: cell for index, cell in enumerate(cells) if index not in owned}
    _by_content(free, plan, claimed)
    _by_place(free, plan, claimed)
    _out_of_others(cells, plan, claimed)
    return [cell.grade_id for cell in plan.cells if cell.grade_id in claimed and cell.grade_id not in before]


def units_begun(cells: Iterable[Cell]) -> set[str]:
    """The units that a notebook's code begins; its first given cell names one."""
    code = (cell["source"] for cell in cells if cell["cell_type"] == "code")
    return {name for source in code if "begin(" in source for name in _BEGINS.findall(source)}


def _by_content(free: dict[int, Cell], plan: Plan, claimed: dict[str, int]) -> None:
    """Known by id, by the function it defines (code before other types), or by its text."""
    ids: dict[str, int] = {}
    texts: dict[str, int] = {}
    for index, cell in free.items():
        # The last cell wins: it is the one whose definition the student's code ends up with.
        texts[plain(cell["source"])] = index
        if isinstance(cell.get("id"), str):
            ids[cell["id"]] = index
    for planned in plan.cells:
        if planned.grade_id in claimed:
            continue
        found = ids.get(planned.cell_id)
        if found not in free and planned.role == "exercise":
            found = _defining(free, planned.grade_id)
        elif found not in free and planned.released.strip():
            found = texts.get(plain(planned.released))
        if found is not None and found in free:
            claimed[planned.grade_id] = found
            del free[found]


def _defining(free: Mapping[int, Cell], name: str) -> int | None:
    found = [index for index, cell in free.items() if defines(cell["source"], name)]
    code = [index for index in found if free[index]["cell_type"] == "code"]
    return max(code or found, default=None)


def _by_place(free: dict[int, Cell], plan: Plan, claimed: dict[str, int]) -> None:
    """A written answer stands right behind its question, or keeps the first line it was handed out with."""
    missing = [
        (before, cell)
        for before, cell in zip((None, *plan.cells), plan.cells, strict=False)
        if cell.role == "written" and cell.grade_id not in claimed
    ]
    for before, cell in missing:
        follower = claimed.get(before.grade_id, -2) + 1 if before and before.cell_type == "markdown" else -1
        if follower in free and _may_be_answer(free[follower], plan):
            claimed[cell.grade_id] = follower
            del free[follower]
    for _, cell in missing:
        found = None if cell.grade_id in claimed else _beginning_with(free, cell.released)
        if found is not None:
            claimed[cell.grade_id] = found
            del free[found]


def _may_be_answer(cell: Cell, plan: Plan) -> bool:
    """Whether a text right behind a question is the student's and no text of the course, whole or in part."""
    source = cell["source"]
    own = is_students(source, plan.texts) and without_course_texts(source, plan.texts) == source
    return cell["cell_type"] == "markdown" and own


def _beginning_with(free: Mapping[int, Cell], released: str) -> int | None:
    head = plain(released).split("\n")[0]
    found = (index for index, cell in free.items() if cell["cell_type"] == "markdown")
    return next(
        (index for index in found if head and plain(free[index]["source"]).split("\n")[0] == head), None
    )


def _out_of_others(cells: Sequence[Cell], plan: Plan, claimed: dict[str, int]) -> None:
    """An exercise merged into a locked cell, or into a later exercise, takes over that cell: as the locked
    one its code would be lost, as the later one it would run after its check.
    """
    place = {cell.grade_id: number for number, cell in enumerate(plan.cells)}
    roles = {cell.grade_id: cell.role for cell in plan.cells}
    for name in place:
        if name in claimed or roles[name] != "exercise":
            continue
        for other, index in claimed.items():
            late = roles[other] == "exercise" and place[other] > place[name]
            locked = roles[other] not in WRITTEN_BY_STUDENT
            if (late or locked) and defines(cells[index]["source"], name):
                del claimed[other]
                claimed[name] = index
                break


@lru_cache(maxsize=1024)
def _definition(name: str) -> re.Pattern[str]:
    quoted = re.escape(name)
    return re.compile(
        rf"^(?:(?:async\s+)?def\s+{quoted}\b|class\s+{quoted}\b|{quoted}\s*(?::[^=\n]*)?=[^=])", re.M
    )


def own_names(plan: Plan, *roles: str) -> set[str]:
    """Grade ids of the plan's cells with these roles."""
    return {cell.grade_id for cell in plan.cells if cell.role in roles}


def is_copy(source: str, planned: PlannedCell) -> bool:
    """Whether the text is the planned cell's own, as released or with its hidden part."""
    return source == planned.released or plain(source) in (plain(planned.released), plain(planned.source))
