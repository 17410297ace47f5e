"""Quantities that tell whether a random answer is right: measured on it, the same for every right way.

A mask that somebody drew cannot be compared with another one; how many zeros it has, what became of the other
entries and whether two masks agree can. Pure functions of arrays, for checks and for experiments of your own.
"Zero" means smaller than a thousandth of the largest entry, so that solving a system leaves zeros zero; "the
same" means as near as that, for a processor may round each row of a product otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_SHARE = 1e-3
_FEW, _LEAST = 100, 0.05


class Unobservable(ValueError):  # noqa: N818 - the name says what the matter is
    """Nothing can be measured on such arrays; `{0}`, `{1}` in the texts stand for the arguments.

    `outline` says it without what was measured, for cases that must not become known.
    """

    def __init__(self, outline: str, message: str = "") -> None:
        super().__init__(message or outline)
        self.outline = outline


def zero_fraction(a: Array) -> float:
    """The share of the entries of a, of any shape, that are zero.

    >>> zero_fraction(np.array([[0.0, 2.0], [0.0, 1.0]]))
    0.5
    """
    return float(np.mean(_zeros(_filled(a))))


def below_fraction(a: Array, b: Array) -> float:
    """The share of the entries of a, of any shape, that are less than the number b: (1,).

    >>> below_fraction(np.array([0.001, 0.02, 0.5, 0.9]), np.array([0.1]))
    0.5
    """
    return float(np.mean(_filled(a) < b[0]))


def survivor_scale(a: Array, b: Array) -> float:
    """The factor between b and a (of one shape) where neither is zero; if they differ, the farthest off.

    NaN where there is no one factor: they differ by more than a hundredth.

    >>> survivor_scale(np.array([0.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    2.0
    """
    _alike(a, b)
    alive = ~(_zeros(a) | _zeros(b))
    if not alive.any():
        raise Unobservable("{0} has no entry that is not 0 where {1} is not, so there is no factor")
    factors = a[alive].astype(np.float64) / b[alive]
    usual = np.median(factors)
    away = np.abs(factors - usual)
    worst = np.argmax(away)
    return float(factors[worst]) if away[worst] <= 0.01 * np.abs(usual) else float("nan")


def agreement(a: Array, b: Array) -> float:
    """The share of places where a and b (of one shape) are both zero or both not zero.

    >>> agreement(np.array([0.0, 1.0, 2.0, 0.0]), np.array([0.0, 5.0, 0.0, 7.0]))
    0.5
    """
    _alike(a, b)
    return float(np.mean(_zeros(a) == _zeros(b)))


def as_many_zeros(a: Array, *others: Array) -> bool:
    """Whether all of these arrays, of any shape, have the same number of zeros."""
    return all(np.count_nonzero(_zeros(a)) == np.count_nonzero(_zeros(other)) for other in others)


def row_patterns(a: Array) -> int:
    """How many different patterns of zeros the rows of a, not all of them 0, have.

    >>> row_patterns(np.array([[0.0, 1.0], [0.0, 3.0], [2.0, 0.0]]))
    2
    """
    _something(a, "{0}")
    return len({row.tobytes() for row in _zeros(a).reshape(len(a), -1)})


def column_patterns(a: Array) -> int:
    """How many different patterns of zeros the columns of a, not all of them 0, have.

    All axes but the first are columns.

    >>> column_patterns(np.array([[0.0, 0.0, 1.0], [2.0, 3.0, 0.0]]))
    2
    """
    _something(a, "{0}")
    return len({column.tobytes() for column in _zeros(a).reshape(len(a), -1).T})


def thinned(a: Array) -> Array:
    """a itself, of any shape, where it can be seen that entries were dropped.

    What fits a forward pass that drops nothing, or everything, tells nothing of a backward pass: two
    functions that do nothing would fit. Fewer than 100 entries may have been spared by chance.

    >>> thinned(np.array([0.0, 2.0, 1.0]))
    array([0., 2., 1.])
    """
    zeros = zero_fraction(a)
    if a.size < _FEW or _LEAST <= zeros <= 1 - _LEAST:
        return a
    which = "hardly any entry is" if zeros < _LEAST else "nearly all entries are"
    raise Unobservable(f"in {{0}}, {which} 0; mend the forward pass first: what it drops is the measure here")


def active(a: Array, out: Array, x: Array) -> Array:
    """a itself, of any shape, where not both a and out are just x.

    A function that does nothing would be right where nothing is to be done.

    >>> active(np.array([1.0, 2.0]), np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    array([1., 2.])
    """
    if all(one.shape == x.shape and (np.abs(one - x) <= _SHARE * _largest(x)).all() for one in (a, out)):
        raise Unobservable(
            "{0} and {1} are both {2} as it came: nothing tells that your function does any work"
        )
    return a


def touched(a: Array, used: Array, given: Array) -> Array:
    """a itself, of any shape, where `used` is neither 0 everywhere nor just as it was given.

    What is right of a function that does nothing, or returns nothing, tells nothing.

    >>> touched(np.array([3.0]), np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    array([3.])
    """
    _alike(used, given)
    _something(used, "{1}")
    if (np.abs(used - given) <= _SHARE * _largest(given)).all():
        raise Unobservable("{1} are {2} as it came: nothing tells that your function does any work")
    return a


def as_wide(a: Array, b: Array, c: Array) -> Array:
    """a itself, where its dtype is no wider than the wider one of b and c.

    >>> as_wide(np.ones(1, np.float32), np.ones(1, np.float32), np.ones(1)).dtype.name
    'float32'
    """
    if a.dtype.itemsize > max(b.dtype.itemsize, c.dtype.itemsize):
        raise Unobservable(
            "{0} has a wider dtype than {1} and {2}: what comes in float32 goes out in float32"
        )
    return a


def nearest(a: Array, b: Array, c: Array) -> Array:
    """Of b and c that to which a, not 0 everywhere, is nearer; all of one shape.

    >>> nearest(np.array([2.0, 4.0]), np.array([1.0, 2.0]), np.array([2.0, 5.0]))
    array([2., 5.])
    """
    _alike(a, b, c)
    _something(a, "{0}")
    return b if np.sum(np.abs(a - b)) <= np.sum(np.abs(a - c)) else c


def fitting(dout: Array, x: Array, out: Array) -> Array:
    """dout with each entry multiplied by what x (no zeros in it) was multiplied with on the way to out."""
    _alike(dout, x, out)
    return dout * (out / x)


def weights(x: Array, out: Array, b: Array) -> Array:
    """The matrix w: (D, H) that solves out = x @ w + b. x: (N, D), N >= D, out: (N, H), b: (H,).

    A layer whose out is 0 everywhere used none.
    """
    _something(out, "{1}")
    if x.ndim != 2 or out.shape != (len(x), *b.shape):
        expected = f"expected {(len(x), *b.shape)}"
        raise Unobservable(f"{{1}} has another shape, {expected}", f"{{1}} has shape {out.shape}, {expected}")
    return _solved(x, out - b, "{1}")


def one_matrix(x: Array, out: Array, b: Array) -> bool:
    """Whether out = x @ w + b for one matrix w: the same weights for every row of x: (N, D), N > D."""
    w = weights(x, out, b)
    rest = np.linalg.norm(x @ w + b - out)
    return bool(rest <= _SHARE * np.linalg.norm(out - b))


def weights_back(dout: Array, dx: Array) -> Array:
    """The matrix w: (D, H) that solves dx = dout @ w.T. dout: (N, H), N >= H, dx: (N, D)."""
    if dx.ndim != 2 or len(dx) != len(dout):
        expected = f"expected {len(dout)} rows"
        raise Unobservable(f"{{1}} has another shape, {expected}", f"{{1}} has shape {dx.shape}, {expected}")
    return _solved(dout, dx, "{1}").T


def fitting_dw(x: Array, w: Array, b: Array, out: Array, dout: Array) -> Array:
    """The gradient by w (no zeros in it) that fits the weights used on the way from x to out."""
    factors: Array = weights(x, out, b) / w
    return np.asarray((x.T @ dout) * factors)


def differing(a: Array) -> Array:
    """a: (N, C) itself, where its rows, of which each had masks of its own, are not all the same.

    >>> differing(np.array([[0.25, 0.75], [0.5, 0.5]]))
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    if len(a) > 1 and (np.abs(a - a[:1]) <= _SHARE * _largest(a)).all():
        raise Unobservable("all rows of {0} are the same, as if the examples had the same masks")
    return a


def row_mean(a: Array, x: Array) -> Array:
    """The mean of all rows. a: (N, C), a row for each of x: (N, D). Returns (C,)."""
    _row_for_row(a, x)
    return np.asarray(np.mean(a, axis=0))


def mean_square(a: Array, x: Array) -> Array:
    """The mean of the squares of each column. a: (N, C), a row for each of x: (N, D). Returns (C,)."""
    _row_for_row(a, x)
    return np.asarray(np.mean(np.square(a), axis=0))


def levels(a: Array) -> Array:
    """The different numbers in a, to six decimals, in order.

    >>> levels(np.array([0.5, 1.0, 0.5]))
    array([0.5, 1. ])
    """
    return np.asarray(np.unique(np.round(a, 6)))


def coin_spread(mean: Array) -> Array:
    """The standard deviation of numbers that are all 0 or 1 and have that mean, entry by entry.

    >>> coin_spread(np.array([0.5, 0.8]))
    array([0.5, 0.4])
    """
    return np.asarray(np.sqrt(np.maximum(0.0, mean * (1.0 - mean))))


def varied(a: Array) -> Array:
    """a itself, of any shape, where nearly every entry has a number of its own.

    >>> varied(np.array([0.1, -0.3, 0.2]))
    array([ 0.1, -0.3,  0.2])
    """
    if len(np.unique(a)) < 0.95 * a.size:
        raise Unobservable("many entries of {0} are the same number: each needs a random number of its own")
    return a


def mean_of(a: Array) -> float:
    """The mean of all entries of a, of any shape.

    >>> mean_of(np.array([[1.0, 2.0], [3.0, 6.0]]))
    3.0
    """
    return float(np.mean(a, dtype=np.float64))


def deviation(a: Array) -> float:
    """The standard deviation of all entries of a, of any shape: the root of their mean squared distance from
    the mean.

    >>> deviation(np.array([[1.0, 3.0], [3.0, 1.0]]))
    1.0
    """
    return float(np.std(a, dtype=np.float64))


def same_share(a: Array, b: Array) -> float:
    """The share of places where a and b (of one shape) hold the same number, give or take a rounding.

    >>> same_share(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    0.5
    """
    _alike(a, b)
    dtype = np.result_type(a, b)
    rounding = 8 * np.finfo(dtype).eps if np.issubdtype(dtype, np.floating) else 0
    return float(np.mean(np.isclose(a, b, rtol=rounding, atol=0)))


def shape_name(a: Array) -> str:
    """The shape of a as a text, such as "(3, 2)"."""
    return str(a.shape)


def dtype_name(a: Array) -> str:
    """The dtype of a, not 0 everywhere, as a word: "float32"."""
    _something(a, "{0}")
    return str(a.dtype.name)


@dataclass(frozen=True, slots=True)
class Observable:
    """How a quantity is measured, and what it is called in a sentence; {0} is the first argument's text.

    share: whether it is one, and cannot be less than 0 or more than 1.
    """

    measure: Callable[..., Any]
    says: str
    share: bool = False


OBSERVABLES = {
    "zero_fraction": Observable(zero_fraction, "the share of zeros in {0}", share=True),
    "below_fraction": Observable(below_fraction, "the share of {0} that is less than {1}", share=True),
    "survivor_scale": Observable(
        survivor_scale, "the factor between {1} and the entries of {0} that are not 0"
    ),
    "agreement": Observable(
        agreement, "the share of places where {0} and {1} are both 0 or both not 0", share=True
    ),
    "row_patterns": Observable(row_patterns, "the number of different patterns of zeros in the rows of {0}"),
    "column_patterns": Observable(
        column_patterns, "the number of different patterns of zeros in the columns of {0}"
    ),
    "thinned": Observable(thinned, "{0}"),
    "active": Observable(active, "{0}"),
    "touched": Observable(touched, "{0}"),
    "as_wide": Observable(as_wide, "{0}"),
    "as_many_zeros": Observable(as_many_zeros, "whether {0} and the others have as many zeros"),
    "nearest": Observable(nearest, "the nearer one of {1} and {2}"),
    "fitting": Observable(fitting, "the gradient that fits your forward pass"),
    "weights": Observable(weights, "the weights that your forward pass used for {1}"),
    "one_matrix": Observable(one_matrix, "{1} is {0} times one matrix, plus {2}"),
    "weights_back": Observable(weights_back, "the weights that your backward pass used for {1}"),
    "fitting_dw": Observable(fitting_dw, "the gradient that fits the weights of your forward pass"),
    "row_mean": Observable(row_mean, "the mean of the rows of {0}"),
    "mean_square": Observable(mean_square, "the mean square of each column of {0}"),
    "differing": Observable(differing, "{0}"),
    "levels": Observable(levels, "the different numbers in {0}"),
    "coin_spread": Observable(coin_spread, "sqrt({0} * (1 - {0}))"),
    "varied": Observable(varied, "{0}"),
    "mean_of": Observable(mean_of, "the mean of the entries of {0}"),
    "deviation": Observable(deviation, "the standard deviation of the entries of {0}"),
    "same_share": Observable(same_share, "the share of places where {0} and {1} are equal", share=True),
    "shape_name": Observable(shape_name, "the shape of {0}"),
    "dtype_name": Observable(dtype_name, "the dtype of {0}"),
}


def _zeros(a: Array) -> Array:
    return np.asarray(np.abs(a) <= _SHARE * _largest(a))


def _filled(a: Array) -> Array:
    if not a.size:
        raise Unobservable("{0} has no entries")
    return a


def _largest(a: Array) -> float:
    return float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))


def _solved(a: Array, b: Array, name: str) -> Array:
    """The w with a @ w nearest to b, in float64."""
    if not np.isfinite(b).all():
        raise Unobservable(f"{name} has entries that are NaN or infinite")
    q, r = np.linalg.qr(a.astype(np.float64))
    return np.asarray(np.linalg.solve(r, q.T @ b))


def _something(a: Array, name: str) -> None:
    if a.size and not a.any():
        raise Unobservable(f"{name} is 0 everywhere")


def _row_for_row(a: Array, x: Array) -> None:
    if a.ndim != 2 or len(a) != len(x):
        expected = f"expected {len(x)} rows, one for each row of {{1}}"
        raise Unobservable(f"{{0}} has another shape, {expected}", f"{{0}} has shape {a.shape}, {expected}")


def _alike(first: Array, *others: Array) -> None:
    for number, other in enumerate(others, start=1):
        if first.shape != other.shape:
            raise Unobservable(
                f"{{0}} and {{{number}}} have not the same shape",
                f"{{0}} has shape {first.shape} and {{{number}}} has shape {other.shape}, not the same",
            )
