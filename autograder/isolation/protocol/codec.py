"""Values as trees of plain values, in both directions: data as data, of anything else what it is called.

None, bool, float, bytes, str and 64-bit int are themselves; anything else is a list that begins with a tag.
Nothing is ever unpickled, evaluated or imported, and whoever reads takes every part to be hostile. What is
made is bounded by what arrived: in items, in depth, in keys that must be compared with each other. An object
that occurs twice is sent twice, since cases are played on copies; one that contains itself is too deep.
"""

import operator
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from stagewise.judge.compare import Opaque, describe

from . import arrays
from .packing import HEAVIEST, ProtocolError

DEEPEST = 40
MOST_KEYS = 20_000
"""Keys of dicts and elements of sets in all values that one reader reads."""
MOST_ALIKE = 64
"""Keys of one dict or set that may have the same hash: they are compared with each other one by one."""
LONGEST_INT = 1024
LONGEST_NAME = 200
BULK = 256
"""Bytes of an array or a text that count as one item."""
_SENT = HEAVIEST - 1_000
"""Items of one value that is sent: room is left for what a message says besides."""
_AN_ARRAY = 16
"""Items that an array's parts are at most, without its axes."""
_LEAST, _MOST = -(1 << 63), 1 << 64


class Tag(IntEnum):
    """What a list stands for."""

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
    ELLIPSIS = 10
    OTHER = 11


_LIST, _TUPLE, _DICT, _SET, _FROZENSET = map(int, (Tag.LIST, Tag.TUPLE, Tag.DICT, Tag.SET, Tag.FROZENSET))
_ARRAY, _SCALAR, _OTHER = map(int, (Tag.ARRAY, Tag.SCALAR, Tag.OTHER))
_COLLECTIONS: dict[type, int] = {list: _LIST, tuple: _TUPLE, set: _SET, frozenset: _FROZENSET}


class UnsendableError(Exception):
    """A value that cannot be sent; its text says what about it."""


class Other(Opaque):
    """Stands for an object that is no data. Only what it is called has travelled."""

    def __init__(self, called: str) -> None:
        self.stands_for = called


def encode(value: Any) -> Any:
    """Return `value` as a tree; UnsendableError if it is too deep or holds too much."""
    return _Writer().tree(value, 0)


