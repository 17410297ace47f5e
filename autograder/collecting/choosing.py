"""Which files of a download become submissions: a listing in, a decision on each file out. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from autograder.collecting.assigning import students_of
from autograder.collecting.outcomes import Outcome
from autograder.collecting.owner import Owner
from autograder.collecting.roster import Roster
from autograder.reasons import Reason

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a download. `problem` is why it cannot be graded (NOT_A_NOTEBOOK also where it is none,
    WRONG_UNIT for another unit's). Times are in UTC: `told` by the download, `modified` that of the file.
    `shows` are the addresses of pictures in a notebook's texts.
    """

    source: str
    where: tuple[str, ...]
    owner: Owner | None
    digest: str
    problem: Reason | None
    told: datetime | None = None
    modified: datetime | None = None
    shows: tuple[str, ...] = ()

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
    """What becomes of a file, and why; `entry` is None for one that was not read. `pictures` are the
    files that come along, by the names that they get.
    """

    outcome: Outcome
    student: str
    file: str
    detail: str = ""
    entry: Entry | None = None
    pictures: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file as one student gets it."""

    student: str
    owner: Owner
    entry: Entry
    note: str


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
    people: dict[str, list[_Given]] = {}
    nobodys: dict[tuple[Outcome, str, str], Entry] = {}  # for whom there is no student, each once
    decisions = []
    for entry in entries:
        if entry.owner is None:
            if entry.is_notebook:
                decisions.append(_decision(Outcome.NO_STUDENT, "", entry, "nothing says whose it is"))
            continue
        assigned = students_of(entry.owner, roster)
        for student, owner in assigned.students:
            given = _Given(student, owner, entry, assigned.detail)
            people.setdefault(student.casefold(), []).append(given)
        if assigned.outcome is not None:
            key = assigned.outcome, entry.owner.key, assigned.detail
            nobodys[key] = entry if entry.is_notebook else nobodys.get(key, entry)
    for (outcome, called, detail), entry in sorted(nobodys.items(), key=lambda item: item[0]):
        decisions.append(_decision(outcome, called, entry, detail))
    for _, files in sorted(people.items()):
        student = files[0].student
        certain, doubtful = _parted(files)
        decisions += [_doubted(student, given) for given in doubtful]
        refusal = _refusal(student, certain, roster)
        decisions += [refusal] if refusal else _of_one(student, certain, unit, present(student), force)
    return _with_equals(decisions)


def _parted(files: Sequence[_Given]) -> tuple[Sequence[_Given], Sequence[_Given]]:
    """The files, and apart from them the notebooks that may be somebody else's, where others are certain:
    nobody keeps a student's own work out by a name that reads like theirs.
    """
    books = [given for given in files if given.entry.is_notebook]
    doubtful = [given for given in books if _has_unsure_number(given.owner)]
    if len(doubtful) in (0, len(books)):
        return files, ()
    return [given for given in files if given not in doubtful], doubtful


def _doubted(student: str, given: _Given) -> Decision:
    said = f"it may be {student}'s, of whom another file is certain: {given.owner.guessed}"
    return _decision(Outcome.DOUBTFUL, "", given.entry, said)


def _refusal(student: str, files: Sequence[_Given], roster: Roster | None) -> Decision | None:
    """Why nothing can be collected under this name, if so: it would be several people's."""
    books = [given for given in files if given.entry.is_notebook]
    owners = {_called(given.owner): given for given in books or files}
    guesses = {given.entry.digest for given in owners.values() if given.owner.guessed}
    claims = len(guesses) > 1 or any(_has_unsure_number(given.owner) for given in owners.values())
    if len(owners) > 1 and not any(given.owner.team for given in files) and (roster is None or claims):
        called = " and ".join(sorted(owners))
        return _decision(Outcome.SAME_NAME, student, files[0].entry, f"{called} would both be {student}")
    return None


def _called(owner: Owner) -> str:
    """What tells people apart; whose number is a guess is apart from who has it for certain."""
    doubt = f" ({owner.guessed})" if _has_unsure_number(owner) else ""
    return unicodedata.normalize("NFC", owner.key) + doubt


