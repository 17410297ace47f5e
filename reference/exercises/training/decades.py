"""Numbers whose logarithms are spread evenly."""

import math
from typing import Any

import numpy as np

from reference.exercises.training.handing import handed
from reference.kit.chance import share
from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.truth import training as tr
from stagewise.judge.handed import generator

NUMBERS = {
    "below_fraction(rates, quarter)": 2.0,
    "below_fraction(rates, middle)": 3.0,
    "draw": 3.0,
    "zero_fraction(close)": 2.0,
    "zero_fraction(up)": 1.0,
    "different_numbers": 1.0,
    "repeatable": 2.0,
}


def between(low: float, high: float, size: int) -> Inputs:
    """The arguments, and where a quarter and a half of the range in decades end."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = generator(int(rng.integers(1_000_000)))
        return {
            "low": low,
            "high": high,
            "size": size,
            "rng": given,
            "twin": dict(given),
            "quarter": np.array([low * (high / low) ** 0.25]),
            "middle": np.array([low * (high / low) ** 0.5]),
        }

    return drawn


def _drawn(name: str, low: float, high: float, size: int, **options: Any) -> Case:
    shares = ("below_fraction(rates, quarter)", "below_fraction(rates, middle)")
    outputs = (*shares, "zero_fraction(close)", "zero_fraction(up)")
    return case(
        name,
        """
        rates = log_uniform(low, high, size, rng)
        draw = drawn(rates, low, high)
        close = close_neighbours(rates)
        up = rises(rates)
        """,
        {output: NUMBERS[output] for output in (*outputs, "draw")},
        between(low, high, size),
        stated={
            outputs[0]: share(0.25, size),
            outputs[1]: share(0.5, size),
            outputs[2]: share(math.exp(-0.5), size // 4),
            outputs[3]: share(0.5, size // 2),
        },
        updates=("rng",),
        why="each decade of the range gets the same share",
        **options,
    )


def _few(name: str, low: float, high: float, size: int, **options: Any) -> Case:
    return case(
        name,
        """
        rates = log_uniform(low, high, size, rng)
        draw = drawn(rates, low, high)
        different_numbers = distinct(rates)
        """,
        {output: NUMBERS[output] for output in ("draw", "different_numbers")},
        between(low, high, size),
        updates=("rng",),
        **options,
    )


def _repeated(name: str, low: float, high: float, **options: Any) -> Case:
    return case(
        name,
        """
        rates = log_uniform(low, high, size, rng)
        same = log_uniform(low, high, size, twin)
        again = log_uniform(low, high, size, rng)
        repeatable = repeated(rates, same, again)
        """,
        {"repeatable": NUMBERS["repeatable"]},
        between(low, high, 30),
        updates=("rng", "twin"),
        why="rng alone decides: an equal generator gives the same numbers, a second call others",
        **options,
    )


def one_by_one(low: float, high: float, size: int, rng: np.random.Generator) -> Any:
    """In a loop, as a ratio."""
    numbers = np.empty(size)
    for i in range(size):
        numbers[i] = low * (high / low) ** rng.random()
    return numbers


named = Notation(globals())
LOG_UNIFORM = handed(
    tr.log_uniform,
    (
        _drawn("3,000 from 2e-5 to 2e-1", 2e-5, 2e-1, 3000, weight=2, visible=True, main=True),
        _few("40 from 0.2 to 0.7", 0.2, 0.7, 40, visible=True, why="all of them different, within the range"),
        _repeated("twice with one generator", 1e-4, 1.0, visible=True, main=True),
        _drawn("4,000 from 3e-7 to 20", 3e-7, 20.0, 4000, weight=2, main=True),
        _few("one number", 1e-3, 1e-1, 1, weight=0.5, why="size = 1 gives an array of one"),
        _repeated("twice with another generator", 5.0, 300.0),
        _drawn("2,000 from 0.2 to 0.7", 0.2, 0.7, 2000),
    ),
    named.wrongs("""
    linear: 10.0**exponents => rng.uniform(low, high, size)
        Your numbers are spread evenly themselves, so nine tenths of them lie in the highest decade. Their
        logarithms should be.
        teach: Learning rates differ by factors: draw a thousand numbers between 0.00001 and 1 evenly, and
        count those below 0.01.
    exponents-returned: 10.0**exponents => exponents
        You return the exponents. The numbers are 10 to that power.
    ends-for-exponents: np.log10(low), np.log10(high) => low, high
        Your exponents are drawn between the ends themselves. They lie between the logarithms of the ends.
    natural-for-decimal: np.log10(low), np.log10(high) => np.log(low), np.log(high)
        You take natural logarithms and raise 10 to them. Logarithm and power need the same base.
    e-to-the-exponent: 10.0**exponents => np.exp(exponents)
        You take decimal logarithms and raise e to them. Logarithm and power need the same base.
    whole-powers: 10.0**exponents => 10.0 ** np.round(exponents)
        Your numbers are whole powers of ten. The exponent is any number, not a whole one.
    all-the-same: np.log10(high), size) => np.log10(high), 1) * np.ones(size)
        You draw a single number and repeat it. Each of the `size` numbers is drawn by itself.
    one-number: np.log10(high), size) => np.log10(high))
        You return a single number. An array of `size` numbers is asked for.
    bell:
        - exponents = rng.uniform(np.log10(low), np.log10(high), size)
        + exponents = rng.normal(np.log10(low * high) / 2, np.log10(high / low) / 6, size)
        Your logarithms are drawn from a normal distribution, so the middle is too frequent and some fall
        outside of the range. Uniform is meant.
    shuffled-grid:
        - exponents = rng.uniform(np.log10(low), np.log10(high), size)
        + exponents = rng.permutation(np.linspace(np.log10(low), np.log10(high), size))
        Your numbers stand at even distances, and only their order is drawn. Each is drawn by itself, so that
        by chance some come close together and others leave a gap.
    sorted: numbers: Array = 10.0**exponents => numbers: Array = np.sort(10.0**exponents)
        Your numbers come in the order of their size. Each is drawn by itself, so that two searches which go
        through them side by side do not walk along a diagonal.
    low-missing:
        - exponents = rng.uniform(np.log10(low), np.log10(high), size)
        + exponents = np.log10(high / low) * rng.random(size)
        Your exponents begin at 0. They begin at log10(low).
    whole-exponents:
        - exponents = rng.uniform(np.log10(low), np.log10(high), size)
        + exponents = rng.integers(int(np.log10(low)), int(np.log10(high)) + 1, size)
        Your numbers are whole powers of ten. The exponent is any number, not a whole one.
    even-grid:
        rng.uniform(np.log10(low), np.log10(high), size) => np.linspace(np.log10(low), np.log10(high), size)
        Your numbers stand at even distances, and nothing is drawn. Each is drawn by itself from rng.
    reciprocal: 10.0**exponents => 1 / rng.uniform(1 / high, 1 / low, size)
        Your reciprocals are spread evenly, so that most numbers are near the low end. Their logarithms should
        be.
    logarithm-of-even-numbers: 10.0**exponents => np.log10(rng.uniform(low, high, size))
        You draw evenly and then take the logarithm. It is the other way round: draw the logarithm, and then
        10 to that power.
    rounded: 10.0**exponents => np.round(10.0**exponents, 4)
        You round your numbers to four decimals. Small ones become 0 or all alike.
    own-generator: rng.uniform => np.random.default_rng(0).uniform
        Every call of yours gives the same numbers: they are a grid, or come from a generator of your own with
        a fixed seed, or from a copy of rng. Draw from the rng that is handed in.
    another-stream: rng.uniform => np.random.uniform
        You draw from another stream than the rng that is handed in, so nobody can repeat your search with it.
    """),
    named.rights("""
    natural logarithms: 10.0**exponents => np.exp(np.log(10.0) * exponents)
    one by one: by one_by_one
    """),
)

EXERCISES = (LOG_UNIFORM,)