class _Writer:
    """Makes the tree of one value and counts what it holds."""

    __slots__ = ("_keys", "_weight")

    def __init__(self) -> None:
        self._weight = self._keys = 0

    def tree(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is np.ndarray:
            return self._array(value)
        if value is None or kind is float or kind is bool:
            return value
        if kind is int:
            return value if _LEAST <= value < _MOST else self._long(value)
        if kind is str or kind is bytes:
            self._weigh(len(value) // BULK)
            return value
        if kind is dict:
            return self._dict(value, depth + 1)
        if kind in arrays.SCALARS:
            self._weigh(4)
            array = np.asarray(value)
            return [_SCALAR, array.dtype.str, array.tobytes()]
        tag = _COLLECTIONS.get(kind)
        if tag is not None:
            return self._collection(tag, value, depth + 1)
        return self._unusual(value, kind, depth + 1)

    def _array(self, array: Any) -> list[Any]:
        if not arrays.sendable(array.dtype):
            return self._other(array)
        self._weigh(_AN_ARRAY + 3 * array.ndim + array.nbytes // BULK)
        return [_ARRAY, *arrays.to_parts(array)]

    def _dict(self, value: dict[Any, Any], depth: int) -> list[Any]:
        self._open(2 * len(value), 1 + len(value), depth)
        tree: list[Any] = [_DICT]
        for key, item in value.items():
            tree.append(key if type(key) is str and len(key) < BULK else self.tree(key, depth))
            tree.append(self.tree(item, depth))
        return tree

    def _collection(self, tag: int, value: Any, depth: int) -> list[Any]:
        self._open(len(value), 1 + len(value) if tag in (_SET, _FROZENSET) else 0, depth)
        return [tag, *[self.tree(item, depth) for item in value]]

    def _open(self, items: int, keys: int, depth: int) -> None:
        if depth > DEEPEST:
            raise UnsendableError(f"a value nested more than {DEEPEST} deep, or one that contains itself")
        if keys:
            self._keys += keys
            if self._keys > MOST_KEYS:
                raise UnsendableError(f"{self._keys} keys")
        self._weigh(2 + items)

    def _long(self, value: int) -> list[Any]:
        self._weigh(3)
        size = value.bit_length() // 8 + 1
        if size > LONGEST_INT:
            raise UnsendableError(f"an integer of {size} bytes")
        return [int(Tag.INT), value.to_bytes(size, "little", signed=True)]

    def _unusual(self, value: Any, kind: type, depth: int) -> Any:
        self._weigh(4)
        if kind is complex:
            return [int(Tag.COMPLEX), value.real, value.imag]
        if kind is slice:
            return self._collection(int(Tag.SLICE), (value.start, value.stop, value.step), depth)
        if value is ...:
            return [int(Tag.ELLIPSIS)]
        if kind is np.str_:
            return self.tree(str.__str__(value), depth)
        if kind is np.bytes_:
            return self.tree(bytes.__getitem__(value, slice(None)), depth)
        if issubclass(kind, np.ndarray):
            return self._array(np.ndarray.view(value, np.ndarray))
        return self._other(value)

    def _other(self, value: Any) -> list[Any]:
        self._weigh(3)
        return [_OTHER, describe(value)[:LONGEST_NAME]]

    def _weigh(self, weight: int) -> None:
        self._weight += weight
        if self._weight > _SENT:
            raise UnsendableError("a value with too many items")


class Reader:
    """Turns trees into values; ProtocolError for whatever is not one. All that it reads is weighed together.

    Arrays are views of what arrived, which nobody can write into.
    """

    __slots__ = ("_keys", "_weight")

    def __init__(self) -> None:
        self._weight = self._keys = 0

    def value(self, tree: Any, depth: int = 0) -> Any:
        """Return the value of `tree`, which is `depth` deep in another one."""
        kind = type(tree)
        if kind is list:
            read = _READERS.get(tree[0]) if tree and type(tree[0]) is int else None
            if read is None:
                raise ProtocolError("a value without a tag that there is")
            self._weigh(1 + len(tree))
            try:
                return read(self, tree, depth + 1)
            except (ValueError, TypeError, OverflowError) as error:
                raise ProtocolError(f"a value that is not what its tag says: {error}") from None
        if kind is str or kind is bytes:
            self._weigh(len(tree) // BULK)
            return tree
        if tree is None or kind is float or kind is int or kind is bool:
            return tree
        raise ProtocolError("a value of a kind that there is not")

    def _array(self, tree: list[Any], depth: int) -> Any:
        _, dtype, shape, order, data = tree
        self._weigh(len(data) // BULK)
        return arrays.from_parts(dtype, shape, order, data)

    def _dict(self, tree: list[Any], depth: int) -> dict[Any, Any]:
        self._open(depth)
        if len(tree) % 2 == 0:
            raise ProtocolError("a dict with a key that has no value")
        keys = [self.value(key, depth) for key in tree[1::2]]
        self._count(keys)
        return dict(zip(keys, [self.value(item, depth) for item in tree[2::2]], strict=True))

    def _items(self, tree: list[Any], depth: int) -> list[Any]:
        self._open(depth)
        return [self.value(item, depth) for item in tree[1:]]

    def _tuple(self, tree: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._items(tree, depth))

    def _set(self, tree: list[Any], depth: int) -> set[Any]:
        return set(self._count(self._items(tree, depth)))

    def _frozenset(self, tree: list[Any], depth: int) -> frozenset[Any]:
        return frozenset(self._count(self._items(tree, depth)))

    def _scalar(self, tree: list[Any], depth: int) -> Any:
        _, dtype, data = tree
        return arrays.scalar_from(dtype, data)

    def _int(self, tree: list[Any], depth: int) -> int:
        _, data = tree
        if type(data) is not bytes or len(data) > LONGEST_INT:
            raise ProtocolError("an integer that is too long")
        return int.from_bytes(data, "little", signed=True)

    def _complex(self, tree: list[Any], depth: int) -> complex:
        _, real, imag = tree
        if type(real) is not float or type(imag) is not float:
            raise ProtocolError("a complex number of something other than floats")
        return complex(real, imag)

    def _slice(self, tree: list[Any], depth: int) -> slice:
        start, stop, step = self._items(tree, depth)
        return slice(start, stop, step)

    def _ellipsis(self, tree: list[Any], depth: int) -> Any:
        return ...

    def _other(self, tree: list[Any], depth: int) -> Other:
        _, called = tree
        if type(called) is not str or len(called) > LONGEST_NAME:
            raise ProtocolError("an object that is called by no short text")
        return Other(called)

    def _open(self, depth: int) -> None:
        if depth > DEEPEST:
            raise ProtocolError("a value nested too deep")

    def _count(self, keys: list[Any]) -> list[Any]:
        """Count keys, and refuse many that have one hash: a table of them takes their square."""
        self._keys += 1 + len(keys)
        if self._keys > MOST_KEYS:
            raise ProtocolError("too many keys")
        if len(keys) > MOST_ALIKE:
            hashes = sorted(map(hash, keys))
            if any(map(operator.eq, hashes, hashes[MOST_ALIKE:])):
                raise ProtocolError("keys that collide")
        return keys

    def _weigh(self, weight: int) -> None:
        self._weight += weight
        if self._weight > HEAVIEST:
            raise ProtocolError("a value with too many items")


_READERS: dict[int, Callable[[Reader, list[Any], int], Any]] = {
    Tag.LIST: Reader._items,
    Tag.TUPLE: Reader._tuple,
    Tag.DICT: Reader._dict,
    Tag.SET: Reader._set,
    Tag.FROZENSET: Reader._frozenset,
    Tag.ARRAY: Reader._array,
    Tag.SCALAR: Reader._scalar,
    Tag.INT: Reader._int,
    Tag.COMPLEX: Reader._complex,
    Tag.SLICE: Reader._slice,
    Tag.ELLIPSIS: Reader._ellipsis,
    Tag.OTHER: Reader._other,
}
