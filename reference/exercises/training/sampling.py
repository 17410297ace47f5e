"""Settings drawn at random: the numbers, and the search."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.exercises.training.handing import RECORD, handed
from reference.kit.chance import share
from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.truth import training as tr
from stagewise.judge.handed import generator, objective

# Numbers.

NUMBERS = {
    "below_fraction(rates, quarter)": 2.0,
    "below_fraction(rates, middle)": 3.0,
    "draw": 3.0,
    "zero_fraction(close)": 2.0,
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
    outputs = ("below_fraction(rates, quarter)", "below_fraction(rates, middle)", "zero_fraction(close)")
    return case(
        name,
        """
        rates = log_uniform(low, high, size, rng)
        draw = drawn(rates, low, high)
        close = close_neighbours(rates)
        """,
        {output: NUMBERS[output] for output in (*outputs, "draw")},
        between(low, high, size),
        stated={
            outputs[0]: share(0.25, size),
            outputs[1]: share(0.5, size),
            outputs[2]: share(math.exp(-0.5), size // 4),
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
    own-generator: rng.uniform => np.random.default_rng(0).uniform
        Every call of yours gives the same numbers: they come from a generator of your own with a fixed seed,
        or they are a grid. Draw from the rng that is handed in.
    another-stream: rng.uniform => np.random.uniform
        You draw from another stream than the rng that is handed in, so nobody can repeat your search with it.
    """),
    named.rights("""
    natural logarithms: 10.0**exponents => np.exp(np.log(10.0) * exponents)
    one by one: by one_by_one
    """),
)

# The search.

SEARCH = {
    "trials_made": 1.0,
    "record": 3.0,
    "rate_draw": 1.0,
    "reg_draw": 1.0,
    "below_fraction(rates, middle)": 3.0,
    "below_fraction(regs, other_middle)": 2.0,
    "zero_fraction(both_high_or_low)": 2.0,
    "different_rates": 1.0,
    "repeatable": 1.0,
}
_WIDE = {"learning_rate": (1e-4, 1.0), "reg": (1e-6, 1e-2)}
_PEAK = {"learning_rate": -1.0, "reg": -4.0}
_BEND = {"learning_rate": 0.1, "reg": 0.01}


def a_search(trials: int, space: Mapping[str, tuple[float, float]] = _WIDE, lost: float = 0.5) -> Inputs:
    """A search for a learning rate and a strength of the penalty; rates above `lost` score NaN."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = generator(int(rng.integers(1_000_000)))
        middles = [np.array([(low * high) ** 0.5]) for low, high in space.values()]
        return {
            "evaluate": objective(_PEAK, _BEND, {"learning_rate": lost}),
            "space": dict(space),
            "trials": trials,
            "rng": given,
            "twin": dict(given),
            "middle": middles[0],
            "other_middle": middles[1],
        }

    return drawn


def _searched(name: str, trials: int, **options: Any) -> Case:
    chance = {
        "below_fraction(rates, middle)": share(0.5, trials),
        "below_fraction(regs, other_middle)": share(0.5, trials),
        "zero_fraction(both_high_or_low)": share(0.5, trials),
    }
    outputs = ("trials_made", "record", "rate_draw", "reg_draw", *chance, "different_rates")
    return case(
        name,
        """
        results = random_search(evaluate, space, trials, rng)
        trials_made = counted(results)
        record = scored(results, evaluate)
        rates = column(results, 'learning_rate')
        regs = column(results, 'reg')
        rate_draw = drawn(rates, 1e-4, 1.0)
        reg_draw = drawn(regs, 1e-6, 1e-2)
        both_high_or_low = same_side(rates, regs, middle, other_middle)
        different_rates = distinct(rates)
        """,
        {output: SEARCH[output] for output in outputs},
        a_search(trials),
        stated=chance,
        updates=("rng", "evaluate"),
        why="settings as by log_uniform, each name apart from the others; one call of evaluate for each",
        **options,
    )


def _again(name: str, **options: Any) -> Case:
    return case(
        name,
        """
        one = random_search(evaluate, space, trials, rng)
        other = random_search(evaluate, space, trials, twin)
        later = random_search(evaluate, space, trials, rng)
        rates = column(one, 'learning_rate')
        same = column(other, 'learning_rate')
        again = column(later, 'learning_rate')
        repeatable = repeated(rates, same, again)
        """,
        {"repeatable": SEARCH["repeatable"]},
        a_search(5),
        updates=("rng", "twin", "evaluate"),
        why="rng alone decides: an equal generator gives the same settings, a second call others",
        **options,
    )


def drawn_first(evaluate: Any, space: Any, trials: int, rng: np.random.Generator) -> Any:
    """All settings at once, then all scores."""
    columns = {name: tr.log_uniform(low, high, trials, rng) for name, (low, high) in space.items()}
    settings = [{name: float(numbers[i]) for name, numbers in columns.items()} for i in range(trials)]
    return [(one, evaluate(one)) for one in settings]


def by_hand(evaluate: Any, space: Any, trials: int, rng: np.random.Generator) -> Any:
    """Without log_uniform, the numbers NumPy's."""
    results = []
    for _ in range(trials):
        settings = {}
        for name, (low, high) in space.items():
            settings[name] = np.exp(rng.uniform(np.log(low), np.log(high)))
        results.append((settings, evaluate(settings)))
    return results


