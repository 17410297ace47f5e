"""Machines that allow less, made of this one: each gives a command line that runs another one there."""

import ctypes
import os
import struct
import sys
from pathlib import Path

import pytest

from autograder.isolation.confinement import _landlock, seccomp

CLONE = Path(__file__).resolve().parents[2]
NEW_NAMESPACES = 0x7E020000
_NUMBERS = {"x86_64": (272, 56, 435), "aarch64": (97, 220, 435)}  # unshare, clone, clone3

needs_landlock = pytest.mark.skipif(
    _landlock.version() < _landlock.LEAST_ALONE or not seccomp.known(),
    reason="this kernel has no Landlock of Linux 6.2, or this processor no filter",
)


def usual(*command):
    """This one as it is."""
    return list(command)


def without_nesting(*command):
    """Root in a user namespace in which no other can be made: bubblewrap works, nothing nests."""
    limited = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"'
    return ["unshare", "--user", "--map-root-user", "sh", "-c", limited, "sh", *command]


def without_namespaces(*command):
    """A filter around the program refuses every new namespace, as in a container."""
    return [sys.executable, __file__, *command]


def as_plain_user(*command):
    """Somebody without rights, who can read Python's installation wherever that lies."""
    base = Path(sys.base_prefix)
    closed = next((str(place) for place in [*base.parents[::-1], base] if not place.stat().st_mode & 1), "")
    shown = (
        'held=$(mktemp -d); mount --bind "$1" "$held"; mount -t tmpfs -o mode=755 none "$2"; mkdir -p "$1"; '
        'mount --bind "$held" "$1"; '
        if closed
        else ""
    )
    script = f'set -e; {shown}shift 2; exec setpriv --reuid 65533 --regid 65533 --clear-groups "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh", str(base), closed, *command]


def refuse_namespaces():
    """Bind this process, and all that it becomes, to a filter that makes unshare and clone fail."""
    unshare, clone, clone3 = _NUMBERS[os.uname().machine]
    steps = [
        (0x20, 0, 0, 0),  # the number
        (0x15, 6, 0, clone3),
        (0x15, 2, 0, unshare),
        (0x15, 1, 0, clone),
        (0x06, 0, 0, 0x7FFF0000),
        (0x20, 0, 0, 16),  # its flags
        (0x45, 0, 2, NEW_NAMESPACES),
        (0x06, 0, 0, 0x00050001),
        (0x06, 0, 0, 0x00050026),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0) == 0


if __name__ == "__main__":
    refuse_namespaces()
    os.execvp(sys.argv[1], sys.argv[1:])
