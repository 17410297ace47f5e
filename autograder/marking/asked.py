"""What the page asks to mark, as it must be; anything else is refused before anything is entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from autograder.marking.questions import Question

LONGEST_COMMENT = 10_000
SHARES = (0.5, 1.0)
_FIELDS = {"question", "answers", "points", "comment", "ticks", "alone"}


class BadRequestError(ValueError):
    """The request cannot be meant; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A mark for `answers` (keys, each with what the page said of it as `seen`): `points` from 0 to the
    question's, or None to take a mark back; `ticks` has the share of each criterion that is met, by its index
    from "0".
    """

    question: str
    answers: Mapping[str, str]
    points: float | None
    comment: str
    ticks: Mapping[str, float]
    alone: bool

    @staticmethod
    def read(request: object, questions: Mapping[str, Question]) -> Asked:
        """The request as a mark; raises BadRequestError."""
        if not isinstance(request, dict) or request.keys() != _FIELDS:
            raise BadRequestError(f"a mark has the fields {', '.join(sorted(_FIELDS))}")
        question = questions.get(request["question"]) if isinstance(request["question"], str) else None
        if question is None:
            raise BadRequestError(f"there is no question {request['question']!r}")
        comment, alone = request["comment"], request["alone"]
        if not isinstance(comment, str) or len(comment) > LONGEST_COMMENT:
            raise BadRequestError(f"a comment is a text of at most {LONGEST_COMMENT} letters")
        if not isinstance(alone, bool):
            raise BadRequestError("alone is true or false")
        return Asked(
            question.name,
            _answers(request["answers"]),
            _points(request["points"], question),
            comment.strip(),
            _ticks(request["ticks"], question),
            alone,
        )


def _answers(answers: Any) -> Mapping[str, str]:
    if (
        not isinstance(answers, dict)
        or not answers
        or not all(isinstance(one, str) for one in answers.values())
    ):
        raise BadRequestError("answers are an object: for each answer's key what was seen of it")
    return answers


def _points(points: Any, question: Question) -> float | None:
    if points is None:
        return None
    if isinstance(points, bool) or not isinstance(points, int | float) or not isfinite(points):
        raise BadRequestError(f"points are a number, not {points!r}")
    if not 0 <= points <= question.points:
        raise BadRequestError(f"{question.name} gives 0 to {question.points:g} points, not {points:g}")
    return float(points)


def _ticks(ticks: Any, question: Question) -> Mapping[str, float]:
    known = {str(index) for index in range(len(question.criteria))}
    if (
        not isinstance(ticks, dict)
        or not ticks.keys() <= known
        or not all(one in SHARES for one in ticks.values())
    ):
        raise BadRequestError(f"ticks give criteria 0 to {len(known) - 1} a share of 0.5 or 1")
    return {index: float(share) for index, share in ticks.items()}
