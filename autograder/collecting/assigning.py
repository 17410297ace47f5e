"""To which students an owner's files go: one, the members of a team, or nobody and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.collecting.outcomes import Outcome
from autograder.collecting.owner import Owner
from autograder.collecting.roster import Roster


@dataclass(frozen=True, slots=True)
class Assigned:
    """The students, each with the owner that stands for them; or, for none, the outcome."""

    students: tuple[tuple[str, Owner], ...] = ()
    outcome: Outcome | None = None
    detail: str = ""


def students_of(owner: Owner, roster: Roster | None) -> Assigned:
    """Whom the owner's files are collected for."""
    if owner.members:
        found = [(_student(member, roster), member) for member in owner.members]
        missing = [member.name for student, member in found if not student]
        known = tuple(pair for pair in found if pair[0])
        return Assigned(known, detail=_without(missing)) if known else Assigned((), Outcome.UNKNOWN)
    student = _student(owner, roster)
    if owner.team or (roster is not None and not student):
        members = roster.team(owner, student) if roster is not None else ()
        if members:
            return Assigned(tuple((member, owner) for member in members))
    if student:
        alone = "the others of this team get it when the roster has a column team"
        return Assigned(((student, owner),), detail=f"{owner.team}: {alone}" if owner.team else "")
    if owner.team:
        return Assigned((), Outcome.TEAM)
    if roster is None:
        return Assigned((), Outcome.BAD_NAME)
    alike = sorted(roster.all_of(owner))
    if len(alike) > 1:
        return Assigned((), Outcome.SAME_NAME, f"{' and '.join(alike)} are both called so")
    return Assigned((), Outcome.UNKNOWN)


def _student(owner: Owner, roster: Roster | None) -> str:
    return owner.student if roster is None else roster.find(owner)


def _without(missing: list[str]) -> str:
    return f"not given to {', '.join(missing)}, who is in no row" if missing else ""
