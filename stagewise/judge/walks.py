"""A setting for a walk through a data set in batches: what all right walks have in common, in words.

Batches are pairs (x, y) in a list, a tuple or a generator. Rows of x are told apart by their first entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice, pairwise
from typing import Any, TypeVar

import numpy as np

RETURNS_DATA = False
Array = np.ndarray[Any, Any]
Pairs = list[tuple[Array, Array]]
T = TypeVar("T")
MOST = 10_000
_FEWEST = 18  # rows from which an order says how it came about
TURNED = "the rows of y stand in front"
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
    """Whether each row of x comes with its row of y: "kept" or "lost", if all are rows of x, and whether the
    rows of y are in front."""
    if not set(_all_entries(pairs)) <= set(_places(x)):
        turned = [(labels, some) for some, labels in pairs]
        return TURNED if _is_kept(turned, x, y) else STRANGE
    return "kept" if _is_kept(pairs, x, y) else "lost"


def _is_kept(pairs: Pairs, x: Array, y: Array) -> bool:
    place = _places(x)
    for some, labels in pairs:
        entries = _entries(some)
        if not set(entries) <= set(place):
            return False
        here = [place[entry] for entry in entries][: len(labels)]
        if not np.array_equal(labels[: len(here)], y[here]):
            return False
    return True


@_of_pairs
def ordering(pairs: Pairs, x: Array) -> str:
    """Whether the rows come in the order of x, backwards, or in another one: "shuffled", if it is no order
    that a shuffle of all rows hardly ever makes."""
    found, known = _all_entries(pairs), _entries(x)
    kept = {tuple(known): "as they were", tuple(known[::-1]): "backwards"}.get(tuple(found))
    if kept:
        return kept
    place = _places(x)
    if sorted(found) != sorted(known) or len(place) < _FEWEST:
        return "shuffled"
    return _unlikely([[place[entry] for entry in _entries(some)] for some, _ in pairs]) or "shuffled"


def _unlikely(batches: list[list[int]]) -> str:
    """What order the places have where no shuffle of all of them made it; "" where one may have."""
    places = [one for batch in batches for one in batch]
    if sum((b - a) % len(places) == 1 for a, b in pairwise(places)) > len(places) // 2:
        return "mostly in the old order, begun elsewhere"
    if 2 * sum(n == place for n, place in enumerate(places)) >= len(places):
        return "shuffled in part"
    several = [batch for batch in batches if len(batch) > 1]
    blocks = [batch for batch in several if max(batch) - min(batch) < len(batch)]
    if len(several) > 1 and len(blocks) > len(several) // 2:
        return "shuffled in blocks: most batches hold rows that lie beside each other"
    return ""


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
