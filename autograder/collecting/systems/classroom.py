"""GitHub Classroom: a repository for each student or team, `UNIT-USER/…`, which its command puts into the
folder `UNIT-submissions/`.
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_AROUND = "-submissions"


def reader(around: str, unit: str) -> Callable[[Parts], Named | None]:
    """What names owners of repositories in a folder of this name."""
    is_whole = around.endswith(_AROUND) and around != _AROUND
    before = f"{around.removesuffix(_AROUND) if is_whole else unit}-"

    def named(path: Parts) -> Named | None:
        user = path[0].removeprefix(before)
        if len(path) < 2 or not path[0].startswith(before) or not user or path[0].endswith(_AROUND):
            return None
        return Named(Owner(user, safe_id(user), user, sure=True), len(path[0]))

    return named
