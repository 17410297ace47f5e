"""The receiving half of the wire: trees, taken to be hostile, to values."""

import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from . import arrays
from .wire import BULK, DEEPEST, HEAVIEST, LONGEST_INT, MOST_ALIKE, MOST_KEYS, Numbered, ProtocolError, Tag


class Decoder:
    """Turns trees from the other side into values; ProtocolError for whatever is not one.

    `resolve` makes the value of a handle's number; `numbered` are mutable objects that both sides know.
    """

    def __init__(self, resolve: Callable[[int], object], numbered: Numbered | None = None) -> None:
        self.numbered = numbered or Numbered()
        self._resolve = resolve
        self._weight = 0
        self._keys = 0

    def decode_next(self, tree: Any) -> Any:
        """Return the value of a tree that refers to none before it; all are weighed together."""
        self.numbered = Numbered()
        return self.decode(tree)

    def decode(self, tree: Any, depth: int = 0) -> Any:
        """Return the value of `tree`."""
        if depth > DEEPEST:
            raise ProtocolError("a value nested too deep")
        self._weigh(1)
        kind = type(tree)
        if tree is None or kind is bool or kind is float or kind is int:
            return tree
        if kind is str or kind is bytes:
            self._weigh(len(tree) // BULK)
            return tree
        if kind is not list or not tree or type(tree[0]) is not int:
            raise ProtocolError("a value without a tag")
        read = _READERS.get(tree[0])
        if read is None:
            raise ProtocolError("a value with an unknown tag")
        try:
            return read(self, tree, depth + 1)
        except (ValueError, TypeError, OverflowError) as error:
            raise ProtocolError(f"a value that is not what its tag says: {error}") from None

    def _list(self, tree: list[Any], depth: int) -> Any:
        result: list[Any] = []
        number = self._begin(result)
        result.extend(self.decode(item, depth) for item in tree[1:])
        return self._end(number, result)

    def _dict(self, tree: list[Any], depth: int) -> Any:
        if len(tree) % 2 == 0:
            raise ProtocolError("a dict with a key that has no value")
        result: dict[Any, Any] = {}
        number = self._begin(result)
        self._count_keys(len(tree) // 2)
        entries = zip(tree[1::2], tree[2::2], strict=True)
        pairs = [(self.decode(key, depth), self.decode(item, depth)) for key, item in entries]
        _refuse_alike([key for key, _ in pairs])
        result.update(pairs)
        return self._end(number, result)

    def _set(self, tree: list[Any], depth: int) -> Any:
        result: set[Any] = set()
        number = self._begin(result)
        result.update(self._elements(tree, depth))
        return self._end(number, result)

    def _frozenset(self, tree: list[Any], depth: int) -> Any:
        return frozenset(self._elements(tree, depth))

    def _elements(self, tree: list[Any], depth: int) -> list[Any]:
        self._count_keys(len(tree))
        elements = [self.decode(item, depth) for item in tree[1:]]
        _refuse_alike(elements)
        return elements

    def _tuple(self, tree: list[Any], depth: int) -> Any:
        return tuple(self.decode(item, depth) for item in tree[1:])

    def _array(self, tree: list[Any], depth: int) -> Any:
        array = self._plain_array(tree)
        return self._end(self._begin(array), array)

    def _plain_array(self, tree: list[Any]) -> Any:
        _, dtype, shape, order, writeable, data = tree
        self._weigh(len(data) // BULK)
        return arrays.from_parts(dtype, shape, order, writeable, data)

    def _tensor(self, tree: list[Any], depth: int) -> Any:
        _, requires_grad, inner = tree
        torch = sys.modules.get("torch")
        well_formed = type(inner) is list and inner[:1] == [Tag.ARRAY] and type(requires_grad) is bool
        if torch is None or not well_formed:
            raise ProtocolError("a tensor where there are none")
        try:
            tensor = torch.from_numpy(np.ascontiguousarray(self._plain_array([*inner[:4], True, *inner[5:]])))
            tensor.requires_grad_(requires_grad)
        except RuntimeError as error:
            raise ProtocolError(f"a tensor that torch refuses: {error}") from None
        return self._end(self._begin(tensor), tensor)

    def _scalar(self, tree: list[Any], depth: int) -> Any:
        _, dtype, data = tree
        return arrays.scalar_from(dtype, data)

    def _int(self, tree: list[Any], depth: int) -> Any:
        _, data = tree
        if type(data) is not bytes or len(data) > LONGEST_INT:
            raise ProtocolError("an integer that is too long")
        return int.from_bytes(data, "little", signed=True)

    def _complex(self, tree: list[Any], depth: int) -> Any:
        _, real, imag = tree
        if type(real) is not float or type(imag) is not float:
            raise ProtocolError("a complex number of something other than floats")
        return complex(real, imag)

    def _slice(self, tree: list[Any], depth: int) -> Any:
        _, start, stop, step = tree
        return slice(self.decode(start, depth), self.decode(stop, depth), self.decode(step, depth))

    def _range(self, tree: list[Any], depth: int) -> Any:
        _, start, stop, step = tree
        return range(self.decode(start, depth), self.decode(stop, depth), self.decode(step, depth))

    def _ellipsis(self, tree: list[Any], depth: int) -> Any:
        return ...

    def _handle(self, tree: list[Any], depth: int) -> Any:
        _, number = tree
        if type(number) is not int or not 0 <= number < 1 << 32:
            raise ProtocolError("a handle without a number")
        return self._resolve(number)

    def _again(self, tree: list[Any], depth: int) -> Any:
        _, number = tree
        if type(number) is not int or not 0 <= number < len(self.numbered.values):
            raise ProtocolError("a reference to nothing")
        weight = self.numbered.weights[number]
        if weight is None:
            raise ProtocolError("a value that contains itself")
        self._weigh(weight)
        return self.numbered.values[number]

    def _begin(self, value: Any) -> tuple[int, int]:
        return self.numbered.begin(value), self._weight

    def _end(self, begun: tuple[int, int], value: Any) -> Any:
        number, before = begun
        bulk = value.nbytes // BULK if type(value) is np.ndarray else 0
        self.numbered.end(number, 1 + self._weight - before + bulk)
        return value

    def _count_keys(self, count: int) -> None:
        self._keys += count
        if self._keys > MOST_KEYS:
            raise ProtocolError("too many keys")

    def _weigh(self, weight: int) -> None:
        self._weight += weight
        if self._weight > HEAVIEST:
            raise ProtocolError("a value with too many items")


def _refuse_alike(keys: list[Any]) -> None:
    """Refuse keys of which many have one hash: a table of those takes their square of comparisons."""
    if len(keys) > MOST_ALIKE:
        hashes = sorted(map(hash, keys))
        if any(map(operator.eq, hashes, hashes[MOST_ALIKE:])):
            raise ProtocolError("keys that collide")


_READERS: dict[int, Callable[[Decoder, list[Any], int], Any]] = {
    Tag.LIST: Decoder._list,
    Tag.TUPLE: Decoder._tuple,
    Tag.DICT: Decoder._dict,
    Tag.SET: Decoder._set,
    Tag.FROZENSET: Decoder._frozenset,
    Tag.ARRAY: Decoder._array,
    Tag.SCALAR: Decoder._scalar,
    Tag.INT: Decoder._int,
    Tag.COMPLEX: Decoder._complex,
    Tag.SLICE: Decoder._slice,
    Tag.RANGE: Decoder._range,
    Tag.ELLIPSIS: Decoder._ellipsis,
    Tag.TENSOR: Decoder._tensor,
    Tag.HANDLE: Decoder._handle,
    Tag.AGAIN: Decoder._again,
}
