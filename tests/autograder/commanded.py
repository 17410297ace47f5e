"""The command line as a person sees it, in a child that may have a small or a read-only disk."""

import ctypes
import json
import os
import sys

from autograder import cli
from autograder.grading.processes import Process

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_READ_ONLY, _REMOUNT, _BIND, _PRIVATE = 1, 32, 4096, (1 << 18) | (1 << 14)
_SECONDS = 120.0
_libc = ctypes.CDLL(None, use_errno=True)


def commanded(*arguments):
    """The exit code, and all that was said, by forked processes too."""
    said = os.memfd_create("said")
    kept = [os.dup(1), os.dup(2)]
    streams = sys.stdout, sys.stderr
    os.dup2(said, 1)
    os.dup2(said, 2)
    try:
        with open(1, "w", closefd=False) as sys.stdout, open(2, "w", closefd=False) as sys.stderr:
            code = cli.main(arguments)
    finally:
        sys.stdout, sys.stderr = streams
        for descriptor, copy in enumerate(kept, 1):
            os.dup2(copy, descriptor)
            os.close(copy)
    text = os.pread(said, 1 << 20, 0).decode()
    os.close(said)
    return code, text


def with_own_mounts(work):
    """What `work` returns (as JSON), done in a forked child whose mounts nobody else sees."""

    def apart(_):
        _own_mounts()
        return json.dumps(work()).encode()

    child = Process.forked(lambda: apart)
    try:
        return json.loads(child.ask(b"", _SECONDS))
    finally:
        child.close()


def small_disk(place, size):
    """Put an empty disk of so many bytes there."""
    _mount(b"tmpfs", place, b"tmpfs", 0, f"size={size}".encode())


def read_only(place, flag=True):
    """Let nobody write there, or let them again."""
    if flag:
        _mount(os.fsencode(place), place, None, _BIND)
    _mount(None, place, None, _REMOUNT | _BIND | (_READ_ONLY if flag else 0))


def _own_mounts():
    user, group = os.geteuid(), os.getegid()
    _checked(_libc.unshare(_NEW_MOUNTS | (_NEW_USER if user else 0)))
    if user:
        maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, text in maps.items():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    _mount(None, "/", None, _PRIVATE)


def _mount(source, place, kind, flags, options=None):
    _checked(_libc.mount(source, os.fsencode(place), kind, ctypes.c_ulong(flags), options))


def _checked(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
