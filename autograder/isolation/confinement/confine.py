"""What a forked process gives up before a student's code runs in it: names, files, privileges, resources."""

import ctypes
import errno
import os
import resource
import signal
import struct
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from . import _landlock, seccomp

NOBODY = 65534

_NEW_USER, _NEW_PID, _NEW_MOUNTS, _NEW_NETWORK = 0x10000000, 0x20000000, 0x00020000, 0x40000000
_NEW_IPC, _NEW_HOST_NAME = 0x08000000, 0x04000000
_PRIVATE = (1 << 14) | (1 << 18)
_NOSUID_NODEV = 2 | 4
_BOUND_AGAIN = 32 | 4096
_FORBIDDEN = os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME
_RELATIVE_TIMES = 1 << 21
_READ_ONLY = 1
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522
_PAGE = resource.getpagesize()

_libc = ctypes.CDLL(None, use_errno=True)


class ProcessNamespaces:
    """Forks children that each are process 1 of a namespace of their own; needs CAP_SYS_ADMIN over ours."""

    def __init__(self) -> None:
        self._ours = os.open("/proc/self/ns/pid", os.O_RDONLY)

    def fork(self) -> int:
        """Fork; when the child ends, the kernel kills all that it has started."""
        _check(_libc.unshare(_NEW_PID), "new process namespace")
        child = os.fork()
        if child:
            _check(_libc.setns(self._ours, _NEW_PID), "old process namespace")
        return child


def new_namespaces() -> None:
    """Become nobody in namespaces of our own. OSError where the kernel refuses.

    The network is the template's, which is empty; where sockets cannot be filtered, it is our own.
    """
    if os.getuid() == 0:
        become_nobody()
    user, group = os.getuid(), os.getgid()
    kinds = _NEW_USER | _NEW_MOUNTS | _NEW_IPC | _NEW_HOST_NAME
    _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0)  # else the maps below belong to root
    _check(_libc.unshare(kinds if seccomp.known() else kinds | _NEW_NETWORK), "new namespaces")
    _say("/proc/self/setgroups", b"deny")
    _say("/proc/self/uid_map", b"%d %d 1" % (NOBODY, user))
    _say("/proc/self/gid_map", b"%d %d 1" % (NOBODY, group))


def become_nobody() -> None:
    """Give up root's identity, since the limit on threads does not bind root."""
    try:
        if _said("/proc/self/setgroups").strip() != b"deny":
            os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError as error:
        if error.errno != errno.EINVAL:  # in a container, root may be somebody's only identity
            raise


def private_files(tmp_bytes: int) -> None:
    """Cover what other candidates share with empty file systems that end with this process."""
    _check(_libc.mount(b"none", b"/", None, _PRIVATE, None), "make mounts private")
    _cover("/tmp", f"size={tmp_bytes},nr_inodes=10k,mode=0700")
    _cover("/dev/shm", f"size={tmp_bytes},nr_inodes=1k,mode=0700")
    _cover("/proc", "size=4k,nr_inodes=1,mode=0500", _READ_ONLY)
    for device in filter(os.path.exists, _landlock.DEVICES):
        _make_read_only(device)


def _make_read_only(device: str) -> None:
    """Keep everybody's device from being marked by its times; it is written to all the same.

    What its mount forbids stays forbidden: else the kernel refuses.
    """
    known = os.statvfs(device).f_flag
    flags = (
        _BOUND_AGAIN | _READ_ONLY | known & _FORBIDDEN | (_RELATIVE_TIMES if known & os.ST_RELATIME else 0)
    )
    done = _libc.mount(None, device.encode(), None, flags, None)
    _check(done, f"make {device} read-only")


def keep_to(cores: Iterable[int]) -> None:
    """Run on these cores alone, if they are still there."""
    with suppress(OSError):
        os.sched_setaffinity(0, cores)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def keep_only(descriptor: int) -> None:
    """Close every descriptor but this one; 0, 1 and 2 are the null device."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def limit_resources(limits: dict[str, Any], baseline: int, own_user: bool) -> None:
    """Bound address space (on top of `baseline` bytes), CPU time, threads, files; no core dumps.

    Threads are counted per user, so they are bounded here only where the user is the candidate's own.
    """
    bounds = {
        resource.RLIMIT_AS: baseline + limits["memory_bytes"],
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if own_user:
        bounds[resource.RLIMIT_NPROC] = limits["threads"]
    for kind, bound in bounds.items():
        _, hard = resource.getrlimit(kind)
        value = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (value, value))


def address_space() -> int:
    """Return how many bytes of address space this process has mapped."""
    return int(_said("/proc/self/statm").split()[0]) * _PAGE


def forbid_new_privileges() -> None:
    """Have no program or file give this process privileges, and no other process of its user look into it."""
    _check(_libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def give_up_privileges(
    writable: Iterable[str], readable: Iterable[str] = ("/",), shared: bool = False
) -> list[str]:
    """Drop capabilities, forbid gaining any, write in `writable` and read in `readable` alone, filter system
    calls.

    Return the names of the layers that are active: the last two depend on the kernel. `shared`: there are no
    namespaces of its own, so they are needed; OSError without them.
    """
    forbid_new_privileges()
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))), "drop capabilities")
    depending = {"landlock": _landlock.restrict(writable, readable), "seccomp": seccomp.install(shared)}
    if shared and not all(depending.values()):
        raise OSError(errno.ENOSYS, "Landlock or the filter of system calls could not be set up")
    return ["no-new-privileges", *(name for name, active in depending.items() if active)]


def _cover(place: str, options: str, flags: int = 0) -> None:
    done = _libc.mount(b"tmpfs", place.encode(), b"tmpfs", _NOSUID_NODEV | flags, options.encode())
    _check(done, f"mount {place}")


def _said(place: str) -> bytes:
    """Return what the kernel says in a short file; not by pathlib, for whose code a fork pays by the page."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        return os.read(descriptor, _PAGE)
    finally:
        os.close(descriptor)


def _say(place: str, text: bytes) -> None:
    descriptor = os.open(place, os.O_WRONLY)
    try:
        os.write(descriptor, text)
    finally:
        os.close(descriptor)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
