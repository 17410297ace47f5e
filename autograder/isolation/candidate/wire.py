"""Values as MessagePack, in both directions: data as data, everything else as the number of a handle.

None, bool, float, bytes, str and 64-bit int are themselves; anything else is a MessagePack array that starts
with a tag. Nothing is ever unpickled, evaluated or imported, and the receiving side takes every byte to be
hostile. An object that occurs twice in a frame arrives as one object; cycles are not sent.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import msgpack
import numpy as np

DEEPEST = 40
HEAVIEST = 1_000_000
"""Items that a frame may hold, references counted as often as they occur; bulk data is one for 256 bytes."""
MOST_KEYS = 20_000
"""Keys of dicts and elements of sets in a frame."""
MOST_ALIKE = 64
"""Keys of one dict or set that may have the same hash: they are compared with each other one by one."""
LONGEST_INT = 1024
BULK = 256


class Tag(IntEnum):
    """What a MessagePack array stands for."""

    LIST = 0
    TUPLE = 1
    DICT = 2
    SET = 3
    FROZENSET = 4
    ARRAY = 5
    SCALAR = 6
    INT = 7
    COMPLEX = 8
    SLICE = 9
    RANGE = 10
    ELLIPSIS = 11
    TENSOR = 12
    HANDLE = 13
    AGAIN = 14


class ProtocolError(Exception):
    """What arrived is not a message of this protocol."""


class UnsendableError(Exception):
    """A value that cannot be sent; its text says what about it."""


class Numbered:
    """The mutable objects of a frame in the order of their first occurrence, with what each weighs.

    Both sides count alike, so that a reply can refer to the arguments of its request.
    """

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.weights: list[int | None] = []

    def begin(self, value: object) -> int:
        """Give `value` the next number; until `end` it cannot be referred to."""
        self.values.append(value)
        self.weights.append(None)
        return len(self.values) - 1

    def end(self, number: int, weight: int) -> None:
        """Say what the value of that number weighs, all that it holds included."""
        self.weights[number] = weight


def pack(tree: Any) -> bytes:
    """Return `tree` as bytes; characters that UTF-8 cannot hold become question marks."""
    packed: bytes = msgpack.packb(tree, use_bin_type=True, unicode_errors="replace")
    return packed


def unpack(frame: bytes) -> Any:
    """Return the tree in `frame`; ProtocolError for anything but arrays of plain values.

    A byte can stand for a list, which takes sixty: in a long frame they are counted before all are there.
    """
    try:
        return msgpack.unpackb(
            frame,
            raw=False,
            max_array_len=min(len(frame), HEAVIEST),
            max_map_len=0,
            max_ext_len=0,
            list_hook=_counter() if len(frame) > HEAVIEST else None,
        )
    except ProtocolError:
        raise
    except Exception as error:  # the library's own errors share no base class
        raise ProtocolError(f"not MessagePack: {type(error).__name__}") from None


def _counter() -> Callable[[list[Any]], list[Any]]:
    """What hands every finished list on, until they hold too much together."""
    left = HEAVIEST

    def counted(items: list[Any]) -> list[Any]:
        nonlocal left
        left -= 1 + len(items)
        if left < 0:
            raise ProtocolError("a value with too many items")
        return items

    return counted


def weigh(value: object) -> int:
    """Return how many items a walk through `value` meets, shared ones every time; cycles are refused."""
    return _weigh(value, {}, 0)


def _weigh(value: Any, known: dict[int, int | None], depth: int) -> int:
    kind = type(value)
    if kind not in (list, tuple, dict, set, frozenset):
        return 1 + (value.nbytes // BULK if isinstance(value, np.ndarray) else 0)
    if id(value) in known:
        weight = known[id(value)]
        if weight is None:
            raise ProtocolError("a value that contains itself")
        return weight
    if depth > 2 * DEEPEST:
        raise ProtocolError("a value nested too deep")
    known[id(value)] = None
    items = value.values() if isinstance(value, dict) else value
    weight = 1 + sum(_weigh(item, known, depth + 1) for item in items)
    if weight > HEAVIEST:
        raise ProtocolError("a value with too many items")
    known[id(value)] = weight
    return weight
