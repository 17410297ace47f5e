"""Whose file it is, read from the names that learning management systems give to downloaded submissions.
Pure.

Moodle: mod/assign/classes/downloader.php; Canvas: lib/content_zipper.rb. Blackboard and Brightspace name a
time as well, in the clock of their server.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_LONGEST_ID = 48
_MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_file(?:_.*)?")
_CANVAS = re.compile(r"(?P<name>\w+?)_(?:(?P<late>LATE|late)_)?(?P<number>\d+)_(?P<file>\d+)_.+")
_CANVAS_ANONYMOUS = re.compile(r"(?:(?P<late>LATE|late)_)?anon_(?P<number>[A-Za-z0-9]+)_(?P<file>\d+)_.+")
_BLACKBOARD = re.compile(r"(?P<title>.+)_(?P<name>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:[_.].*)?")
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-\d+ ?- ?(?P<name>.+?) ?- ?(?P<when>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{3,4} [AP]M)"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a file belongs to, as the source of the download knows them.

    `key` tells people of one name apart, `student` is the id proposed (empty where no id can be made),
    `number` is sure where it is the person's own and not one of this assignment. `told` is the time of
    submission in the server's clock, `order` grows with later uploads.
    """

    key: str
    student: str
    name: str
    number: str = ""
    sure: bool = False
    told: datetime | None = None
    order: int = 0
    late: bool = False


def owner_of(path: Sequence[str]) -> Owner | None:
    """The owner of the file at this path (names from the outermost folder or zip to the file); None when it
    lies in no folder of a student.
    """
    top = unicodedata.normalize("NFKC", path[0])
    for recognise in (_moodle, _blackboard, _brightspace, _canvas):
        owner = recognise(top)
        if owner is not None:
            return owner
    if len(path) < 2:
        return None
    name = re.sub(r"\.zip$", "", top, flags=re.IGNORECASE)
    return Owner(key=name, student=safe_id(name), name=name)


def is_lms_name(name: str) -> bool:
    """Whether a learning management system made this name of a folder or file."""
    return any(recognise(name) for recognise in (_moodle, _blackboard, _brightspace, _canvas))


def safe_id(name: str) -> str:
    """A student id from any name: one folder's name, of letters, digits and `. _ - @`, not too long; empty
    when nothing is left.

    >>> safe_id("Jane  Doe"), safe_id("../../etc"), safe_id("...")
    ('Jane_Doe', 'etc', '')
    """
    text = unicodedata.normalize("NFKC", name)
    return re.sub(r"[^\w.@-]+", "_", text)[: 2 * _LONGEST_ID].strip("._-@")[:_LONGEST_ID].rstrip("._-@")


def _moodle(name: str) -> Owner | None:
    found = _MOODLE.fullmatch(name)
    if found is None:
        return None
    person, number = found["name"], found["number"]
    blind = person == "Participant"  # the number is one of this assignment, but it is all there is
    student = safe_id(f"{person}_{number}" if blind else person)
    return Owner(f"{person}#{number}", student, "" if blind else person, number, sure=blind)


def _canvas(name: str) -> Owner | None:
    found = _CANVAS.fullmatch(name)
    if found is not None:
        student = safe_id(f"{found['name']}_{found['number']}")
        person = found["name"]
    else:
        found = _CANVAS_ANONYMOUS.fullmatch(name)
        if found is None:
            return None
        student, person = safe_id(f"anon_{found['number']}"), ""
    late, order = found["late"] is not None, int(found["file"][:30])
    return Owner(f"#{found['number']}", student, person, found["number"], sure=True, order=order, late=late)


def _blackboard(name: str) -> Owner | None:
    found = _BLACKBOARD.fullmatch(name)
    if found is None:
        return None
    # A title or a user's name with "_" in it cannot be cut apart for certain: the key keeps both.
    key = f"{found['title']}_{found['name']}"
    return Owner(key, safe_id(found["name"]), found["name"], told=_time(found["when"], "%Y-%m-%d-%H-%M-%S"))


def _brightspace(name: str) -> Owner | None:
    found = _BRIGHTSPACE.fullmatch(name)
    if found is None:
        return None
    day, clock, half = found["when"].rsplit(" ", 2)
    month, rest = day.split(" ", 1)
    told = _time(f"{month[:3]} {rest} {clock:0>4} {half}", "%b %d, %Y %I%M %p")
    person, number = found["name"], found["number"]
    return Owner(f"{person}#{number}", safe_id(person), person, number, sure=True, told=told)


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
