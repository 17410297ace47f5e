"""Constant starts, and how many different things the units of a layer learn."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from reference.exercises.initialization.inputs import columns
from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, case
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import takes_gaps
from reference.kit.variants import exercise
from reference.truth import initialization as init


def _nothing(_: np.random.Generator) -> Drawn:
    return {}


def _sizes(name: str, call: str, **options: Any) -> Case:
    return case(name, f"w = {call}", "w", _nothing, **options)


TRANSPOSED = "Your matrix is transposed. A row for each input, a column for each unit: (fan_in, fan_out)."
WHOLE = (
    "Your weights are whole numbers: the dtype of a Python int is taken over. Weights are floats, or "
    "training would round them."
)


def zeros_by_hand(fan_in: Any, fan_out: Any) -> Any:
    """In a loop."""
    return np.array([[0.0 for _ in range(fan_out)] for _ in range(fan_in)]).reshape(fan_in, fan_out)


def constants_by_hand(fan_in: Any, fan_out: Any, value: Any) -> Any:
    """Row by row."""
    w = np.empty((fan_in, fan_out))
    for row in w:
        row[:] = value
    return w


named = Notation(globals())
ZERO = exercise(
    init.zero_init,
    (
        _sizes("3 in, 5 out", "zero_init(3, 5)", visible=True, main=True),
        _sizes("64 in, 1 out", "zero_init(64, 1)", visible=True),
        _sizes("7 in, 4 out", "zero_init(7, 4)", main=True),
    ),
    named.wrongs("""
    transposed: (fan_in, fan_out) => (fan_out, fan_in)
        @TRANSPOSED
    one-axis: (fan_in, fan_out) => fan_in * fan_out
        Your weights are one long row of numbers. A layer needs a matrix: (fan_in, fan_out).
    whole-numbers: np.zeros((fan_in, fan_out)) => np.zeros((fan_in, fan_out), dtype=int)
        @WHOLE
    two-numbers-for-a-shape: np.zeros((fan_in, fan_out)) => np.zeros(fan_in, fan_out)
        np.zeros takes the whole shape as its first argument, and what follows for a dtype: a shape of
        two numbers is a tuple, in brackets of its own.
    """),
    named.rights("""
    by hand: by zeros_by_hand
    np.full: np.zeros((fan_in, fan_out)) => np.full((fan_in, fan_out), 0.0)
    """),
)
CONSTANT = exercise(
    init.constant_init,
    (
        _sizes("3 in, 5 out, 0.1", "constant_init(3, 5, 0.1)", visible=True, main=True),
        _sizes("6 in, 2 out, 1", "constant_init(6, 2, 1)", visible=True, why="1 becomes 1.0"),
        _sizes("4 in, 7 out, -2.5", "constant_init(4, 7, -2.5)", visible=True, main=True),
        _sizes("2 in, 3 out, 0", "constant_init(2, 3, 0)", weight=0.5),
    ),
    named.wrongs("""
    transposed: (fan_in, fan_out) => (fan_out, fan_in)
        @TRANSPOSED
    whole-numbers: float(value) => value
        @WHOLE
    random-instead: np.full((fan_in, fan_out), float(value)) => value * np.random.randn(fan_in, fan_out)
        Your weights differ from each other. Here all of them should be `value`.
    divided-by-fan-in: float(value) => float(value) / fan_in
        You divide by fan_in. The weights should be `value` itself.
    identity: np.full((fan_in, fan_out), float(value)) => value * np.eye(fan_in, fan_out)
        Only the diagonal of your matrix holds `value`. All of its entries should.
    """),
    named.rights("""
    by hand: by constants_by_hand
    times ones: np.full((fan_in, fan_out), float(value)) => value * np.ones((fan_in, fan_out))
    """),
)


def by_pairs(dw: Any) -> Any:
    """All pairs at once: a column is new where none before it is the same."""
    gaps = np.abs(dw[:, :, None] - dw[:, None, :]).max(axis=0) <= 1e-6 * np.abs(dw).max()
    return sum(not gaps[:j, j].any() for j in range(dw.shape[1]))


def by_groups(dw: Any) -> Any:
    """Takes one column after the other out, with all that are the same."""
    rest, count, near = dw, 0, 1e-6 * np.abs(dw).max()
    while rest.shape[1]:
        rest = rest[:, np.abs(rest - rest[:, :1]).max(axis=0) > near]
        count += 1
    return count


def exactly(dw: Any) -> Any:
    """Different are columns that are not equal."""
    return np.unique(dw, axis=1).shape[1]


def by_neighbours(dw: Any) -> Any:
    """Compares each column with the one before it."""
    near = 1e-6 * np.max(np.abs(dw))
    return 1 + sum(bool(np.max(np.abs(a - b)) > near) for a, b in zip(dw.T[1:], dw.T, strict=False))


def by_sums(dw: Any) -> Any:
    """Compares the sums of the columns."""
    near = 1e-6 * np.max(np.abs(dw))
    different: list[Any] = []
    for total in dw.sum(axis=0):
        if not any(abs(total - other) <= near for other in different):
            different.append(total)
    return len(different)


def by_own_size(dw: Any) -> Any:
    """Measures the rounding of each column against its own largest entry."""
    different: list[Any] = []
    for column in dw.T:
        near = 1e-6 * np.max(np.abs(column))
        if not any(np.max(np.abs(column - other)) <= near for other in different):
            different.append(column)
    return len(different)


def by_first(dw: Any) -> Any:
    """Compares each column with the first one."""
    near = 1e-6 * np.max(np.abs(dw))
    return 1 + sum(bool(np.max(np.abs(column - dw[:, 0])) > near) for column in dw.T[1:])


def by_rounding(dw: Any) -> Any:
    """Rounds to millionths of the largest entry, and compares then."""
    largest = np.max(np.abs(dw))
    return np.unique(np.round(dw / (1e-6 * largest)), axis=1).shape[1] if largest else 1


def without_copies(dw: Any) -> Any:
    """Columns that no other one is the same as."""
    gaps = np.abs(dw[:, :, None] - dw[:, None, :]).max(axis=0) <= 1e-6 * np.abs(dw).max()
    return int(np.sum(gaps.sum(axis=0) == 1))


def _shuffled_columns(rng: np.random.Generator) -> Drawn:
    """Four columns of the same numbers in another order, and one of them twice."""
    numbers = rng.uniform(0.5, 2, 6) * rng.choice([-1.0, 1.0], 6)
    each = [np.roll(numbers, k) for k in range(4)]
    return {"dw": np.column_stack([*each, each[0]])}


def _half_alike(rng: np.random.Generator) -> Drawn:
    """Columns that agree in all entries but the last."""
    dw = np.tile(rng.uniform(0.5, 2, (4, 1)), (1, 4))
    dw[-1] = [0.3, 0.6, 0.9, 0.6]
    return {"dw": dw}


def _one_of_two(rng: np.random.Generator) -> Drawn:
    """Small columns of two entries that agree in the first one, but for rounding."""
    first = 0.1 * (1 + 1e-9 * np.arange(3)) * rng.uniform(0.5, 1)
    return {"dw": np.array([first, [0.05, 0.1, 0.02]])}


def _opposite(rng: np.random.Generator) -> Drawn:
    """Two columns, their negatives, and a copy of the first; all of a column has one sign."""
    one, two = rng.uniform(0.5, 1, 4), rng.uniform(1.2, 2, 4)
    return {"dw": np.column_stack([two, one, -one, -two, two])}


def _at_the_edge(rng: np.random.Generator) -> Drawn:
    """Two columns that differ by more than what the docstring allows in one entry, and two by less.

    The largest entry is negative, and most others are far smaller; those that differ by less are the smaller
    ones, for which it is more than a millionth of their own entries.
    """
    size = rng.uniform(2, 5)
    one = size * np.array([-1.0, 0.1, 0.2, 0.1])
    two = size * np.array([0.3, -0.2, 0.1, 0.2])
    near, far = size * 7e-7 * np.array([0, 1, -1, 1]), size * 1.4e-6 * np.array([0, 0, 1, 0])
    return {"dw": np.column_stack([one, two, one + far, two + near])}


def _near(rng: np.random.Generator, apart: Sequence[float], sign: float = 1.0, small: float = 1.0) -> Drawn:
    """A large column, and two that are `small` times as large and differ by so many millionths of the largest
    entry, which has that sign."""
    size = rng.uniform(0.4, 0.6)
    large, other = sign * size * np.array([0.3, -0.2, 1.0, 0.2]), size * np.array([-0.9, 0.2, 0.1, 0.3])
    return {"dw": np.column_stack([large, small * other, small * other + 1e-6 * size * np.array(apart)])}


def _at_a_rounding_edge(rng: np.random.Generator) -> Drawn:
    """Two columns of which an entry is on either side of a half of a millionth of the largest one."""
    size = rng.uniform(2, 5)
    edges = [size * np.array([0.2 + 1e-6 * edge, 0.3, -0.4, 0.5]) for edge in (0.45, 0.55)]
    return {"dw": np.column_stack([edges[0], size * np.array([1, 0.5, -0.4, 0.6]), edges[1]])}


ONE, ALL, APART = (0.7, 0.0, 0.0, 0.0), (0.7, -0.7, 0.7, -0.7), (1.4, -1.4, 1.4, -1.4)
_count = asker("count = symmetry(dw)", "count")
ROUNDING = "columns that differ by the last digits of their entries are the same"
SYMMETRY = exercise(
    init.symmetry,
    (
        _count("3 different among 7", columns(4, (3, 1, 3)), weight=2, visible=True, main=True),
        _count("all the same", columns(3, (5,)), visible=True, main=True),
        _count("copies that differ by rounding", columns(5, (2, 3), apart=1e-12), visible=True, why=ROUNDING),
        _count(
            "small copies that differ by rounding",
            columns(5, (2, 3), size=0.1, apart=1e-12),
            visible=True,
            weight=0.5,
            why=ROUNDING,
        ),
        _count("all 0", columns(3, (4,), size=0.0), visible=True, why="all columns are the same"),
        _count("tiny gradients", columns(4, (1, 2, 2), size=1e-12), visible=True).because(
            "how near is near enough depends on the largest entry"
        ),
        _count("the same numbers in another order", _shuffled_columns, visible=True),
        _count("alike in most entries", _half_alike, visible=True, why="the same means: in every entry"),
        _count("alike in one of two entries", _one_of_two, visible=True, weight=0.5),
        _count("opposite signs", _opposite, visible=True, why="a column and its negative differ"),
        _count("near the edge", _at_the_edge, visible=True, weight=0.5).because(
            "two columns differ by 0.7, two by 1.4 millionths of the largest entry"
        ),
        _count("on either side of a rounding edge", _at_a_rounding_edge, visible=True, weight=0.5),
        _count("near in every entry", partial(_near, apart=ALL), visible=True, weight=0.5),
        _count("apart in every entry", partial(_near, apart=APART), visible=True, weight=0.5),
        _count("near and small", partial(_near, apart=ONE, small=0.1), visible=True, weight=0.5),
        _count("near, the largest is negative", partial(_near, apart=ONE, sign=-1), visible=True, weight=0.5),
        _count("5 different among 12", columns(6, (2, 1, 4, 3, 2)), weight=2, main=True),
        _count("all different", columns(3, (1,) * 9), main=True),
        _count("large, different by a thousandth", columns(4, (2, 2, 2), 1e6, apart=1e-3)),
        _count("one row", columns(1, (2, 1, 3)), weight=0.5),
        _count("one unit", columns(5, (1,)), weight=0.5),
        takes_gaps(),
    ),
    named.wrongs("""
    exact-comparison: by exactly
        You compare for equality. Sums that are the same on paper differ in their last digits, so units
        that learn the same look different. Allow what the docstring allows.
    absolute-tolerance: near = 1e-6 * np.max(np.abs(dw)) => near = 1e-6
        Your tolerance is the same for all gradients. Where all entries are tiny, all columns look the
        same: measure it against the largest entry.
    tolerance-by-column: by by_own_size
        Your tolerance is measured against the largest entry of a column, which may be a small one. The
        docstring takes the largest of the whole gradient.
    largest-with-its-sign: 1e-6 * np.max(np.abs(dw)) => 1e-6 * np.max(dw)
        Your tolerance is measured against the largest entry with its sign. The docstring takes sizes: the
        largest one may belong to a negative entry.
    mean-for-largest: 1e-6 * np.max(np.abs(dw)) => 1e-6 * np.mean(np.abs(dw))
        Your tolerance is measured against the mean size of the entries. The docstring takes the largest.
    euclidean-distance: np.max(np.abs(column - other)) => np.linalg.norm(column - other)
        You compare the length of the difference, to which all entries add. The docstring takes the largest
        entry of it.
    mean-distance: np.max(np.abs(column - other)) => np.mean(np.abs(column - other))
        You average over the entries of the difference. It is the largest one that has to be small.
    np.allclose: bool(np.max(np.abs(column - other)) <= near) => np.allclose(column, other, atol=near)
        np.allclose allows a part of each entry besides what you give it: its rtol is 1e-5 where it is left
        out.
    first-column-only: by by_first
        You compare each column with the first one only. Two of the others may be the same, too.
    rounded-and-compared: by by_rounding
        You round the entries and compare then, which parts two columns on either side of a rounding edge,
        however near they are. Compare differences.
    strictly-smaller: <= near => < near
        Where all entries are 0 you find all columns different: 0 < 0 is false. The docstring says <=.
    rows-counted: for column in dw.T: => for column in dw:
        You count different rows. A unit's gradient is a column of dw, of shape (D, H).
    neighbours-only: by by_neighbours
        You compare each column with the one before it only. The same column may come back later.
    sums-compared: by by_sums
        You compare one number of each column, such as its sum. Different columns can have the same sum:
        compare entry by entry.
    agrees-somewhere: np.max(np.abs(column - other)) => np.min(np.abs(column - other))
        For you two columns are the same where they agree in one entry. They must in all of them: it is
        the largest distance that has to be small.
    sign-lost: np.max(np.abs(column - other)) => np.max(np.abs(np.abs(column) - np.abs(other)))
        You compare sizes without signs. A column and its negative are different: one grows where the
        other shrinks.
    no-absolute-value: np.max(np.abs(column - other)) => np.max(column - other)
        Your distance has a sign: where a column is below the other one everywhere, the largest difference
        is negative and counts as small. Take absolute values.
    copies-left-out: by without_copies
        You count the columns that have no copy. A column with copies still counts, once.
    share-not-count: len(different) => len(different) / dw.shape[1]
        You return a share. Asked is the number of different columns.
    copies-counted: len(different) => dw.shape[1] - len(different)
        You count how many columns repeat another one. Asked is how many different ones there are.
    """),
    named.rights("""
    all pairs at once: by by_pairs
    groups taken out: by by_groups
    """),
)
EXERCISES = (ZERO, CONSTANT, SYMMETRY)
