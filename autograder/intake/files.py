"""Submitted files on disk: found, read without following a link, and copied beside the graded notebook.

A student's folder may hold anything, so every directory and file is opened with O_NOFOLLOW, from submitted/
downwards.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course import Course
from autograder.errors import CourseError, SubmissionError
from autograder.intake.reading import MAX_BYTES
from autograder.reasons import Reason

MAX_OTHER_BYTES = 100_000_000
_IGNORED = (".ipynb_checkpoints", "__pycache__", "feedback")
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


def find(course: Course, unit: str, students: Sequence[str] = ()) -> list[str]:
    """Names of the students with a folder for the unit, sorted; CourseError when one asked for has none."""
    if not course.submitted.is_dir():
        raise CourseError(
            f"there is no directory {course.submitted}",
            f"put the notebooks into {course.submitted}/<student>/{unit}/{unit}.ipynb",
        )
    present = sorted(
        entry.name
        for entry in os.scandir(course.submitted)
        if not entry.name.startswith(".") and os.path.lexists(os.path.join(entry.path, unit))
    )
    for name in students:
        if name not in present:
            raise CourseError(
                f"there is no submission of {unit} by {name!r}",
                f"look for its folder in {course.submitted}; the names are those of the folders there",
            )
    return sorted(set(students)) if students else present


def read(course: Course, unit: str, student: str) -> Submitted:
    """The submission of one student; what is wrong with its file is part of the result."""
    try:
        _require_good_name(student)
        folder = _open_folder(course.submitted, student, unit)
    except SubmissionError as problem:
        return Submitted(student, b"", problem, None)
    try:
        timestamp = _timestamp(folder)
        return Submitted(student, _notebook(folder, unit), None, timestamp)
    except SubmissionError as problem:
        return Submitted(student, b"", problem, timestamp)
    finally:
        os.close(folder)


def others(course: Course, unit: str, student: str) -> Iterator[tuple[str, bytes]]:
    """The other plain files of a submission (path below its folder, content), as nbgrader keeps them; no
    links.
    """
    folder = _open_folder(course.submitted, student, unit)
    left = MAX_OTHER_BYTES
    try:
        for root, folders, files, here in os.fwalk(dir_fd=folder, follow_symlinks=False):
            folders[:] = sorted(name for name in folders if name not in _IGNORED)
            for name in sorted(files):
                if name.endswith((".ipynb", ".pyc")) or name.startswith(".stagewise"):
                    continue
                try:
                    content = _read(here, name, left)
                except SubmissionError:
                    continue
                left -= len(content)
                yield os.path.normpath(os.path.join(root, name)), content
    finally:
        os.close(folder)


def _require_good_name(student: str) -> None:
    if (
        re.search(r"[\x00-\x1f/\\]", student)
        or student.startswith(".")
        or student != student.strip()
        or len(student) > 128
    ):
        raise SubmissionError(
            Reason.BAD_NAME,
            f"the folder's name {student!r} cannot be a student's",
            "rename the folder below submitted/ to the student's id",
        )


def _open_folder(root: Path, student: str, unit: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    above = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in (student, unit):
            below = os.open(name, flags, dir_fd=above)
            os.close(above)
            above = below
        return above
    except OSError as problem:
        os.close(above)
        linked = os.path.islink(root / student) or os.path.islink(root / student / unit)
        if linked:
            raise SubmissionError(
                Reason.SYMLINK, f"{student}/{unit} is a link to another place", _LINK
            ) from None
        raise _unreadable(f"{student}/{unit}", problem) from None


def _notebook(folder: int, unit: str) -> bytes:
    """The unit's notebook, or the only one in the folder when the student renamed it."""
    name = f"{unit}.ipynb"
    names = sorted(
        entry for entry in os.listdir(folder) if entry.endswith(".ipynb") and not entry.startswith(".")
    )
    if name not in names:
        if len(names) != 1:
            found = f"it holds {', '.join(names[:5])}" if names else "it holds no notebook"
            raise SubmissionError(
                Reason.MISSING_FILE,
                f"there is no {name} in the folder: {found}",
                f"ask the student which notebook is meant, and save it as {name}",
            )
        name = names[0]
    return _read(folder, name, MAX_BYTES)


def _read(folder: int, name: str, most: int) -> bytes:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as problem:
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise SubmissionError(Reason.SYMLINK, f"{name} is a link to another place", _LINK) from None
        raise _unreadable(name, problem) from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise SubmissionError(
                Reason.UNREADABLE, f"{name} is not a plain file", "ask the student for the file"
            )
        content = file.read(most + 1)
    if len(content) > most:
        raise SubmissionError(
            Reason.TOO_LARGE,
            f"{name} has more than {most:,} bytes",
            "ask the student to clear all outputs (Kernel, Restart and Clear Outputs) and to submit again",
        )
    return content


def _unreadable(name: str, problem: OSError) -> SubmissionError:
    return SubmissionError(
        Reason.UNREADABLE,
        f"{name} could not be read: {problem.strerror}",
        "look at the owner and the permissions of the file, then grade this student again",
    )


def _timestamp(folder: int) -> datetime | None:
    """When the submission was handed in, as nbgrader's exchange notes it; a damaged note is like none."""
    if not os.path.lexists(f"/proc/self/fd/{folder}/timestamp.txt"):
        return None
    from nbgrader.utils import parse_utc  # with all of nbgrader, so only for those who need it

    try:
        text = _read(folder, "timestamp.txt", 200).decode().strip()
        when: datetime | None = parse_utc(text) if text else None
    except (OSError, SubmissionError, ValueError, OverflowError):
        return None
    return when
