"""Downloaded zips, and zips that students handed in: entries read one by one within bounds, in memory."""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from autograder.collecting.entry_names import EntryName, names_of
from autograder.collecting.files import (
    Budget,
    File,
    Found,
    Parts,
    RefusalError,
    Refused,
    Wanted,
    bounded,
    files_below,
    is_junk,
    is_other_archive,
    is_zip,
)
from autograder.collecting.outcomes import Outcome
from autograder.intake.reading import MAX_BYTES

MAX_ENTRIES = 200_000
MAX_NESTED_ENTRIES = 10_000
MAX_SOURCE_BYTES = 1000 * MAX_BYTES
MAX_NESTED_BYTES = 4 * MAX_BYTES
_DEEPEST_ZIP = 2
_LONGEST_PATH = 64
_DIRECTORY_MARK = b"PK\x01\x02"
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError, IndexError, KeyError, OverflowError, MemoryError),
)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a source is read: which files' contents are wanted, and the encoding of names that was given."""

    wanted: Wanted
    encoding: str | None


def walk(source: Path, wanted: Wanted = lambda where: True, encoding: str | None = None) -> Iterator[Found]:
    """All files below a folder or in a zip, in the order of their names, without systems' junk.

    Only of `wanted` ones the content is read. `encoding` is that of zips' names which do not tell theirs.
    """
    way = _Way(wanted, encoding)
    if source.is_dir():
        yield from files_below(source, lambda file, where: _students_zip(file, where, way), wanted)
        return
    if is_other_archive(source.name):
        yield Refused((), Outcome.UNSUPPORTED, "an archive that is no zip")
        return
    try:
        with open(source, "rb") as file:
            yield from _walk_zip(file, (), MAX_ENTRIES, Budget(MAX_SOURCE_BYTES), way)
    except OSError as problem:
        yield Refused((), Outcome.DAMAGED, str(problem.strerror or problem))


def _students_zip(file: IO[bytes], where: Parts, way: _Way) -> Iterator[Found]:
    yield from _walk_nested(bounded(file, MAX_NESTED_BYTES), where, None, way)


def _walk_nested(raw: bytes, where: Parts, budget: Budget | None, way: _Way) -> Iterator[Found]:
    """A student's zip; `budget` is that of the student's zip around it."""
    if sum(1 for name in where if is_zip(name)) > _DEEPEST_ZIP:
        raise RefusalError(Outcome.TOO_LARGE, f"zips in zips, more than {_DEEPEST_ZIP} deep")
    if raw.count(_DIRECTORY_MARK) > MAX_NESTED_ENTRIES:  # counted before zipfile makes an object of each
        raise RefusalError(Outcome.TOO_LARGE, f"a zip of more than {MAX_NESTED_ENTRIES:,} entries")
    yield from _walk_zip(io.BytesIO(raw), where, MAX_NESTED_ENTRIES, budget or Budget(MAX_NESTED_BYTES), way)


def _walk_zip(file: IO[bytes], where: Parts, most: int, budget: Budget, way: _Way) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGES as problem:
        yield Refused(where, Outcome.DAMAGED, f"no zip that can be read ({type(problem).__name__})")
        return
    with archive:
        entries = archive.infolist()
        if len(entries) > most:
            yield Refused(where, Outcome.TOO_LARGE, f"a zip of more than {most:,} entries")
            return
        if where and not entries:
            yield Refused(where, Outcome.NO_NOTEBOOK, "a zip with nothing in it")
        named = zip(names_of(entries, way.encoding), entries, strict=True)
        for name, entry in sorted(named, key=lambda pair: pair[0].text):
            yield from _entry(archive, name, entry, where, budget, way)


def _entry(
    archive: zipfile.ZipFile, name: EntryName, entry: zipfile.ZipInfo, where: Parts, budget: Budget, way: _Way
) -> Iterator[Found]:
    parts = tuple(part for part in name.text.replace("\\", "/").split("/") if part not in ("", "."))
    if name.text.endswith(("/", "\\")) or not parts or any(map(is_junk, parts)):
        return
    inside, when = (*where, *parts), _modified(entry)
    try:
        _require_harmless(entry, name.text, parts)
        if name.unclear and not where:  # within a student's zip nothing depends on names
            raise RefusalError(Outcome.UNCLEAR_NAME, name.unclear)
        if is_zip(parts[-1]):
            for found in _walk_nested(_read(archive, entry, budget), inside, budget if where else None, way):
                yield replace(found, entered=when) if isinstance(found, File) and not where else found
        elif is_other_archive(parts[-1]):
            raise RefusalError(Outcome.UNSUPPORTED, "an archive that is no zip")
        else:
            raw = _read(archive, entry, budget) if way.wanted(inside) else None
            yield File(inside, raw, when, packed=bool(where), entered=None if where else when)
    except RefusalError as refusal:
        yield Refused(inside, refusal.outcome, refusal.detail)


def _require_harmless(entry: zipfile.ZipInfo, name: str, parts: Parts) -> None:
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        raise RefusalError(Outcome.OUTSIDE, "its name leads out of the zip")
    if len(parts) > _LONGEST_PATH:
        raise RefusalError(Outcome.TOO_LARGE, f"folders in folders, more than {_LONGEST_PATH} deep")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise RefusalError(Outcome.LINK, "a link to another place")
    if entry.flag_bits & 0x1:
        raise RefusalError(Outcome.ENCRYPTED, "protected by a password")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    """The content, whatever size the entry claims to have."""
    try:
        with archive.open(entry) as file:
            return budget.read(file)
    except _DAMAGES as problem:
        raise RefusalError(Outcome.DAMAGED, f"could not be unpacked ({type(problem).__name__})") from None


def _modified(entry: zipfile.ZipInfo) -> datetime | None:
    """The entry's time; 1980 is what is written when there is none."""
    try:
        return None if entry.date_time[0] <= 1980 else datetime(*entry.date_time)
    except ValueError:
        return None
