"""The attacks, by name: a notebook's cells and what they try. None may earn what an honest judge denies."""

from typing import Any

from tests.attacks.field import HONEST, POINTS, Attack, code
from tests.attacks.kernel import KERNEL
from tests.attacks.played import PLAYED
from tests.attacks.returned import RETURNED

TAKE_BACK_TESTING = "import importlib, numpy.testing._private.utils as u; importlib.reload(u)\n"
TAKE_BACK_TESTING += "np.testing.assert_allclose = u.assert_allclose"


def _edit_check(cells: list[dict[str, Any]]) -> None:
    cells[-1]["source"] = "2.0"


def _delete_check(cells: list[dict[str, Any]]) -> None:
    del cells[-1]


def _double_check(cells: list[dict[str, Any]]) -> None:
    copy = dict(cells[-1], source="2.0", id="copy")
    cells.append(copy)


def _retype_check(cells: list[dict[str, Any]]) -> None:
    cells[-1]["cell_type"] = "markdown"


def _more_points(cells: list[dict[str, Any]]) -> None:
    cells[-1]["metadata"]["nbgrader"]["points"] = 1000


def _another_role(cells: list[dict[str, Any]]) -> None:
    cells[-1]["metadata"]["nbgrader"] |= {"grade": False, "solution": True, "locked": False}
    cells[-1]["metadata"]["stagewise"]["role"] = "explore"
    cells[-1]["source"] = "2.0"


def _given_of_ones_own(cells: list[dict[str, Any]]) -> None:
    cells[0]["source"] = "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None"


def _own_check_cell(cells: list[dict[str, Any]]) -> None:
    extra = code("1000.0")
    extra["metadata"] = {
        "nbgrader": dict(cells[-1]["metadata"]["nbgrader"], grade_id="check-more", points=1000),
        "stagewise": {"role": "check"},
    }
    cells.append(extra)


def _exercise_below_check(cells: list[dict[str, Any]]) -> None:
    cells.append(cells.pop(-2))


def _ready_made_outputs(cells: list[dict[str, Any]]) -> None:
    output = {
        "output_type": "execute_result",
        "data": {"text/plain": "2.0"},
        "metadata": {},
        "execution_count": 9,
    }
    cells[-1]["outputs"] = [output]


