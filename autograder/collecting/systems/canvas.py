"""Canvas (lib/content_zipper.rb): files `lastfirst_LATE_USER_FILE_NAME`, `LATE` only for late ones, all
in one folder; with hidden names `anon_CODE_FILE_NAME`. Text that was typed in is `…_text.html`, an
address `…_link.html`. Its zips hold the time of the download. FILE grows with later uploads.
"""

from __future__ import annotations

import re
from dataclasses import replace

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_NAMED = re.compile(
    r"(?P<name>\w+?)_(?:(?P<late>LATE|late)_)?(?P<number>\d+)_(?P<file>\d+)_(?=(?P<more>\d+_)?.)"
)
_HIDDEN = re.compile(r"(?:(?P<late>LATE|late)_)?anon_(?P<number>[A-Za-z0-9]+)_(?P<file>\d+)_(?=.)")
_TYPED = re.compile(r"(?P<name>\w+?)_(?:(?P<late>LATE|late)_)?(?P<number>\d+)_(?:text|link)\.html")


def named(path: Parts) -> Named | None:
    """The owner of the file at this path, if Canvas named it."""
    top = path[0]
    found = _HIDDEN.match(top)
    if found is not None:
        number = found["number"]
        owner = Owner(f"#{number}", safe_id(f"anon_{number}"), "", number, sure=True)
        return Named(_with(owner, found["late"], found["file"]), found.end())
    found = _NAMED.match(top)
    if found is not None:
        owner = _person(found["name"], found["number"], sure=found["more"] is None)
        if found["more"] is not None:  # it may begin the file's name, or the first number end the person's
            owner = replace(owner, guessed=f"the user may be {owner.number} or another")
        return Named(_with(owner, found["late"], found["file"]), found.end())
    found = _TYPED.fullmatch(top)
    if found is not None and len(path) == 1:
        owner = _person(found["name"], found["number"], sure=True)
        return Named(_with(owner, found["late"], "0", is_text=True), found.end())
    return None


def _person(name: str, number: str, sure: bool) -> Owner:
    return Owner(f"#{number}", safe_id(f"{name}_{number}"), name, number, sure=sure)


def _with(owner: Owner, late: str | None, file: str, is_text: bool = False) -> Owner:
    return replace(owner, order=int(file[:30]), late=late is not None, is_text=is_text)
