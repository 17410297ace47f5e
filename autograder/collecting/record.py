"""What a download told of each submission, kept in collected/<unit>.json: whose it is there,
when it was handed in, whether late, which files came along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import Course
from autograder.whole_files import replace, told_whose_fault

if TYPE_CHECKING:
    from autograder.collecting.choosing import Entry

Told = dict[str, Any]


def told_of(entry: Entry, system: str, pictures: Iterable[str]) -> Told:
    """What to keep of a submission that was collected."""
    owner = entry.owner
    return {
        "system": system,
        "name": _text(owner.name) if owner else "",
        "number": _text(owner.number) if owner else "",
        "team": _text(owner.team) if owner else "",
        "late": owner is not None and owner.late,
        "submitted": f"{entry.told:%Y-%m-%d %H:%M:%S} UTC" if entry.told else None,
        "source": _text(entry.source),
        "file": _text("/".join(entry.where)),
        "digest": entry.digest,
        "pictures": sorted(pictures),
    }


def load(course: Course, unit: str) -> dict[str, Told]:
    """What was kept of the unit's submissions, by student; nothing where there is no such file."""
    try:
        kept = json.loads(_place(course, unit).read_bytes())
    except (OSError, ValueError):
        return {}
    submissions = kept.get("submissions") if isinstance(kept, dict) else None
    return dict(submissions) if isinstance(submissions, dict) else {}


def team_work(course: Course, unit: str) -> frozenset[str]:
    """The digests of notebooks that a team handed in, and each of its members was given."""
    found = (
        told.get("digest")
        for told in load(course, unit).values()
        if isinstance(told, dict) and told.get("team")
    )
    return frozenset(digest for digest in found if isinstance(digest, str))


def keep(course: Course, unit: str, told: Mapping[str, Told]) -> None:
    """Add this to what was kept."""
    if not told:
        return
    submissions = load(course, unit) | dict(told)
    text = json.dumps(
        {"unit": unit, "submissions": submissions}, indent=1, sort_keys=True, ensure_ascii=False
    )
    path = _place(course, unit)
    with told_whose_fault(path):
        replace(path, text + "\n")


def pictures_of(told: Mapping[str, Told], student: str) -> Iterable[str]:
    """The names of pictures that an earlier run put beside the student's notebook."""
    names = told.get(student, {}).get("pictures")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _place(course: Course, unit: str) -> Path:
    return course.root / "collected" / f"{unit}.json"


def _text(name: str) -> str:
    """A name that can be saved, whatever bytes a file system had for it."""
    return name.encode("utf-8", "backslashreplace").decode()
