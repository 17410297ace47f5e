"""What becomes of a file that was found in a download, and what a person must do about it."""

from enum import StrEnum


class Fate(StrEnum):
    """A closed list; `.advice` is for the person who collects, empty when there is nothing to do."""

    advice: str

    def __new__(cls, code: str, advice: str = "") -> "Fate":
        fate = str.__new__(cls, code)
        fate._value_ = code
        fate.advice = advice
        return fate

    COLLECTED = "collected"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    EARLIER = "earlier-file"
    OTHER_UNIT = "other-unit"
    NOT_NEWER = "not-newer", "What lies in submitted/ is as new: collect with --force to take this one."
    NO_NOTEBOOK = "no-notebook", "Ask the student for the notebook of this unit."
    NO_STUDENT = "no-student", "Put the file into a folder with the student's id as its name."
    UNKNOWN = "unknown-student", "Add a row for this student to the file given with --names."
    COLLISION = "same-name", "Several people have this name: tell them apart in a file given with --names."
    BAD_NAME = "bad-name", "Rename the folder to the student's id: letters, digits and . _ - @."
    OUTSIDE = "outside", "The entry names a place outside the zip: ask for the notebook itself."
    LINK = "link", "Ask for the file itself, not a link to it."
    ENCRYPTED = "encrypted", "Ask for a zip without a password."
    TOO_LARGE = "too-large", "Unpack it by hand if you trust it, or ask for the notebook alone."
    DAMAGED = "damaged", "Download it again; if it stays damaged, ask for the notebook itself."
