"""Landlock: the kernel's own list of what this process may still do with files, whatever mounts allow.

Reading goes on everywhere or where it is listed, writing in named directories alone; nothing can be executed,
no device controlled, no connection made, no process outside signalled.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture
_VERSION = 1
LEAST_ALONE = 3
"""The version (of Linux 6.2) that needs no mounts beside it: before, who read a file could cut it."""
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIRECTORY = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _CONTROL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_REMOVE = 1 << 4 | 1 << 5
_MAKE = 1 << 7 | 1 << 8 | 1 << 10 | 1 << 12  # directory, regular file, FIFO, symbolic link
_SINCE = {_REFER: 2, _TRUNCATE: 3, _CONTROL_DEVICE: 5}
_FILES_OF_1 = (1 << 13) - 1
_TCP, _TCP_SINCE = 0b11, 4
_SCOPED, _SCOPED_SINCE = 0b11, 6  # abstract sockets, signals

_READ = _READ_FILE | _READ_DIRECTORY
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _CONTROL_DEVICE
_CHANGE = _WRITE_FILE | _TRUNCATE | _REMOVE | _MAKE | _REFER
DEVICES = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom"))

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the kernel's version of Landlock; 0 where there is none, or where it is switched off."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)))


def restrict(writable: Iterable[str], readable: Iterable[str] = ("/",), listed: Iterable[str] = ()) -> bool:
    """Bind this thread, for good, to reading what is `readable`, listing directories in `listed`, and writing
    in `writable`; needs no-new-privileges.

    False, with nothing changed, where the kernel cannot.
    """
    known = version()
    if not known:
        return False
    handled = _FILES_OF_1 | sum(right for right, since in _SINCE.items() if known >= since)
    wanted = _Ruleset(handled, _TCP if known >= _TCP_SINCE else 0, _SCOPED if known >= _SCOPED_SINCE else 0)
    rules = _libc.syscall(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(_size(known)), 0)
    if rules < 0:
        return False
    try:
        allowed = [
            *((place, _READ) for place in readable),
            *((place, _READ_DIRECTORY) for place in listed),
            *((place, _READ_FILE | _WRITE_FILE | _TRUNCATE) for place in DEVICES if os.path.exists(place)),
            *((place, _READ | _CHANGE) for place in writable),
        ]
        added = all(_allow(rules, place, rights & handled) for place, rights in allowed)
        return added and _libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    except OSError:  # a place that is not there
        return False
    finally:
        os.close(rules)


def _size(known: int) -> int:
    """Return how much of the ruleset a kernel of this version reads."""
    return 24 if known >= _SCOPED_SINCE else 16 if known >= _TCP_SINCE else 8


def _allow(rules: int, place: str, rights: int) -> bool:
    parent = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_FILES
        rule = _PathBeneath(rights, parent)
        return bool(_libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0) == 0)
    finally:
        os.close(parent)
