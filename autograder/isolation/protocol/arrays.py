"""NumPy arrays and scalars as plain parts: dtype from a closed list, shape, order in memory, raw bytes.

Arrays keep their order in memory in kind (C, Fortran, transposed, reversed, with gaps), since student code
may depend on it. Whatever the parts say is checked before NumPy sees it. Who receives
one cannot write into it.
"""

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

NUMERIC = {
    np.dtype(name).str: np.dtype(name).newbyteorder("<")
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
}
"""The dtypes of numbers that are sent, by name."""
_NAMES = {dtype: name for name, dtype in NUMERIC.items()}
_TEXT = re.compile(r"<U(\d{1,4})|\|S(\d{1,4})")
_LONGEST_AXIS = 1 << 31
_MOST_CLAIMED = 1 << 20
_MOST_AXES = 32
_LAST_CODE_POINT = 0x10FFFF

SCALARS = frozenset(dtype.type for dtype in NUMERIC.values())


def sendable(dtype: np.dtype[Any]) -> bool:
    """Tell whether arrays of `dtype` can be sent as data."""
    return dtype in _NAMES or _sent_as(dtype) in NUMERIC or _TEXT.fullmatch(_sent_as(dtype)) is not None


def to_parts(array: NDArray[Any]) -> list[Any]:
    """Return [dtype, shape, order or None, bytes] of a plain array whose dtype is `sendable`."""
    flags = array.flags
    known = _NAMES.get(array.dtype)
    if known is not None and flags.c_contiguous:  # as most are
        return [known, list(array.shape), None, array.tobytes()]
    order = None if flags.c_contiguous else _order(array)
    ordered = array if order is None else _reorder(array, order)
    if known is None:
        ordered = ordered.astype(array.dtype.newbyteorder("<"), copy=False)
    name = known or _sent_as(array.dtype)
    return [name, list(array.shape), order, ordered.tobytes()]


def from_parts(dtype: Any, shape: Any, order: Any, data: Any) -> NDArray[Any]:
    """Return a read-only array made of parts that may be hostile; ValueError says what is wrong with them."""
    kind = _dtype(dtype)
    if type(data) is not bytes or len(data) != _entries(shape) * kind.itemsize:
        raise ValueError("an array's bytes do not fit its shape")
    array: NDArray[Any] = np.ndarray(shape, kind, data)
    if kind.kind in "bU":
        _refuse_invalid(array)
    if order is not None:
        array = _restored(array, *_checked_order(order, len(shape)))
        array.flags.writeable = False
    return array


def _restored(plain: NDArray[Any], axes: list[int], flips: list[int], gaps: bool) -> NDArray[Any]:
    """Return a new array whose bytes in memory are those of `plain`, and in the order that is told."""
    inner = [plain.shape[axis] for axis in axes]
    if gaps and inner:
        room = np.zeros([*inner[:-1], 2 * inner[-1]], plain.dtype)[..., ::2]
    else:
        room = np.empty(inner, plain.dtype)
    room[...] = plain.reshape(inner)
    if not flips and axes == sorted(axes):
        return room
    back = room.transpose([axes.index(axis) for axis in range(len(axes))])
    return back[tuple(slice(None, None, -1 if axis in flips else 1) for axis in range(len(axes)))]


def scalar_from(dtype: Any, data: Any) -> Any:
    """Return a NumPy scalar made of its dtype's name and bytes."""
    if dtype not in NUMERIC:
        raise ValueError("a scalar of an unknown dtype")
    return from_parts(dtype, [], None, data)[()]


def _sent_as(dtype: np.dtype[Any]) -> str:
    return dtype.newbyteorder("<").str


def _dtype(name: Any) -> np.dtype[Any]:
    if type(name) is str:
        if name in NUMERIC:
            return NUMERIC[name]
        if _TEXT.fullmatch(name) and int(name[2:]) > 0:
            return np.dtype(name)
    raise ValueError("an array of a dtype that is not sent")


def _entries(shape: Any) -> int:
    """How many entries an array of this shape has."""
    if type(shape) is not list or len(shape) > _MOST_AXES:
        raise ValueError("an array's shape is not a short list")
    entries = 1
    for n in shape:
        if type(n) is not int or not 0 <= n < _LONGEST_AXIS:
            raise ValueError("an array's shape holds something other than sizes")
        entries *= n
    # What holds entries is as large as its bytes; a sum over the axis of none makes of nothing the rest.
    if entries == 0 and math.prod(n or 1 for n in shape) > _MOST_CLAIMED:
        raise ValueError("an array's shape is too large")
    return entries


def _refuse_invalid(array: NDArray[Any]) -> None:
    """Booleans other than 0 and 1 and letters outside Unicode would surprise NumPy later."""
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise ValueError("a boolean that is neither 0 nor 1")
    flat = array.reshape(-1)
    if array.dtype.kind == "U" and array.size and flat.view(np.uint32).max() > _LAST_CODE_POINT:
        raise ValueError("a letter outside Unicode")


def _order(array: NDArray[Any]) -> list[Any]:
    """Return [axes from the widest stride to the narrowest, axes that run backwards, are there gaps]."""
    axes = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    flips = [axis for axis in range(array.ndim) if array.strides[axis] < 0]
    gaps = not _reorder(array, [axes, flips, False]).flags.c_contiguous
    return [axes, flips, gaps]


def _reorder(array: NDArray[Any], order: list[Any]) -> NDArray[Any]:
    axes, flips, _ = order
    forwards = array[tuple(slice(None, None, -1 if axis in flips else 1) for axis in range(array.ndim))]
    return forwards.transpose(axes)


def _checked_order(order: Any, ndim: int) -> tuple[list[int], list[int], bool]:
    if type(order) is not list or len(order) != 3 or type(order[0]) is not list or type(order[1]) is not list:
        raise ValueError("an array's order is not a list of three")
    axes, flips, gaps = order
    if any(type(axis) is not int for axis in (*axes, *flips)) or sorted(axes) != list(range(ndim)):
        raise ValueError("an array's order names other axes than it has")
    if len(flips) > ndim or not set(flips) <= set(axes) or type(gaps) is not bool:
        raise ValueError("an array's order names other axes than it has")
    return axes, flips, gaps
