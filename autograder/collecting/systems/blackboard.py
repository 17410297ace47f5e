"""Blackboard: files `Title_USER_attempt_YYYY-MM-DD-HH-MM-SS_NAME` (`attempt` in the language of the
server), all in one folder, and for each attempt `Title_USER_attempt_….txt`, which begins `Name: Jane Doe
(USER)`. Times are in the server's clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_NAMED = re.compile(r"(?P<before>.+?)_[^\W\d_]+_(?P<when>\d{4}(?:-\d\d){5})(?=[_.]|$)")
_RECEIPT = re.compile(r".+_\d{4}(?:-\d\d){5}\.txt")
_PERSON = re.compile(r"^[^\n:]{1,40}: *(?P<name>[^\n]*) \((?P<user>[^()\n]+)\)\s*$", re.MULTILINE)


def is_receipt(name: str) -> bool:
    """Whether Blackboard itself wrote this file: what students upload has a further name after the time."""
    found = _NAMED.match(name)
    return found is not None and name[found.end() :] == ".txt" and _RECEIPT.fullmatch(name) is not None


def named(path: Parts, receipts: Mapping[str, bytes] | None = None) -> Named | None:
    """The owner of the file at this path, if Blackboard named it; `receipts` are its own files by name."""
    found = _NAMED.match(path[0])
    if found is None or "_" not in found["before"]:
        return None
    title, _, user = found["before"].rpartition("_")
    name = user
    receipt = (receipts or {}).get(f"{path[0][: found.end()]}.txt", b"")
    person = _PERSON.match(receipt[:2000].decode("utf-8-sig", "replace"))
    if person is not None and found["before"].endswith("_" + person["user"]):  # a user's name may hold "_"
        user, name = person["user"], person["name"]
        title = found["before"][: -len(user) - 1]
    # Without a receipt a title or a user's name with "_" cannot be cut apart for certain: the key keeps both.
    owner = Owner(f"{title}_{user}", safe_id(user), user, told=_time(found["when"]), also=(name,))
    return Named(owner, found.end())


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None
