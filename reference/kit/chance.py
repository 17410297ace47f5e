"""What chance does to a quantity: how far a right answer may be from what is expected of it.

A right answer misses a stated quantity with a probability below `MISS`, whatever random stream it uses, so a
unit with a hundred of them wrongs less than one student in 10^10.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stagewise.judge.compare import Tolerance

MISS = 1e-12
# Two runs of one mistake are recognised as that mistake when their shares differ by less than this many
# standard deviations of a difference: a sentence is missing once in 10^8, and nobody loses a point by it.
_SAME = 6.0
# A mistake in a scale may be far larger than what is right, and then varies more, too: its own runs say how
# near another run of it must be.
_ANY_SIZE = 300.0
_NATS = math.log(2 / MISS)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a quantity should be, how far a right one may be off, and how far apart two runs of one function
    may be."""

    value: Any
    tolerance: Tolerance
    slack: float


def share(q: float, n: int) -> Stated:
    """The share of n independent draws that hit, each with probability q, 0 < q < 1."""
    reason = f"a right share of {n} draws is farther off with a probability below {MISS:g}"
    return Stated(q, Tolerance(0.0, _off(q, n) / q, reason), _slack(n))


def certain(value: float, n: int, loose: float = 1e-9) -> Stated:
    """A share of n places that is no matter of chance in a right answer, while it may be in a wrong one.

    loose: how far it may be off, where a small number may pass for a zero.
    """
    return Stated(value, Tolerance(0.0, loose, "no matter of chance", scale=1 - value), _slack(n))


def bounded_mean(values: Any, n: int) -> Stated:
    """Means (an array of them) of n independent draws each, every draw between 0 and 1; also their variances.

    Hoeffding's bound for a mean, McDiarmid's for a variance divided by n: both are sqrt(ln(2 / miss) / 2n).
    """
    means = np.asarray(values, dtype=np.float64)
    off = math.sqrt(math.log(2 * means.size / MISS) / (2 * n))
    reason = f"a mean of {n} draws between 0 and 1 is farther off with a probability below {MISS:g}"
    return Stated(means, Tolerance(0.0, off / float(means.max()), reason), _slack(n))


def centre(std: float, n: int) -> Stated:
    """The mean of n independent draws with mean 0 and that standard deviation, normal or uniform ones.

    Both have tails of at most 2 exp(-n a^2 / (2 std^2)) beyond a.
    """
    off = std * math.sqrt(2 * _NATS / n)
    reason = f"a mean of {n} draws is farther off with a probability below {MISS:g}"
    return Stated(0.0, Tolerance(0.0, off, reason, scale=1.0), _ANY_SIZE * std)


def spread(std: float, n: int) -> Stated:
    """The standard deviation of n independent draws of mean 0 that have that one, normal or uniform ones.

    Laurent and Massart's bound of a chi-square with n - 1 degrees of freedom, which a normal sum of squares
    has; a uniform one is nearer to its mean.
    """
    free = n - 1
    high = math.sqrt((free + 2 * math.sqrt(free * _NATS) + 2 * _NATS) / n)
    low = math.sqrt(max(0.0, free - 2 * math.sqrt(free * _NATS)) / n)
    off = max(high - 1, 1 - low)
    reason = f"a deviation of {n} draws is farther off with a probability below {MISS:g}"
    return Stated(std, Tolerance(0.0, off, reason), _ANY_SIZE * std)


def _slack(n: int) -> float:
    return _SAME * math.sqrt(2) * 0.5 / math.sqrt(n)


def _off(q: float, n: int) -> float:
    """The smallest a with Chernoff's bound exp(-n KL(q +- a || q)) at most MISS / 2 on either side."""
    needed = math.log(2 / MISS) / n
    return max(_reach(q, needed), _reach(1 - q, needed))


def _reach(q: float, needed: float) -> float:
    low, high = 0.0, 1 - q
    if _divergence(1.0, q) <= needed:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _divergence(q + middle, q) < needed else (low, middle)
    return high


def _divergence(p: float, q: float) -> float:
    """Kullback and Leibler's, of two coins."""
    parts = [(p, q), (1 - p, 1 - q)]
    return sum(a * math.log(a / b) for a, b in parts if a > 0)
