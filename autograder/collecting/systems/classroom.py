"""GitHub Classroom: a repository for each student or team, `UNIT-USER/…`, which its command puts into the
folder `UNIT-submissions/`.
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_AROUND = "-submissions"


def reader(around: str) -> Callable[[Parts], Named | None] | None:
    """What names owners of repositories in a folder of this name; None when it is not GitHub Classroom's."""
    if not around.endswith(_AROUND) or around == _AROUND:
        return None
    before = f"{around.removesuffix(_AROUND)}-"

    def named(path: Parts) -> Named | None:
        user = path[0].removeprefix(before)
        if len(path) < 2 or not path[0].startswith(before) or not user:
            return None
        return Named(Owner(user, safe_id(user), user, sure=True), len(path[0]))

    return named
