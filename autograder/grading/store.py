"""Graded notebooks on disk, laid out and protected as nbgrader lays them out, each file written whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import Assignment
from autograder.whole_files import replace, told_whose_fault

_READ_ONLY = 0o444
_OF_THE_NAME = (
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
    errno.EILSEQ,
    errno.EINVAL,
)


def store(assignment: Assignment, student: str, notebook: bytes, others: Iterable[tuple[str, bytes]]) -> None:
    """Write the graded notebook and the submission's other files, and remove what an earlier submission
    left.

    Files of the unit's source directory go before a student's, as in nbgrader. Raises CourseError when the
    disk refuses.
    """
    graded = assignment.graded(student)
    folder = graded.parent
    with told_whose_fault(folder):
        ours = {graded.name: notebook, **dict(_of_source(assignment.instructor.parent))}
        theirs = {name: content for name, content in others if name not in ours}
        _remove_all_but(folder, {folder / name for name in (*ours, *theirs)})
        for name, content in ours.items():
            _write(folder / name, content)
        for name, content in theirs.items():
            with _left_out_if_misnamed():
                _write(folder / name, content)


@contextmanager
def _left_out_if_misnamed() -> Iterator[None]:
    """A student's file is left out when the course has a folder of that name, or a file where it has a
    folder, and when this disk does not take such a name or path.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno not in _OF_THE_NAME:
            raise


def _write(path: Path, content: bytes) -> None:
    replace(path, content)
    os.chmod(path, _READ_ONLY)


def _of_source(source: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".ipynb":
            yield str(path.relative_to(source)), path.read_bytes()


def _remove_all_but(folder: Path, kept: set[Path]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
