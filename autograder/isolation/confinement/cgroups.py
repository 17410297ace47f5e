"""A control group for a template and its candidates: memory and number of tasks, bounded together.

Only where the group above is this user's to divide: a group that a service manager or a batch system made
is left alone, unless it was delegated. Version 2, or the controllers of version 1: machines that boot with
those have no other bound on the memory of a candidate's processes together, since what a kernel bounds by
process or by user adds up. That costs the questions of which version and which mount.
"""

import errno
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.isolation.limits import MIB

MEMORY, TASKS = "memory", "pids"
_OWN_BYTES, _BYTES = 1024 * MIB, 2048 * MIB
_OWN_TASKS, _TASKS = 384, 128
_PREFIX = "stagewise-"
_END_SECONDS = 2.0
_DELEGATED = ("user.delegate", "trusted.delegate")
_count = itertools.count()


@dataclass(frozen=True, slots=True)
class Above:
    """A group in which ours can be made, and what it can bound."""

    version: int
    directory: Path
    controllers: tuple[str, ...]


class Group:
    """The group of one template and of as many candidates at a time; without any (`controllers` is empty)
    where the machine gives none.
    """

    def __init__(self, places: list[Above] | None = None, candidates: int = 1) -> None:
        self.controllers: tuple[str, ...] = ()
        self._made: list[Path] = []
        name = f"{_PREFIX}{os.getpid()}-{next(_count)}"
        for above in available() if places is None else places:
            _sweep(above.directory)
            with suppress(OSError):
                (above.directory / name).mkdir()
                self._made.append(above.directory / name)
                for controller in above.controllers:
                    _bound(above.directory / name, above.version, controller, candidates)
                self.controllers += above.controllers

    def entering(self, command: list[str]) -> list[str]:
        """Return the command line that runs `command` inside the group, or outside if that is refused."""
        for directory in self._made:
            enter = 'echo $$ 2>/dev/null >"$0"; exec "$@"'
            command = ["/bin/sh", "-c", enter, str(directory / "cgroup.procs"), *command]
        return command

    def holds(self, pid: int) -> bool:
        """Tell whether a process is bound by all of it."""
        with suppress(OSError):
            return bool(self._made) and all(
                str(pid) in (directory / "cgroup.procs").read_text().split() for directory in self._made
            )
        return False

    def close(self) -> None:
        """Remove the group, after waiting a little for its last processes to end."""
        end = time.monotonic() + _END_SECONDS
        for directory in self._made:
            while not _removed(directory) and time.monotonic() < end:
                time.sleep(0.005)
        self._made.clear()


def available(
    membership: str | None = None, mounts: str | None = None, user: int | None = None
) -> list[Above]:
    """Return where this process may make groups, from the texts of /proc/self/cgroup and mountinfo."""
    membership = _read("/proc/self/cgroup") if membership is None else membership
    mounts = _read("/proc/self/mountinfo") if mounts is None else mounts
    user = _user(os.geteuid(), _read("/proc/self/uid_map")) if user is None else user
    found, known = [], set[str]()
    for version, names, mount, path in _hierarchies(membership, mounts):
        own = Path(mount, path.lstrip("/"))
        for directory in (own, own.parent) if version == 2 and path != "/" else (own,):
            root = directory == Path(mount)
            have = _enabled(directory) if version == 2 else names
            use = tuple(name for name in (MEMORY, TASKS) if name in have and name not in known)
            if use and os.access(directory, os.W_OK) and _is_ours(directory, root, user):
                found.append(Above(version, directory, use))
                known.update(use)
                break
    return found


def _hierarchies(membership: str, mounts: str) -> Iterator[tuple[int, tuple[str, ...], str, str]]:
    """Yield version, controllers, mount point and this process's path of each hierarchy."""
    lines = [line.split(" - ") for line in mounts.splitlines() if " - cgroup" in line]
    for entry in membership.splitlines():
        _, controllers, path = entry.split(":", 2)
        names = tuple(filter(None, controllers.split(",")))
        for place, kind in lines:
            filesystem, _, options = kind.split(" ", 2)
            fits = set(names) <= set(options.split(",")) if names else filesystem == "cgroup2"
            if fits and filesystem == ("cgroup" if names else "cgroup2"):
                yield (1 if names else 2), names, place.split()[4], path
                break


def _enabled(directory: Path) -> tuple[str, ...]:
    return tuple(_read(directory / "cgroup.subtree_control").split())


def _user(inner: int, uid_map: str) -> int:
    """Return who this process is for the kernel's groups: root under another name, in a user namespace,
    still is root.
    """
    entries = [[int(word) for word in line.split()] for line in uid_map.splitlines()]
    is_root = any(
        first <= inner < first + count and inner - first + outer == 0 for first, outer, count in entries
    )
    return 0 if is_root else inner


def _is_ours(directory: Path, root: bool, user: int) -> bool:
    """Tell whether the group is this user's own: to root, who could take any, only the top one or a
    delegated one is.
    """
    if user != 0:
        return directory.stat().st_uid == user
    return root or any(_attribute(directory, name) == b"1" for name in _DELEGATED)


def _attribute(directory: Path, name: str) -> bytes:
    try:
        return os.getxattr(directory, name)
    except OSError:
        return b""


def _bounds(version: int, controller: str, candidates: int) -> dict[str, int]:
    if controller == TASKS:
        return {"pids.max": _OWN_TASKS + _TASKS * candidates}
    memory = _OWN_BYTES + _BYTES * candidates
    return {"memory.limit_in_bytes": memory} if version == 1 else {"memory.max": memory, "memory.swap.max": 0}


def _bound(directory: Path, version: int, controller: str, candidates: int) -> None:
    for name, value in _bounds(version, controller, candidates).items():
        if (directory / name).exists():  # a kernel may be without swap
            (directory / name).write_text(str(value))


def _removed(directory: Path) -> bool:
    try:
        directory.rmdir()
    except OSError as error:
        return error.errno != errno.EBUSY
    return True


def _sweep(directory: Path) -> None:
    """Remove groups of ours whose maker was killed."""
    for old in directory.glob(f"{_PREFIX}*-*"):
        with suppress(OSError, ValueError):
            try:
                os.kill(int(old.name.removeprefix(_PREFIX).split("-")[0]), 0)
            except ProcessLookupError:
                old.rmdir()


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
