"""Written answers, wherever students write them: in the answer's cell, in a copy of it, in cells of their own
between the question and what comes next, or merged with the course's text. Texts that belong to no question
are shown where an answer is missing. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from autograder.intake.grammar import is_prose
from autograder.intake.recognise import MAX_SOURCE, Cell, is_copy, plain, says
from autograder.intake.texts import is_students, without_course_texts
from autograder.intake.unplaced import NOTE as UNPLACED
from autograder.intake.unplaced import own_texts
from autograder.reasons import Reason
from autograder.units.plan import Plan, PlannedCell

_MOST_CELLS = 60  # that are looked at behind a question: nobody needs more, and to compare texts takes time
_NOTE = "*(Written in another cell of the notebook, and put here before grading.)*"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's text ("" when there is none) with its pictures.

    `rest` says what stays of the student's own cells that it was found in ("" when nothing does),
    `repair` why the cell holds what was found outside it, if any of it was.
    """

    source: str
    attachments: Mapping[str, Any] = field(default_factory=dict)
    rest: Mapping[int, str] = field(default_factory=dict)
    repair: Reason | None = None


def find_answers(cells: Sequence[Cell], plan: Plan, claimed: Mapping[str, int]) -> dict[str, Answer]:
    """The written answers of a notebook by the names of their cells; `claimed` says which cell is which
    planned one.
    """
    search = _Search(cells, plan, claimed)
    answers = {
        cell.grade_id: search.answer(cell, plan.cells[place - 1] if place else None)
        for place, cell in enumerate(plan.cells)
        if cell.role == "written"
    }
    if all(answer.source for answer in answers.values()):
        return answers
    others = _joined(cells, own_texts(cells, plan, claimed, search.placed), UNPLACED)
    shown = replace(others, repair=Reason.TEXTS_SHOWN) if others.source else others
    return {name: answer if answer.source else shown for name, answer in answers.items()}


class _Search:
    """What belongs to which question; each cell to one."""

    def __init__(self, cells: Sequence[Cell], plan: Plan, claimed: Mapping[str, int]) -> None:
        self._cells, self._plan, self._claimed = cells, plan, claimed
        self._taken = set(claimed.values())
        self.placed: set[int] = set()  # those that hold a part of some answer

    def answer(self, written: PlannedCell, question: PlannedCell | None) -> Answer:
        own = self._claimed.get(written.grade_id)
        asked = self._claimed.get(question.grade_id) if question else None
        parts = {} if own is None else {own: self._inside(own, written)}
        if question is not None and asked is not None and question.cell_type == "markdown":
            parts[asked] = "" if is_copy(self._cells[asked]["source"], question) else self._merged(asked)
        apart = {index: self._added(index) for index in self._places(written, asked, own)}
        texts = [index for index in apart if self._cells[index]["cell_type"] != "code"]
        parts |= {index: apart[index] for index in texts}
        if not any(parts.values()):
            parts |= apart  # text that was typed into a code cell
        parts = {index: text for index, text in sorted(parts.items()) if text}
        rest = {index: self._remains(index) for index in parts if index in apart}
        self._taken.update(rest)
        self.placed.update(parts)
        found = Reason.ANSWER_FOUND if any(index != own for index in parts) else None
        return replace(_joined(self._cells, parts, _NOTE, own), rest=rest, repair=found)

    def _inside(self, index: int, written: PlannedCell) -> str:
        """What the answer's own cell holds; nothing when that is what it was handed out with."""
        source: str = self._cells[index]["source"]
        text = without_course_texts(source, self._plan.texts)
        released = plain(written.released)
        return text if any(line.strip() not in ("", released) for line in text.split("\n")) else ""

    def _merged(self, index: int) -> str:
        """What a student wrote into a text of the course that is still there."""
        source: str = self._cells[index]["source"]
        text = without_course_texts(source, self._plan.texts)
        return text if text != source and is_students(text, self._plan.texts) else ""

    def _added(self, index: int) -> str:
        text = without_course_texts(self._cells[index]["source"], self._plan.texts)
        return text if is_students(text, self._plan.texts) else ""

    def _remains(self, index: int) -> str:
        source = self._cells[index]["source"]
        return "\n\n".join(text for text in self._plan.texts if text in source) if self._merged(index) else ""

    def _places(self, written: PlannedCell, asked: int | None, own: int | None) -> set[int]:
        """The student's cells that may hold the answer."""
        copies = (
            index
            for index, cell in enumerate(self._cells)
            if says(cell) == written.grade_id and index not in self._taken
        )
        found = set(islice(copies, _MOST_CELLS))
        for anchor in {asked, own} - {None}:
            assert anchor is not None
            found.update(self._behind(anchor, written, own, past_texts=False))
        if asked is None and own is None:
            found.update(self._behind(self._before(written), written, own, past_texts=True))
        return found

    def _before(self, written: PlannedCell) -> int:
        """The last cell of the course that stands before a question which is missing with its answer."""
        names = [cell.grade_id for cell in self._plan.cells]
        above = reversed(names[: names.index(written.grade_id)])
        return next((self._claimed[name] for name in above if name in self._claimed), -1)

    def _behind(
        self, anchor: int, written: PlannedCell, own: int | None, *, past_texts: bool
    ) -> Iterator[int]:
        """The student's cells from there to the course's next one."""
        for index in range(anchor + 1, min(anchor + 1 + _MOST_CELLS, len(self._cells))):
            if index == own:
                continue
            if index in self._taken:
                return
            cell = self._cells[index]
            text = cell["source"]
            if not text.strip() or plain(text) == plain(written.released):
                continue
            if cell["cell_type"] == "code":
                if is_prose(text):
                    yield index
                continue
            if is_students(text, self._plan.texts) and not self._is_anothers(cell, written):
                yield index
            if not past_texts and self._is_course(cell):
                return

    def _is_anothers(self, cell: Cell, written: PlannedCell) -> bool:
        """Whether the cell says that it is the answer to another question."""
        named = says(cell)
        return any(
            one.grade_id == named for one in self._plan.cells if one.role == "written" and one != written
        )

    def _is_course(self, cell: Cell) -> bool:
        """Whether the cell is, or holds, a text of the course."""
        source, texts = cell["source"], self._plan.texts
        return not is_students(source, texts) or without_course_texts(source, texts) != source


def _joined(cells: Sequence[Cell], parts: Mapping[int, str], note: str, own: int | None = None) -> Answer:
    """The parts of an answer as one, with the note before the first that stood in another cell.

    Where they are too long for one cell, each is cut to its share.
    """
    too_long = sum(len(text) + len(note) for text in parts.values()) > MAX_SOURCE
    most = MAX_SOURCE // len(parts) - 2 * len(note) if too_long else MAX_SOURCE
    lines: list[str] = []
    attachments: dict[str, Any] = {}
    for index, text in parts.items():
        if index != own and note not in lines:
            lines.append(note)
        for name, picture in cells[index].get("attachments", {}).items():
            free = name
            while free in attachments:
                free = f"again-{free}"
            attachments[free] = picture
            text = text.replace(f"attachment:{name})", f"attachment:{free})")
        lines.append(text[:most])
    return Answer("\n\n".join(lines), attachments)
