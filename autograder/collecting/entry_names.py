"""Names of a zip's entries, in whatever encoding its maker wrote them. Pure.

UTF-8 where the entry says so, or a Unicode Path field (0x7075) that fits; else the one reading that makes
sense for all names of the zip, or the encoding that was given. What could be several names is none.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.intake.encodings import readings

_IS_UTF_8 = 0x800
_UNICODE_PATH = 0x7075


@dataclass(frozen=True, slots=True)
class EntryName:
    """An entry's name; `unclear` lists what else it could be when that is not certain."""

    text: str
    unclear: str = ""


def names_of(entries: Sequence[zipfile.ZipInfo], encoding: str | None) -> list[EntryName]:
    """The names of a zip's entries, in their order; `encoding` is that of names which do not tell theirs."""
    told = [_told(entry) for entry in entries]
    silent = sorted({_raw(entry) for entry, name in zip(entries, told, strict=True) if name is None})
    read = _read(silent, encoding)
    return [
        EntryName(name) if name is not None else read[_raw(entry)]
        for entry, name in zip(entries, told, strict=True)
    ]


def _told(entry: zipfile.ZipInfo) -> str | None:
    """The name of which the entry itself says how to read it."""
    if entry.flag_bits & _IS_UTF_8:
        return entry.filename
    raw = _raw(entry)
    return _unicode_path(entry.extra, raw) or (raw.decode() if raw.isascii() else None)


def _raw(entry: zipfile.ZipInfo) -> bytes:
    """The bytes of the name, which zipfile has read as code page 437."""
    name: str = entry.orig_filename
    return name.partition("\0")[0].encode("cp437", "replace")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in the Unicode Path field; it counts only with the checksum of the other name."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) > 5:
            version, checksum = struct.unpack("<BL", field[:5])
            if version == 1 and checksum == zlib.crc32(raw):
                return field[5:].decode("utf-8", "replace")
    return None


def _read(raws: Sequence[bytes], encoding: str | None) -> dict[bytes, EntryName]:
    if encoding is not None:
        return {raw: _as_given(raw, encoding) for raw in raws}
    found = readings(raws) if raws else ()
    if len(found) == 1:
        return {raw: EntryName(text) for raw, text in zip(raws, found[0].pieces, strict=True)}
    return {
        raw: EntryName(raw.decode("cp437"), _either(place, [(one.encoding, one.pieces) for one in found]))
        for place, raw in enumerate(raws)
    }


def _as_given(raw: bytes, encoding: str) -> EntryName:
    try:
        return EntryName(raw.decode(encoding))
    except UnicodeDecodeError:
        return EntryName(raw.decode("cp437"), f"its name is not in {encoding}")


def _either(place: int, found: Sequence[tuple[str, Sequence[str]]]) -> str:
    if not found:
        return "its name is in an encoding that the zip does not tell"
    return "its name may be " + " or ".join(
        f"{pieces[place][:60]} ({encoding})" for encoding, pieces in found
    )