ATTACKS = (
    # Replacing what judges.
    Attack(
        "replaced np.testing",
        "makes every comparison of NumPy's tests pass",
        cells=(
            """
np.testing.assert_allclose = lambda *a, **k: None
np.allclose = lambda *a, **k: True
""",
        ),
        stock=True,
        undo=TAKE_BACK_TESTING,
    ),
    Attack(
        "swapped __code__",
        "replaces the code inside the function that compares, so that it stays the same object",
        cells=(
            """
kept = np.testing.assert_allclose.__code__
np.testing.assert_allclose.__code__ = (lambda *a, **k: None).__code__
""",
        ),
        stock=True,
        undo="np.testing.assert_allclose.__code__ = kept",
    ),
    Attack(
        "replaced builtins",
        "replaces abs, all, isinstance and float for everybody",
        cells=(
            """
import builtins
builtins.all = lambda *a: True
builtins.abs = lambda x: 0
builtins.float = str
""",
        ),
    ),
    Attack(
        "always true assert",
        "makes AssertionError impossible to raise",
        cells=(
            """
import builtins
class Never(BaseException):
    def __new__(cls, *a): raise SystemExit
builtins.AssertionError = Never
""",
        ),
    ),
    Attack(
        "AST transformer",
        "drops the comparisons from every cell before it is compiled",
        cells=(
            """
import ast
class Drop(ast.NodeTransformer):
    def visit_Expr(self, node):
        return ast.Pass() if 'assert_' in ast.unparse(node) else node
get_ipython().ast_transformers.append(Drop())
""",
        ),
        stock=True,
        undo="get_ipython().ast_transformers.clear()",
    ),
    Attack(
        "input transformer",
        "rewrites the text of the check cell to its points",
        cells=(
            """
def rewrite(lines):
    return ['2.0\\n'] if any('assert_' in line for line in lines) else lines
get_ipython().input_transformers_cleanup.append(rewrite)
""",
        ),
        stock=True,
        undo="get_ipython().input_transformers_cleanup.pop()",
    ),
    Attack(
        "no-op run_code",
        "has later cells do nothing, which stock nbgrader takes for full marks",
        cells=(
            """
shell = get_ipython()
async def nothing(*a, **k): return False
shell.run_code = nothing
""",
        ),
        stock=True,
        undo="del shell.run_code",
    ),
    Attack(
        "published result",
        "shows the points as the cell's result before the comparison fails; the first result counts",
        answer="""
def double(x):
    get_ipython().displayhook(2.0)
    return 0 * x
""",
        stock=True,
    ),
    Attack(
        "sys.displayhook",
        "shows full marks whatever the result is",
        cells=(
            """
import sys
hook = sys.displayhook
sys.displayhook = lambda value: hook(2.0)
""",
            "get_ipython().displayhook.compute_format_data = lambda result: ({'text/plain': '2.0'}, {})",
        ),
    ),
    Attack(
        "swallowed test",
        "changes what is expected, and the next comparison, through the frame that calls",
        answer="""
import sys
def double(x):
    names = sys._getframe(1).f_globals
    names['expected'][...] = 0
    names['np'].testing.assert_allclose = lambda *a, **k: None
    return 0 * x
""",
        stock=True,
        undo=TAKE_BACK_TESTING,
    ),
    # Lying objects.
    Attack(
        "lying array",
        "returns an array that answers every question of NumPy with yes",
        answer="""
class Yes(np.ndarray):
    def __array_function__(self, f, t, a, k): return np.ones(len(self), bool)
    def __array_ufunc__(self, f, *a, **k): return np.full(len(self), f not in (np.isnan, np.isinf))
    def __getitem__(self, key): return self
def double(x): return np.zeros(np.shape(x)).view(Yes)
""",
        stock=True,
    ),
    Attack(
        "always equal object",
        "returns something that equals everything and differs from nothing",
        answer="""
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
    __rsub__ = __abs__ = __sub__
    def __array__(self, *a, **k): return np.zeros(5)
    def __len__(self): return 5
    def __getitem__(self, i): return self
    def __float__(self): return 2.0
def double(x): return Equal()
""",
    ),
    Attack(
        "numbers that lie",
        "returns floats whose comparisons are always true",
        answer="""
class F(float):
    def __eq__(self, o): return True
    def __le__(self, o): return True
    def __sub__(self, o): return 0.0
def double(x): return [F(v) for v in x]
""",
    ),
    Attack(
        "not a number",
        "hopes that NaN compares as equal",
        answer="def double(x): return np.full(np.shape(x), np.nan)",
    ),
    Attack(
        "object array",
        "smuggles objects inside an array",
        answer="def double(x): return np.array([type('E', (), {'__eq__': lambda s, o: True})() for _ in x])",
    ),
    Attack(
        "points as data",
        "names the variables of the check cell, hoping that they are asked for",
        cells=(
            """
points = 2.0
expected = np.zeros(5)
x = np.zeros(5)
np.testing = None
""",
        ),
        after=(
            """
expected = 0 * x
class np: pass
""",
        ),
    ),
    Attack(
        "changed arguments",
        "writes into the array that it was given so that the expected value is wrong as well",
        answer="""
def double(x):
    x[...] = 0
    return x
""",
    ),
    # Names.
    Attack(
        "another function under the name",
        "calls a right function of another exercise by this name",
        answer="""
def triple(x): return 3 * x
triple.__name__ = 'double'
double = triple
""",
    ),
    Attack(
        "no function",
        "leaves a number where the function should be",
        answer="double = 2.0",
    ),
    Attack(
        "nothing",
        "deletes the function",
        answer="del np",
        after=(
            """
double = None
del double
""",
        ),
    ),
    # Looking at what is judged.
    Attack(
        "reading the test's text",
        "finds the hidden test in the input history and copies the expected values",
        answer="""
import re, sys
def double(x):
    text = get_ipython().user_ns['In'][-1]
    if len(x) == 2:
        return eval(re.search(r', (\\[6.0.*?\\])', text)[1])
    return sys._getframe(1).f_globals['expected']
""",
        stock=True,
    ),
    Attack(
        "frame introspection",
        "looks for the expected values in the frames of its callers",
        answer="""
import sys
def double(x):
    frame = sys._getframe()
    while frame:
        for space in (frame.f_locals, frame.f_globals):
            if 'expected' in space and len(space['expected']) == len(x): return space['expected']
        frame = frame.f_back
    return 0 * x
""",
    ),
    Attack(
        "gc introspection",
        "looks for the expected values and the hidden test among all objects of the process",
        answer="""
import gc
def double(x):
    for found in gc.get_objects():
        if isinstance(found, dict) and 'expected' in found: return found['expected']
        if isinstance(found, str) and 'BEGIN HIDDEN' in found: return found
    return 0 * x
""",
    ),
    Attack(
        "reading the source",
        "reads the instructor's notebook and shows it",
        cells=(
            """
import glob
for place in ['../../../source/*/*', '{course}/source/*/*', '/**/source/doubling/*']:
    for path in glob.glob(place): print(open(path).read())
""",
        ),
        stock=True,
    ),
    Attack(
        "reading the reference",
        "imports the solution from the packages of the grader",
        answer="from reference.batchnorm import batchnorm_forward as double",
    ),
    Attack(
        "reading the gradebook",
        "shows everybody's points",
        cells=(
            """
import sqlite3
for place in ['../../../gradebook.db', '{course}/gradebook.db']:
    try: print(sqlite3.connect(f'file:{place}?mode=ro', uri=True).execute('select * from t').fetchall())
    except Exception as error: print(error)
""",
        ),
        stock=True,
    ),
    Attack(
        "writing the gradebook",
        "gives everybody other points",
        cells=(
            """
import sqlite3
for place in ['../../../gradebook.db', '{course}/gradebook.db']:
    try:
        with sqlite3.connect(place) as base: base.execute('update t set points = 1000')
    except Exception as error: print(error)
""",
        ),
        stock=True,
    ),
    Attack(
        "looking for secrets",
        "shows environment, home, password file, other processes",
        cells=(
            """
import glob, os
print(dict(os.environ), os.listdir(os.path.expanduser('~')))
for path in ['/etc/passwd', '/etc/shadow', *glob.glob('/proc/*/environ'), *glob.glob('/proc/*/cmdline')]:
    try: print(open(path).read())
    except OSError as error: print(error)
""",
        ),
    ),
    # Ending, hanging, flooding.
    Attack(
        "os._exit",
        "ends the process when it is called",
        answer="""
import os
def double(x): os._exit(0)
""",
    ),
    Attack(
        "os._exit in a cell",
        "ends the process before any check",
        cells=(
            """
import os
os._exit(0)
""",
        ),
        answer=HONEST,
    ),
    Attack(
        "crash",
        "breaks the interpreter",
        answer="""
import ctypes
def double(x): ctypes.string_at(0)
""",
    ),
    Attack(
        "sys.exit",
        "leaves as a program would",
        answer="""
import sys
def double(x): sys.exit(0)
""",
    ),
    Attack(
        "swallowed KeyboardInterrupt",
        "goes on for ever whatever interrupts it",
        answer="""
def double(x):
    while True:
        try:
            while True: pass
        except BaseException: pass
""",
    ),
    Attack(
        "ignored signals",
        "switches off the timer and loops in a cell",
        cells=(
            """
import signal
for s in (signal.SIGALRM, signal.SIGPROF, signal.SIGXCPU, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)
while True: pass
""",
        ),
        answer=HONEST,
    ),
    Attack(
        "sleep",
        "waits for ever without using any time",
        answer="""
import time
def double(x): time.sleep(10**6)
""",
    ),
    Attack(
        "1 GB of output",
        "prints a gigabyte, in one piece and in many, to the stream and to the descriptor",
        cells=(
            """
import os
for _ in range(1000): print('x' * 1_000_000)
""",
            "for _ in range(100): os.write(1, b'x' * 1_000_000)",
            "for i in range(200_000): print(i)",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    Attack(
        "fork bomb",
        "starts processes until there is no room",
        cells=(
            """
import os
while True: os.fork()
""",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    Attack(
        "thread bomb",
        "starts threads until there is no room",
        cells=(
            """
import threading, time
import ctypes
started = ctypes.CDLL(None).mallopt(-8, 1)
threading.stack_size(1 << 16)
try:
    for started in range(10_000): threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
except RuntimeError as error: print(error)
print('SUCCESS' if started > 100 else 'no more', started)
""",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    Attack(
        "memory bomb",
        "asks for all memory",
        cells=(
            "hoard = [bytearray(50_000_000) for _ in range(10**6)]",
            "hoard = None",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    Attack(
        "memory bomb in a call",
        "asks for all memory when it is called",
        answer="def double(x): return np.ones(10**11)",
    ),
    Attack(
        "disk bomb",
        "fills the disk",
        cells=(
            """
try:
    for i in range(10**6): open(f'/tmp/{i}', 'wb').write(bytes(10**7))
except OSError as error: print(error)
""",
            """
try:
    for i in range(10**6): open(f'/tmp/n{i}', 'wb')
except OSError as error: print(error)
""",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    Attack(
        "open files",
        "keeps files open until there is no room",
        cells=(
            """
kept = []
try:
    while True: kept.append(open('/dev/null'))
except OSError as error: print(error)
""",
            "kept.clear()",
        ),
        answer=HONEST,
        earns=POINTS,
    ),
    # Living on.
    Attack(
        "surviving thread",
        "leaves a thread that replaces the comparison later",
        cells=(
            """
import threading, time
def later():
    while True:
        np.testing.assert_allclose = lambda *a, **k: None
        time.sleep(0.001)
threading.Thread(target=later, daemon=False).start()
""",
        ),
    ),
    Attack(
        "surviving child",
        "leaves a child process that outlives the grading",
        cells=(
            """
import os, subprocess, sys
for start in (lambda: os.fork() or os.setsid(), lambda: subprocess.Popen([sys.executable, '-c', '']),
              lambda: os.posix_spawn('/bin/sh', ['sh'], {}), lambda: os.execv(sys.executable, ['x'])):
    try: print('SUCCESS', start())
    except OSError as error: print(error)
""",
        ),
    ),
    # Beside the notebook.
    Attack(
        "numpy.py beside the notebook",
        "puts its own NumPy, its own start-up code, its own grader where the notebook is",
        cells=(
            """
for name in ('numpy', 'sitecustomize', 'usercustomize', 'autograder', 'stagewise'):
    open(f'{name}.py', 'w').write('def assert_allclose(*a, **k): pass\\ntesting = __import__(__name__)')
import importlib, os, sys
sys.path.insert(0, os.getcwd())
for name in [name for name in sys.modules if name.startswith('numpy')]: del sys.modules[name]
import numpy as np
""",
        ),
        answer="def double(x): return 0",
    ),
    Attack(
        "start-up files of IPython",
        "leaves start-up code in the home directory for whoever is graded next",
        cells=(
            """
import os
for place in ('~/.ipython/profile_default/startup', '~/.config/matplotlib'):
    os.makedirs(os.path.expanduser(place), exist_ok=True)
open(os.path.expanduser('~/.ipython/profile_default/startup/a.py'), 'w').write('1/0')
""",
        ),
    ),
    Attack(
        "changed packages",
        "writes into NumPy's files, for whoever is graded next",
        cells=(
            """
import stagewise
for module in (np, stagewise):
    try: open(module.__file__, 'a').write('1/0')
    except OSError as error: print(error)
""",
        ),
    ),
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
    *KERNEL,
    # Looking beyond the notebook.
    Attack(
        "other processes",
        "looks for other processes by /proc, by signals and by their parents",
        cells=(
            """
import os
found = [name for name in os.listdir('/proc') if name.isdigit()]
for pid in range(2, 5000):
    try: os.kill(pid, 0)
    except PermissionError: continue
    except ProcessLookupError: continue
    found.append(pid)
print('SUCCESS' if found or os.getpid() != 1 or os.getppid() != 0 else 'there is nobody else', found)
""",
        ),
    ),
    Attack(
        "host name",
        "asks on which machine it runs, and changes the name",
        cells=(
            """
import ctypes, os, platform
print('SUCCESS' if {os.uname().nodename, platform.node()} != {'notebook'} else 'the name of no machine')
libc = ctypes.CDLL(None, use_errno=True)
print('SUCCESS' if libc.sethostname(b'mine', 4) == 0 else 'refused')
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
         'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'MPLBACKEND', 'MPLCONFIGDIR', 'IPYTHONDIR', 'LC_CTYPE'}
names, place = set(os.environ), ctypes.POINTER(ctypes.c_char_p).in_dll(libc, 'environ')
for i in range(10_000):
    if place[i] is None: break
    names.add(place[i].split(b'=')[0].decode())
more = sorted(names - known)
print('SUCCESS' if more else 'nothing but its own', more)
for path in ('/proc/1/environ', '/proc/self/environ', '/proc/self/task/1/environ'):
    try: print('SUCCESS', open(path).read())
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
open('/tmp/mine', 'w').write('x')
found = []
for place in ('/tmp', '/dev/shm', '/var', '/run', '/home', '/root', '/mnt', '/srv', '/opt', '/etc'):
    for path, directories, files in os.walk(place):
        directories[:] = [name for name in directories if name not in ('site-packages',)]
        found += [os.path.join(path, name) for name in files]
ours = ('/tmp/mine', '/tmp/.', '/etc/ld.so.cache', sys.base_prefix)
found = [path for path in found if not path.startswith(ours)]
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
for kind in ('AS', 'CPU', 'NOFILE', 'NPROC', 'FSIZE', 'MEMLOCK', 'MSGQUEUE'):
    number = getattr(resource, f'RLIMIT_{kind}')
    soft, hard = resource.getrlimit(number)
    try: print('SUCCESS', kind, resource.setrlimit(number, (hard + 1, hard + 1)))
    except (OSError, ValueError) as error: print(error)
    most = {'NOFILE': 1000, 'NPROC': 1000, 'MEMLOCK': 0, 'MSGQUEUE': 0}.get(kind, 1 << 50)
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
open('/tmp/tool', 'w').write('x')
os.chmod('/tmp/tool', 0o4755)
for ask in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]),
            lambda: os.chown('/tmp/tool', 0, 0), lambda: os.execv('/tmp/tool', ['tool']),
            lambda: os.execv('/usr/bin/su', ['su']), lambda: os.mknod('/tmp/disk', 0o060666, 0x800)):
    try: print('SUCCESS', ask())
    except OSError as error: print(error)
print('SUCCESS' if os.statvfs('/tmp').f_flag & os.ST_NOSUID == 0 else 'no setuid there')
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
open('/tmp/run', 'w').write('#!/bin/sh\\necho SUC""CESS')
os.chmod('/tmp/run', 0o755)
get_ipython().system('/tmp/run')
for ask in (lambda: subprocess.check_output(['/tmp/run']), lambda: os.popen('/tmp/run').read(),
            lambda: os.posix_spawn('/tmp/run', ['run'], {}), lambda: os.execv('/tmp/run', ['run'])):
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
for place in ('/opt/site-packages/numpy/__init__.py', '{course}/gradebook.db', '/usr/lib/os-release'):
    for link in (os.symlink, os.link):
        try:
            link(place, '/tmp/link')
            open('/tmp/link', 'a').write('1/0')
            print('SUCCESS', place)
        except OSError as error: print(error)
        try: os.unlink('/tmp/link')
        except OSError: pass
""",
        ),
    ),
    # What comes back.
    Attack(
        "huge int",
        "returns integers of a million digits, and one below the bound",
        answer="""
def double(x): return [10**1_000_000, -(10**1_000_000), 1 << 8_000, 2, 2][:len(x)]
""",
    ),
    Attack(
        "NaN payloads",
        "hides bits in NaN, infinities and negative zeros, which compare as nothing else does",
        answer="""
def double(x):
    bits = np.array([0x7ff8dead0000beef, 0xfff0000000000000, 0x7ff0000000000001, 0x8000000000000000, 1])
    return np.frombuffer(bits.astype(np.uint64).tobytes(), float)[:len(x)].copy()
""",
    ),
    Attack(
        "cycle",
        "returns a list that holds itself",
        answer="""
def double(x):
    loop = []
    loop.append(loop)
    return loop
""",
    ),
    Attack(
        "cycle in the arguments",
        "has what it was given hold itself, so that whoever looks through it never ends",
        answer="""
def double(x):
    ring = {}
    ring['ring'] = [ring, x]
    return ring, ring
""",
    ),
    Attack(
        "deep nesting",
        "returns a list in a list, ten thousand deep",
        answer="""
def double(x):
    deep = []
    for _ in range(10_000): deep = [deep]
    return deep
""",
    ),
    Attack(
        "billion laughs",
        "returns a small tree whose branches are all the same, a billion leaves in all",
        answer="""
def double(x):
    tree = [1.0] * 10
    for _ in range(9): tree = [tree] * 10
    return tree
""",
    ),
    Attack(
        "million entries",
        "returns dicts and sets of a million entries",
        answer="""
def double(x):
    return {i: i for i in range(1_000_000)} if len(x) == 5 else set(range(1_000_000))
""",
    ),
    Attack(
        "colliding keys",
        "returns a dict whose keys all have one hash",
        answer="""
def double(x): return {(2**61 - 1) * i: i for i in range(15_000)}
""",
    ),
    Attack(
        "hostile __str__",
        "raises an exception whose text never ends, raises, exits or is no text",
        answer="""
class Bad(Exception):
    tries = 0
    def __str__(self):
        Bad.tries += 1
        if Bad.tries % 2: raise SystemExit
        while True: pass
    __repr__ = __str__
def double(x): raise Bad()
""",
    ),
    Attack(
        "hostile __str__ in a cell",
        "the same in a cell, where the notebook shows it",
        cells=(
            """
class Bad(Exception):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
raise Bad
""",
            """
class Worse(BaseException):
    def __str__(self): return 7
    def __repr__(self): return 'x' * 10**8
raise Worse
""",
            """
class Shown:
    def _repr_html_(self): raise SystemExit
    def __repr__(self): return '<script>' * 10**6
Shown()
""",
        ),
    ),
    Attack(
        "endless chain of causes",
        "raises an exception that is its own cause's context",
        answer="""
def double(x):
    first, second = ValueError('a'), ValueError('b')
    first.__cause__, second.__context__ = second, first
    first.__context__, second.__cause__ = second, first
    raise first
""",
    ),
    Attack(
        "exception of ours",
        "raises something that is called like an exception of the grader, as a class without an honest name",
        answer="""
def double(x):
    raise type('CandidateGone', (BaseException,), {'__module__': 'autograder.isolation.link'})('ok', 2.0)
""",
    ),
    Attack(
        "generator",
        "returns a generator of the right number of answers that are wrong",
        answer="def double(x): return (0 * value for value in x)",
    ),
    Attack(
        "infinite iterator",
        "returns something that can be iterated for ever",
        answer="""
import itertools
def double(x): return itertools.count()
""",
    ),
    Attack(
        "slow iterator",
        "returns something whose every element takes longer than the call may",
        answer="""
import time
class Slow:
    def __len__(self): return 5
    def __iter__(self):
        while True:
            time.sleep(10)
            yield 2.0
def double(x): return Slow()
""",
    ),
    Attack(
        "lying __len__",
        "returns something whose length is negative, huge, another at each question, or no number",
        answer="""
class Liar:
    answers = [-1, 10**30, 5, 2, True, 'five', None]
    def __len__(self):
        Liar.answers.append(Liar.answers.pop(0))
        return Liar.answers[-1]
    def __getitem__(self, i): return 2.0
    def __array__(self, *a, **k): return np.zeros(5)
def double(x): return Liar()
""",
    ),
    Attack(
        "lying array parts",
        "returns arrays that say that they have another shape, other strides, another memory",
        answer="""
from numpy.lib.stride_tricks import as_strided
class Big(np.ndarray):
    shape = property(lambda self: (10**12,))
    nbytes = property(lambda self: 1)
    def tobytes(self, *a): return b'x' * 3
    def __len__(self): return 10**12
def double(x):
    if len(x) == 2: return np.zeros(2).view(Big)
    return as_strided(np.zeros(1), shape=(10**6, 10**6), strides=(0, 0))
""",
    ),
    Attack(
        "type that is not what it is",
        "lies about its class",
        answer="""
class Fake:
    __class__ = property(lambda self: np.ndarray)
    dtype, shape, ndim, size, nbytes = np.dtype(float), (5,), 1, 5, 40
    __array_interface__ = {'shape': (5,), 'typestr': '<f8', 'data': (8, False), 'version': 3}
    def __getattr__(self, name): raise SystemExit
def double(x): return Fake()
""",
    ),
    Attack(
        "surrogates and control characters",
        "prints, returns and raises text that no file can hold",
        cells=("print('\\ud800 \\x00 \\x1b[2J \\u202e', end='\\x07')", "'\\ud800' * 10"),
        answer="""
def double(x): raise ValueError('\\ud800\\x00' * 10**6)
""",
    ),
    Attack(
        "name as long as a book",
        "raises an exception whose class has a name of a million characters",
        answer="""
def double(x): raise type('E' * 10**6, (Exception,), {})('<script>alert(1)</script>')
""",
    ),
    # The instructor's browser.
    Attack(
        "script in outputs",
        "shows HTML, SVG, JavaScript, widgets and markdown that run in the browser of whoever looks",
        cells=(
            """
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
bad = '<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a><iframe src=x>'
display(HTML(bad), Javascript('alert(1)'), Markdown(bad + '[x](javascript:alert(1))'), Latex(f'$x${bad}'))
display(SVG('<svg onload="alert(1)"><script>alert(1)</script></svg>'))
display({'text/html': bad, 'application/vnd.jupyter.widget-view+json': {'model_id': bad}, bad: bad}, raw=True)
display({'text/plain': 'x', 'image/png': bad, 'image/svg+xml': '<svg onload="alert(1)"/>'}, raw=True)
print('\x1b]8;;javascript:alert(1)\x07x')
""",
        ),
        after=("raise ValueError('<script>')",),
    ),
    # The notebook itself.
    Attack(
        "edited check",
        "replaces the check cell by its points",
        change=_edit_check,
    ),
    Attack(
        "deleted check",
        "leaves the check cell out",
        change=_delete_check,
    ),
    Attack(
        "doubled check",
        "adds a copy of the check cell that is easier",
        change=_double_check,
    ),
    Attack(
        "retyped check",
        "makes a text of the check cell",
        change=_retype_check,
    ),
    Attack(
        "more points",
        "raises the points in the check cell's metadata",
        change=_more_points,
    ),
    Attack(
        "another role",
        "declares the check cell to be an experiment",
        change=_another_role,
    ),
    Attack(
        "given of one's own",
        "puts the attack into a cell of the course",
        change=_given_of_ones_own,
    ),
    Attack(
        "own check cell",
        "adds a check that the course does not have",
        change=_own_check_cell,
    ),
    Attack(
        "exercise below check",
        "moves cells so that the check runs first",
        answer=HONEST,
        change=_exercise_below_check,
        earns=POINTS,
    ),
    Attack(
        "ready-made outputs",
        "submits the outputs of a passed check",
        change=_ready_made_outputs,
    ),
    # The conversation.
    Attack(
        "replaced shell",
        "replaces the parts that answer the examiner",
        cells=(
            """
import sys
from candidate import answers, wire, encode
encode.Encoder.encode = lambda self, value, depth=0: 2.0
wire.pack = answers.pack = lambda tree: b'\\xc0'
""",
        ),
    ),
    Attack(
        "garbage on the socket",
        "writes bytes that are no frame to the examiner's socket",
        cells=(
            """
import os
os.write(3, b'\\xff\\xff\\xff\\xff' + b'A' * 1000)
""",
        ),
        answer=HONEST,
    ),
    Attack(
        "answers before the question",
        "writes answers for the questions to come, with full marks in each",
        cells=(
            """
import os, struct
from candidate.wire import pack
for turn in range(2, 60):
    for kind in (['value', 2.0, [], []], ['cell', 'ok', 1, [0]]):
        frame = pack([turn, *kind])
        os.write(3, struct.pack('>I', len(frame)) + frame)
""",
        ),
    ),
    Attack(
        "half a frame",
        "announces an answer and never sends it",
        answer="""
import os
def double(x):
    os.write(3, b'\\0\\0\\0\\x10ab')
    while True: pass
""",
    ),
    Attack(
        "closed socket",
        "hangs up",
        answer="""
import os
def double(x):
    os.close(3)
    return 2 * x
""",
    ),
    Attack(
        "reading the socket",
        "reads the examiner's next question itself, looking for what is expected",
        cells=(
            """
import os, threading
def listen():
    while True:
        print(os.read(3, 10**6))
threading.Thread(target=listen, daemon=True).start()
""",
        ),
    ),
    *PLAYED,
    *RETURNED,
)
