"""A setting for a walk through a data set in batches: what all right walks have in common, in words.

Batches are pairs (x, y) in a list, a tuple or a generator. Rows of x are told apart by their first entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
MOST = 10_000
NONE = "no batches: pairs (x, y) of arrays in a list were expected"


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, a generator that it returns walked through (at most ten thousand batches of it)."""

    @wraps(function)
    def walked(*arguments: Any, **keywords: Any) -> Any:
        result = function(*arguments, **keywords)
        return list(islice(result, MOST)) if isinstance(result, Iterator) else result

    return walked


def batch_sizes(batches: Any) -> Any:
    """How many rows of x and of y each batch has."""
    pairs = _pairs(batches)
    return NONE if pairs is None else [[len(x), len(y)] for x, y in pairs]


def visits(batches: Any, x: Array) -> str:
    """How often the rows of x occur: "each once", or what is not so."""
    pairs = _pairs(batches)
    if pairs is None:
        return NONE
    found, known = _all_entries(pairs), _entries(x)
    strange = sum(entry not in known for entry in found)
    missing, again = len(set(known) - set(found)), len(found) - len(set(found))
    if strange:
        return f"{strange} rows that are not in x"
    return f"{missing} rows missing, {again} more than once" if missing or again else "each once"


def pairing(batches: Any, x: Array, y: Array) -> str:
    """Whether each row of x comes with its row of y: "kept" or "lost"."""
    pairs = _pairs(batches)
    if pairs is None:
        return NONE
    row_of = dict(zip(_entries(x), y, strict=True))
    for some, labels in pairs:
        for entry, label in zip(_entries(some), labels, strict=False):
            expected = row_of.get(entry)
            if expected is None or np.shape(label) != np.shape(expected) or np.any(label != expected):
                return "lost"
    return "kept"


def ordering(batches: Any, x: Array) -> str:
    """Whether the rows come in the order of x, backwards, or in another one."""
    pairs = _pairs(batches)
    if pairs is None:
        return NONE
    found, known = _all_entries(pairs), _entries(x)
    return {tuple(known): "as they were", tuple(known[::-1]): "backwards"}.get(tuple(found), "shuffled")


def whole_rows(batches: Any, x: Array) -> str:
    """Whether batches have rows of x as they are, of their shape and dtype: "as they are" or "changed"."""
    pairs = _pairs(batches)
    if pairs is None:
        return NONE
    rows = dict(zip(_entries(x), x, strict=True))
    alike = all(
        some.dtype == x.dtype and entry in rows and np.array_equal(rows[entry], row)
        for some, _ in pairs
        for entry, row in zip(_entries(some), some, strict=True)
    )
    return "as they are" if alike else "changed"


def likeness(batches: Any, others: Any) -> str:
    """Whether two walks visit the rows of x in the same order."""
    one, other = _pairs(batches), _pairs(others)
    if one is None or other is None:
        return NONE
    same = _all_entries(one) == _all_entries(other)
    return "the same order" if same else "different orders"


def _pairs(batches: Any) -> list[tuple[Array, Array]] | None:
    if type(batches) not in (list, tuple) or not batches:
        return None
    for pair in batches:
        if type(pair) not in (list, tuple) or len(pair) != 2:
            return None
        if any(type(part) is not np.ndarray or not part.ndim for part in pair):
            return None
    return list(batches)


def _all_entries(pairs: list[tuple[Array, Array]]) -> list[Any]:
    return [entry for some, _ in pairs for entry in _entries(some)]


def _entries(x: Array) -> list[Any]:
    return [row.flat[0].item() if row.size else None for row in np.asarray(x)]


OBSERVERS: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (batch_sizes, visits, pairing, ordering, whole_rows, likeness)
}
