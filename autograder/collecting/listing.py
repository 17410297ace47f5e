"""What a downloaded folder or zip holds: each file with its owner, each notebook looked into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.collecting.archives import walk
from autograder.collecting.choosing import Decision, Entry
from autograder.collecting.files import File, Parts, Refused
from autograder.collecting.layouts import PLAIN, Layout, is_record, layout_of
from autograder.collecting.pictures import shown_in
from autograder.errors import CourseError, SubmissionError
from autograder.grading.records import digest_of
from autograder.intake.files import parse_timestamp
from autograder.intake.reading import read_submission
from autograder.reasons import Reason
from autograder.units.plan import Plan

TIME_NOTE = "timestamp.txt"
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """A source's files, and what of it was refused; `assumed_zone` when a time without a zone was read."""

    layout: Layout
    entries: tuple[Entry, ...]
    refused: tuple[Decision, ...]
    assumed_zone: bool


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file and what is in it."""

    file: File
    digest: str
    problem: Reason | None
    shows: tuple[str, ...] = ()


def list_source(
    source: Path,
    plan: Plan,
    zone: tzinfo | None = None,
    encoding: str | None = None,
    on_look: Callable[[], object] = lambda: None,
) -> Listing:
    """What a folder or zip holds; `on_look` hears of each file that was looked into. CourseError when there
    is no such source.
    """
    if not source.exists():
        raise CourseError(f"there is no {source}", "name a zip, or a folder, with submissions")
    looked: list[_Looked] = []
    refused: list[Decision] = []
    records: dict[Parts, bytes] = {}
    notes: dict[Parts, datetime] = {}
    for found in walk(source, _is_wanted, encoding):
        if isinstance(found, Refused):
            refused.append(Decision(found.outcome, "", "/".join((str(source), *found.where)), found.detail))
            continue
        if found.where[-1] == TIME_NOTE:
            _note(found, notes)
        elif is_record(found.where[-1]):
            records[found.where] = found.raw or b""
        looked.append(_look(found, plan))
        on_look()
    layout = layout_of((one.file.where for one in looked), plan.unit, source.stem, records)
    owned = [_entry(str(source), one, layout, notes, zone) for one in looked]
    naive = any(
        entry.told is not None
        and (entry.owner is None or entry.owner.told is None or not entry.owner.told.tzinfo)
        for entry in owned
    )
    return Listing(layout, tuple(owned), tuple(refused), naive and layout.system != PLAIN)


def _is_wanted(where: Parts) -> bool:
    name = where[-1]
    return name.lower().endswith(".ipynb") or name == TIME_NOTE or is_record(name)


def _note(found: File, notes: dict[Parts, datetime]) -> None:
    """A time that nbgrader's exchange has left beside a notebook; what a student packed into a zip tells
    none.
    """
    told = None if found.packed else _noted(found.raw or b"")
    if told is not None:
        notes[found.where[:-1]] = told


def _look(file: File, plan: Plan) -> _Looked:
    if not file.where[-1].lower().endswith(".ipynb"):
        return _Looked(file, "", Reason.NOT_A_NOTEBOOK)
    raw = file.raw or b""
    try:
        return _Looked(file, digest_of(raw), None, shown_in(read_submission(raw, plan).notebook))
    except SubmissionError as problem:
        return _Looked(file, digest_of(raw), problem.reason)
    except (RecursionError, ValueError, TypeError, AttributeError, KeyError, OverflowError):
        # One student's file never stops the others.
        return _Looked(file, digest_of(raw), Reason.NOT_A_NOTEBOOK)


def _entry(
    source: str, looked: _Looked, layout: Layout, notes: Mapping[Parts, datetime], zone: tzinfo | None
) -> Entry:
    file = looked.file
    owner = layout.owner(file.where)
    modified = in_utc(file.modified, zone)
    told = in_utc(owner.told, zone) if owner else None
    if told is None and owner is not None:
        if layout.writes_times:
            told = in_utc(file.entered, zone)
        elif layout.system == PLAIN and not owner.guessed and len(file.where) <= layout.skipped + 3:
            told = notes.get(file.where[:-1])
    return Entry(source, file.where, owner, looked.digest, looked.problem, told, modified, looked.shows)


def in_utc(when: datetime | None, zone: tzinfo | None) -> datetime | None:
    """A time without a zone is one of `zone`, or of this machine's."""
    if when is None:
        return None
    try:
        return (when if when.tzinfo or zone is None else when.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _noted(raw: bytes) -> datetime | None:
    """The time in a note that nbgrader's exchange has left; a damaged one is like none."""
    try:
        told = parse_timestamp(raw[:_LONGEST_NOTE].decode().strip())
    except UnicodeDecodeError:
        return None
    return None if told is None else told.replace(microsecond=0, tzinfo=UTC)
