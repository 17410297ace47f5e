"""Copy-out: what a student's call did to its arguments, written back in place into the examiner's objects."""

from typing import Any

import numpy as np

from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.wire import ProtocolError, weigh


def apply(changes: list[Any], arguments: int, decoder: Decoder, result: Any) -> None:
    """Write `changes`, pairs of an argument's number and its new contents, into the first `arguments` that
    `decoder` knows. Identity is kept: a list stays that list.

    ProtocolError for a change that cannot happen in place, or that would make an argument or `result` hold
    itself.
    """
    news = [_decoded(change, decoder, arguments) for change in changes]
    for old, new in news:
        _replace(old, new)
    if all(isinstance(old, np.ndarray) for old, _ in news):
        return
    try:
        weigh([result, *(old for old, _ in news)])
    except ProtocolError:
        for old, _ in news:
            _empty(old)
        raise


def _decoded(change: Any, decoder: Decoder, arguments: int) -> tuple[Any, Any]:
    if type(change) is not list or len(change) != 2 or type(change[0]) is not int:
        raise ProtocolError("a change without a number")
    number, tree = change
    if not 0 <= number < arguments:
        raise ProtocolError("a change of something that was not an argument")
    old, new = decoder.numbered.values[number], decoder.decode(tree)
    if type(new) is not type(old):
        raise ProtocolError("an argument that changed its type")
    if isinstance(old, np.ndarray) and (old.shape != new.shape or old.dtype != new.dtype):
        raise ProtocolError("an array that changed its shape or dtype")
    return old, new


def _replace(old: Any, new: Any) -> None:
    if isinstance(old, np.ndarray):
        if old.flags.writeable:
            old[...] = new
    elif isinstance(old, list):
        old[:] = new
    elif isinstance(old, dict | set):
        old.clear()
        old.update(new)
    else:
        old.data.copy_(new.data)


def _empty(value: Any) -> None:
    if isinstance(value, list | dict | set):
        value.clear()
