"""Collect submissions from downloaded folders and zips into submitted/<student>/<unit>/<unit>.ipynb.

Files are listed, then decided on (autograder.collecting.choosing), then the chosen ones are read once more
and written, each aside and renamed; nothing is unpacked to disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace as changed
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from nbgrader.utils import parse_utc
from rich.console import Console
from rich.table import Table

from autograder.collecting.archives import File, Refused, walk
from autograder.collecting.choosing import Decision, Entry, Present, decide, unwrapped, with_times
from autograder.collecting.fates import Fate
from autograder.collecting.lms import owner_of
from autograder.collecting.roster import Roster
from autograder.course import Course
from autograder.errors import CourseError, SubmissionError
from autograder.grading.records import digest_of
from autograder.intake import files as submissions
from autograder.intake.reading import read_submission
from autograder.reasons import Reason
from autograder.terminal import shown
from autograder.units.plan import Plan, read_plan
from autograder.whole_files import replace, told_whose_fault

_WRITTEN = (Fate.COLLECTED, Fate.REPLACED)
_TIME_NOTE = "timestamp.txt"
_LONGEST_NOTE = 200
_WORTH_NO_LINE = (Fate.UNCHANGED,)


def collect(
    course: Course,
    unit: str,
    sources: Sequence[Path],
    roster: Roster | None = None,
    zone: tzinfo | None = None,
    force: bool = False,
) -> tuple[Decision, ...]:
    """Collect the unit's notebooks from these zips and folders; returns what became of each file.

    `zone` is the time zone of times that a download tells, by default this machine's. What lies in
    submitted/ is replaced by what is newer, or by anything with `force`. Raises CourseError when a source
    is not there, or the disk refuses; what was written before stays.
    """
    plan = read_plan(course.instructor(unit))
    entries: list[Entry] = []
    decisions: list[Decision] = []
    for source in sources:
        listed, refused = listing(source, plan, zone)
        entries += listed
        decisions += refused
    decisions += decide(entries, unit, lambda student: _present(course, unit, student), roster, force)
    decisions = [_unless_linked(course, unit, decision) for decision in decisions]
    _write(course, unit, decisions)
    return tuple(decisions)


def listing(source: Path, plan: Plan, zone: tzinfo | None = None) -> tuple[list[Entry], list[Decision]]:
    """What a folder or zip holds, each notebook looked into, and what was refused there."""
    if not source.exists():
        raise CourseError(f"there is no {source}", "name a zip, or a folder, with submissions")
    files: list[Entry] = []
    refused: list[Decision] = []
    notes: dict[tuple[str, tuple[str, ...]], datetime] = {}
    name = str(source)
    for found in walk(source):
        if isinstance(found, Refused):
            refused.append(Decision(found.fate, "", "/".join((name, *found.where)), found.detail))
        elif found.where[-1] == _TIME_NOTE:
            told = _noted(found.raw or b"")
            if told is not None:
                notes[name, found.where[:-1]] = told
        else:
            files.append(_entry(name, found, plan, zone))
    skipped = unwrapped((file.where for file in files), plan.unit, source.stem)
    return [_owned(file, skipped, zone) for file in with_times(files, notes)], refused


def show(decisions: Iterable[Decision], console: Console) -> None:
    """A line for each file that became a submission, then for each that somebody must look at, and what to
    do.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("file", overflow="fold")
    table.add_column("what to know, what to do")
    advised: set[Fate] = set()
    for decision in sorted(decisions, key=lambda one: bool(one.fate.advice)):
        fate = decision.fate
        if fate in _WORTH_NO_LINE:
            continue
        file = decision.file if fate.advice else decision.file.rsplit("/", 1)[-1]
        said = "; ".join(filter(None, (decision.detail, "" if fate in advised else fate.advice)))
        advised.add(fate)
        parts = (decision.student, fate.value, file, said)
        table.add_row(*(shown(part.replace("\n", "?")) for part in parts))
    if table.row_count:
        console.print(table)


