"""The kinds of failure, named after whose fault they are; a message says what is wrong and what to do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.reasons import Reason


class AuthorError(Exception):
    """A unit's source cannot be built: `file` and `line` (from 1) say where, `remedy` what to do about it."""

    def __init__(self, file: str, line: int, problem: str, remedy: str) -> None:
        super().__init__(file, line, problem, remedy)
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy

    def __str__(self) -> str:
        return f"Building {self.file}, line {self.line}:\n{self.problem}.\nRemedy: {self.remedy}."


class SubmissionError(Exception):
    """A student's file cannot be graded; `reason` is the code that goes into the scores."""

    def __init__(self, reason: "Reason", detail: str, remedy: str) -> None:
        super().__init__(reason, detail, remedy)
        self.reason, self.detail, self.remedy = reason, detail, remedy

    def __str__(self) -> str:
        return f"Reading the submission ({self.reason.value}):\n{self.detail}.\nRemedy: {self.remedy}."


class SandboxError(Exception):
    """This machine cannot isolate a student's code; `remedy` says what would let it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem, self.remedy = problem, remedy

    def __str__(self) -> str:
        return f"Isolating the student's code:\n{self.problem}.\nRemedy: {self.remedy}."


class CourseError(Exception):
    """The course directory, its gradebook or its disk cannot be used; `remedy` says what would help, and
    `asked` what was to be done.
    """

    asked = "Grading the course"

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem, self.remedy = problem, remedy

    def __str__(self) -> str:
        return f"{self.asked}:\n{self.problem}.\nRemedy: {self.remedy}."
