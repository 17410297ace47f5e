"""ILIAS (class.ilExSubmission.php): folders `Last_First_LOGIN_USER/…`, for teams `Team
NUMBER/Last_First_LOGIN_USER/…` with the files of those members who uploaded some; a late file's name
begins with `Late Submission - `. It writes the times of the uploads into its zips, in the server's clock.
"""

from __future__ import annotations

import re

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_PERSON = re.compile(r"(?P<last>[^\W\d_][^_]*)_(?P<first>[^\W\d_][^_]*)_(?P<login>.+)_(?P<number>\d+)")
_TEAM = re.compile(r"(?:Team|Equipe|Équipe|Equipo) \d+")
_LATE = re.compile(r"(?:Late Submission|Versp(?:ä|ae|a)tete Abgabe) - ")


def named(path: Parts) -> Named | None:
    """The owner of the file at this path, if ILIAS named its folders."""
    team = path[0] if len(path) > 2 and _TEAM.fullmatch(path[0]) else ""
    place = 1 if team else 0
    found = _PERSON.fullmatch(path[place]) if len(path) > place + 1 else None
    if found is None:
        return None
    owner = Owner(
        f"#{found['number']}",
        safe_id(found["login"]),
        found["login"],
        found["number"],
        sure=True,
        late=_LATE.match(path[place + 1]) is not None,
        also=(f"{found['first']} {found['last']}",),
        team=team,
    )
    return Named(owner, len(path[0]))