def counted(decisions: Sequence[Decision]) -> str:
    """How many files met which fate, in words."""
    counts = {fate: sum(1 for one in decisions if one.fate is fate) for fate in Fate}
    done = (Fate.COLLECTED, Fate.REPLACED, Fate.UNCHANGED)
    waiting = sum(number for fate, number in counts.items() if fate.advice)
    return ", ".join([*(f"{counts[fate]} {fate.value}" for fate in done), f"{waiting} for you to look at"])


def _entry(source: str, file: File, plan: Plan, zone: tzinfo | None) -> Entry:
    modified = _in_utc(file.modified, zone)
    if file.raw is None:
        return Entry(source, file.where, None, "", Reason.NOT_A_NOTEBOOK, modified=modified)
    return Entry(source, file.where, None, digest_of(file.raw), _problem(file.raw, plan), modified=modified)


def _owned(entry: Entry, skipped: int, zone: tzinfo | None) -> Entry:
    owner = owner_of(entry.where[skipped:])
    told = entry.told or (_in_utc(owner.told, zone) if owner else None)
    return changed(entry, owner=owner, told=told)


def _problem(raw: bytes, plan: Plan) -> Reason | None:
    try:
        read_submission(raw, plan)
    except SubmissionError as problem:
        return problem.reason
    return None


def _noted(raw: bytes) -> datetime | None:
    """The time in a note that nbgrader's exchange has left; a damaged one is like none."""
    try:
        told = parse_utc(raw[:_LONGEST_NOTE].decode().strip())
        return None if told is None else told.replace(microsecond=0, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _in_utc(when: datetime | None, zone: tzinfo | None) -> datetime | None:
    """A time without a zone is one of `zone`, or of this machine's."""
    if when is None:
        return None
    try:
        return (when if when.tzinfo or zone is None else when.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _present(course: Course, unit: str, student: str) -> Present | None:
    folder = course.submitted / student / unit
    if not folder.is_dir():
        return None
    submitted = submissions.read(course, unit, student)
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
    """Nothing is written through a link in submitted/."""
    if decision.fate not in _WRITTEN:
        return decision
    book = course.submitted / decision.student / unit / f"{unit}.ipynb"
    for path in (book.parent.parent, book.parent, book):
        if path.is_symlink():
            return changed(decision, fate=Fate.LINK, detail=f"{path} is a link")
    return decision


def _write(course: Course, unit: str, decisions: Iterable[Decision]) -> None:
    """Write what was decided on; sources are read once more, so that a class need not fit into memory."""
    wanted: dict[str, dict[tuple[str, ...], Decision]] = {}
    for decision in decisions:
        if decision.fate in _WRITTEN and decision.entry is not None:
            wanted.setdefault(decision.entry.source, {})[decision.entry.where] = decision
    for source, chosen in wanted.items():
        for found in walk(Path(source)):
            if isinstance(found, File) and found.where in chosen:
                decision = chosen[found.where]
                if decision.entry is None or digest_of(found.raw or b"") != decision.entry.digest:
                    break
                _put(course, unit, decision.student, decision.entry, found.raw or b"")
                del chosen[found.where]
        if chosen:
            raise CourseError(f"{source} changed while it was read", "collect again")


def _put(course: Course, unit: str, student: str, entry: Entry, raw: bytes) -> None:
    folder = course.submitted / student / unit
    book, note = folder / f"{unit}.ipynb", folder / _TIME_NOTE
    with told_whose_fault(folder):
        replace(book, raw)
        when = entry.told or entry.modified
        if when is not None:
            os.utime(book, (when.timestamp(), when.timestamp()))
        if entry.told is not None:
            replace(note, f"{entry.told:%Y-%m-%d %H:%M:%S} UTC\n")
        else:
            note.unlink(missing_ok=True)  # it would date the notebook that was replaced
