"""How alike two students' functions are, in bits, and how many pairs as alike as that chance gives.

A fingerprint that n of N students have in a function counts log2(N / n) bits where two have it, nothing
where many have it, and once for two students however many functions it comes back in, since that is a habit.
Chance is measured on the class itself: its functions are dealt out anew, each exercise's independently of the
others', so that every dealt student wrote each function as somebody of the class did, and nobody copied. As
many pairs of such a class as reach a number of bits are expected by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SHARE, FEW, MANY = 0.1, 5, 30
"""What more than this share of the class has in common, but at least FEW and at most MANY, counts nothing."""
_WORK, _FEWEST, _MOST = 20_000_000, 20, 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two students, by their places in the class, with the bits of each fingerprint that counts, by exercise.

    `expected`: how many pairs of this many bits or more chance gives in the whole class.
    """

    first: int
    second: int
    bits: Mapping[str, Mapping[int, float]]
    expected: float

    @property
    def total(self) -> float:
        """The bits of all exercises."""
        return _total(self.bits)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs that have something in common, the least expected first; `dealt` classes tell of chance."""

    pairs: tuple[Pair, ...]
    dealt: int


@dataclass(frozen=True, slots=True)
class _Common:
    """What students have in common, one entry for each two of them, exercise and fingerprint: places of the
    students, of the exercise, and of the fingerprint in `names`; its bits.
    """

    first: np.ndarray
    second: np.ndarray
    exercise: np.ndarray
    mark: np.ndarray
    bits: np.ndarray
    names: Sequence[int]


def compare(functions: Mapping[str, Sequence[Collection[int]]], seed: int = 0) -> Comparison:
    """Compare a class: for each exercise the fingerprints of each student's function, none where there is
    no function, all in one order of the students.
    """
    size = max((len(of) for of in functions.values()), default=0)
    common = _common(list(functions.values()))
    if not len(common.bits):
        return Comparison((), 0)
    exercises, told = list(functions), dict[int, dict[str, dict[int, float]]]()
    keys = _keys(common.first, common.second, size)
    for place in _once(keys, common).tolist():
        own = told.setdefault(int(keys[place]), {}).setdefault(exercises[int(common.exercise[place])], {})
        own[common.names[int(common.mark[place])]] = float(common.bits[place])
    dealt = int(np.clip(_WORK // len(common.bits), _FEWEST, _MOST))
    chance = np.sort(_dealt(common, len(exercises), size, dealt, seed))
    pairs = [
        Pair(*divmod(key, size), bits, _expected(_total(bits), chance, dealt)) for key, bits in told.items()
    ]
    return Comparison(tuple(sorted(pairs, key=lambda pair: (pair.expected, -pair.total))), dealt)


def _total(bits: Mapping[str, Mapping[int, float]]) -> float:
    return sum(sum(of.values()) for of in bits.values())


def _common(functions: Sequence[Sequence[Collection[int]]]) -> _Common:
    numbers: dict[int, int] = {}
    found = []
    for exercise, students in enumerate(functions):
        wrote = sum(1 for marks in students if marks)
        have: dict[int, list[int]] = {}
        for student, marks in enumerate(students):
            for mark in marks:
                have.setdefault(mark, []).append(student)
        for mark, who in have.items():
            if 1 < len(who) <= min(max(SHARE * wrote, FEW), MANY):
                first, second = (np.array(who)[places] for places in np.triu_indices(len(who), k=1))
                number = numbers.setdefault(mark, len(numbers))
                same = [np.full(len(first), value) for value in (exercise, number)]
                bits = np.full(len(first), np.log2(wrote / len(who)))
                found.append((first, second, *same, bits))
    if not found:
        none = np.zeros(0, dtype=int)
        return _Common(none, none, none, none, np.zeros(0), ())
    first, second, exercises, marks, bits = map(np.concatenate, zip(*found, strict=True))
    return _Common(first, second, exercises, marks, bits, list(numbers))


def _keys(first: np.ndarray, second: np.ndarray, size: int) -> np.ndarray:
    """One number for two students in either order."""
    return np.asarray(np.minimum(first, second) * size + np.maximum(first, second))


def _once(keys: np.ndarray, common: _Common) -> np.ndarray:
    """The places of the entries that count: for two students and a fingerprint the one of the most bits."""
    order = np.lexsort((-common.bits, common.mark, keys))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(keys[order]) != 0) | (np.diff(common.mark[order]) != 0)
    return np.asarray(order[new])


def _dealt(common: _Common, exercises: int, size: int, dealt: int, seed: int) -> np.ndarray:
    """The bits of all pairs that have any in classes dealt anew."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(dealt):
        place = np.array([rng.permutation(size) for _ in range(exercises)])
        keys = _keys(place[common.exercise, common.first], place[common.exercise, common.second], size)
        once = _once(keys, common)
        _, where = np.unique(keys[once], return_inverse=True)
        found.append(np.bincount(where, weights=common.bits[once]).astype(float))
    return np.concatenate(found)


def _expected(bits: float, chance: np.ndarray, dealt: int) -> float:
    """Pairs for each dealt class; one more than were seen, since so many bits could have come."""
    seen = len(chance) - int(np.searchsorted(chance, bits - 1e-9))
    return (seen + 1) / (dealt + 1)
