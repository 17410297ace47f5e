"""The new task of the transfer unit as batches of tensors: a few labelled digits, and unseen ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from stagewise.backbone import as_input
from stagewise.data.handwriting import Digits
from stagewise.data.snapshots import shuffled, snapshots

TARGETS = ("snapshots", "shuffled")


class Batches:
    """Examples in batches of `size`, in another order each time; the orders repeat with `seed`.

    x: (N, 1, 16, 16) float32, y: (N,) int64. Iterating gives (x, y) of each batch; the last one holds what is
    left.
    """

    def __init__(self, x: Tensor, y: Tensor, size: int, seed: int = 0) -> None:
        self.x, self.y, self.size = x, y, size
        self._random = torch.Generator().manual_seed(seed)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.x), generator=self._random)
        for chosen in torch.split(order, self.size):
            yield self.x[chosen], self.y[chosen]

    def __len__(self) -> int:
        return -(-len(self.x) // self.size)


def few(per_class: int, target: str = "snapshots", *, size: int = 20, seed: int = 0) -> Batches:
    """Return `per_class` training examples of each of the ten digits, drawn with `seed`, in batches.

    target: "snapshots", the digits as careless photographs, or "shuffled", the same with their pixels in one
    shuffled order. Some digits have only 107 training examples. Raises ValueError for another target or too
    many examples.
    """
    pictures = _target(target)
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(pictures.y_train == digit) for digit in range(10)]
    most = min(map(len, places))
    if not 1 <= per_class <= most:
        raise ValueError(f"few needs 1 to {most} examples per class, got {per_class}.")
    chosen = np.concatenate([rng.choice(place, per_class, replace=False) for place in places])
    x, y = as_input(pictures.x_train[chosen]), torch.from_numpy(pictures.y_train[chosen])
    return Batches(x, y, size, seed)


def unseen(target: str = "snapshots") -> list[tuple[Tensor, Tensor]]:
    """Return the 300 test examples of a target as one batch."""
    pictures = _target(target)
    return [(as_input(pictures.x_test), torch.from_numpy(pictures.y_test))]


@lru_cache(maxsize=2)
def _target(name: str) -> Digits:
    if name not in TARGETS:
        raise ValueError(f"The targets are {' and '.join(map(repr, TARGETS))}, got {name!r}.")
    seen = snapshots()
    if name == "snapshots":
        return seen
    mixed = {part: shuffled(getattr(seen, part)) for part in ("x_train", "x_val", "x_test")}
    return Digits(**mixed, y_train=seen.y_train, y_val=seen.y_val, y_test=seen.y_test)
