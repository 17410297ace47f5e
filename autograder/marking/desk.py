"""A marker's desk: the questions of a unit with their answers, and marks that are entered at once.

Without HTTP; the page and the tests ask it the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any

from autograder.course import Assignment
from autograder.marking.alike import groups, normalised
from autograder.marking.answers import Answer, Answers, Reader
from autograder.marking.asked import Asked, BadRequestError
from autograder.marking.entering import Given, enter
from autograder.marking.kept import Kept, Sheaf, required
from autograder.marking.questions import Question, read_questions
from autograder.marking.sample import drawn, place
from autograder.marking.shown import compared, html_of, markdown
from autograder.seed import seed_of

FIRST = "first"
_MOST_COMMENTS = 30


@dataclass(frozen=True, slots=True)
class Marker:
    """Who marks, and what is shown: `sample` answers of each question to a second marker, whose marks count
    nowhere (0: all, and they count); `anonymous`: no names of students.
    """

    name: str = FIRST
    sample: int = 0
    anonymous: bool = False


class Desk:
    """One marker at the written questions of a unit; raises CourseError when there is nothing to mark."""

    def __init__(self, assignment: Assignment, marker: Marker) -> None:
        self.unit, self.marker = assignment.unit, marker
        required(marker.name)
        self.questions = {one.name: one for one in read_questions(assignment.course, assignment.unit)}
        self._assignment = assignment
        self._reader = Reader(assignment)
        self._sheaf = Sheaf(assignment, marker.name if marker.sample else "")
        self._seed = seed_of(assignment.course)
        self._secret = secrets.token_bytes(16)
        self._one_at_a_time = Lock()

    def counts(self) -> dict[str, dict[str, int]]:
        """For each question how many answers wait, are marked, came back blank, or cannot be shown."""
        with self._one_at_a_time:
            return {name: self._counted(name, *self._standing(name)) for name in self.questions}

    def question(self, name: str) -> dict[str, Any]:
        """A question as the page shows it: text, criteria, model answer, answers in groups, comments."""
        with self._one_at_a_time:
            asked = self._asked(name)
            answers, kept = self._standing(name)
            return {
                "name": name,
                "title": asked.title,
                "points": asked.points,
                "text": markdown(asked.text),
                "model": markdown(asked.model),
                "criteria": [
                    {"part": one.part, "points": one.points, "text": markdown(one.text)}
                    for one in asked.criteria
                ],
                "groups": self._groups(name, answers.given, kept),
                "comments": self._comments(answers.given, kept),
                "counts": self._counted(name, answers, kept),
            }

    def mark(self, request: object) -> dict[str, Any]:
        """Enter a mark for answers of one question; tells which were marked, and which were not since they
        changed, or somebody else marked them, after the page had shown them.
        """
        with self._one_at_a_time:
            asked = Asked.read(request, self.questions)
            answers, kept = self._standing(asked.question)
            known = {self._key(one.student): one for one in answers.given}
            for key in asked.answers:
                if key not in known:
                    raise BadRequestError(f"there is no answer {key!r} to {asked.question}")
            marked = [key for key, seen in asked.answers.items() if self._seen(known[key], kept) == seen]
            stale = sorted(asked.answers.keys() - set(marked))
            self._enter(asked, {known[key].student: known[key].text.digest for key in marked})
            answers, kept = self._standing(asked.question)
            now = {self._key(one.student): one for one in answers.given}
            return {
                "marked": {key: self._state(now[key], kept) for key in marked},
                "stale": stale,
                "comments": self._comments(answers.given, kept),
                "counts": self._counted(asked.question, answers, kept),
            }

    def _asked(self, name: str) -> Question:
        if name not in self.questions:
            raise BadRequestError(f"there is no question {name!r}; there are {', '.join(self.questions)}")
        return self.questions[name]

    def _standing(self, name: str) -> tuple[Answers, dict[str, Kept]]:
        """The answers that this marker is shown, and what was kept of their marks."""
        answers, kept = self._reader.answers(name), self._sheaf.read(name)
        if not self.marker.sample:
            return answers, kept
        chosen = drawn((one.student for one in answers.given), name, self._seed, self.marker.sample)
        return Answers(tuple(one for one in answers.given if one.student in chosen)), kept

    def _enter(self, asked: Asked, digests: Mapping[str, str]) -> None:
        """The gradebook first; what is kept beside it only explains it."""
        if not digests:
            return
        if not self.marker.sample:
            given = Given(asked.points, asked.comment)
            enter(self._assignment.course.db_url, self.unit, asked.question, list(digests), given)
        points = asked.points
        self._sheaf.keep(
            asked.question,
            {
                student: None
                if points is None
                else Kept(self.marker.name, digest, points, asked.comment, asked.ticks, asked.alone)
                for student, digest in digests.items()
            },
        )

    def _groups(
        self, name: str, answers: Sequence[Answer], kept: Mapping[str, Kept]
    ) -> list[list[dict[str, Any]]]:
        ordered = sorted(answers, key=lambda one: place(one.student, name, self._seed))
        known = {one.student: one for one in ordered}
        labels = {one.student: f"answer {number}" for number, one in enumerate(ordered, 1)}
        if not self.marker.anonymous:
            labels = {student: student for student in labels}
        found = []
        for members in groups({student: one.text.source for student, one in known.items()}):
            first = known[members[0]]
            found.append(
                [
                    {"label": labels[student], **self._shown(known[student], first, kept)}
                    for student in members
                ]
            )
        return found

    def _shown(self, answer: Answer, first: Answer, kept: Mapping[str, Kept]) -> dict[str, Any]:
        """An answer beside the first of its group: its text where it is another, and what is otherwise."""
        leads = answer is first
        same = normalised(answer.text.source) == normalised(first.text.source) and not answer.text.attachments
        return {
            "key": self._key(answer.student),
            "html": html_of(answer.text) if leads or not same else "",
            "other": "" if leads or same else compared(first.text.source, answer.text.source),
            **self._state(answer, kept),
        }

    def _state(self, answer: Answer, kept: Mapping[str, Kept]) -> dict[str, Any]:
        """How it stands with an answer: "waiting", "marked", or "changed" since it was marked."""
        mine = kept.get(answer.student)
        points, comment, current = self._given(answer, mine)
        explained = mine is not None and mine.points == points
        return {
            "state": "waiting" if points is None else "marked" if current else "changed",
            "points": points,
            "comment": comment,
            "seen": self._seen(answer, kept),
            "ticks": dict(mine.ticks) if mine and explained else {},
            "alone": not explained or bool(mine and mine.alone),
        }

    def _given(self, answer: Answer, mine: Kept | None) -> tuple[float | None, str, bool]:
        """Points and comment that this marker is shown, and whether they are for the answer as it is now."""
        if not self.marker.sample:
            return answer.mark.manual, answer.comment, not answer.mark.waiting
        if mine is None:
            return None, "", False
        return mine.points, mine.comment, mine.digest == answer.text.digest

    def _seen(self, answer: Answer, kept: Mapping[str, Kept]) -> str:
        """Another text for whatever a marker should look at anew: the answer, or somebody's mark for it."""
        given = self._given(answer, kept.get(answer.student))
        return blake2b(repr((answer.text.digest, given)).encode(), digest_size=12).hexdigest()

    def _counted(self, name: str, answers: Answers, kept: Mapping[str, Kept]) -> dict[str, int]:
        waiting = sum(self._state(one, kept)["state"] != "marked" for one in answers.given)
        return {
            "waiting": waiting,
            "marked": len(answers.given) - waiting,
            "blank": answers.blank,
            "lost": answers.lost,
        }

    def _comments(self, answers: Iterable[Answer], kept: Mapping[str, Kept]) -> list[str]:
        """Lines of comments that were given before, the commonest first: those of this question."""
        said: dict[str, int] = {}
        given = (one.comment for one in answers)
        for comment in (one.comment for one in kept.values()) if self.marker.sample else given:
            for line in filter(None, map(str.strip, comment.split("\n"))):
                said[line] = said.get(line, 0) + 1
        return sorted(said, key=lambda line: (-said[line], line))[:_MOST_COMMENTS]

    def _key(self, student: str) -> str:
        """A name for the answer that tells the page nothing of the student, and another on every run."""
        return blake2b(student.encode("utf-8", "replace"), key=self._secret, digest_size=12).hexdigest()
