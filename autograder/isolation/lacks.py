"""What each level does not keep from a candidate, in words and by the attacks that show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.isolation.confinement.level import Level

_SHARED = (Level.FLAT, Level.LANDLOCK, Level.PROCESS)


@dataclass(frozen=True, slots=True)
class Lack:
    """What a candidate can do at `levels`; `attacks` are those of the catalogue that succeed there."""

    says: str
    levels: tuple[Level, ...]
    attacks: tuple[str, ...]


LACKS = (
    Lack("it can tell which numbers processes have", _SHARED, ("numbers of processes",)),
    Lack(
        "its threads are counted by the grader instead of the kernel",
        _SHARED,
        ("limit on tasks",),
    ),
    Lack("it knows the name of the machine", (Level.LANDLOCK, Level.PROCESS), ("host name",)),
    Lack(
        "of a file that it can name it can tell whether it is there, its size and times, not what it holds",
        (Level.LANDLOCK, Level.PROCESS),
        ("names of files",),
    ),
    Lack(
        "it can read what the account reads: the course, other submissions, other processes",
        (Level.PROCESS,),
        (
            "reading the source",
            "looking for secrets",
            "other processes",
            "environment of the grader",
            "times of other submissions",
            "devices",
            "ptrace",
        ),
    ),
    Lack(
        "it can change modes and times of the account's files, and the pace of its processes",
        (Level.PROCESS,),
        ("changed times and modes", "pace of others", "setuid"),
    ),
    Lack(
        "threads and files together are not bounded",
        (Level.PROCESS,),
        ("thread bomb", "disk bomb"),
    ),
)


def lacks(level: Level) -> tuple[Lack, ...]:
    """What that level lacks."""
    return tuple(lack for lack in LACKS if level in lack.levels)


def open_to(level: Level) -> frozenset[str]:
    """The names of the attacks that succeed at that level."""
    return frozenset(name for lack in lacks(level) for name in lack.attacks)


def in_words(level: Level) -> str:
    """The level, and what it lacks."""
    said = "; ".join(lack.says for lack in lacks(level))
    lacking = f" A student's code is not kept from everything there: {said}." if said else ""
    return f"The level of isolation is `{level.value}`.{lacking}"


def told_of(isolations: Iterable[str]) -> list[str]:
    """A sentence or two for each level among those that records name, the best first; "" names none."""
    named = set(isolations)
    return [in_words(level) for level in Level if level in named]
