"""A filter of system calls: threads but no processes, no sockets, no mounts, no look at other processes, no
memory beside the address space that is counted, nothing that another candidate could notice.

Whatever is refused fails with EPERM, so that a student reads a PermissionError. Numbers are those of the
kernel's tables for x86_64 and aarch64; on another machine there is no filter and `install` says so. Calls
that are newer than those tables are answered as a kernel does that does not have them.

Where candidates have no namespaces of their own, more is refused: what changes files that can be named but
not opened, and what reaches other processes by their numbers.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from functools import lru_cache

MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
ABSENT = -1

# name: (x86_64, aarch64)
_REFUSED = {
    "fork": (57, ABSENT),
    "vfork": (58, ABSENT),
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
    "inotify_init": (253, ABSENT),
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
    "modify_ldt": (154, ABSENT),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
# Without namespaces of its own: modes, owners, times and attributes are no matter of Landlock's.
_REFUSED_SHARED = {
    "chmod": (90, ABSENT),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, ABSENT),
    "fchown": (93, 55),
    "lchown": (94, ABSENT),
    "fchownat": (260, 54),
    "utime": (132, ABSENT),
    "utimes": (235, ABSENT),
    "futimesat": (261, ABSENT),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "getxattr": (191, 8),
    "lgetxattr": (192, 9),
    "fgetxattr": (193, 10),
    "listxattr": (194, 11),
    "llistxattr": (195, 12),
    "flistxattr": (196, 13),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    # Memory and messages of the account's other programs, by their numbers and names.
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
}
NETWORK = ("socket", "bind", "connect", "listen", "accept", "accept4", "io_uring_setup")
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
_OPENAT2 = (437, 437)
_OF_PROCESSES = {  # whose first argument is a process, 0 for the own one
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
}
_MODES = {(2, ABSENT): 2, (257, 56): 3, (85, ABSENT): 1, (133, ABSENT): 1, (259, 33): 2}
"""The argument of open, openat, creat, mknod and mknodat that is a mode."""
_IOCTL = (16, 29)
_CLOCKS = {
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "timer_create": (222, 107),
}

_CLONE_THREAD = 0x00010000
_PARENT_DEATH_SIGNAL, _DUMPABLE = 1, 4
_LOCKS = (5, 6, 7, 36, 37, 38)
_LEASE, _NOTIFY = 1024, 1026
_OWNERS = (8, 10, 15)  # who gets which signal when a descriptor is ready
_HARMLESS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
"""Requests to files: is it a terminal, how large, how much can be read, do not wait, close or keep."""
_SET_ID = 0o6000
_OTHERS_CLOCKS, _OWN_CLOCKS = 0x80000000, 0xFFFFFFF8
_TYPE, _ERROR, _PROTOCOL, _DOMAIN = 3, 4, 38, 39  # others tell of the process at the other end
_OUT_OF_BAND = 1
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW, _KILL_PROCESS, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000

_ASK = 0x7FC00000
_SECCOMP = (317, 277)
_SET_FILTER, _LISTENED_TO = 1, 1 << 3

_libc = ctypes.CDLL(None, use_errno=True)


def known() -> bool:
    """Tell whether there is a filter for this machine."""
    return platform.machine() in MACHINES


def install(shared: bool = False) -> bool:
    """Bind this process and all its threads to the filter, for good; needs no-new-privileges. False where
    unknown. `shared`: it has no namespaces of its own.
    """
    if not known():
        return False
    own_pid = os.getpid()  # in a namespace of its own: always 1
    try:
        bind(program(*MACHINES[platform.machine()], own_pid, shared))
    except OSError:
        return False
    return True


def refuse(names: Iterable[str]) -> None:
    """Have these calls of the table fail from now on, for good. OSError where the kernel does not."""
    architecture, column = MACHINES[platform.machine()]
    numbers = [_REFUSED[name][column] for name in names if _REFUSED[name][column] != ABSENT]
    steps = [step for number in numbers for step in _refuse(number, errno.EPERM)]
    bind(b"".join([*_of(architecture), *steps, _step(_RETURN, _ALLOW)]))


def bind(code: bytes, listened_to: bool = False) -> int:
    """Bind this process to a filter; a descriptor that tells what it asks, if it is `listened_to`."""
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.c_char_p(struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer)))
    number = _SECCOMP[MACHINES[platform.machine()][1]]
    result = _libc.syscall(number, _SET_FILTER, _LISTENED_TO if listened_to else 0, header)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"filter of system calls: {os.strerror(ctypes.get_errno())}")
    return int(result)


def compiled_ahead() -> None:
    """Make the filter of a process that is the first of its namespace, so that forks find it made."""
    if known():
        program(*MACHINES[platform.machine()], 1, False)


@lru_cache(maxsize=1)
def program(architecture: int, column: int, own_pid: int, shared: bool = False) -> bytes:
    """Return the filter as instructions of eight bytes; signals may go to the process `own_pid` alone."""
    tables = [_REFUSED, _REFUSED_SHARED] if shared else [_REFUSED]
    refused = [both[column] for table in tables for both in table.values() if both[column] != ABSENT]
    return b"".join(
        [
            *_of(architecture),
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
            *_if(_FCNTL[column], 1, *_LOCKS, *_OWNERS, _LEASE, _NOTIFY),
            *(_shared(column) if shared else ()),
            _step(_RETURN, _ALLOW),
        ]
    )


def asking(architecture: int, numbers: Iterable[int], flagged: Iterable[tuple[int, int, int]]) -> bytes:
    """Return a filter that asks its listener about calls of these numbers, and about (number, argument,
    bits) if one of the bits is set in that argument.
    """
    steps = [step for number in numbers for step in (_step(_EQUAL, number, 0, 1), _step(_RETURN, _ASK))]
    for number, argument, bits in flagged:
        if number != ABSENT:
            steps += _by_argument(number, argument, (bits,), _ANY_BIT, _ASK, _ALLOW)
    return b"".join([*_of(architecture), *steps, _step(_RETURN, _ALLOW)])


def _of(architecture: int) -> list[bytes]:
    """Steps that end a process which calls as another machine's, and load the number of the call."""
    return [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER),
    ]


def _shared(column: int) -> list[bytes]:
    """Steps that refuse, by their arguments, what namespaces of its own would make harmless."""
    modes = [(both[column], argument) for both, argument in _MODES.items() if both[column] != ABSENT]
    processes = [both[column] for both in _OF_PROCESSES.values()]
    return [
        *_refuse(_OPENAT2[column], errno.ENOSYS),
        *(step for number, argument in modes for step in _if(number, argument, _SET_ID, test=_ANY_BIT)),
        *(step for number in processes for step in _unless(number, 0, 0)),
        *_unless(_IOCTL[column], 1, *_HARMLESS),
        *(step for both in _CLOCKS.values() for step in _own_clock(both[column])),
    ]


def _own_clock(number: int) -> list[bytes]:
    """Refuse the call `number` for the clock that tells how much time another process used."""
    return [
        _step(_EQUAL, number, 0, 5),
        _step(_LOAD, _ARGUMENTS),
        _step(_AT_LEAST, _OWN_CLOCKS, 1, 0),
        _step(_AT_LEAST, _OTHERS_CLOCKS, 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _FAIL | errno.EPERM),
    ]


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
