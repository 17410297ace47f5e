"""Settings drawn at random, and tried."""

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


def _named(name: str, *names: str, **options: Any) -> Case:
    """A few trials with other names than those of the other cases."""
    space = {one: (0.1 * 3**place, 10.0 * 3**place) for place, one in enumerate(names)}

    def drawn(rng: np.random.Generator) -> Drawn:
        peak, bend = dict.fromkeys(names, 0.2), dict.fromkeys(names, 0.1)
        given = generator(int(rng.integers(1_000_000)))
        return {"evaluate": objective(peak, bend), "space": space, "trials": 7, "rng": given}

    return case(
        name,
        """
        results = random_search(evaluate, space, trials, rng)
        trials_made = counted(results)
        record = scored(results, evaluate)
        """,
        {output: SEARCH[output] for output in ("trials_made", "record")},
        drawn,
        updates=("rng", "evaluate"),
        why="the names are those of space",
        **options,
    )


def drawn_first(evaluate: Any, space: Any, trials: int, rng: np.random.Generator) -> Any:
    """All settings at once, then all scores."""
    columns = {name: tr.log_uniform(low, high, trials, rng) for name, (low, high) in space.items()}
    settings = [{name: float(numbers[i]) for name, numbers in columns.items()} for i in range(trials)]
    return [(one, evaluate(one)) for one in settings]


def until_found(evaluate: Any, space: Any, trials: int, rng: np.random.Generator) -> Any:
    """Trials that count only when the network was not lost."""
    results: list[Any] = []
    while len(results) < trials:
        settings = {name: float(tr.log_uniform(low, high, 1, rng)[0]) for name, (low, high) in space.items()}
        score = evaluate(settings)
        if score == score:
            results.append((settings, score))
    return results


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
        _named("one setting", "momentum", visible=True, weight=0.5),
        _named("three settings", "scale", "decay", "width", weight=0.5),
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
    every-combination:
        - for _ in range(trials):
        -     settings = {}
        -     for name, (low, high) in space.items():
        -         settings[name] = float(log_uniform(low, high, 1, rng)[0])
        -     results.append((settings, evaluate(settings)))
        + columns = {name: log_uniform(low, high, trials, rng) for name, (low, high) in space.items()}
        + for values in itertools.product(*columns.values()):
        +     settings = {name: float(value) for name, value in zip(columns, values, strict=True)}
        +     results.append((settings, evaluate(settings)))
        You try every combination of what was drawn: that is a grid. Each trial has a draw of its own for each
        name.
    exponents: @DRAW => float(rng.uniform(np.log10(low), np.log10(high)))
        Your settings are the exponents. The numbers are 10 to that power.
    best-alone:
        - return results
        + return [max(results, key=lambda pair: (pair[1] == pair[1], pair[1]))]
        You return the best trial alone. All results are asked for.
    best-pair: return results => return max(results, key=lambda pair: (pair[1] == pair[1], pair[1]))
        You return the best pair alone. All results are asked for.
    after-the-first: results.append((settings, evaluate(settings))) => return [(settings, evaluate(settings))]
        You return after the first trial: look at how far your return is indented.
    score-among-the-settings:
        - results.append((settings, evaluate(settings)))
        + score = evaluate(settings)
        + settings["score"] = score
        + results.append((settings, score))
        Your settings have one entry more than were tried, the score. It stands beside them in the pair.
    values-without-names:
        - results.append((settings, evaluate(settings)))
        + results.append((tuple(settings.values()), evaluate(settings)))
        Your settings are bare values. A dict says which name has which.
    two-lists: return results => return [one for one, _ in results], [score for _, score in results]
        You return settings and scores in two lists. Pairs (settings, score) are asked for.
    tried-until-found: by until_found
        You draw again where a score is NaN. Such a trial counts, too: it says where not to look.
    one-trial-too-few: range(trials) => range(trials - 1)
        You make one trial less than you were asked for.
    one-trial-too-many: range(trials) => range(trials + 1)
        You make one trial more than you were asked for.
    own-generator: results = [] => results, rng = [], np.random.default_rng(0)
        Every search of yours tries the same settings: they come from a generator of your own with a fixed
        seed, or from a copy of rng. Draw from the rng that is handed in.
    another-stream: results = [] => results, rng = [], np.random
        You draw from another stream than the rng that is handed in, so nobody can repeat your search with it.
    """),
    ),
    named.rights("""
    drawn first, then tried: by drawn_first
    by hand: by by_hand
    """),
)
EXERCISES = (RANDOM,)
