"""Attacks on the machine: its network, its kernel, its files and who else is on it."""

from autograder.attacks.field import HONEST, POINTS, Attack

MACHINE = (
    # Network and kernel.
    Attack(
        "network",
        "sends the notebook away and asks for the answer",
        cells=(
            """
import socket, urllib.request
for ask in (lambda: socket.create_connection(('1.1.1.1', 53), 1),
            lambda: socket.create_connection(('127.0.0.1', 8888), 1),
            lambda: socket.socket(socket.AF_UNIX).connect('\\0other'),
            lambda: urllib.request.urlopen('http://example.org', timeout=1)):
    try: print('SUCCESS', ask())
    except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "system calls",
        "mounts, traces, enters and makes namespaces, asks for keys and rings",
        cells=(
            """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for number in (101, 165, 166, 272, 308, 161, 250, 321, 425, 310, 57, 58, 59, 298, 323):
    result = libc.syscall(number, 0x10000000, 0, 0, 0, 0)
    print('SUCCESS' if result != -1 else 'refused', number)
""",
        ),
    ),
    Attack(
        "signals to others",
        "kills every process that it can name",
        cells=(
            """
import os, signal
for pid in (-1, 0, 2, 3, os.getppid()):
    try: os.kill(pid, signal.SIGKILL)
    except OSError as error: print(error)
""",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    # Looking beyond the notebook.
    Attack(
        "other processes",
        "looks at other processes by /proc, and for them by signals",
        cells=(
            """
import os
found, own = [], os.getpid()
try: found = [name for name in os.listdir('/proc') if name.isdigit()]
except OSError as error: print(error)
for pid in {*range(2, 5000), os.getppid()} - {0, own}:
    for ask in (lambda: os.kill(pid, 0), lambda: open(f'/proc/{pid}/status').read(),
                lambda: os.listdir(f'/proc/{pid}/fd'), lambda: os.readlink(f'/proc/{pid}/cwd')):
        try: found.append((pid, ask()))
        except OSError: pass
print('SUCCESS' if found else 'there is nobody else', found[:5])
""",
        ),
    ),
    Attack(
        "environment of the grader",
        "reads the variables of whoever grades, from its own memory of them and from every process",
        cells=(
            """
import ctypes, os
libc = ctypes.CDLL(None)
known = {'HOME', 'USER', 'LOGNAME', 'LANG', 'TZ', 'PATH', 'PWD', 'PYTHONHASHSEED', 'OPENBLAS_NUM_THREADS',
         'TMPDIR', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'MPLBACKEND', 'MPLCONFIGDIR', 'IPYTHONDIR',
         'LC_CTYPE', 'ATEN_CPU_CAPABILITY', 'GLIBC_TUNABLES', 'MKL_CBWR', 'NPY_DISABLE_CPU_FEATURES',
         'ONEDNN_MAX_CPU_ISA', 'OPENBLAS_CORETYPE'}
names, place = set(os.environ), ctypes.POINTER(ctypes.c_char_p).in_dll(libc, 'environ')
for i in range(10_000):
    if place[i] is None: break
    names.add(place[i].split(b'=')[0].decode())
more = sorted(names - known)
print('SUCCESS' if more else 'nothing but its own', more)
for pid in (1, 'self', 'self/task/1', os.getppid()):
    try: print('SUCCESS', open(f'/proc/{pid}/environ').read())
    except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "files of other submissions",
        "looks in every directory for what was written by somebody else since the machine started",
        cells=(
            """
import os, sys
open('mine', 'w').write('x')
found, own = [], os.getcwd()
places = ['/tmp', '/dev/shm', '/var', '/run', '/home', '/root', '/mnt', '/srv', '/opt', '/etc', own]
for place in {*places, os.path.dirname(own)} - {'/'}:
    for path, directories, files in os.walk(place):
        directories[:] = [name for name in directories if name not in ('site-packages',)]
        found += [os.path.join(path, name) for name in files]
ours = (f'{own}/mine', f'{own}/.', '/etc/ld.so.cache', sys.base_prefix)
found = [path for path in map(os.path.abspath, found) if not path.startswith(ours)]
print('SUCCESS' if found else 'nothing', found[:5])
""",
        ),
    ),
    Attack(
        "times of other submissions",
        "asks how much the machine has worked, for whom, and since when",
        cells=(
            """
import os
for path in ('/proc/stat', '/proc/loadavg', '/proc/uptime', '/proc/self/mountinfo', '/proc/self/cgroup',
             '/sys/fs/cgroup/cgroup.procs', '/var/log/wtmp', '/run/utmp'):
    try: print('SUCCESS', open(path).read()[:20])
    except OSError as error: print(error)
try: print('SUCCESS', os.getloadavg())
except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "core dump",
        "raises the limit on core dumps and crashes, to leave its memory on the disk",
        cells=(
            """
import resource
print('SUCCESS' if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0) else 'none')
try: print('SUCCESS', resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)))
except (OSError, ValueError) as error: print(error)
""",
        ),
        answer="""
import os
def double(x): os.abort()
""",
    ),
    Attack(
        "raised limits",
        "gives itself more memory, time, threads and files than it was given",
        cells=(
            """
import resource
for kind in ('AS', 'CPU', 'NOFILE', 'FSIZE', 'MEMLOCK', 'MSGQUEUE'):
    number = getattr(resource, f'RLIMIT_{kind}')
    soft, hard = resource.getrlimit(number)
    try: print('SUCCESS', kind, resource.setrlimit(number, (hard + 1, hard + 1)))
    except (OSError, ValueError) as error: print(error)
    most = {'NOFILE': 1000, 'MEMLOCK': 0, 'MSGQUEUE': 0}.get(kind, 1 << 50)
    if not 0 <= hard <= most: print('SUCCESS', kind, hard)
""",
        ),
    ),
    Attack(
        "setuid",
        "becomes root by identity, by capability, and by a file that it marks as root's",
        cells=(
            """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
root = os.getuid() == 0  # in name alone: where its account is root's, that is all there is left
for ask in (lambda: root or os.setuid(0), lambda: root or os.setresuid(0, 0, 0), lambda: os.setgroups([0]),
            lambda: root or os.chown('.', 0, 0), lambda: os.execv('tool', ['tool']),
            lambda: os.execv('/usr/bin/su', ['su']), lambda: os.mknod('disk', 0o060666, 0x800)):
    try: print('refused' if ask() is True else 'SUCCESS')
    except OSError as error: print(error)
for mark in (lambda: os.open('tool', os.O_CREAT | os.O_RDWR, 0o4755), lambda: os.chmod('tool', 0o4755),
             lambda: os.mknod('other', 0o104755)):
    try: mark()
    except OSError as error: print(error)
marked = [name for name in os.listdir() if os.stat(name).st_mode & 0o6000]
there = os.statvfs('.').f_flag & os.ST_NOSUID
print('SUCCESS' if marked and not there else 'no setuid there', marked)
print('SUCCESS' if libc.prctl(39, 0, 0, 0, 0) != 1 else 'no new privileges')
""",
        ),
    ),
    Attack(
        "left open",
        "looks among all descriptors for one that leads out",
        cells=(
            """
import os, stat
found = {}
for number in range(100_000):
    try: found[number] = stat.S_IFMT(os.fstat(number).st_mode)
    except OSError: pass
expected = {0: stat.S_IFCHR, 1: stat.S_IFCHR, 2: stat.S_IFCHR, 3: stat.S_IFSOCK}
print('SUCCESS' if found != expected else 'the null device and the conversation', found)
""",
        ),
    ),
    Attack(
        "descriptors by the socket",
        "has a descriptor sent to it, or sends one, over the conversation",
        cells=(
            """
import os, socket
try:
    conversation = socket.socket(fileno=os.dup(3))
    print('SUCCESS', socket.send_fds(conversation, [b'x'], [0]))
except OSError as error: print(error)
""",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    Attack(
        "ptrace",
        "traces itself, its parent and the template, and reads their memory",
        cells=(
            """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(64)
for request, pid in ((0, 0), (16, 1), (16, 2), (0x4206, 2)):
    print('SUCCESS' if libc.ptrace(request, pid, 0, 0) == 0 else 'refused')
print('SUCCESS' if libc.syscall(310, 1, room, 1, room, 1, 0) >= 0 else 'refused')
for path in ('/proc/1/mem', '/proc/self/mem', '/dev/mem', '/dev/kmem', '/proc/kcore'):
    try: print('SUCCESS', open(path, 'rb'))
    except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "new user namespace",
        "becomes root in a namespace of its own, by unshare, clone and clone3",
        cells=(
            """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
for kind in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x04000000, 0x08000000, 0x02000000, 0x00000080):
    print('SUCCESS' if libc.unshare(kind) == 0 else 'refused')
    result = libc.syscall(56, kind | 17, 0, 0, 0, 0)
    print('SUCCESS' if result >= 0 else 'refused')
size = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
print('SUCCESS' if libc.syscall(435, size, 88) >= 0 else 'refused')
""",
        ),
    ),
    Attack(
        "system calls of another kind",
        "makes forbidden calls under numbers of the x32 interface",
        cells=(
            """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
for number in (57, 272, 101, 41):
    print('SUCCESS' if libc.syscall(0x40000000 + number, 0, 0, 0, 0) >= 0 else 'refused')
""",
        ),
    ),
    Attack(
        "written program",
        "writes a program into its own directory and runs it",
        cells=(
            """
import os, subprocess
os.write(os.open('run', os.O_CREAT | os.O_WRONLY, 0o755), b'#!/bin/sh\\necho SUC""CESS')
run = os.path.abspath('run')
get_ipython().system(run)
for ask in (lambda: subprocess.check_output([run]), lambda: os.popen(run).read(),
            lambda: os.posix_spawn(run, ['run'], {}), lambda: os.execv(run, ['run'])):
    try: print('SUCCESS', ask())
    except OSError as error: print(error)
""",
        ),
    ),
    Attack(
        "links out",
        "links to places outside its directory and writes through them",
        cells=(
            """
import os
opt = '/opt/site-packages/numpy/__init__.py'
for place in (opt, np.__file__, '{course}/gradebook.db', '/usr/lib/os-release'):
    for link in (os.symlink, os.link):
        try:
            link(place, 'link')
            open('link', 'a').write('1/0')
            print('SUCCESS', place)
        except OSError as error: print(error)
        try: os.unlink('link')
        except OSError: pass
""",
        ),
    ),
)
