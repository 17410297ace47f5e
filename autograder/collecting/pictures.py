"""Pictures beside a notebook that its texts show: which files of a download they are, and what to call
them. Pure.

They come along under the names by which the texts call them, below the notebook's folder; everything else
that was handed in stays where it is, and is listed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from autograder.collecting.choosing import Decision, Entry
from autograder.collecting.layouts import is_record
from autograder.collecting.owner import Owner

MOST = 20
_LONGEST_NAME = 100
_DEEPEST = 4
_KINDS = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp")
_MOST_TEXT = 1_000_000
_SHOWN = re.compile(r"!\[[^\]\n]{0,200}\]\(\s{0,20}(?:<(?P<wide>[^>\n]{1,500})>|(?P<plain>[^\s)<>]{1,500}))")
_TAG = re.compile(
    r"<img\b[^>]{0,200}?\bsrc\s{0,20}=\s{0,20}(?:\"([^\"\n]{1,500})\"|'([^'\n]{1,500})')", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/|#", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\:*?\"<>|]")
_NAMED = 5
_COMMON = 4
_Upload = tuple[str, str, datetime | None]  # of one owner at one time


def shown_in(notebook: Mapping[str, Any]) -> tuple[str, ...]:
    """The relative addresses of pictures in the notebook's texts, each once."""
    found: dict[str, None] = {}
    left = _MOST_TEXT
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" and left > 0:
            source = cell["source"][:left]
            left -= len(source)
            for match in (*_SHOWN.finditer(source), *_TAG.finditer(source)):
                address = next(filter(None, match.groups()))
                if not _ELSEWHERE.match(address) and len(found) < 2 * MOST:
                    found[unquote(address)] = None
    return tuple(found)


def with_pictures(decisions: Iterable[Decision], entries: Sequence[Entry]) -> list[Decision]:
    """The decisions with the pictures that come along, and with what does not come along in their details."""
    others: dict[_Upload, list[Entry]] = {}
    for entry in entries:
        if entry.owner is not None and not entry.is_notebook and not entry.owner.is_text:
            others.setdefault(_upload(entry, entry.owner), []).append(entry)
    return [_completed(decision, others) for decision in decisions]


def _upload(entry: Entry, owner: Owner) -> _Upload:
    return entry.source, owner.key, owner.told


def _completed(decision: Decision, others: Mapping[_Upload, list[Entry]]) -> Decision:
    book = decision.entry
    if book is None or book.owner is None or not book.is_notebook or decision.outcome.advice:
        return decision
    beside = {_normal(entry.where): entry for entry in others.get(_upload(book, book.owner), ())}
    wanted = {address: _normal((*book.where[:-1], *PurePosixPath(address).parts)) for address in book.shows}
    flat = {place[-1]: place for place in beside if place[:-1] == _normal(book.where[:-1])}
    pictures: dict[str, tuple[str, ...]] = {}
    for address, place in wanted.items():
        found = place if place in beside else _in_one_folder(address, book.where[-1], flat)
        if found is not None and _is_safe(address) and len(pictures) < MOST:
            pictures[str(PurePosixPath(address))] = beside[found].where
    missing = [address for address in book.shows if str(PurePosixPath(address)) not in pictures]
    left = {entry.where[-1] for entry in beside.values() if entry.where not in pictures.values()}
    left = {name for name in left if name != "timestamp.txt" and not is_record(name)}
    notes = [
        decision.detail,
        _listed("shows what is not there", missing),
        _listed("not taken along", sorted(left)),
    ]
    return replace(decision, pictures=pictures, detail="; ".join(filter(None, notes)))


def _in_one_folder(address: str, book: str, flat: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The picture where the system puts the files of all students into one folder, and before each name what
    those of one student have in common.
    """
    name = f"_{unicodedata.normalize('NFC', PurePosixPath(address).name)}"
    found = [
        place for file, place in flat.items() if file.endswith(name) and file[:_COMMON] == book[:_COMMON]
    ]
    return found[0] if len(found) == 1 else None


def _is_safe(address: str) -> bool:
    parts = PurePosixPath(address).parts
    return (
        0 < len(parts) <= _DEEPEST
        and parts[-1].lower().endswith(_KINDS)
        and not any(part.startswith((".", "-")) or _UNSAFE.search(part) for part in parts)
        and all(
            len(part.encode("utf-8", "replace")) <= _LONGEST_NAME and part.isprintable() for part in parts
        )
    )


def _normal(where: Iterable[str]) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", part) for part in where)


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{what}: {', '.join(name[:80] for name in names[:_NAMED])}{more}"
