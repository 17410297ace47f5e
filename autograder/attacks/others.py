"""Attacks on other processes and on files that can be named: what namespaces hide, and else is refused."""

from autograder.attacks.field import Attack
from autograder.attacks.kernel import CALLS

OTHERS = (
    Attack(
        "numbers of processes",
        "tells from its own number, its parent's and names in /proc who else is there",
        cells=(
            """
import os
there = [pid for pid in range(2, 1000) if os.path.exists(f'/proc/{pid}')]
print('SUCCESS' if there or os.getpid() != 1 or os.getppid() != 0 else 'there is nobody else', there[:5])
""",
        ),
    ),
    Attack(
        "pace of others",
        "sets the priorities and the cores of other processes, to what they are already, reads their clocks, "
        "and has them signalled when it gets mail",
        cells=(
            """
import ctypes, fcntl, os, time
libc = ctypes.CDLL(None, use_errno=True)
get, set_ = {'x86_64': (252, 251), 'aarch64': (31, 30)}[os.uname().machine]
def waiting(pid):
    if libc.syscall(set_, 1, pid, libc.syscall(get, 1, pid)) < 0: raise OSError(ctypes.get_errno(), 'refused')
others = {os.getppid(), os.getppid() - 1, 2, 3} - {os.getpid(), 0, -1}
for pid in others:
    for ask in (lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)),
                lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid)),
                lambda: os.sched_setscheduler(pid, os.sched_getscheduler(pid), os.sched_getparam(pid)),
                lambda: waiting(pid), lambda: time.clock_gettime((~pid << 3) | 2),
                lambda: fcntl.fcntl(3, fcntl.F_SETOWN, pid), lambda: fcntl.fcntl(3, 10, 9),
                lambda: fcntl.ioctl(3, 0x8901, pid.to_bytes(4, 'little'))):
        try: print('SUCCESS', pid, ask())
        except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "memory of others",
        "looks for shared memory, semaphores and messages of other programs, by their numbers and names",
        cells=(
            CALLS
            + """
room = ctypes.create_string_buffer(256)
found = []
for number in range(300):
    for name, numbers, arguments in (
        ('attached', (30, 196), (number, 0, 0o10000)), ('memory', (31, 195), (number, 13, room)),
        ('semaphores', (66, 191), (number, 0, 18, room)), ('messages', (71, 187), (number, 11, room)),
    ):
        if libc.syscall(numbers[COLUMN], *arguments) >= 0: found.append((name, number))
for name in ('0', 'mail', 'queue'):
    if libc.syscall((240, 180)[COLUMN], name.encode(), 0, 0, 0) >= 0: found.append(name)
print('SUCCESS' if found else 'nothing shared', found)
""",
        ),
    ),
    Attack(
        "host name",
        "asks on which machine it runs",
        cells=(
            """
import os, platform
print('SUCCESS' if {os.uname().nodename, platform.node()} != {'notebook'} else 'the name of no machine')
""",
        ),
    ),
    Attack(
        "another host name",
        "changes the name of the machine",
        cells=(
            """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print('SUCCESS' if libc.sethostname(b'mine', 4) == 0 or libc.setdomainname(b'mine', 4) == 0 else 'refused')
""",
        ),
    ),
    Attack(
        "names of files",
        "asks for files that it can name whether they are there, and how large",
        cells=(
            """
import os
places = ('{course}/gradebook.db', '{course}/source', '/etc/passwd', '/etc/shadow', '/var/log')
found = [place for place in places if os.path.exists(place)]
print('SUCCESS' if found else 'nothing of that name', found)
""",
        ),
    ),
    Attack(
        "changed times and modes",
        "sets mode, owner, times and length of files that it may not write, to what they are already",
        cells=(
            """
import os
places = ('{course}/gradebook.db', '{course}/source', np.__file__, os.__file__, '/etc/passwd')
for place in places:
    try: known = os.stat(place)
    except OSError: known = os.stat('/')
    times = known.st_atime_ns, known.st_mtime_ns
    for ask in (lambda: os.chmod(place, known.st_mode & 0o7777), lambda: os.utime(place, ns=times),
                lambda: os.chown(place, known.st_uid, known.st_gid),
                lambda: os.truncate(place, known.st_size), lambda: os.removexattr(place, 'user.none'),
                lambda: os.fchmod(os.open(place, os.O_RDONLY), known.st_mode & 0o7777)):
        try: print('SUCCESS', place, ask())
        except OSError as error: print(error)
for ask in (lambda: os.open(places[0], os.O_RDONLY | os.O_TRUNC), lambda: os.rename(places[0], 'mine')):
    try: print('SUCCESS', ask())
    except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "limit on tasks",
        "looks for a limit of its own on tasks, and raises it",
        cells=(
            """
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
print('SUCCESS' if not 0 <= hard <= 1000 else 'bounded', hard)
try: print('SUCCESS', resource.setrlimit(resource.RLIMIT_NPROC, (hard + 1, hard + 1)))
except (OSError, ValueError) as error: print(error)
""",
        ),
    ),
)
