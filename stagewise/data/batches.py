"""Walking through a data set in small shuffled pieces."""

from collections.abc import Iterator

import numpy as np


def minibatches(
    x: np.ndarray, y: np.ndarray, size: int, rng: np.random.Generator, *, drop_last: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (x, y) of `size` examples each, in shuffled order, every example once (one epoch).

    x: (N, …), y: (N, …); the last batch holds what is left, or is dropped with drop_last=True (a batch of one
    has no variance). Raises ValueError when x and y differ in length or size is below 1.

    >>> x, y = np.arange(5), np.arange(5)
    >>> [len(batch) for batch, _ in minibatches(x, y, 2, np.random.default_rng(0))]
    [2, 2, 1]
    """
    if len(x) != len(y):
        raise ValueError(
            f"minibatches needs as many labels as examples: x has {len(x)} rows, y has {len(y)}."
        )
    if size < 1:
        raise ValueError(f"minibatches needs a batch size of at least 1, got {size}.")
    return _walk(x, y, size, rng.permutation(len(x)), drop_last)


def _walk(
    x: np.ndarray, y: np.ndarray, size: int, order: np.ndarray, drop_last: bool
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    end = len(order) - len(order) % size if drop_last else len(order)
    for start in range(0, end, size):
        chosen = order[start : start + size]
        yield x[chosen], y[chosen]
