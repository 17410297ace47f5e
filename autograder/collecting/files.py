"""The files of a downloaded folder or zip, zips of students inside included, read without trusting any of
it: bounded, no links followed, nothing unpacked to disk.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from autograder.collecting.outcomes import Outcome
from autograder.intake.reading import MAX_BYTES

DEEPEST_FOLDER = 60
_JUNK = re.compile(r"__MACOSX|\.ipynb_checkpoints|__pycache__|\.git|\.DS_Store|Thumbs\.db|\._.*|\.~.*")
_OTHER_ARCHIVE = re.compile(r".*\.(tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar)", re.IGNORECASE)

Parts = tuple[str, ...]
Wanted = Callable[[Parts], bool]


@dataclass(frozen=True, slots=True)
class File:
    """A file: the names from the outermost folder or zip to it, its content if it was wanted, when it was
    last changed (a zip tells that without a time zone, or not at all), whether a student's zip holds it, and
    when the downloaded zip says that it, or the student's zip around it, was written.
    """

    where: Parts
    raw: bytes | None
    modified: datetime | None
    packed: bool = False
    entered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was not read, and why."""

    where: Parts
    outcome: Outcome
    detail: str


Found = File | Refused


class RefusalError(Exception):
    """Why an entry is not read."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(outcome, detail)
        self.outcome, self.detail = outcome, detail


class Budget:
    """How many bytes may still be unpacked from a zip and all that is in it (its entries may overlap)."""

    def __init__(self, left: int) -> None:
        self.left = left

    def read(self, file: IO[bytes], most: int = MAX_BYTES) -> bytes:
        """What the file holds; RefusalError when that is too much."""
        raw = bounded(file, min(self.left, most))
        self.left -= len(raw)
        return raw


def bounded(file: IO[bytes], most: int) -> bytes:
    """The file's content; RefusalError when it has more bytes than `most`."""
    raw = file.read(most + 1)
    if len(raw) > most:
        raise RefusalError(Outcome.TOO_LARGE, f"more than {most:,} bytes")
    return raw


def is_junk(name: str) -> bool:
    """Whether systems leave files of this name about."""
    return _JUNK.fullmatch(name) is not None


def is_zip(name: str) -> bool:
    """Whether a file of this name is a zip."""
    return name.lower().endswith(".zip")


def is_other_archive(name: str) -> bool:
    """Whether a file of this name is an archive of a kind that is not opened."""
    return _OTHER_ARCHIVE.fullmatch(name) is not None


def files_below(
    root: Path, open_zip: Callable[[IO[bytes], Parts], Iterator[Found]], wanted: Wanted
) -> Iterator[Found]:
    """All files below a folder, in the order of their names; `open_zip` yields those of a zip in it."""
    waiting: list[Parts] = [()]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(root.joinpath(*here)), key=lambda entry: entry.name)
        except OSError as problem:
            yield Refused(here, Outcome.DAMAGED, f"a folder that cannot be read: {problem.strerror}")
            continue
        if len(here) == 1 and not entries:
            yield Refused(here, Outcome.NO_NOTEBOOK, "a folder with nothing in it")
        folders = []
        for entry in entries:
            where = (*here, entry.name)
            if is_junk(entry.name):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield from _one(entry, where, open_zip, wanted)
            elif len(where) > DEEPEST_FOLDER:
                yield Refused(
                    where, Outcome.TOO_LARGE, f"folders in folders, more than {DEEPEST_FOLDER} deep"
                )
            else:
                folders.append(where)
        waiting += reversed(folders)


def _one(
    entry: os.DirEntry[str],
    where: Parts,
    open_zip: Callable[[IO[bytes], Parts], Iterator[Found]],
    wanted: Wanted,
) -> Iterator[Found]:
    try:
        if entry.is_symlink():
            raise RefusalError(Outcome.LINK, "a link")
        with open(os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise RefusalError(Outcome.DAMAGED, "no plain file")
            if is_zip(entry.name):
                yield from open_zip(file, where)
            elif is_other_archive(entry.name):
                raise RefusalError(Outcome.UNSUPPORTED, "an archive that is no zip")
            else:
                raw = bounded(file, MAX_BYTES) if wanted(where) else None
                yield File(where, raw, _time(state.st_mtime))
    except RefusalError as refusal:
        yield Refused(where, refusal.outcome, refusal.detail)
    except OSError as problem:
        yield Refused(where, Outcome.DAMAGED, str(problem.strerror))


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError, ValueError):
        return None
