"""The files of a downloaded folder or zip, zips of students inside included, read without trusting any of
it: bounded, no links followed, nothing unpacked to disk.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from autograder.collecting.fates import Fate
from autograder.intake.reading import MAX_BYTES

MAX_ENTRIES = 200_000
MAX_NESTED_ENTRIES = 10_000
MAX_SOURCE_BYTES = 1000 * MAX_BYTES
MAX_NESTED_BYTES = 4 * MAX_BYTES
_DEEPEST = 2
_JUNK = re.compile(r"__MACOSX|\.ipynb_checkpoints|__pycache__|\.git|\.DS_Store|Thumbs\.db|\._.*|\.~.*")
_DIRECTORY_MARK = b"PK\x01\x02"
_DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class File:
    """A file: the names from the outermost folder or zip to it, its content, when it was last changed (a
    zip tells that without a time zone, or not at all). Only notebooks and time notes are read.
    """

    where: tuple[str, ...]
    raw: bytes | None
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was not read, and why."""

    where: tuple[str, ...]
    fate: Fate
    detail: str


Found = File | Refused


class _RefusalError(Exception):
    def __init__(self, fate: Fate, detail: str) -> None:
        super().__init__(fate, detail)
        self.fate, self.detail = fate, detail


class _Budget:
    """How many bytes may still be unpacked from a zip and all that is in it (its entries may overlap)."""

    def __init__(self, left: int) -> None:
        self.left = left

    def read(self, file: IO[bytes], most: int = MAX_BYTES) -> bytes:
        raw = _bounded(file, min(self.left, most))
        self.left -= len(raw)
        return raw


def walk(source: Path) -> Iterator[Found]:
    """All files below a folder or in a zip, in the order of their names, without systems' junk."""
    if source.is_dir():
        yield from _walk_folder(source)
        return
    with open(source, "rb") as file:
        yield from _walk_zip(file, (), MAX_ENTRIES, _Budget(MAX_SOURCE_BYTES))


def _walk_folder(root: Path) -> Iterator[Found]:
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root).parts
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = sorted(name for name in folders if name not in linked and not _is_junk(name))
        for name in sorted(linked):
            yield Refused((*here, name), Fate.LINK, "a link to a folder")
        for name in sorted(files):
            if not _is_junk(name):
                yield from _from_folder(os.path.join(folder, name), (*here, name))


def _from_folder(path: str, where: tuple[str, ...]) -> Iterator[Found]:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise _RefusalError(Fate.DAMAGED, "no plain file")
            if _is_zip(where[-1]):
                yield from _walk_nested(_bounded(file, MAX_NESTED_BYTES), where, None)
            else:
                raw = _bounded(file, MAX_BYTES) if _is_wanted(where[-1]) else None
                yield File(where, raw, datetime.fromtimestamp(int(state.st_mtime), UTC))
    except _RefusalError as refusal:
        yield Refused(where, refusal.fate, refusal.detail)
    except OSError as problem:
        fate = Fate.LINK if os.path.islink(path) else Fate.DAMAGED
        yield Refused(where, fate, "a link" if fate is Fate.LINK else str(problem.strerror))


def _walk_nested(raw: bytes, where: tuple[str, ...], budget: _Budget | None) -> Iterator[Found]:
    """A student's zip; `budget` is that of the student's zip around it."""
    if sum(1 for name in where if _is_zip(name)) > _DEEPEST:
        raise _RefusalError(Fate.TOO_LARGE, f"zips in zips, more than {_DEEPEST} deep")
    if raw.count(_DIRECTORY_MARK) > MAX_NESTED_ENTRIES:  # counted before zipfile makes an object of each
        raise _RefusalError(Fate.TOO_LARGE, f"a zip of more than {MAX_NESTED_ENTRIES:,} entries")
    yield from _walk_zip(io.BytesIO(raw), where, MAX_NESTED_ENTRIES, budget or _Budget(MAX_NESTED_BYTES))


def _walk_zip(file: IO[bytes], where: tuple[str, ...], most: int, budget: _Budget) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGES as problem:
        yield Refused(where, Fate.DAMAGED, f"no zip that can be read ({type(problem).__name__})")
        return
    with archive:
        entries = sorted(archive.infolist(), key=_name)
        if len(entries) > most:
            yield Refused(where, Fate.TOO_LARGE, f"a zip of more than {most:,} entries")
            return
        for entry in entries:
            yield from _from_zip(archive, entry, where, budget)


def _from_zip(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: tuple[str, ...], budget: _Budget
) -> Iterator[Found]:
    parts = tuple(part for part in _name(entry).replace("\\", "/").split("/") if part not in ("", "."))
    if entry.is_dir() or not parts or any(_is_junk(part) for part in parts):
        return
    inside = (*where, *parts)
    try:
        _require_harmless(entry, parts)
        if _is_zip(parts[-1]):
            yield from _walk_nested(_read(archive, entry, budget), inside, budget if where else None)
        else:
            raw = _read(archive, entry, budget) if _is_wanted(parts[-1]) else None
            yield File(inside, raw, _modified(entry))
    except _RefusalError as refusal:
        yield Refused(inside, refusal.fate, refusal.detail)


def _require_harmless(entry: zipfile.ZipInfo, parts: tuple[str, ...]) -> None:
    name = _name(entry)
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        raise _RefusalError(Fate.OUTSIDE, "its name leads out of the zip")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _RefusalError(Fate.LINK, "a link to another place")
    if entry.flag_bits & 0x1:
        raise _RefusalError(Fate.ENCRYPTED, "protected by a password")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> bytes:
    """The content, whatever size the entry claims to have."""
    try:
        with archive.open(entry) as file:
            return budget.read(file)
    except _DAMAGES as problem:
        raise _RefusalError(Fate.DAMAGED, f"could not be unpacked ({type(problem).__name__})") from None


def _bounded(file: IO[bytes], most: int) -> bytes:
    raw = file.read(most + 1)
    if len(raw) > most:
        raise _RefusalError(Fate.TOO_LARGE, f"more than {most:,} bytes")
    return raw


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name. Some systems forget the flag for UTF-8; zipfile then reads code page 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _modified(entry: zipfile.ZipInfo) -> datetime | None:
    """The entry's time; 1980 is what is written when there is none."""
    try:
        return None if entry.date_time[0] <= 1980 else datetime(*entry.date_time)
    except ValueError:
        return None


def _is_junk(name: str) -> bool:
    return _JUNK.fullmatch(name) is not None


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_wanted(name: str) -> bool:
    return name.lower().endswith(".ipynb") or name == "timestamp.txt"
