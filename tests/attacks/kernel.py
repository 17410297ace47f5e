"""Attacks through the kernel: what it counts, what it tells of others, and what all processes share."""

from tests.attacks.field import Attack

_CALLS = """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
COLUMN = {'x86_64': 0, 'aarch64': 1}[platform.machine()]
def call(name, numbers, *arguments):
    number = numbers[COLUMN]
    if number is None: return
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    refused = result == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS, errno.EAFNOSUPPORT)
    print('refused' if refused else 'SUCCESS', name)
"""

KERNEL = (
    # Memory and time that nobody counts.
    Attack(
        "uncounted memory",
        "keeps memory where no limit of the process counts it: segments, messages, files without a name",
        cells=(
            _CALLS
            + """
call('shared segment', (29, 194), 0, 200_000_000, 0o1600)
call('semaphores', (64, 190), 0, 32_000, 0o1600)
call('messages', (68, 186), 0, 0o1600)
call('file in memory', (319, 279), b'hoard', 0)
call('secret memory', (447, 447), 0)
""",
        ),
    ),
    Attack(
        "everybody's quota",
        "takes the requests that the whole machine may have under way, so that its data bases stand still",
        cells=(
            _CALLS
            + """
room = ctypes.c_ulong(0)
call('requests', (206, 0), 60_000, ctypes.byref(room))
""",
        ),
    ),
    # Others, seen and spoken to.
    Attack(
        "name in the examiner's network",
        "gives the conversation a name, which other submissions and the whole machine would see",
        cells=(
            _CALLS
            + """
name = b'\\x01\\x00\\x00stagewise-seen'
call('name', (49, 200), 3, name, len(name))
call('reach', (42, 203), 3, name, len(name))
call('listen', (50, 201), 3, 1)
call('accept', (43, 202), 3, 0, 0)
call('accept more', (288, 242), 3, 0, 0, 0)
pair = (ctypes.c_int * 2)()
libc.socketpair(1, 2, 0, pair)
call('name of its own', (49, 200), pair[0], name, len(name))
""",
        ),
    ),
    Attack(
        "the other end",
        "asks the socket for a hold on the examiner's process, its groups, its label, its files",
        cells=(
            _CALLS
            + """
room, size, on = ctypes.create_string_buffer(256), ctypes.c_uint32(256), ctypes.c_int(1)
for name, option in (('process', 77), ('identity', 17), ('groups', 59), ('label', 31)):
    call(name, (55, 209), 3, 1, option, room, ctypes.byref(size))
for name, option in (('identities', 16), ('labels', 34), ('processes', 76)):
    call(name, (54, 208), 3, 1, option, ctypes.byref(on), 4)
""",
        ),
    ),
    Attack(
        "watching the others",
        "asks to be told whenever anybody on the machine opens a file of Python or of a package",
        cells=(
            _CALLS
            + """
import os
call('old watch', (253, None))
call('watch', (294, 26), 0)
call('watch of all', (300, 262), 0, 0)
place = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
call('directory', (72, 25), place, 1026, 0x80000001)
call('lease', (72, 25), os.open(os.__file__, os.O_RDONLY), 1024, 0)
""",
        ),
    ),
    Attack(
        "locks as letters",
        "holds locks on files that all submissions read, which another one could find held",
        cells=(
            """
import fcntl, os
file = open(os.__file__)
for lock in (fcntl.flock, fcntl.lockf):
    try: print('SUCCESS', lock(file, fcntl.LOCK_SH | fcntl.LOCK_NB))
    except OSError as error: print(error)
try: print('SUCCESS', fcntl.fcntl(file, 37, bytes(32)))
except OSError as error: print(error)
""",
        ),
    ),
    # What should stay as it was.
    Attack(
        "crash handler",
        "makes itself dumpable and crashes, so that the machine's crash handler, as root, reads its memory",
        cells=(
            """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(4, 1, 0, 0, 0)
print('SUCCESS' if libc.prctl(3, 0, 0, 0, 0) else 'not dumpable')
""",
        ),
        answer="""
import os
def double(x): os.abort()
""",
    ),
    Attack(
        "outliving the template",
        "asks the kernel not to be ended together with the process that started it",
        cells=(
            """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(1, 0, 0, 0, 0)
signal = ctypes.c_int(-1)
libc.prctl(2, ctypes.byref(signal), 0, 0, 0)
print('SUCCESS' if signal.value != 9 else 'still tied')
""",
        ),
    ),
)
