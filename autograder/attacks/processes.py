"""Attacks on the process that grades: it ends, hangs, floods, lives on, writes beside the notebook."""

from autograder.attacks.field import HONEST, POINTS, Attack

PROCESSES = (
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
    for i in range(10**6): open(f'{i}', 'wb').write(bytes(10**7))
except OSError as error: print(error)
""",
            """
try:
    for i in range(10**6): open(f'n{i}', 'wb')
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
)
