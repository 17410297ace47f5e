"""Whether nbgrader gets through a submission's folder: it copies all of it before we see the notebook,
follows links, waits for pipes, reads devices to their end, and ends its run at a date that is none.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import NoReturn

from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.intake.beside import MAX_BYTES, walk
from autograder.intake.files import LONGEST_TIMESTAMP, open_folder, parse_timestamp, read_file, said
from autograder.reasons import Reason

_TIMESTAMP = "timestamp.txt"
_REMEDY = "remove it, or grade with `python -m autograder grade`, which leaves out what cannot be kept"


def require_copiable(assignment: Assignment, student: str) -> None:
    """SubmissionError for a folder that nbgrader could not copy in bounded time and space, or of whose date
    it would make nothing. Such a date beside what was graded earlier, which is only compared, is removed.
    """
    folder = open_folder(assignment.course.submitted, student, assignment.unit)
    try:
        _require_plain(folder)
        _require_time(folder)
    except OSError as problem:
        _refuse(f"what changes or cannot be read ({problem.strerror})")
    finally:
        os.close(folder)
    with suppress(SubmissionError, OSError):
        earlier = open_folder(assignment.course.autograded, student, assignment.unit)
        try:
            _drop_wrong_time(earlier)
        finally:
            os.close(earlier)


def _require_plain(folder: int) -> None:
    size = 0
    for _, name, here in walk(folder, beyond=_refuse):
        if name.endswith(".ipynb"):  # not copied: ours are read with care, others left alone
            continue
        found = os.stat(name, dir_fd=here, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            _refuse(f"{said(name)}, which is not a plain file")
        size += found.st_size
        if size > MAX_BYTES:
            _refuse(f"more than {MAX_BYTES:,} bytes beside the notebook")


def _require_time(folder: int) -> None:
    if _TIMESTAMP in os.listdir(folder):
        text = read_file(folder, _TIMESTAMP, LONGEST_TIMESTAMP).decode("utf-8", "replace").strip()
        if text and parse_timestamp(text) is None:
            _refuse(f"a {_TIMESTAMP} that tells no time")


def _drop_wrong_time(folder: int) -> None:
    try:
        _require_time(folder)
    except SubmissionError:
        os.unlink(_TIMESTAMP, dir_fd=folder)


def _refuse(what: str) -> NoReturn:
    raise SubmissionError(Reason.UNREADABLE, f"the folder holds {what}", _REMEDY)
