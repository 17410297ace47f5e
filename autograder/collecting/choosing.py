"""Which files of a download become submissions: a listing in, a decision on each file out. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from autograder.collecting.fates import Fate
from autograder.collecting.lms import Owner, is_lms_name
from autograder.collecting.roster import Roster
from autograder.reasons import Reason

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a download. `problem` is why it cannot be graded (NOT_A_NOTEBOOK also where it is none,
    WRONG_UNIT for another unit's). Times are in UTC: `told` by the download, `modified` that of the file.
    """

    source: str
    where: tuple[str, ...]
    owner: Owner | None
    digest: str
    problem: Reason | None
    told: datetime | None = None
    modified: datetime | None = None

    @property
    def is_notebook(self) -> bool:
        """Whether it is named as a notebook is."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class Present:
    """What lies in submitted/ already: its content's digest, the time it notes, and the time of the file."""

    digest: str
    told: datetime | None
    modified: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a file, and why; `entry` is None for one that was not read."""

    fate: Fate
    student: str
    file: str
    detail: str = ""
    entry: Entry | None = None


def decide(
    entries: Sequence[Entry],
    unit: str,
    present: Callable[[str], Present | None],
    roster: Roster | None = None,
    force: bool = False,
) -> tuple[Decision, ...]:
    """One decision for each file that matters to a person, by student.

    Of a student's sound notebooks of the unit the newest is taken, of damaged ones only where there is no
    sound one. `present` tells what the student has in submitted/; it gives way to what is newer.
    """
    people: dict[str, list[tuple[str, Entry]]] = {}
    decisions = []
    for entry in entries:
        if entry.owner is not None:
            student = entry.owner.student if roster is None else roster.find(entry.owner)
            key = student.casefold() or f"\0{entry.owner.key}"
            people.setdefault(key, []).append((student, entry))
        elif entry.is_notebook:
            decisions.append(_decision(Fate.NO_STUDENT, "", entry, "it lies in no student's folder"))
    for _, files in sorted(people.items()):
        student, own = files[0][0], [entry for _, entry in files]
        refusal = _unusable(student, own, roster)
        decisions += [refusal] if refusal else _of_one(student, own, unit, present(student), force)
    return tuple(decisions)


def _unusable(student: str, entries: Sequence[Entry], roster: Roster | None) -> Decision | None:
    """Why nothing can be collected under this name, if so."""
    owners = {unicodedata.normalize("NFC", entry.owner.key): entry.owner for entry in entries if entry.owner}
    called = " and ".join(sorted(owners))
    if not student:
        fate = Fate.BAD_NAME if roster is None else Fate.UNKNOWN
        return _decision(fate, called, entries[0], "")
    if roster is None and len(owners) > 1:
        return _decision(Fate.COLLISION, student, entries[0], f"{called} would both be {student}")
    return None


def _of_one(
    student: str, entries: Sequence[Entry], unit: str, present: Present | None, force: bool
) -> list[Decision]:
    """Decisions on all files of one student."""
    books = sorted((entry for entry in entries if entry.is_notebook), key=_age)
    fitting = [entry for entry in books if entry.problem is None]
    damaged = [entry for entry in books if entry.problem not in (None, Reason.WRONG_UNIT)]
    if not fitting and not damaged:
        found = "only another unit's notebook" if books else "no notebook among the files"
        return [_decision(Fate.NO_NOTEBOOK, student, (books or entries)[-1], found)]
    chosen = (fitting or damaged)[-1]
    decisions = [_against(student, chosen, unit, present, force)]
    for entry in (*fitting, *damaged):
        if entry is not chosen and entry.digest != chosen.digest:
            why = (
                "a newer one was there"
                if entry.problem is None
                else f"{entry.problem.value}; a sound one was there"
            )
            decisions.append(_decision(Fate.EARLIER, student, entry, why))
    return decisions


def _age(entry: Entry) -> tuple[datetime, int, datetime, tuple[str, ...]]:
    """Sorts the newest last: by the time that the download tells, the order of uploads, the file's time."""
    order = entry.owner.order if entry.owner else 0
    return entry.told or _LONG_AGO, order, entry.modified or _LONG_AGO, entry.where


def _against(student: str, chosen: Entry, unit: str, present: Present | None, force: bool) -> Decision:
    """The chosen file against the one in submitted/."""
    notes = _notes(chosen, unit)
    if present is None:
        return _decision(Fate.COLLECTED, student, chosen, notes)
    if present.digest == chosen.digest and chosen.told in (None, present.told):
        return _decision(Fate.UNCHANGED, student, chosen, notes)
    ours, theirs = chosen.told or chosen.modified, present.told or present.modified
    if force or (ours is not None and ours > theirs):
        return _decision(Fate.REPLACED, student, chosen, notes)
    return _decision(Fate.NOT_NEWER, student, chosen, notes)


def _notes(chosen: Entry, unit: str) -> str:
    notes = []
    if chosen.owner is not None and chosen.owner.late:
        notes.append("late, by an unknown time")
    if chosen.problem is not None:
        notes.append(f"cannot be graded: {chosen.problem.value}")
    elif unit not in chosen.where[-1]:
        notes.append("recognised by its contents")
    return "; ".join(notes)


def _decision(fate: Fate, student: str, entry: Entry, detail: str) -> Decision:
    return Decision(fate, student, "/".join((entry.source, *entry.where)), detail, entry)


def unwrapped(paths: Iterable[tuple[str, ...]], unit: str, stem: str) -> int:
    """How many folders around all students' folders to leave out: a zip (its name without .zip is `stem`)
    often holds one folder with all. Otherwise one folder around everything is a student's.
    """
    listed = list(paths)
    tops = {path[0] for path in listed}
    if len(tops) != 1 or is_lms_name(*tops):
        return 0
    below = {path[1]: len(path) > 2 for path in listed if len(path) > 1}
    folders = {name for name, is_folder in below.items() if is_folder}
    if any(is_lms_name(name) for name in below):
        return 1
    return 1 if folders and unit not in folders and (len(folders) > 1 or tops == {stem}) else 0


def with_times(
    entries: Iterable[Entry], notes: Mapping[tuple[str, tuple[str, ...]], datetime]
) -> list[Entry]:
    """The entries with the times that notes (by source and folder) beside them tell."""
    return [
        replace(entry, told=entry.told or notes.get((entry.source, entry.where[:-1]))) for entry in entries
    ]