DRAW = "float(log_uniform(low, high, 1, rng)[0])"
named = Notation(globals())
RANDOM = handed(
    tr.random_search,
    (
        _searched("200 trials, two settings", 200, weight=2, visible=True, main=True),
        _again("twice with one generator", visible=True, main=True),
        _searched("300 trials", 300, weight=2, main=True),
        _again("twice with another generator"),
    ),
    (
        *RECORD,
        *named.wrongs("""
    linear: @DRAW => float(rng.uniform(low, high))
        Your settings are spread evenly over their ranges, so nearly all of them lie in the highest decade.
        If they come from your log_uniform, look at its own check first.
    one-number-for-all-names:
        - settings = {}
        + settings, u = {}, rng.random()
        - for name, (low, high) in space.items():
        + for name, (low, high) in space.items():
        -     settings[name] = float(log_uniform(low, high, 1, rng)[0])
        +     settings[name] = low * (high / low) ** u
        One random number serves all names of a trial: a large rate always comes with a large penalty, and
        the search walks along a diagonal. Each name needs a draw of its own.
    one-trial-repeated:
        - for _ in range(trials):
        -     settings = {}
        -     for name, (low, high) in space.items():
        -         settings[name] = float(log_uniform(low, high, 1, rng)[0])
        -     results.append((settings, evaluate(settings)))
        + settings = {}
        + for name, (low, high) in space.items():
        +     settings[name] = float(log_uniform(low, high, 1, rng)[0])
        + for _ in range(trials):
        +     results.append((dict(settings), evaluate(settings)))
        Your settings are drawn once, before the loop, so that every trial is the same one.
    new-generator-in-each-trial:
        - for _ in range(trials):
        + for _ in range(trials):
        +     rng = np.random.default_rng(0)
        Each of your trials begins with a new generator of the same seed, so that all are the same. Go on with
        the rng that is handed in.
    one-dict-for-all:
        - results = []
        - for _ in range(trials):
        -     settings = {}
        + results, settings = [], {}
        + for _ in range(trials):
        All of your pairs hold one and the same dict, and it says what was drawn last. Make a new dict in each
        trial.
    one-trial-too-few: range(trials) => range(trials - 1)
        You make one trial less than you were asked for.
    one-trial-too-many: range(trials) => range(trials + 1)
        You make one trial more than you were asked for.
    own-generator: results = [] => results, rng = [], np.random.default_rng(0)
        You draw from a generator of your own with a fixed seed: every search tries the same settings. Use the
        rng that is handed in.
    another-stream: results = [] => results, rng = [], np.random
        You draw from another stream than the rng that is handed in, so nobody can repeat your search with it.
    """),
    ),
    named.rights("""
    drawn first, then tried: by drawn_first
    by hand: by by_hand
    """),
)
EXERCISES = (LOG_UNIFORM, RANDOM)
