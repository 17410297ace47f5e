"""The sending half of the wire: values to trees."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from . import arrays
from .wire import BULK, DEEPEST, HEAVIEST, LONGEST_INT, MOST_KEYS, Numbered, Tag, UnsendableError


class Encoder:
    """Turns values into trees that MessagePack packs; `numbered` are mutable objects that both sides know.

    `refuse` is asked for the number of a handle for what is not data; it may raise UnsendableError.
    """

    def __init__(self, refuse: Callable[[object], int], numbered: Numbered | None = None) -> None:
        self.numbered = numbered or Numbered()
        self._numbers = {id(value): number for number, value in enumerate(self.numbered.values)}
        self._refuse = refuse
        self._weight = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return `value` as a tree; UnsendableError if it is too deep, too heavy or a cycle."""
        if depth > DEEPEST:
            raise UnsendableError(f"a value nested more than {DEEPEST} deep")
        self._weigh(1)
        kind = type(value)
        if kind is np.ndarray and arrays.sendable(value.dtype):
            return self._once(value, lambda: self._array(value))
        if value is None or kind is bool or kind is float:
            return value
        if kind is str or kind is bytes:
            self._weigh(len(value) // BULK)
            return value
        write = _WRITERS.get(kind)
        if write is not None:
            return write(self, value, depth + 1)
        return self._unusual(value)

    def again(self, value: Any) -> Any:
        """Return the tree of a known mutable's present contents, not a reference to it."""
        number = self._numbers.pop(id(value))
        tree = self.encode(value)
        self._numbers[id(value)] = number
        return tree

    def _unusual(self, value: Any) -> Any:
        kind = type(value)
        if kind in arrays.SCALARS:
            array = np.asarray(value)
            return [Tag.SCALAR, array.dtype.str, array.tobytes()]
        if kind is np.str_:
            return str.__str__(value)
        if kind is np.bytes_:
            return bytes.__getitem__(value, slice(None))
        if issubclass(kind, np.ndarray):
            plain = np.ndarray.view(value, np.ndarray)
            if arrays.sendable(plain.dtype):
                return self._once(value, lambda: self._array(plain))
        torch = sys.modules.get("torch")
        if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
            plain = self._tensor_data(value)
            if plain is not None:
                return self._once(value, lambda: [Tag.TENSOR, value.requires_grad, self._array(plain)])
        return [Tag.HANDLE, self._refuse(value)]

    @staticmethod
    def _tensor_data(tensor: Any) -> Any:
        try:
            return tensor.detach().cpu().numpy()
        except (TypeError, RuntimeError):
            return None

    def _array(self, array: Any) -> list[Any]:
        self._weigh(array.nbytes // BULK)
        return [Tag.ARRAY, *arrays.to_parts(array)]

    def _int(self, value: int, depth: int) -> Any:
        if -(1 << 63) <= value < 1 << 64:
            return value
        size = value.bit_length() // 8 + 1
        if size > LONGEST_INT:
            raise UnsendableError(f"an integer of {size} bytes")
        return [Tag.INT, value.to_bytes(size, "little", signed=True)]

    def _list(self, value: list[Any], depth: int) -> Any:
        return self._once(value, lambda: [Tag.LIST, *(self.encode(item, depth) for item in value)])

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        def flat() -> Iterable[Any]:
            for key, item in value.items():
                yield self.encode(key, depth)
                yield self.encode(item, depth)

        self._bound_keys(value)
        return self._once(value, lambda: [Tag.DICT, *flat()])

    def _set(self, value: set[Any], depth: int) -> Any:
        self._bound_keys(value)
        return self._once(value, lambda: [Tag.SET, *(self.encode(item, depth) for item in value)])

    def _frozenset(self, value: frozenset[Any], depth: int) -> Any:
        self._bound_keys(value)
        return [Tag.FROZENSET, *(self.encode(item, depth) for item in value)]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        return [Tag.TUPLE, *(self.encode(item, depth) for item in value)]

    def _complex(self, value: complex, depth: int) -> Any:
        return [Tag.COMPLEX, value.real, value.imag]

    def _slice(self, value: slice, depth: int) -> Any:
        return [Tag.SLICE, *(self.encode(part, depth) for part in (value.start, value.stop, value.step))]

    def _range(self, value: range, depth: int) -> Any:
        return [Tag.RANGE, *(self.encode(part, depth) for part in (value.start, value.stop, value.step))]

    def _ellipsis(self, value: Any, depth: int) -> Any:
        return [Tag.ELLIPSIS]

    def _once(self, value: Any, tree: Callable[[], list[Any]]) -> Any:
        """Encode a mutable object the first time it occurs, refer to it by number after that."""
        known = self._numbers.get(id(value))
        if known is not None:
            return self._refer(known)
        self._numbers[id(value)] = number = self.numbered.begin(value)
        before = self._weight
        result = tree()
        self.numbered.end(number, 1 + self._weight - before)
        return result

    def _refer(self, number: int) -> Any:
        weight = self.numbered.weights[number]
        if weight is None:
            raise UnsendableError("a value that contains itself")
        self._weigh(weight)
        return [Tag.AGAIN, number]

    def _bound_keys(self, value: Any) -> None:
        if len(value) > MOST_KEYS:
            raise UnsendableError(f"a collection of {len(value)} keys")

    def _weigh(self, weight: int) -> None:
        self._weight += weight
        if self._weight > HEAVIEST:
            raise UnsendableError("a value with too many items")


_WRITERS: dict[type, Callable[[Encoder, Any, int], Any]] = {
    int: Encoder._int,
    list: Encoder._list,
    tuple: Encoder._tuple,
    dict: Encoder._dict,
    set: Encoder._set,
    frozenset: Encoder._frozenset,
    complex: Encoder._complex,
    slice: Encoder._slice,
    range: Encoder._range,
    type(...): Encoder._ellipsis,
}
