"""A setting for a walk through a data set in batches: what all right walks have in common, in words.

Batches are pairs (x, y) in a list, a tuple or a generator. Rows of x are told apart by their first entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from typing import Any, TypeVar

import numpy as np

RETURNS_DATA = False
Array = np.ndarray[Any, Any]
Pairs = list[tuple[Array, Array]]
T = TypeVar("T")
MOST = 10_000
STRANGE = "there are rows that are not in x"
NONE = "no batches: pairs (x, y) of arrays in a list were expected"


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, a generator that it returns walked through (at most ten thousand batches of it)."""

    @wraps(function)
    def walked(*arguments: Any, **keywords: Any) -> Any:
        result = function(*arguments, **keywords)
        return list(islice(result, MOST)) if isinstance(result, Iterator) else result

    return walked


def _of_pairs(tell: Callable[..., T]) -> Callable[..., T | str]:
    """What is told of pairs (x, y), asked of what a student returned; NONE where that is something else."""

    @wraps(tell)
    def told(batches: Any, *arrays: Array) -> T | str:
        pairs = _pairs(batches)
        return NONE if pairs is None else tell(pairs, *arrays)

    return told


@_of_pairs
def batch_sizes(pairs: Pairs) -> Any:
    """How many rows of x and of y each batch has."""
    return [[len(x), len(y)] for x, y in pairs]


@_of_pairs
def visits(pairs: Pairs, x: Array) -> str:
    """How often the rows of x occur: "each once", or what is not so."""
    found, known = _all_entries(pairs), _entries(x)
    if not set(found) <= set(known):
        return STRANGE
    missing, again = set(known) - set(found), len(found) > len(set(found))
    said = [*(["rows are missing"] if missing else []), *(["rows occur more than once"] if again else [])]
    return " and ".join(said) or "each once"


@_of_pairs
def pairing(pairs: Pairs, x: Array, y: Array) -> str:
    """Whether each row of x comes with its row of y: "kept" or "lost", if all are rows of x."""
    place = _places(x)
    if not set(_all_entries(pairs)) <= set(place):
        return STRANGE
    for some, labels in pairs:
        here = [place[entry] for entry in _entries(some)][: len(labels)]
        if not np.array_equal(labels[: len(here)], y[here]):
            return "lost"
    return "kept"


@_of_pairs
def ordering(pairs: Pairs, x: Array) -> str:
    """Whether the rows come in the order of x, backwards, or in another one."""
    found, known = _all_entries(pairs), _entries(x)
    return {tuple(known): "as they were", tuple(known[::-1]): "backwards"}.get(tuple(found), "shuffled")


@_of_pairs
def whole_rows(pairs: Pairs, x: Array) -> str:
    """Whether batches have rows of x as they are, of their shape and dtype: "as they are" or "changed"."""
    place = _places(x)
    for some, _ in pairs:
        here = [place[entry] for entry in _entries(some) if entry in place]
        if some.dtype != x.dtype or not np.array_equal(some, x[here]):
            return "changed"
    return "as they are"


def likeness(batches: Any, others: Any, x: Array) -> str:
    """Whether two walks visit the rows of x in the same order; of one that is not shuffled, what it is."""
    for walk in (batches, others):
        for found, right in ((visits(walk, x), "each once"), (ordering(walk, x), "shuffled")):
            if found != right:
                return found
    same = ordering_of(batches) == ordering_of(others)
    return "the same order" if same else "different orders"


def ordering_of(batches: Any) -> list[Any]:
    """By what the rows are told apart, in the order in which they come."""
    return _all_entries(_pairs(batches) or [])


def _pairs(batches: Any) -> Pairs | None:
    if type(batches) not in (list, tuple) or not batches:
        return None
    for pair in batches:
        if type(pair) not in (list, tuple) or len(pair) != 2:
            return None
        if any(type(part) is not np.ndarray or not part.ndim for part in pair):
            return None
    return list(batches)


def _all_entries(pairs: Pairs) -> list[Any]:
    return [entry for some, _ in pairs for entry in _entries(some)]


def _places(x: Array) -> dict[Any, int]:
    return {entry: row for row, entry in enumerate(_entries(x))}


def _entries(x: Array) -> list[Any]:
    found: list[Any] = x.reshape(len(x), -1)[:, 0].tolist() if x.size else [None] * len(x)
    return found


OBSERVERS: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (batch_sizes, visits, pairing, ordering, whole_rows, likeness)
}
