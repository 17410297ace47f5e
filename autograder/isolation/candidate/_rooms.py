"""Where candidates of a template work: which directories one may write in and read, at each level."""

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..confinement import _landlock, confine, gate, seccomp
from ..confinement.level import Level

_OWN = ("/tmp", "/dev/shm")
_FILE_BYTES = 16 << 20
"""Where no file system bounds all files together: as many as may be open can grow so far unseen."""
READABLE = "readable.json"
"""In a template's directory: what Landlock lets it read, and of which directories the names."""
SITE = "site-packages"


@dataclass(frozen=True, slots=True)
class Room:
    """Directories of one candidate, which begins in the first of `writable`, and how large a file may be."""

    writable: tuple[str, ...]
    readable: tuple[str, ...] = ("/",)
    file_bytes: int = 1 << 62


class Rooms:
    """Gives each candidate of a template a room, and clears what one has left.

    `home` is the template's directory where it has no file system of its own. Where needed, this process is
    confined for good, before it imports anything. OSError where the kernel cannot.
    """

    def __init__(self, level: Level, home: str) -> None:
        self.level, self._home = level, home
        self._readable: tuple[str, ...] = ("/",)
        if level.shares_namespaces and (not seccomp.known() or _landlock.version() < _landlock.LEAST_ALONE):
            raise OSError("the kernel has no Landlock of Linux 6.2 or newer, or no filter for this processor")
        if level is Level.FLAT:
            confine.become_nobody()
            self._readable = tuple(f"/{name}" for name in os.listdir("/") if name != "proc")
        elif level is Level.LANDLOCK:
            self._readable = _restrict_to(home)

    @property
    def writable(self) -> tuple[str, ...]:
        """Where this process may write."""
        return _OWN if self.level in (Level.SANDBOX, Level.FLAT) else (self._home,)

    @property
    def one_at_a_time(self) -> bool:
        """Whether there is one room, which has to be left before somebody else has it."""
        return self.level is Level.FLAT

    def new(self) -> Room:
        """A room in which nothing lies."""
        if self.level is Level.SANDBOX:
            return Room(_OWN)  # to be covered by file systems of the candidate's own
        if self.level is Level.FLAT:
            for place in _OWN:
                gate.emptied(place)
            return Room(_OWN, self._readable)
        place = os.path.join(self._home, os.urandom(8).hex())  # tempfile would ask Python's generator
        os.mkdir(place, 0o700)
        return Room((place,), self._readable, _FILE_BYTES if self.level is Level.LANDLOCK else 1 << 62)

    def leave(self, room: Room) -> None:
        """Remove what lies in a room; nobody is in it any more."""
        if self.level is Level.LANDLOCK:
            gate.emptied(room.writable[0])
            os.rmdir(room.writable[0])
        elif self.level is Level.PROCESS:
            shutil.rmtree(room.writable[0], ignore_errors=True)


def _restrict_to(home: str) -> tuple[str, ...]:
    """Let this process read what is listed in `home`, and write there; return what forks may read of it.

    Those must not read what else is in `home`, nor /proc, which forking them needs.
    """
    listed = json.loads(Path(home, READABLE).read_text())
    confine.forbid_new_privileges()
    if not _landlock.restrict([home], [*listed["files"], "/proc"], listed["names"]):
        raise OSError("Landlock could not be set up")
    seccomp.refuse(seccomp.NETWORK)
    return (*_around([*listed["files"], *listed["names"]], [home, "/proc"]), str(Path(home, SITE)))


def _around(places: Iterable[str], kept: Iterable[str]) -> list[str]:
    """Return the largest directories around `places` that hold nothing of what is `kept`."""
    closed = {parent for place in kept for parent in (Path(place), *Path(place).parents)}
    found = set()
    for place in map(Path, places):
        way = [part for part in (*reversed(place.parents), place) if part not in closed]
        found.add(str(way[0]))
    return sorted(found)
