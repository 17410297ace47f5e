"""Trees of a played case by a short way: what most cases hold are numbers, names, arrays, and a few of them
in dicts, tuples and lists.

`read` is for trees that the examiner made and trusts them; `written` makes the trees that Encoder makes. Both
leave what is rare to the long way.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import NUMERIC, SCALARS, from_parts, restored, sendable, to_parts
from .decode import Decoder
from .encode import Encoder
from .wire import Tag

_ARRAY, _DICT, _LIST, _TUPLE, _SCALAR = map(int, (Tag.ARRAY, Tag.DICT, Tag.LIST, Tag.TUPLE, Tag.SCALAR))
_SIMPLE = frozenset({bool, float, type(None)})
_MOST_ENTRIES, _MOST_BYTES, _LARGEST, _DEEPEST = 100, 1 << 16, (1 << 63) - 1, 8


class _Rare(Exception):  # noqa: N818 (it is no error)
    """Something that the long way is for."""


def read(tree: Any) -> Any:
    """The value of a tree from the examiner; ValueError for a handle, since a case's inputs are data.

    Arrays are views of what arrived, which nobody can write into: a case is played on copies.
    """
    try:
        return _value(tree)
    except _Rare:
        return Decoder(_no_handle).decode(tree)


def written(values: dict[str, Any], number_of: Callable[[object], int]) -> Any:
    """The tree of values by name; what is not data has the number that `number_of` gives or refuses."""
    try:
        return _entries(values, set(), _DEEPEST)
    except _Rare:
        return Encoder(number_of).encode(values)


def _value(tree: Any) -> Any:
    if type(tree) is not list:
        return tree
    tag = tree[0]
    if tag == _ARRAY:
        return _array(tree)
    if tag == _DICT:
        return {_value(key): _value(item) for key, item in zip(tree[1::2], tree[2::2], strict=True)}
    if tag == _LIST:
        return [_value(item) for item in tree[1:]]
    if tag == _TUPLE:
        return tuple([_value(item) for item in tree[1:]])
    raise _Rare  # a tensor, or one object in two places


def _array(tree: list[Any]) -> Any:
    _, dtype, shape, order, writeable, data = tree
    if not writeable or dtype not in NUMERIC:
        return from_parts(dtype, shape, order, writeable, data)
    array: Any = np.ndarray(shape, NUMERIC[dtype], data)
    return array if order is None else restored(array, *order)


def _no_handle(number: int) -> object:
    raise ValueError("a case's inputs are data")


def _entries(values: dict[str, Any], seen: set[int], depth: int) -> list[Any]:
    """The tree of a dict, not nested deeper than `depth`."""
    if len(values) > _MOST_ENTRIES or depth < 0:
        raise _Rare
    tree: list[Any] = [_DICT]
    for name, value in values.items():
        if type(name) is not str:
            raise _Rare
        tree.append(name)
        tree.append(_part(value, seen, depth))
    return tree


def _part(value: Any, seen: set[int], depth: int) -> Any:
    kind = type(value)
    if kind in _SIMPLE or (kind is int and -_LARGEST <= value <= _LARGEST):
        return value
    if kind is str and len(value) <= _MOST_BYTES:
        return value
    if kind in SCALARS:
        array = np.asarray(value)
        return [_SCALAR, array.dtype.str, array.tobytes()]
    if id(value) in seen:
        raise _Rare  # the long way says that it is the same object, or counts what it holds once more
    seen.add(id(value))
    if kind is np.ndarray and sendable(value.dtype) and value.nbytes <= _MOST_BYTES:
        return [_ARRAY, *to_parts(value)]
    if kind is dict:
        return _entries(value, seen, depth - 1)
    if (kind is tuple or kind is list) and len(value) <= _MOST_ENTRIES and depth > 0:
        return [_TUPLE if kind is tuple else _LIST, *[_part(item, seen, depth - 1) for item in value]]
    raise _Rare
