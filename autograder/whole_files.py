"""Files that are replaced whole: a reader, or a crash, never finds half of one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.errors import CourseError

_LONGEST = 32


def replace(path: Path, data: str | bytes) -> bool:
    """Write the file whole or not at all; returns whether it held something else before.

    A file that would not change is not touched, so that its time of change stays true.
    """
    content = data.encode() if isinstance(data, str) else data
    if path.exists() and path.read_bytes() == content:
        return False
    with aside(path) as place:
        place.write_bytes(content)
    return True


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A place to write the file at; it becomes the file at the end, and is removed when something fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    place = path.with_name(f".{path.name[:_LONGEST]}.{os.getpid()}")  # which no disk finds too long a name
    try:
        yield place
        os.replace(place, path)
    except BaseException:
        with suppress(OSError):
            place.unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove what writers who were killed left aside in this folder."""
    for aside in folder.glob(".*.*"):
        pid = aside.name.rpartition(".")[2]
        if pid.isdecimal() and not _runs(int(pid)):
            if aside.is_dir():
                shutil.rmtree(aside, ignore_errors=True)
            else:
                with suppress(OSError):
                    aside.unlink()


@contextmanager
def told_whose_fault(place: Path) -> Iterator[None]:
    """Turn what the disk refuses into a CourseError that names the place."""
    try:
        yield
    except OSError as problem:
        raise CourseError(
            f"{problem.filename or place} could not be written: {problem.strerror}",
            "see that the disk has room and that you may write there, and run the command again (what was "
            "graded is kept)",
        ) from problem


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
