"""Reason codes: why a check or a submission ended as it did, and what a person must do about it."""

from enum import StrEnum


class Reason(StrEnum):
    """A code for scores, notebooks and the gradebook's comments; `.advice` is for a person to read."""

    advice: str

    def __new__(cls, code: str, advice: str) -> "Reason":
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.advice = advice
        return reason

    # A check.
    OK = "ok", "Nothing: all points were earned."
    PARTIAL = "partial", "Read which cases lost a share of the points."
    WRONG = "wrong", "Read which cases differ from what was expected."
    UNFINISHED = "unfinished", "Write the exercise: it still raises NotImplementedError or returns nothing."
    ERROR = "error", "Read the error that your code raised and correct that line."
    UNDEFINED = "undefined", "Define the function under the name that the check uses, in a cell above it."
    TIMEOUT = "timeout", "Your code ran longer than is allowed: look for a loop that never ends."
    DIED = "died", "Your code ended the process that ran it (for example with exit); remove what does that."
    MEMORY = "memory", "Your code asked for more memory than is allowed: look for arrays that grow."
    FLOODED = "flooded", "Your code returned or printed more than is allowed; make its results smaller."
    PROTOCOL = (
        "protocol",
        "The process running your code answered with something that is not an answer; ask a teacher.",
    )
    CHECK_BROKEN = "check-broken", "The check itself failed, not your code: tell the instructor."

    # What a person grades.
    WAITING = "waiting", "Grade this answer by hand, in the form grader."
    CHANGED = "changed", "Grade this answer again, in the form grader: it changed after it was marked."
    BY_HAND = "by-hand", "Nothing: a person gave these points."
    UNANSWERED = "unanswered", "Write an answer: the cell is as it was handed out."

    # A submission as a whole.
    LATE = "late", "Nothing: points were taken off because the submission came late."

    # A submission that cannot be graded.
    NOT_JSON = (
        "not-json",
        "Open the notebook in JupyterLab, save it and submit that file: this one is not JSON.",
    )
    EMPTY_FILE = "empty-file", "Submit the notebook again: the file is empty."
    NOT_A_NOTEBOOK = "not-a-notebook", "Submit the notebook (.ipynb) itself: this file is something else."
    UNKNOWN_FORMAT = (
        "unknown-format",
        "Open the notebook in a current JupyterLab, save it and submit it again.",
    )
    WRONG_UNIT = "wrong-unit", "Submit the notebook of this unit: this one belongs to another."
    TOO_LARGE = "too-large", "Clear all outputs, save and submit again: the file is too large."
    SYMLINK = "symlink", "Submit the file itself, not a link to it."
    BAD_NAME = "bad-name", "Rename the file to the unit's name, without slashes or dots in front."
    MISSING_FILE = "missing-file", "Submit the notebook under the unit's name: no such file was there."
    ENVIRONMENT = (
        "environment",
        "Nothing that the student could do: the machine or the course lacks what grading needs.",
    )
    UNREADABLE = "unreadable", "Let the instructor look at the file's permissions: it could not be read."

    # A submission that was repaired before it was graded.
    MISSING_CELL_RESTORED = "missing-cell-restored", "A cell of the course was missing and was put back."
    DUPLICATE_CELL_DROPPED = "duplicate-cell-dropped", "A cell occurred twice; one copy was graded."
    RETYPED_CELL_RESTORED = "retyped-cell-restored", "A cell had changed its type; the type was put right."
    EDITED_CELL_RESTORED = (
        "edited-cell-restored",
        "A locked cell had been edited; its original text was used.",
    )
    REORDERED_CELLS_RESTORED = (
        "reordered-cells-restored",
        "Cells were out of order; the course's order was used.",
    )
    SPLIT_CELL_JOINED = (
        "split-cell-joined",
        "An exercise's cell had been split inside a function; its parts were joined.",
    )
    ANSWER_FOUND = (
        "answer-found",
        "An answer stood in another cell of the notebook and was put into the cell for it.",
    )
    TEXTS_SHOWN = (
        "texts-shown",
        "No answer was written; texts that belong to no question were put there for the person who marks.",
    )
    CELL_IDENTIFIED = "cell-identified", "A cell had lost its name; it was recognised by its text."
    DAMAGED_CELL = "damaged-cell", "A cell was damaged; what could be read of it was kept."
    NBFORMAT_CONVERTED = "nbformat-converted", "The notebook was in another format version and was converted."
    ENCODING_CONVERTED = "encoding-converted", "The file was not UTF-8 and was converted."

    # How it was graded.
    NO_SANDBOX = "no-sandbox", "Graded without a sandbox, as was asked: look at this notebook yourself."
