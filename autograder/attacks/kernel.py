"""Attacks through the kernel: what it counts, what it tells of others, and what all processes share."""

from autograder.attacks.field import HONEST, POINTS, Attack

CALLS = """
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

NOTE = """
import builtins, os, sys
import numpy as np
import stagewise
places = ('/tmp/note', '/dev/shm/note', '/var/tmp/note', '/run/note', os.path.expanduser('~/note'))
found = [place for place in places if os.path.exists(place)]
found += [owner.__name__ for owner in (np, stagewise, builtins, sys) if hasattr(owner, 'note')]
found += ['chance'] if np.random.get_state()[1][0] == 77 else []
print('SUCCESS' if found else 'no note', found)
for place in places:
    try: open(place, 'w').write('the first case has 5 entries')
    except OSError: pass
for owner in (np, stagewise, builtins, sys): owner.note = 'the first case has 5 entries'
np.random.seed(77)
"""

KERNEL = (
    # Memory and time that nobody counts.
    Attack(
        "uncounted memory",
        "keeps memory where no limit of the process counts it: segments, messages, files without a name",
        cells=(
            CALLS
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
        "calls of tomorrow",
        "asks for what is newer in the kernel than the list of what is refused: mounts, and what comes next",
        cells=(
            CALLS
            + """
room = ctypes.create_string_buffer(4096)
call('a mount told', (457, 457), room, room, 4096, 0)
call('mounts listed', (458, 458), room, room, 512, 0)
call('rules of others', (459, 459), 100, room, room, 0)
call('extended attribute', (463, 463), -100, b'/tmp', 0, b'user.note', room, 16)
call('a tree of files', (467, 467), -100, b'/', 1, room, 32)
call('next year', (499, 499), 0, 0, 0)
call('quota by descriptor', (443, 443), 3, 0, 0, 0)
""",
        ),
    ),
    Attack(
        "everybody's quota",
        "takes the requests that the whole machine may have under way, so that its data bases stand still",
        cells=(
            CALLS
            + """
room = ctypes.c_ulong(0)
call('requests', (206, 0), 60_000, ctypes.byref(room))
""",
        ),
    ),
    Attack(
        "filter of its own",
        "has the kernel lie to the clock that stops its code, by a filter of its own, and never ends",
        cells=(
            """
import ctypes, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
timer = {'x86_64': 38, 'aarch64': 103}[platform.machine()]
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, timer), (0x06, 0, 0, 0x00050000), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))
header = struct.pack('HxxxxxxQ', len(steps), ctypes.addressof(code))
print('installed', libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0))
""",
        ),
        answer="""
def double(x):
    while True: pass
""",
    ),
    Attack(
        "stopped clocks",
        "replaces every clock and timer of Python, so that its time never seems to be up",
        cells=(
            """
import signal, time
from isolation.candidate import answers, clock, performance
signal.setitimer = lambda *a: (0.0, 0.0)
time.monotonic = time.perf_counter = time.time = lambda: 0.0
for module in (clock, answers, performance):
    module.at_most = lambda *a: open('/dev/null')
    module.called = lambda function, arguments, keywords, *a: function(*arguments, **keywords)
""",
        ),
        answer="""
def double(x):
    while True: pass
""",
    ),
    # Others, seen and spoken to.
    Attack(
        "name in the examiner's network",
        "gives the conversation a name, which other submissions and the whole machine would see",
        cells=(
            CALLS
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
            CALLS
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
            CALLS
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
        "pages in the cache",
        "asks which pages of everybody's files somebody has read lately",
        cells=(
            CALLS
            + """
import mmap, os
file = os.open(os.__file__, os.O_RDONLY)
page = ctypes.create_string_buffer(mmap.PAGESIZE)
vector = (ctypes.c_uint64 * 2)(ctypes.addressof(page), mmap.PAGESIZE)
size = (ctypes.c_uint64 * 2)(0, mmap.PAGESIZE)
call('residence', (27, 232), -1, -1, -1)
call('cache', (451, 451), file, size, page, 0)
call('read unless it waits', (327, 286), file, vector, 1, 0, 0, 8)
""",
        ),
    ),
    Attack(
        "out of band",
        "sends urgent bytes, on the conversation and on a pair of its own, where kernels had a way out",
        cells=(
            """
import socket
pair = socket.socketpair()
conversation = socket.socket(fileno=3)
for ask in (lambda: pair[0].send(b'x', socket.MSG_OOB), lambda: pair[1].recv(1, socket.MSG_OOB),
            lambda: conversation.send(b'x', socket.MSG_OOB | socket.MSG_DONTWAIT)):
    try: print('SUCCESS', ask())
    except PermissionError as error: print(error)
conversation.detach()
""",
        ),
        answer=HONEST,
        earns=POINTS,
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
    Attack(
        "note for the next",
        "leaves a note in every file and every object that whoever is graded next might have too",
        cells=(NOTE,),
    ),
    Attack(
        "note of the one before",
        "looks for that note",
        cells=(NOTE,),
    ),
    Attack(
        "devices",
        "writes, steers and marks the few devices that there are, which are the machine's own",
        cells=(
            """
