"""nbgrader's exchange: folders `USER+UNIT+YYYY-MM-DD HH:MM:SS.ffffff ZONE+RANDOM/…` (the last part not
always), in the folder inbound/ of a course.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_NAMED = re.compile(
    r"(?P<user>.+)\+(?P<unit>[^+]+)\+(?P<when>\d{4}-\d\d-\d\d \d\d[:_]\d\d[:_]\d\d)(?:\.\d+)?"
    r" (?P<zone>[^+]+)(?:\+[^+]*)?"
)


def named(path: Parts) -> Named | None:
    """The owner of the file at this path, if the exchange named its folder."""
    found = _NAMED.fullmatch(path[0]) if len(path) > 1 else None
    if found is None:
        return None
    user = found["user"]
    return Named(
        Owner(user, safe_id(user), user, sure=True, told=_time(found["when"], found["zone"])), found.end()
    )


def _time(text: str, zone: str) -> datetime | None:
    try:
        when = datetime.strptime(text.replace("_", ":"), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if zone in ("UTC", "GMT", "Z") else when
