"""Brightspace: folders `USER-FOLDER - Jane Doe - Oct 10, 2025 1022 AM/…`, or files with ` - NAME` after
that, and index.html beside them. The date is written as the organisation's language does it, in the
server's clock.
"""

from __future__ import annotations

import re

from autograder.collecting.dates import date_in
from autograder.collecting.files import is_zip
from autograder.collecting.owner import Named, Owner, Parts, safe_id

_NAMED = re.compile(r"(?P<number>\d+)-\d+ ?- ?")
_BETWEEN = re.compile(r" - ")


def named(path: Parts) -> Named | None:
    """The owner of the file at this path, if Brightspace named it."""
    found = _NAMED.match(path[0])
    if found is None:
        return None
    pieces = _BETWEEN.split(path[0][found.end() :])
    dates = [place for place, piece in enumerate(pieces) if place and date_in(piece)]
    if len(path) > 1 and not is_zip(path[0]):  # of a folder's name nothing stands behind the date
        dates = [place for place in dates if place == len(pieces) - 1]
    dated = next(iter(dates), None)
    if dated is None and (len(path) < 2 or len(pieces) < 2 or not re.search(r"\d", pieces[-1])):
        return None
    place = len(pieces) - 1 if dated is None else dated
    person = " - ".join(pieces[:place]).strip()
    number = found["number"]
    unread = "" if dated is not None else f"the date {pieces[place]!r} is in no form that is known here"
    owner = Owner(
        f"{person}#{number}",
        safe_id(person),
        person,
        number,
        sure=True,
        told=date_in(pieces[place]),
        guessed=unread,
    )
    return Named(owner, found.end() + len(" - ".join(pieces[: place + 1])))
