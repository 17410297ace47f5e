"""Whom a file of a download belongs to, as the system that wrote the download knows people. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_LONGEST_ID = 48


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a file belongs to.

    `key` tells people of one name apart, `student` is the id proposed (empty where no id can be made) and
    `guessed` why that is a guess, `number` is sure where it is the person's own and not one of this
    assignment. `told` is the time of submission in the server's clock, `order` grows with later uploads.
    `team` is the team that handed in, `members` are its people where the system names them.
    """

    key: str
    student: str
    name: str
    number: str = ""
    sure: bool = False
    told: datetime | None = None
    order: int = 0
    late: bool = False
    also: tuple[str, ...] = ()
    team: str = ""
    members: tuple[Owner, ...] = ()
    guessed: str = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An owner read from a name, and how many of its letters the system wrote."""

    owner: Owner
    end: int


Parts = Sequence[str]


def safe_id(name: str) -> str:
    """A student id from any name: one folder's name, of letters, digits and `. _ - @`, not too long; empty
    when nothing is left.

    >>> safe_id("Jane  Doe"), safe_id("../../etc"), safe_id("...")
    ('Jane_Doe', 'etc', '')
    """
    text = unicodedata.normalize("NFKC", name)
    return re.sub(r"[^\w.@-]+", "_", text)[: 2 * _LONGEST_ID].strip("._-@")[:_LONGEST_ID].rstrip("._-@")


def is_id(name: str) -> bool:
    """Whether the name can be a student's id as it is.

    >>> is_id("ada"), is_id("Jane Doe"), is_id("-rf")
    (True, False, False)
    """
    return bool(name) and safe_id(name) == unicodedata.normalize("NFKC", name)
