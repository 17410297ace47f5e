"""A filter of system calls: threads but no processes, no sockets, no mounts, no look at other processes, no
memory beside the address space that is counted, nothing that another candidate could notice.

Whatever is refused fails with EPERM, so that a student reads a PermissionError. Numbers are those of the
kernel's tables for x86_64 and aarch64; on another machine there is no filter and `install` says so. Calls
that are newer than those tables are answered as a kernel does that does not have them.
"""

import ctypes
import errno
import os
import platform
import struct
from functools import lru_cache

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_ABSENT = -1

# name: (x86_64, aarch64)
_REFUSED = {
    "fork": (57, _ABSENT),
    "vfork": (58, _ABSENT),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    # The conversation's socket is of the examiner's network: a name given to it would be seen there.
    "bind": (49, 200),
    "connect": (42, 203),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "setsockopt": (54, 208),
    # Messages are sent and received without these, which carry descriptors.
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "sendmmsg": (307, 269),
    "recvmmsg": (299, 243),
    # Pages of a file in a pipe; the C library copies without.
    "splice": (275, 76),
    "tee": (276, 77),
    "vmsplice": (278, 75),
    "sendfile": (40, 71),
    # Memory that no limit of this process counts.
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_setup": (206, 0),
    # Files are everybody's: who reads them can be seen, and who holds a lock.
    "inotify_init": (253, _ABSENT),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "flock": (73, 32),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "preadv2": (327, 286),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "tkill": (200, 130),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "syslog": (103, 116),
    "sysinfo": (99, 179),  # how long and how hard the machine has worked
    "acct": (163, 89),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "personality": (135, 92),
    "modify_ldt": (154, _ABSENT),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
LAST_REVIEWED = 456
"""The last number (futex_requeue, of Linux 6.7) up to which each call was looked at, on both machines."""
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_KILL = (62, 129)
_TGKILL = (234, 131)
_PRLIMIT = (302, 261)
_PRCTL = (157, 167)
_FCNTL = (72, 25)
_GETSOCKOPT = (55, 209)
_SENDTO, _RECVFROM = (44, 206), (45, 207)

_CLONE_THREAD = 0x00010000
_PARENT_DEATH_SIGNAL, _DUMPABLE = 1, 4
_LOCKS = (5, 6, 7, 36, 37, 38)
_LEASE, _NOTIFY = 1024, 1026
_TYPE, _ERROR, _PROTOCOL, _DOMAIN = 3, 4, 38, 39  # others tell of the process at the other end
_OUT_OF_BAND = 1
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW, _KILL_PROCESS, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000

_PR_SET_SECCOMP, _FILTER = 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


def known() -> bool:
    """Tell whether there is a filter for this machine."""
    return platform.machine() in _ARCHITECTURES


def install() -> bool:
    """Bind this process and all its threads to the filter, for good; needs no-new-privileges. False where
    unknown.
    """
    if not known():
        return False
    code = program(*_ARCHITECTURES[platform.machine()], os.getpid())  # in a namespace of its own: always 1
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    return bool(_libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.c_char_p(header), 0, 0) == 0)


def compiled_ahead() -> None:
    """Make the filter of a process that is the first of its namespace, so that forks find it made."""
    if known():
        program(*_ARCHITECTURES[platform.machine()], 1)


@lru_cache(maxsize=1)
def program(architecture: int, column: int, own_pid: int) -> bytes:
    """Return the filter as instructions of eight bytes; signals may go to the process `own_pid` alone."""
    refused = [numbers[column] for numbers in _REFUSED.values() if numbers[column] != _ABSENT]
    return b"".join(
        [
            _step(_LOAD, _ARCHITECTURE),
            _step(_EQUAL, architecture, 1, 0),
            _step(_RETURN, _KILL_PROCESS),
            _step(_LOAD, _NUMBER),
            _step(_AT_LEAST, _X32, 0, 1),
            _step(_RETURN, _FAIL | errno.EPERM),
            _step(_AT_LEAST, LAST_REVIEWED + 1, 0, 1),
            _step(_RETURN, _FAIL | errno.ENOSYS),
            *(step for number in refused for step in _refuse(number, errno.EPERM)),
            *_refuse(_CLONE3[column], errno.ENOSYS),  # the C library then uses clone, whose flags can be read
            *_unless(_CLONE[column], 0, _CLONE_THREAD, test=_ANY_BIT),
            *_unless(_KILL[column], 0, own_pid),
            *_unless(_TGKILL[column], 0, own_pid),
            *_unless(_PRLIMIT[column], 0, 0),
            *_unless(_GETSOCKOPT[column], 2, _TYPE, _ERROR, _PROTOCOL, _DOMAIN),
            *_if(_SENDTO[column], 3, _OUT_OF_BAND, test=_ANY_BIT),
            *_if(_RECVFROM[column], 3, _OUT_OF_BAND, test=_ANY_BIT),
            *_if(_PRCTL[column], 0, _PARENT_DEATH_SIGNAL, _DUMPABLE),
            *_if(_FCNTL[column], 1, *_LOCKS, _LEASE, _NOTIFY),
            _step(_RETURN, _ALLOW),
        ]
    )


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _refuse(number: int, error: int) -> list[bytes]:
    return [_step(_EQUAL, number, 0, 1), _step(_RETURN, _FAIL | error)]


def _unless(number: int, argument: int, *values: int, test: int = _EQUAL) -> list[bytes]:
    """Refuse the call `number` unless the low half of that argument is one of the values."""
    return _by_argument(number, argument, values, test, _ALLOW, _FAIL | errno.EPERM)


def _if(number: int, argument: int, *values: int, test: int = _EQUAL) -> list[bytes]:
    """Refuse the call `number` if the low half of that argument is one of the values."""
    return _by_argument(number, argument, values, test, _FAIL | errno.EPERM, _ALLOW)


def _by_argument(
    number: int, argument: int, values: tuple[int, ...], test: int, found: int, otherwise: int
) -> list[bytes]:
    count = len(values)
    return [
        _step(_EQUAL, number, 0, count + 3),
        _step(_LOAD, _ARGUMENTS + 8 * argument),
        *(_step(test, value, count - place, 0) for place, value in enumerate(values)),
        _step(_RETURN, otherwise),
        _step(_RETURN, found),
    ]
