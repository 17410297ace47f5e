"""Attacks by what comes back: answers that are huge, deep or no data, outputs that a browser would run."""

from autograder.attacks.field import Attack

ANSWERS = (
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
)
