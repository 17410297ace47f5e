"""Submitted files on disk: found, and read without following a link.

A student's folder may hold anything and change while it is read, so every directory and file is opened with
O_NOFOLLOW, from submitted/ downwards, and whatever the disk says then is a reason, never an end of the run.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course import Assignment
from autograder.errors import CourseError, SubmissionError
from autograder.intake.reading import MAX_BYTES
from autograder.reasons import Reason

_LONGEST_NAME = 100
LONGEST_TIMESTAMP = 200
_LINK = "ask the student to submit the file itself, not a link to it"


@dataclass(frozen=True, slots=True)
class Submitted:
    """One student's folder for a unit: the bytes of the notebook, or why there are none, and when it was
    handed in.
    """

    student: str
    raw: bytes
    problem: SubmissionError | None
    timestamp: datetime | None


def find(assignment: Assignment, students: Sequence[str] = ()) -> list[str]:
    """Names of the students with a folder for the unit, sorted; CourseError when one asked for has none."""
    course, unit = assignment.course, assignment.unit
    if not course.submitted.is_dir():
        raise CourseError(
            f"there is no directory {course.submitted}",
            f"put the notebooks into {course.submitted}/<student>/{unit}/{unit}.ipynb",
        )
    present = sorted(
        entry.name
        for entry in os.scandir(course.submitted)
        if not entry.name.startswith(".") and _holds(entry, unit)
    )
    for name in students:
        if name not in present:
            raise CourseError(
                f"there is no submission of {unit} by {name!r}",
                f"look for its folder in {course.submitted}; the names are those of the folders there",
            )
    return sorted(set(students)) if students else present


def read(assignment: Assignment, student: str) -> Submitted:
    """The submission of one student; what is wrong with its file is part of the result."""
    timestamp = None
    try:
        _require_good_name(student)
        folder = open_folder(assignment.course.submitted, student, assignment.unit)
        try:
            timestamp = _timestamp(folder)
            return Submitted(student, _notebook(folder, assignment.unit), None, timestamp)
        finally:
            os.close(folder)
    except SubmissionError as problem:
        return Submitted(student, b"", problem, timestamp)


def open_folder(root: Path, student: str, unit: str) -> int:
    """A descriptor of the student's folder for the unit; SubmissionError when there is none to be read."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    place = ""
    above = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in (student, unit):
            place = f"{place}/{name}" if place else name
            try:
                below = os.open(name, flags, dir_fd=above)
            except OSError as problem:
                raise _refusal(above, name, place, problem) from None
            os.close(above)
            above = below
    except BaseException:
        os.close(above)
        raise
    return above


def read_file(folder: int, name: str, most: int) -> bytes:
    """A plain file of at most `most` bytes in a folder; SubmissionError for everything else."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as problem:
        raise _refusal(folder, name, name, problem) from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _not_plain(name)
        if found.st_size > most:  # a sparse file of terabytes takes no time to make, and much to read
            raise _too_large(name, most)
        with os.fdopen(handle, "rb", closefd=False) as file:
            content = file.read(most + 1)
    except OSError as problem:
        raise _unreadable(name, problem) from None
    finally:
        os.close(handle)
    if len(content) > most:
        raise _too_large(name, most)
    return content


def _holds(entry: os.DirEntry[str], unit: str) -> bool:
    """Whether there may be something for the unit; what cannot be looked at is looked at later, and told."""
    try:
        os.lstat(os.path.join(entry.path, unit))
    except FileNotFoundError:
        return entry.is_symlink() and not os.path.exists(entry.path)
    except NotADirectoryError:
        return False
    except OSError:
        return True
    return True


def _require_good_name(student: str) -> None:
    if (
        re.search(r"[\x00-\x1f/\\\ud800-\udfff]", student)
        or student.startswith(".")
        or student != student.strip()
        or len(student) > 128
    ):
        raise SubmissionError(
            Reason.BAD_NAME,
            f"the folder's name {said(student)!r} cannot be a student's",
            "rename the folder below submitted/ to the student's id",
        )


def _notebook(folder: int, unit: str) -> bytes:
    """The unit's notebook, or the only one in the folder when the student renamed it."""
    name = f"{unit}.ipynb"
    try:
        names = sorted(
            entry for entry in os.listdir(folder) if entry.endswith(".ipynb") and not entry.startswith(".")
        )
    except OSError as problem:
        raise _unreadable("the folder", problem) from None
    if name not in names:
        if len(names) != 1:
            found = f"it holds {', '.join(map(said, names[:5]))}" if names else "it holds no notebook"
            raise SubmissionError(
                Reason.MISSING_FILE,
                f"there is no {name} in the folder: {found}",
                f"ask the student which notebook is meant, and save it as {name}",
            )
        name = names[0]
    return read_file(folder, name, MAX_BYTES)


def _timestamp(folder: int) -> datetime | None:
    """When the submission was handed in, as nbgrader's exchange notes it; a damaged note is like none."""
    try:
        text = read_file(folder, "timestamp.txt", LONGEST_TIMESTAMP).decode().strip()
    except (SubmissionError, UnicodeDecodeError):
        return None
    return parse_timestamp(text) if text else None


def parse_timestamp(text: str) -> datetime | None:
    """The time in UTC that a short text tells, in any form that nbgrader reads; None when it tells none."""
    from nbgrader.utils import parse_utc  # with all of nbgrader, so only for those who need it

    try:
        when: datetime = parse_utc(text)
    except (
        Exception
    ):  # dateutil raises whatever the text happens to cause: OverflowError, TypeError, decimal's
        return None
    return when


def _refusal(folder: int, name: str, place: str, problem: OSError) -> SubmissionError:
    """Why what lies there could not be opened; it may be gone, or be another thing, by now."""
    try:
        kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return _unreadable(place, problem)
    if stat.S_ISLNK(kind):
        return SubmissionError(Reason.SYMLINK, f"{said(place)} is a link to another place", _LINK)
    if problem.errno == errno.ENOTDIR:
        return SubmissionError(
            Reason.MISSING_FILE,
            f"{said(place)} is not a folder",
            "make a folder of that name and put the student's notebook into it",
        )
    if problem.errno == errno.ENXIO:
        return _not_plain(name)
    return _unreadable(place, problem)


def _not_plain(name: str) -> SubmissionError:
    return SubmissionError(
        Reason.UNREADABLE, f"{said(name)} is not a plain file", "ask the student for the file itself"
    )


def _too_large(name: str, most: int) -> SubmissionError:
    return SubmissionError(
        Reason.TOO_LARGE,
        f"{said(name)} has more than {most:,} bytes",
        "ask the student to clear all outputs (Kernel, Restart and Clear Outputs) and to submit again",
    )


def _unreadable(place: str, problem: OSError) -> SubmissionError:
    return SubmissionError(
        Reason.UNREADABLE,
        f"{said(place)} could not be read: {problem.strerror}",
        "look at the owner and the permissions of the file, then grade this student again",
    )


def said(name: str) -> str:
    """A name of the disk as it may stand in a message: short, and text that can be printed and saved."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name[: _LONGEST_NAME + 1])
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"
