"""How alike two students' functions are, in bits, and how many pairs as alike as that chance gives.

A fingerprint that n of N students have in a function counts log2(N / n) bits where two have it, and nothing
where many have it. Chance is measured on the class itself: its functions are dealt out anew, each exercise's
independently of the others', so that every dealt student wrote each function as somebody of the class did,
and nobody copied. As many pairs of such a class as reach a number of bits are expected by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array, triu

MANY, SHARE = 5, 0.1
"""What more students than both this many and this share of the class have in common counts nothing."""
_WORK, _FEWEST, _MOST = 20_000_000, 20, 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two students, by their places in the class, with the bits of each exercise in which they are alike.

    `expected`: how many pairs of this many bits or more chance gives in the whole class.
    """

    first: int
    second: int
    bits: Mapping[str, float]
    expected: float

    @property
    def total(self) -> float:
        """The bits of all exercises."""
        return sum(self.bits.values())


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs that have something in common, the least expected first; `dealt` classes tell of chance."""

    pairs: tuple[Pair, ...]
    dealt: int


def compare(functions: Mapping[str, Sequence[Collection[int]]], seed: int = 0) -> Comparison:
    """Compare a class: for each exercise the fingerprints of each student's function, none where there is
    no function, all in one order of the students.
    """
    alike = {exercise: _bits(of) for exercise, of in functions.items()}
    size = max((len(of) for of in functions.values()), default=0)
    told: dict[tuple[int, int], dict[str, float]] = {}
    for exercise, matrix in alike.items():
        for a, b, bits in zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True):
            told.setdefault((a, b), {})[exercise] = bits
    work = sum(matrix.nnz for matrix in alike.values())
    dealt = int(np.clip(_WORK // max(work, 1), _FEWEST, _MOST))
    chance = np.sort(_dealt(list(alike.values()), size, dealt, seed))
    pairs = [Pair(a, b, bits, _expected(sum(bits.values()), chance, dealt)) for (a, b), bits in told.items()]
    return Comparison(tuple(sorted(pairs, key=lambda pair: (pair.expected, -pair.total))), dealt)


def _bits(students: Sequence[Collection[int]]) -> coo_array:
    """For each two students the bits of what they have in common; the second's place is the larger."""
    counts: dict[int, int] = {}
    for marks in students:
        for mark in marks:
            counts[mark] = counts.get(mark, 0) + 1
    wrote = sum(1 for marks in students if marks)
    most = max(MANY, SHARE * wrote)
    column = {mark: place for place, mark in enumerate(sorted(m for m, n in counts.items() if 1 < n <= most))}
    rows = [(row, column[mark]) for row, marks in enumerate(students) for mark in marks if mark in column]
    weights = np.array([np.log2(wrote / counts[mark]) for mark in column])
    at = np.array(rows, dtype=int).reshape(-1, 2).T
    has = csr_array((np.ones(len(rows)), (at[0], at[1])), shape=(len(students), len(column)))
    return triu((has * weights) @ has.T, k=1, format="coo")


def _dealt(matrices: Sequence[coo_array], size: int, dealt: int, seed: int) -> np.ndarray:
    """The bits of all pairs that have any in classes dealt anew."""
    rng = np.random.default_rng(seed)
    bits = np.concatenate([np.zeros(0), *(matrix.data for matrix in matrices)])
    found = [np.zeros(0)]
    for _ in range(dealt if len(bits) else 0):
        keys: list[np.ndarray] = []
        for matrix in matrices:
            place = rng.permutation(size)
            a, b = place[matrix.row], place[matrix.col]
            keys.append(np.asarray(np.minimum(a, b) * size + np.maximum(a, b)))
        _, where = np.unique(np.concatenate(keys), return_inverse=True)
        found.append(np.bincount(where, weights=bits).astype(float))
    return np.concatenate(found)


def _expected(bits: float, chance: np.ndarray, dealt: int) -> float:
    """Pairs for each dealt class; one more than were seen, since so many bits could have come."""
    seen = len(chance) - int(np.searchsorted(chance, bits - 1e-9))
    return (seen + 1) / (dealt + 1)
