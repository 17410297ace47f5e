"""What becomes of a file that was found in a download, and what a person must do about it."""

from enum import StrEnum


class Outcome(StrEnum):
    """A closed list; `.advice` is for the person who collects, empty when there is nothing to do."""

    advice: str

    def __new__(cls, code: str, advice: str = "") -> "Outcome":
        outcome = str.__new__(cls, code)
        outcome._value_ = code
        outcome.advice = advice
        return outcome

    COLLECTED = "collected"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    EARLIER = "earlier-file"
    NOT_NEWER = "not-newer", "What lies in submitted/ is as new: collect with --force to take this one."
    NO_NOTEBOOK = "no-notebook", "Ask the student for the notebook of this unit."
    ONLINE_TEXT = "online-text", "It was typed into the system, not uploaded: read it there."
    NO_STUDENT = (
        "no-student",
        "Put it into a folder with the student's id as its name, <student>/<unit>.ipynb.",
    )
    UNKNOWN = "unknown-student", "Add a row for this student to the roster (--names, or roster.csv)."
    TEAM = (
        "unknown-team",
        "Write the team's name into a column team of its members in the roster (--names, or roster.csv).",
    )
    SAME_NAME = (
        "same-name",
        "Several people have this name: tell them apart in a roster (--names, or roster.csv).",
    )
    DOUBTFUL = (
        "doubtful-owner",
        "Ask whose it is, and put it into a folder with that id as its name, <student>/<unit>.ipynb.",
    )
    BAD_NAME = "bad-name", "Rename the folder to the student's id: letters, digits and . _ - @."
    UNCLEAR_NAME = (
        "unclear-name",
        "Collect again with --encoding NAME, the one in which the names make sense.",
    )
    OUTSIDE = "outside", "The entry names a place outside the zip: ask for the notebook itself."
    LINK = "link", "Ask for the file itself, not a link to it."
    ENCRYPTED = "encrypted", "Ask for a zip without a password."
    UNSUPPORTED = (
        "unsupported",
        "Only zips are opened: unpack it by hand, or ask for a zip or the notebook itself.",
    )
    TOO_LARGE = "too-large", "Unpack it by hand if you trust it, or ask for the notebook alone."
    DAMAGED = "damaged", "Download it again; if it stays damaged, ask for the notebook itself."
