"""Collect submissions from downloaded folders and zips into submitted/<student>/<unit>/<unit>.ipynb.

Files are listed, then decided on (autograder.collecting.choosing), then the chosen ones are read once more
and written, each aside and renamed; nothing is unpacked to disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.collecting import record
from autograder.collecting.archives import walk
from autograder.collecting.choosing import Decision, Entry, Present, decide
from autograder.collecting.files import File, Parts
from autograder.collecting.listing import TIME_NOTE, Listing, list_source
from autograder.collecting.outcomes import Outcome
from autograder.collecting.pictures import with_pictures
from autograder.collecting.remarks import remarks_on
from autograder.collecting.roster import Roster
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.records import digest_of
from autograder.intake import files as submissions
from autograder.units.plan import read_plan
from autograder.whole_files import replace, told_whose_fault

MAX_PICTURE_BYTES = 10_000_000
_WRITTEN = (Outcome.COLLECTED, Outcome.REPLACED)


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of each file, and what there is to say of the download as a whole."""

    decisions: tuple[Decision, ...]
    remarks: tuple[str, ...]


def collect(
    course: Course,
    unit: str,
    sources: Sequence[Path],
    roster: Roster | None = None,
    zone: tzinfo | None = None,
    force: bool = False,
    encoding: str | None = None,
    on_look: Callable[[], object] = lambda: None,
) -> Collected:
    """Collect the unit's notebooks from these zips and folders.

    `zone` is the time zone of times that a download tells, by default this machine's, `encoding` that of
    names in zips which do not tell theirs. What lies in submitted/ is replaced by what is newer, or by
    anything with `force`. `on_look` hears of each file that was looked into. Raises CourseError when a source
    is not there, or the disk refuses; what was written before stays.
    """
    plan = read_plan(course.instructor(unit))
    listings = {str(source): list_source(source, plan, zone, encoding, on_look) for source in sources}
    entries = [entry for listing in listings.values() for entry in listing.entries]
    judged = decide(entries, unit, lambda student: _present(course, unit, student), roster, force)
    decided = [_unless_linked(course, unit, decision) for decision in with_pictures(judged, entries)]
    _write(course, unit, decided, encoding)
    record.keep(course, unit, _told(decided, listings))
    refused = [decision for listing in listings.values() for decision in listing.refused]
    return Collected((*refused, *decided), remarks_on(listings, decided, zone))


def _told(decisions: Iterable[Decision], listings: dict[str, Listing]) -> dict[str, record.Told]:
    return {
        decision.student: record.told_of(entry, listings[entry.source].layout.system, decision.pictures)
        for decision in decisions
        if (entry := decision.entry) is not None and decision.outcome in (*_WRITTEN, Outcome.UNCHANGED)
    }


def _present(course: Course, unit: str, student: str) -> Present | None:
    folder = course.submitted / student / unit
    if not folder.is_dir():
        return None
    submitted = submissions.read(Assignment(course, unit), student)
    told = submitted.timestamp
    book = folder / f"{unit}.ipynb"
    if submitted.problem is not None or not book.exists():
        return None
    return Present(
        digest_of(submitted.raw),
        told.replace(microsecond=0, tzinfo=UTC) if told else None,
        datetime.fromtimestamp(int(book.stat().st_mtime), UTC),
    )


def _unless_linked(course: Course, unit: str, decision: Decision) -> Decision:
    """Nothing is written through a link in submitted/, nor over what is no file."""
    if decision.outcome not in _WRITTEN:
        return decision
    book = course.submitted / decision.student / unit / f"{unit}.ipynb"
    for path in (book.parent.parent, book.parent, book):
        if path.is_symlink():
            return changed(decision, outcome=Outcome.LINK, detail=f"{path} is a link")
        if path.exists() and path.is_dir() == (path is book):
            return changed(decision, outcome=Outcome.DAMAGED, detail=f"{path} is in the way")
    return decision


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to copy out of a source: notebooks, each for one or more students, and where pictures go."""

    books: dict[Parts, list[tuple[str, Entry]]] = field(default_factory=dict)
    pictures: dict[Parts, list[Path]] = field(default_factory=dict)


def _write(course: Course, unit: str, decisions: Iterable[Decision], encoding: str | None) -> None:
    """Write what was decided on; sources are read once more, so that a class need not fit into memory."""
    kept = record.load(course, unit)
    wanted: dict[str, _Wanted] = {}
    for decision in decisions:
        entry = decision.entry
        if entry is not None and decision.outcome in (*_WRITTEN, Outcome.UNCHANGED):
            folder = course.submitted / decision.student / unit
            of_source = wanted.setdefault(entry.source, _Wanted())
            if decision.outcome in _WRITTEN:
                _remove(folder, record.pictures_of(kept, decision.student))
                of_source.books.setdefault(entry.where, []).append((decision.student, entry))
            for name, where in decision.pictures.items():
                of_source.pictures.setdefault(where, []).append(folder / name)
    for source, files in wanted.items():
        if files.books or files.pictures:
            _copy(course, unit, Path(source), files, encoding)


def _copy(course: Course, unit: str, source: Path, wanted: _Wanted, encoding: str | None) -> None:
    """Write the wanted files of a source."""
    missing = set(wanted.books)
    for found in walk(source, lambda where: where in wanted.books or where in wanted.pictures, encoding):
        if not isinstance(found, File) or found.raw is None:
            continue
        for student, entry in wanted.books.get(found.where, ()):
            if digest_of(found.raw) != entry.digest:
                break
            _put(course, unit, student, entry, found.raw)
            missing.discard(found.where)
        if len(found.raw) <= MAX_PICTURE_BYTES:
            for path in wanted.pictures.get(found.where, ()):
                _put_picture(course.submitted, path, found.raw)
    if missing:
        raise CourseError(f"{source} changed while it was read", "collect again")


def _put(course: Course, unit: str, student: str, entry: Entry, raw: bytes) -> None:
    folder = course.submitted / student / unit
    book, note = folder / f"{unit}.ipynb", folder / TIME_NOTE
    with told_whose_fault(folder):
        replace(book, raw)
        when = entry.told or entry.modified
        if when is not None:
            with suppress(OverflowError):
                os.utime(book, (when.timestamp(), when.timestamp()))
        if entry.told is not None:
            replace(note, f"{entry.told:%Y-%m-%d %H:%M:%S} UTC\n")
        else:
            note.unlink(missing_ok=True)  # it would date the notebook that was replaced


def _put_picture(submitted: Path, path: Path, raw: bytes) -> None:
    """A picture beside the notebook, unless a file or a link of the course's is in its way."""
    with told_whose_fault(path), suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
        below = [place for place in (path, *path.parents) if submitted in place.parents]
        if not any(place.is_symlink() for place in below):
            replace(path, raw)


def _remove(folder: Path, names: Iterable[str]) -> None:
    """Remove pictures of the submission that is replaced."""
    for name in names:
        path = folder / name
        if ".." not in Path(name).parts and not path.is_symlink():
            with suppress(OSError):
                path.unlink()
