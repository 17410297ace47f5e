"""Copies of plain data, and whether plain data still is what it was.

Data that hold themselves, or are nested deeper than DEEPEST, are refused. Only arrays, NumPy's scalars, and
built-in types are opened, by what their own class says: a copy is of that class exactly. Any other object is
passed on by reference and never asked anything.
"""

from __future__ import annotations

from typing import Any

import numpy as np

DEEPEST = 38  # lists, tuples and dicts in each other, beside the outermost: what may travel to a grader
_PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None), np.float64, np.float32})


class TooDeep(ValueError):  # noqa: N818 - it says what is wrong with the data
    """Data that hold themselves, or that are nested without end."""


def copied(value: Any, depth: int = 0) -> Any:
    """A deep copy of arrays, dicts, lists and tuples; arrays keep their order in memory, gaps included.

    An object of a class derived from one of these (a masked array, an OrderedDict, a named tuple) comes back
    as what it is derived from, np.str_ as a text, and np.longdouble as float64. TooDeep of what holds itself.
    """
    kind = type(value)
    if kind is np.ndarray:
        array = value if value.dtype != np.longdouble else value.astype(np.float64)
        return array.copy() if array.flags.c_contiguous else _copied_array(array)
    if kind in _PLAIN:
        return value
    if depth > DEEPEST:
        raise TooDeep("data that hold themselves, or are nested too deep")
    if kind is dict:
        return {copied(key, depth + 1): copied(item, depth + 1) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind([copied(item, depth + 1) for item in value])
    return _as_plain(value, kind, depth)


def _as_plain(value: Any, kind: type, depth: int) -> Any:
    if issubclass(kind, np.ndarray):
        return copied(np.ndarray.view(value, np.ndarray))
    if issubclass(kind, dict):
        return copied(dict(dict.items(value)), depth)
    if issubclass(kind, list):
        return copied([*list.__iter__(value)], depth)
    if issubclass(kind, tuple):
        return copied((*tuple.__iter__(value),), depth)
    if kind is np.longdouble:
        return np.float64(value)
    return str.__str__(value) if kind is np.str_ else value


def is_narrow(value: Any) -> bool:
    """Whether there is an array or a number in float32 in plain data."""
    kind = type(value)
    if kind is dict:
        return any(map(is_narrow, value.values()))
    if kind is list or kind is tuple:
        return any(map(is_narrow, value))
    return kind is np.float32 or (kind is np.ndarray and value.dtype == np.float32)


def unchanged(now: Any, before: Any) -> bool:
    """Whether `now` still has the type, shape and every bit (NaN included) of `before`."""
    kind = type(before)
    if type(now) is not kind:
        return False
    if kind is np.ndarray:
        return _same_array(now, before)
    if kind is dict:
        return now.keys() == before.keys() and all(unchanged(now[key], before[key]) for key in before)
    if kind is list or kind is tuple:
        return len(now) == len(before) and all(map(unchanged, now, before))
    if kind in (str, bytes, bool, int) or before is None:
        return bool(now == before)
    if kind is float:
        return bool(now == before or (now != now and before != before))
    return now is before or (isinstance(before, np.generic) and bytes(now.data) == bytes(before.data))


def _same_array(now: np.ndarray, before: np.ndarray) -> bool:
    if now.dtype != before.dtype or now.shape != before.shape:
        return False
    if before.dtype.hasobject:
        return all(map(unchanged, now.ravel().tolist(), before.ravel().tolist()))
    return now.tobytes() == before.tobytes()


def _copied_array(array: np.ndarray) -> np.ndarray:
    """A copy of one that is not simply row after row."""
    if array.flags.f_contiguous or array.dtype.hasobject or _overlaps(array):
        return array.copy(order="K")
    reach = [(length - 1) * stride for length, stride in zip(array.shape, array.strides, strict=True)]
    before = -sum(step for step in reach if step < 0)
    after = sum(step for step in reach if step > 0) + array.itemsize
    room = np.zeros(before + after, np.uint8)
    twin: np.ndarray = np.ndarray(array.shape, array.dtype, room, offset=before, strides=array.strides)
    twin[...] = array
    return twin


def _overlaps(array: np.ndarray) -> bool:
    """Whether several places of it are one in memory."""
    return any(stride == 0 and length > 1 for stride, length in zip(array.strides, array.shape, strict=True))
