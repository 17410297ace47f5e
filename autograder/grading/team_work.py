"""What a team handed in, which each member has: graded once, and the result is that of all."""

from __future__ import annotations

from dataclasses import replace

from autograder.collecting.record import team_work
from autograder.course import Assignment
from autograder.grading.marking import Marked
from autograder.grading.records import Record
from autograder.reasons import Reason


class TeamWork:
    """Who waits for the result of a team's notebook, and what was graded so far in this run."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._shared = team_work(assignment.course, assignment.unit)
        self._waiting: dict[str, list[str]] = {}
        self._graded: dict[str, Record] = {}

    def is_first(self, student: str, digest: str) -> bool:
        """Whether no other member's copy of these bytes is being graded; else the student waits for that."""
        if digest in self._waiting:
            self._waiting[digest].append(student)
            return False
        if digest in self._shared:
            self._waiting[digest] = []
        return True

    def end(self, digest: str) -> list[str]:
        """The members who waited for these bytes, which are graded now."""
        return self._waiting.pop(digest, [])

    def keep(self, record: Record) -> None:
        """Remember a result whose notebook is in place."""
        if record.reason is Reason.OK and record.digest in self._shared:
            self._graded.setdefault(record.digest, record)

    def result(self, student: str, digest: str) -> Marked | None:
        """The result of another member who has these bytes, as this student's; None when there is none."""
        record = self._graded.get(digest)
        if record is None or record.student == student:
            return None
        try:
            notebook = self._assignment.graded(record.student).read_bytes()
            return Marked(notebook, replace(record, student=student))
        except OSError:
            return None
