"""What is slow the first time, done once in the template, so that its forks find it done."""

import socket
from contextlib import suppress
from typing import Any

import numpy as np

from ..protocol.codec import encode
from ..protocol.frames import Channel, ClosedError
from ..protocol.packing import pack, unpack
from ._opening import Opening
from .answers import Answers
from .shell import CandidateShell

_BOUND = 1 << 16
_CELL = '''\
def f(x, param):
    """Both parts of `x`."""
    mean = x.mean(axis=0)
    param["mean"] = mean
    return x - mean, (mean, x.shape[0], np.float64(0.5))
'''
_WRONG = "def g(x):\n    return f(1 / x)\ng(0)"
_PLOT = "import numpy as np, matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.title('x')\nplt.show()"
_LIMITS = {
    "cell_seconds": 1.0,
    "call_seconds": 1.0,
    "check_seconds": 1.0,
    "idle_seconds": 60.0,
    "after_timeout": 1.0,
    "output_bytes": _BOUND,
    "frame_bytes": _BOUND,
}
_SCRIPT = "out, parts = f(x, param)\nagain, rest = f(out, param=param)"


def warm_up(shell: CandidateShell) -> None:
    """Have the shell show a figure, tell of an error, define a function and play a case; forget all of it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        examiner = Channel(ours)
        _ask(examiner, 1, "cell", _PLOT, 0, "")
        _ask(examiner, 2, "cell", _CELL, 0, "f")
        _ask(examiner, 3, "cell", _WRONG, 0, "")
        _ask(examiner, 4, "get", "f")
        _ask(examiner, 5, "play", 1.0, 1.0, "", ["f"], pack([_case(2), _case(3)]))
        ours.shutdown(socket.SHUT_WR)
        with suppress(ClosedError):
            Answers(shell, _LIMITS, [], Opening(shell)).serve(Channel(theirs))
        kinds = [unpack(examiner.receive(_BOUND))[1] for _ in range(5)]
        if kinds != ["cell", "cell", "cell", "found", "played"]:
            raise RuntimeError(f"warming up a candidate went wrong: {kinds}")
    close_fonts()
    shell.begin(0)
    shell.reset()
    shell.listen_no_more()


def close_fonts() -> None:
    """Close the fonts that a figure has opened. matplotlib would do that in every fork, which took half a
    millisecond and 130 pages of memory to be copied: 5 % of what a candidate costs that does nothing.
    """
    from matplotlib import font_manager  # which makes its directory as whoever the template is by now

    fonts = getattr(font_manager, "_get_font", None)
    if fonts is not None:  # another version may keep them elsewhere
        fonts.cache_clear()


def _ask(examiner: Channel, turn: int, question: str, *fields: Any) -> None:
    examiner.send(pack([turn, question, 1.0, 3.0, *fields]))


def _case(examples: int) -> list[Any]:
    inputs = {"x": np.arange(3.0 * examples).reshape(examples, 3), "param": {"mode": "train", "eps": 1e-5}}
    script = [_SCRIPT, ["param"], ["out", "parts", "again", "param"]]
    return [script, encode(inputs)]
