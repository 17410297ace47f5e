"""What lies beside a submitted notebook: pictures, data and modules, kept with the graded one.

Bounded in every direction, since a student's folder may hold anything: what goes beyond is left out.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Collection, Iterator

from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.intake.files import open_folder, read_file

MAX_BYTES = 100_000_000
MAX_FILES = 1_000
MAX_ENTRIES = 20_000
MAX_DEPTH = 16
_MANY = f"more than {MAX_ENTRIES:,} files"
_IGNORED = (".ipynb_checkpoints", "__pycache__", "feedback")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def others(assignment: Assignment, student: str) -> Iterator[tuple[str, bytes]]:
    """The other plain files of a submission (path below its folder, content), as nbgrader keeps them; no
    links, and nothing that is gone or cannot be read by now.
    """
    try:
        folder = open_folder(assignment.course.submitted, student, assignment.unit)
    except SubmissionError:
        return
    left, count = MAX_BYTES, MAX_FILES
    try:
        for place, name, here in walk(folder, _IGNORED):
            if name.endswith((".ipynb", ".pyc")) or name.startswith(".stagewise"):
                continue
            try:
                content = read_file(here, name, left)
            except SubmissionError:
                continue
            yield os.path.join(*place, name), content
            left, count = left - len(content), count - 1
            if count == 0:
                return
    finally:
        os.close(folder)


def walk(
    folder: int, ignored: Collection[str] = (), beyond: Callable[[str], None] = lambda what: None
) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """All that is no folder below `folder`: the folders from the top, its name, a descriptor of the last one.

    `beyond` hears of each bound that ends it before, and may raise.
    """
    waiting: deque[tuple[str, ...]] = deque([()])
    left = MAX_ENTRIES
    while waiting and left > 0:
        place = waiting.popleft()
        try:
            here = _opened(folder, place)
            try:
                names = sorted(os.listdir(here))
                if len(names) > left:
                    beyond(_MANY)
                    names = names[:left]
                left -= len(names)
                for name in names:
                    if not _is_folder(here, name):
                        yield place, name, here
                    elif len(place) == MAX_DEPTH:
                        beyond(f"more than {MAX_DEPTH} folders in one another")
                    elif name not in ignored:
                        waiting.append((*place, name))
            finally:
                os.close(here)
        except OSError as problem:
            beyond(f"a folder that cannot be read ({problem.strerror})")
    if waiting:
        beyond(_MANY)


def _opened(folder: int, place: tuple[str, ...]) -> int:
    """The folder at `place`, reached without following a link."""
    here = os.dup(folder)
    for name in place:
        above, here = here, -1
        try:
            here = os.open(name, _FOLDER, dir_fd=above)
        finally:
            os.close(above)
    return here


def _is_folder(here: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode)
    except OSError:
        return False
