"""Texts of a student's own that belong to no question: shown to a person where an answer is missing. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from autograder.intake.grammar import is_prose
from autograder.intake.recognise import WRITTEN_BY_STUDENT, Cell, is_copy, plain
from autograder.intake.texts import is_students, without_course_texts
from autograder.units.plan import Plan, PlannedCell

NOTE = (
    "*(Nothing was written here. These texts of the student's own stand elsewhere in the notebook "
    "and belong to no question.)*"
)
MORE = "*(More may stand in the notebook that was handed in.)*"
_MOST_CELLS = 60  # that are looked into: to compare texts takes time
_MOST_LETTERS = 4000  # that are shown: a person has the whole notebook


def own_texts(
    cells: Sequence[Cell], plan: Plan, claimed: Mapping[str, int], placed: Container[int]
) -> dict[int, str]:
    """What students wrote into cells of their own, or over one of the course, by the cell; `placed` are
    the cells whose texts belong to a question.
    """
    candidates = list(_candidates(cells, plan, claimed, placed))
    candidates.sort(key=lambda index: cells[index]["cell_type"] == "code")  # of which most hold no text
    texts: dict[int, str] = {}
    for index in candidates[:_MOST_CELLS]:
        text = without_course_texts(cells[index]["source"], plan.texts)
        prose = cells[index]["cell_type"] != "code" or is_prose(text)
        if prose and is_students(text, plan.texts):
            texts[index] = text
    return _bounded(texts, len(candidates) <= _MOST_CELLS)


def _bounded(texts: Mapping[int, str], whole: bool) -> dict[int, str]:
    """As much as is shown, with a note when that is not the whole."""
    shown: dict[int, str] = {}
    room = _MOST_LETTERS
    for index, text in texts.items():
        if room > 0:
            shown[index] = text[:room]
        whole = whole and len(text) <= room
        room -= len(text)
    if shown and not whole:
        shown[list(shown)[-1]] += f"\n\n{MORE}"
    return shown


def _candidates(
    cells: Sequence[Cell], plan: Plan, claimed: Mapping[str, int], placed: Container[int]
) -> Iterator[int]:
    planned = {claimed[cell.grade_id]: cell for cell in plan.cells if cell.grade_id in claimed}
    course = {plain(text) for text in (*plan.texts, *(cell.released for cell in plan.cells))}
    for index, cell in enumerate(cells):
        source, one = cell["source"], planned.get(index)
        if index in placed or plain(source) in course or not source.strip():
            continue
        if one is None or (_is_locked(one) and not is_copy(source, one)):
            yield index


def _is_locked(planned: PlannedCell) -> bool:
    """Whether the cell is the course's own, so that what was written over it has no place of its own."""
    return planned.role not in WRITTEN_BY_STUDENT
