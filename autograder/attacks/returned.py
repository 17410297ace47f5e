"""Attacks on the examiner by what a function returns or a cell shows: data that are slow to read, that claim
more than they hold, or that are no data of the kind that is looked for.
"""

from autograder.attacks.field import HONEST, WRONG, WRONG_RULE, Attack

_MODULUS = 2**61 - 1
"""Of the hash of a number: its multiples collide."""


def _returns(value: str) -> str:
    return f"import numpy as np\ndef double(x):\n    return {value}"


def _shows(output: str) -> str:
    return f"import sys, numpy as np\nx = np.ones(2)\nsys.stdout._outputs._items.append({output})\n{HONEST}"


def _floods(content: str) -> str:
    return f"""
import os, struct
def double(x):
    frame = {content}
    os.write(3, struct.pack('>I', len(frame)))
    for at in range(0, len(frame), 1 << 16):
        os.write(3, frame[at:at + (1 << 16)])
"""


RETURNED = (
    Attack(
        "colliding integers",
        "returns a set of numbers that have one hash: reading it takes their square of comparisons",
        answer=_returns(f"{{n * {_MODULUS} for n in range(19_899)}}"),
    ),
    Attack(
        "keys of one hash",
        "returns a dict whose keys, complex numbers and frozen sets of them, have one hash",
        answer=_returns("{frozenset([complex(-1000003 * n, n)]): n for n in range(9_000)}"),
    ),
    Attack(
        "empty and endless",
        "returns an array of two thousand million rows that hold nothing",
        answer=_returns("np.zeros((2**31 - 1, 0))"),
    ),
    Attack(
        "empty and endless in a case",
        "the same in the answer to a whole case",
        answer="def sgd(w, dw, config=None):\n    return np.zeros((2**31 - 1, 0)), config",
        examined=True,
    ),
    Attack(
        "one byte a list",
        "answers with thirty million empty lists, each of which takes sixty bytes to read",
        answer=_floods("b'\\xdd\\x01\\xc0\\x00\\x00' + b'\\x90' * (30 << 20)"),
    ),
    Attack(
        "lists of lists",
        "answers with lists that each announce a million more",
        answer=_floods("b'\\xdd\\x00\\x0f\\x42\\x40' * 500 + b'\\xc0' * (1 << 20)"),
    ),
    Attack(
        "as many items as there may be",
        "returns nearly a million of the smallest things that can be sent",
        answer=_returns("[[] for _ in range(990_000)]"),
    ),
    Attack(
        "numbers that are none",
        "returns keys that are not equal to themselves, beside the longest number that is sent",
        answer=_returns("{float('nan'): 2 ** 8_000 for _ in range(1000)}"),
    ),
    Attack(
        "an array that is an answer to everything",
        "returns what cannot be true or false wherever something is asked whether it is",
        answer="def sgd(w, dw, config=None):\n    return [np.array([w, w])] * 9, {'a': w}",
        examined=True,
    ),
    Attack(
        "a text for a number",
        "returns arrays of texts, of the shape of numbers",
        answer="def sgd(w, dw, config=None):\n    return np.full(w.shape, 'x' * 999), {'velocity': 'x'}",
        examined=True,
    ),
    Attack(
        "an array for a name",
        "shows an output whose stream is an array: comparing it with a name gives no yes and no no",
        answer=_shows("{'output_type': 'stream', 'name': np.array(['stdout', 'stderr']), 'text': ['x']}"),
        earns=2.0,
    ),
    Attack(
        "an array for a bundle",
        "shows an output whose data and count are arrays",
        answer=_shows("{'output_type': 'execute_result', 'data': np.ones(3), 'execution_count': [x]}"),
        earns=2.0,
    ),
    Attack(
        "half an escape",
        "shows text from which cutting what steers a terminal leaves something that steers one",
        cells=("print('\\x1b\\x1b[2J[2J' * 99)",),
        answer=WRONG,
    ),
    Attack(
        "a network of its own word",
        "returns what describes a network, where none was asked for",
        answer=WRONG_RULE.replace(
            "0 * w", "{'kind': 'network', 'backbone': {'conv1.weight': w[:0]}, 'head': {}}"
        ),
        examined=True,
    ),
)