def _has_unsure_number(owner: Owner) -> bool:
    return bool(owner.number and owner.guessed) and not owner.sure


def _of_one(
    student: str, files: Sequence[_Given], unit: str, present: Present | None, force: bool
) -> list[Decision]:
    """Decisions on all files of one student."""
    books = sorted((given for given in files if given.entry.is_notebook), key=_age)
    fitting = [given for given in books if given.entry.problem is None]
    damaged = [given for given in books if given.entry.problem not in (None, Reason.WRONG_UNIT)]
    typed = [given.entry for given in files if given.owner.is_text]
    if not fitting and not damaged:
        if typed and not books:
            return [_decision(Outcome.ONLINE_TEXT, student, typed[-1], "")]
        found = "only another unit's notebook" if books else "no notebook among the files"
        return [_decision(Outcome.NO_NOTEBOOK, student, (books or list(files))[-1].entry, found)]
    chosen = (fitting or damaged)[-1]
    note = f"beside it text typed into the system: {typed[-1].where[-1]}" if typed else ""
    decisions = [_against(student, replace(chosen, note=_joined(chosen.note, note)), unit, present, force)]
    for given in (*fitting, *damaged):
        if given is not chosen:
            decisions.append(
                _decision(Outcome.EARLIER, student, given.entry, _why_not(given.entry, chosen.entry))
            )
    return decisions


def _why_not(entry: Entry, chosen: Entry) -> str:
    if entry.digest == chosen.digest:
        return "the same content as the one taken"
    return (
        "a newer one was there" if entry.problem is None else f"{entry.problem.value}; a sound one was there"
    )


def _age(given: _Given) -> tuple[datetime, int, datetime, tuple[str, ...]]:
    """Sorts the newest last: by the time that the download tells, the order of uploads, the file's time."""
    entry = given.entry
    return entry.told or _LONG_AGO, given.owner.order, entry.modified or _LONG_AGO, entry.where


def _against(student: str, chosen: _Given, unit: str, present: Present | None, force: bool) -> Decision:
    """The chosen file against the one in submitted/."""
    notes, entry = _notes(chosen, unit), chosen.entry
    if present is None:
        return _decision(Outcome.COLLECTED, student, entry, notes)
    if present.digest == entry.digest and entry.told in (None, present.told):
        return _decision(Outcome.UNCHANGED, student, entry, notes)
    ours, theirs = entry.told or entry.modified, present.told or present.modified
    if force or (ours is not None and ours > theirs):
        return _decision(Outcome.REPLACED, student, entry, notes)
    return _decision(Outcome.NOT_NEWER, student, entry, notes)


def _notes(chosen: _Given, unit: str) -> str:
    entry, owner = chosen.entry, chosen.owner
    notes = [chosen.note, owner.guessed]
    if owner.late:
        notes.append("late" if entry.told else "late, by an unknown time")
    if entry.problem is not None:
        notes.append(f"cannot be graded: {entry.problem.value}")
    elif unit not in entry.where[-1]:
        notes.append("recognised by its contents")
    return _joined(*notes)


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _with_equals(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions; that two people handed in the same content is said (of a team it is clear)."""
    first: dict[str, Decision] = {}
    told = []
    for decision in decisions:
        entry = decision.entry
        taken = decision.student and decision.outcome is not Outcome.EARLIER
        if entry is not None and entry.is_notebook and taken:
            other = first.setdefault(entry.digest, decision)
            apart = other.entry is not None and other.entry.where != entry.where
            if other.student != decision.student and apart:
                same = f"the same content as {other.student}'s"
                detail = _joined(decision.detail, same)
                decision = replace(decision, detail=detail)
        told.append(decision)
    return tuple(told)


def _decision(outcome: Outcome, student: str, entry: Entry, detail: str) -> Decision:
    return Decision(outcome, student, "/".join((entry.source, *entry.where)), detail, entry)