import fcntl, os
names = ('null', 'zero', 'full', 'random', 'urandom')
others = {'mem', 'port', 'tty', 'ptmx', 'kvm', 'fuse', 'vda', 'sda', 'loop0', 'net/tun', 'console', 'kmsg'}
try: others |= set(os.listdir('/dev')) - {*names, 'shm'}
except OSError as error: print(error)
for name in others:
    try: print('SUCCESS', os.open(f'/dev/{name}', os.O_RDONLY | os.O_NONBLOCK))
    except OSError as error: print(error)
for name in names:
    for ask in (lambda path: os.utime(path, (0, 0)), lambda path: os.utime(path),
                lambda path: os.chmod(path, 0o666),
                lambda path: os.unlink(path), lambda path: os.rename(path, '/dev/other'),
                lambda path: os.setxattr(path, 'user.note', b'x'),
                lambda path: fcntl.ioctl(os.open(path, os.O_RDWR), 0x40085203, bytes(16)),
                lambda path: fcntl.ioctl(os.open(path, os.O_RDWR), 0x5412, b'x')):
        try: print('SUCCESS', name, ask(f'/dev/{name}'))
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
    Attack(
        "capabilities",
        "looks for a right of root's that was left to it, and takes back those that it gave up",
        cells=(
            CALLS
            + """
import struct
header, rights = struct.pack('Ii', 0x20080522, 0), ctypes.create_string_buffer(24)
libc.capget(ctypes.c_char_p(header), rights)
print('SUCCESS' if any(rights.raw) else 'no rights', rights.raw)
call('all rights', (126, 91), ctypes.c_char_p(header), ctypes.c_char_p(b'\\xff' * 24))
ambient = [number for number in range(41) if libc.prctl(47, 1, number, 0, 0) == 1]
print('SUCCESS' if ambient else 'none to inherit', ambient)
""",
        ),
    ),
    Attack(
        "machine code",
        "writes machine code into memory that makes system calls under the numbers of a 32-bit program",
        cells=(
            """
import ctypes, mmap, platform
if platform.machine() == 'x86_64':
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')
    print('SUCCESS', ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
""",
        ),
    ),
    Attack(
        "every other way",
        "makes each of the system calls by which programs have left sandboxes before",
        cells=(
            CALLS
            + """
WAYS = {
    'io_uring_setup': (425, 425), 'io_uring_enter': (426, 426), 'io_uring_register': (427, 427),
    'userfaultfd': (323, 282), 'bpf': (321, 280), 'perf_event_open': (298, 241), 'keyctl': (250, 219),
    'add_key': (248, 217), 'request_key': (249, 218), 'socket': (41, 198), 'ptrace': (101, 117),
    'process_vm_readv': (310, 270), 'process_vm_writev': (311, 271), 'kcmp': (312, 272),
    'pidfd_open': (434, 434), 'pidfd_getfd': (438, 438), 'pidfd_send_signal': (424, 424),
    'rt_sigqueueinfo': (129, 138), 'rt_tgsigqueueinfo': (297, 240), 'tkill': (200, 130),
    'setns': (308, 268), 'unshare': (272, 97), 'mount': (165, 40), 'umount2': (166, 39),
    'pivot_root': (155, 41), 'chroot': (161, 51), 'open_tree': (428, 428), 'move_mount': (429, 429),
    'fsopen': (430, 430), 'fsconfig': (431, 431), 'fsmount': (432, 432), 'fspick': (433, 433),
    'mount_setattr': (442, 442), 'name_to_handle_at': (303, 264), 'open_by_handle_at': (304, 265),
    'kexec_load': (246, 104), 'kexec_file_load': (320, 294), 'init_module': (175, 105),
    'finit_module': (313, 273), 'delete_module': (176, 106), 'syslog': (103, 116), 'sysinfo': (99, 179),
    'acct': (163, 89), 'swapon': (167, 224), 'swapoff': (168, 225), 'quotactl': (179, 60),
    'sendmsg': (46, 211), 'recvmsg': (47, 212), 'sendmmsg': (307, 269), 'recvmmsg': (299, 243),
    'splice': (275, 76), 'tee': (276, 77), 'vmsplice': (278, 75), 'sendfile': (40, 71),
    'mbind': (237, 235), 'set_mempolicy': (238, 237), 'set_mempolicy_home_node': (450, 450),
    'migrate_pages': (256, 238), 'move_pages': (279, 239),
    'personality': (135, 92), 'modify_ldt': (154, None), 'execve': (59, 221), 'execveat': (322, 281),
    'kill others': (62, 129), 'clone3': (435, 435),
}
for name, numbers in WAYS.items(): call(name, numbers, *[-1] * 6)
call('limits of others', (302, 261), 2, 7, 0, 0)
import os
own = os.getpid()
for name, number in (('fork', 57), ('vfork', 58)):
    call(name, (number, None))
    if os.getpid() != own: os._exit(0)
""",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
)
