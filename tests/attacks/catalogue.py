"""The attacks, by name: a notebook's cells and what they try. None may earn what an honest judge denies."""

from typing import Any

from tests.attacks.field import HONEST, POINTS, Attack, code

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
for _ in range(10_000): threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
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
)
