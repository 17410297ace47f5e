"""What students wrote to the questions of a unit, from the graded notebooks, and how it stands with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from autograder.course import Assignment
from autograder.reports.sheets import Mark, Sheet, read_sheets

Attachments = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Text:
    """An answer as it was handed in: Markdown with the pictures attached to it."""

    source: str
    attachments: Attachments

    @property
    def digest(self) -> str:
        """Another one for each other answer."""
        return sha256(orjson.dumps([self.source, self.attachments], option=orjson.OPT_SORT_KEYS)).hexdigest()[
            :24
        ]


@dataclass(frozen=True, slots=True)
class Answer:
    """A student's answer to one question with the mark that nbgrader's gradebook has for it."""

    student: str
    text: Text
    mark: Mark
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to one question; `blank` counts those that came back as released, which earn nothing, and
    `lost` those that wait without a notebook that could be graded.
    """

    given: tuple[Answer, ...]
    blank: int = 0
    lost: int = 0

    @property
    def waiting(self) -> int:
        """How many wait for a person."""
        return sum(answer.mark.waiting for answer in self.given)


class Reader:
    """Reads a unit's answers; a notebook is read again only when it has changed."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._read: dict[str, tuple[tuple[int, int], dict[str, Text]]] = {}

    def answers(self, question: str) -> Answers:
        """The answers to the question of this name, with their marks as of now; raises CourseError."""
        given, blank, lost = [], 0, 0
        sheets = read_sheets(self._assignment.course, self._assignment.unit)
        for student, sheet in sorted(sheets.items()):
            mark = sheet.marks.get(question)
            if mark is None:
                continue
            if mark.auto is not None and mark.manual is None:
                blank += 1
                continue
            text = self.text(student, question)
            if text is None:
                lost += mark.waiting
            else:
                given.append(Answer(student, text, mark, _comment(sheet, question, mark)))
        return Answers(tuple(given), blank, lost)

    def text(self, student: str, question: str) -> Text | None:
        """What the student's graded notebook holds now; None where there is none that can be read."""
        path = self._assignment.graded(student)
        try:
            state = path.stat()
            key = (state.st_mtime_ns, state.st_size)
            if student not in self._read or self._read[student][0] != key:
                self._read[student] = (key, dict(_texts(orjson.loads(path.read_bytes()))))
        except (OSError, ValueError):
            return None
        return self._read[student][1].get(question)


def _comment(sheet: Sheet, question: str, mark: Mark) -> str:
    """A person's comment; where nobody marked, the gradebook's own is none."""
    return sheet.comments.get(question, "") if mark.manual is not None else ""


def _texts(notebook: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "markdown" and marks.get("solution"):
            yield marks["grade_id"], Text("".join(cell["source"]), cell.get("attachments", {}))
