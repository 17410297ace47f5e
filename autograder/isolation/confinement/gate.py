"""Where no namespace bounds a candidate's threads and files, the kernel asks its template before each.

A thread that is to start and a file that is to be made or opened for writing wait until the template has
looked at how many there are. Paths are not looked at: that is what Landlock is for.
"""

import errno
import fcntl
import os
import platform
import struct
from collections.abc import Iterable
from contextlib import suppress

from . import seccomp

MOST_ENTRIES = 500
_THREAD = {"clone": (56, 220)}
_FILES = {
    "mkdir": (83, seccomp.ABSENT),
    "mkdirat": (258, 34),
    "mknod": (133, seccomp.ABSENT),
    "mknodat": (259, 33),
    "symlink": (88, seccomp.ABSENT),
    "symlinkat": (266, 36),
    "link": (86, seccomp.ABSENT),
    "linkat": (265, 37),
    "creat": (85, seccomp.ABSENT),
}
_OPEN, _OPENAT = (2, seccomp.ABSENT), (257, 56)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | 0x400000  # the last: a file without a name
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTIFICATION, _HEAD, _ANSWER = 80, struct.Struct("QIIi"), struct.Struct("QqiI")
_CONTINUE = 1


def install() -> int:
    """Have the kernel ask about this process from now on, for good; the descriptor on which it asks.

    Needs no-new-privileges. OSError where the kernel cannot, or asks another program already.
    """
    architecture, column = seccomp.MACHINES[platform.machine()]
    return seccomp.bind(_program(architecture, column), listened_to=True)


class Gate:
    """Answers for one candidate, which may have `threads` threads, and `size` bytes in `places`."""

    def __init__(self, listener: int, child: int, places: Iterable[str], threads: int, size: int) -> None:
        self._listener, self._child = listener, child
        self._places, self._threads, self._size = tuple(places), threads, size
        self._clone = _THREAD["clone"][seccomp.MACHINES[platform.machine()][1]]

    def answer(self) -> None:
        """Answer what the kernel asks; to be called when the descriptor is readable."""
        question = bytearray(_NOTIFICATION)
        with suppress(OSError):  # the asking thread may be gone
            fcntl.ioctl(self._listener, _RECEIVE, question)
            identity, _, _, number = _HEAD.unpack_from(question)
            error = self._thread() if number == self._clone else self._file()
            fcntl.ioctl(self._listener, _SEND, _ANSWER.pack(identity, 0, -error, 0 if error else _CONTINUE))

    def _thread(self) -> int:
        try:
            return 0 if len(os.listdir(f"/proc/{self._child}/task")) < self._threads else errno.EAGAIN
        except OSError:
            return errno.EAGAIN

    def _file(self) -> int:
        entries = size = 0
        try:
            for place in self._places:
                more, bytes_ = _content(place)
                entries, size = entries + more, size + bytes_
        except OSError:  # deeper than a path can say
            return errno.ENOSPC
        return 0 if entries < MOST_ENTRIES and size < self._size else errno.ENOSPC


def clear(directory: int) -> None:
    """Remove all that lies in the open `directory`, however deep and whatever its permissions."""
    with os.scandir(directory) as entries:
        found = list(entries)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            os.chmod(entry.name, 0o700, dir_fd=directory)
            inside = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
            try:
                clear(inside)
            finally:
                os.close(inside)
            os.rmdir(entry.name, dir_fd=directory)
        else:
            os.unlink(entry.name, dir_fd=directory)


def emptied(place: str) -> None:
    """Remove all that lies in the directory `place`."""
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        clear(directory)
    finally:
        os.close(directory)


def _content(place: str) -> tuple[int, int]:
    """Return how many entries there are below `place`, and their bytes."""
    entries = size = 0
    waiting = [place]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for entry in found:
                entries += 1
                size += entry.stat(follow_symlinks=False).st_size
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return entries, size


def _program(architecture: int, column: int) -> bytes:
    numbers = [both[column] for both in (*_THREAD.values(), *_FILES.values())]
    return seccomp.asking(
        architecture,
        [number for number in numbers if number != seccomp.ABSENT],
        [(_OPEN[column], 1, _WRITES), (_OPENAT[column], 2, _WRITES)],
    )
