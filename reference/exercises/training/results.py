"""Every combination of a grid, and the best of what was tried."""

import math
from typing import Any

import numpy as np

from reference.exercises.training.handing import PAIR, RECORD, handed
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import pure
from reference.kit.variants import exercise
from reference.truth import training as tr
from stagewise.judge.handed import objective

# The grid.


def a_grid(counts: dict[str, int], lost: float | None = None) -> Inputs:
    """So many values of each name, in no order, and a function of them; those above `lost` score NaN."""

    def drawn(rng: np.random.Generator) -> Drawn:
        grid = {name: [float(v) for v in 10 ** rng.uniform(-4, 0, count)] for name, count in counts.items()}
        peak = {name: float(rng.uniform(-3, -1)) for name in counts}
        bend = {name: float(rng.uniform(0.05, 0.2)) for name in counts}
        first = next(iter(counts))
        bound = {} if lost is None else {first: float(np.quantile(grid[first], lost))}
        return {"evaluate": objective(peak, bend, bound), "grid": grid}

    return drawn


def counted_up(evaluate: Any, grid: Any) -> Any:
    """By whole division of the number of a combination."""
    total = math.prod(len(values) for values in grid.values())
    results = []
    for number in range(total):
        left, settings = number, {}
        for name in reversed(grid):
            left, place = divmod(left, len(grid[name]))
            settings[name] = grid[name][place]
        results.append((settings, evaluate(settings)))
    return results


def name_by_name(evaluate: Any, grid: Any) -> Any:
    """Combinations that grow by one name at a time."""
    combinations: list[dict[str, float]] = [{}]
    for name, values in grid.items():
        combinations = [{**one, name: value} for one in combinations for value in values]
    return [(one, evaluate(one)) for one in combinations]


def one_at_a_time(evaluate: Any, grid: Any) -> Any:
    """Each name by itself, the others at their first values."""
    first = {name: values[0] for name, values in grid.items()}
    tried = [{**first, name: value} for name, values in grid.items() for value in values]
    return [(one, evaluate(one)) for one in tried]


_search = asker(
    """
    results = grid_search(evaluate, grid)
    record = scored(results, evaluate)
    """,
    {"results": 4.0, "record": 1.0},
    updates=("evaluate",),
)
named = Notation(globals(), PAIR=PAIR)
GRID = handed(
    tr.grid_search,
    (
        _search(
            "3 rates, 2 penalties", a_grid({"learning_rate": 3, "reg": 2}), weight=2, visible=True, main=True
        ),
        _search("one name", a_grid({"learning_rate": 4}), visible=True, weight=0.5),
        _search(
            "networks that are lost", a_grid({"reg": 2, "learning_rate": 3}, lost=0.5), visible=True
        ).because("a score that is NaN is a result, too"),
        _search("three names", a_grid({"learning_rate": 2, "reg": 3, "scale": 4}), weight=2, main=True),
        _search("a name with one value", a_grid({"scale": 1, "learning_rate": 3}), weight=0.5),
    ),
    (
        *RECORD,
        *named.wrongs("""
    one-at-a-time: by one_at_a_time
        You vary one name at a time and keep the others at their first values. The grid has every combination:
        3 rates and 2 penalties make 6.
    zipped: itertools.product(*grid.values()) => zip(*grid.values())
        You pair the first values with each other, the second values with each other, and so on. Every value
        of one name meets every value of the others.
    first-name-fastest:
        - for values in itertools.product(*grid.values()):
        -     settings = dict(zip(grid, values, strict=True))
        + for values in itertools.product(*reversed(list(grid.values()))):
        +     settings = dict(zip(grid, reversed(values), strict=True))
        In your order the first name changes fastest. As in counting, the last one does.
    one-dict-for-all:
        - results = []
        + results, settings = [], {}
        - for values in itertools.product(*grid.values()):
        + for values in itertools.product(*grid.values()):
        -     settings = dict(zip(grid, values, strict=True))
        +     settings.update(zip(grid, values, strict=True))
        All of your pairs hold one and the same dict, and it says what was tried last. Make a new dict for
        each combination.
    names-in-alphabetical-order:
        - for values in itertools.product(*grid.values()):
        -     settings = dict(zip(grid, values, strict=True))
        + for values in itertools.product(*(grid[name] for name in sorted(grid))):
        +     settings = dict(zip(sorted(grid), values, strict=True))
        You take the names in alphabetical order. Count in the order in which the grid has them.
    values-without-names: @PAIR => results.append((values, evaluate(settings)))
        Your settings are bare values. A dict says which name has which.
    best-alone:
        - return results
        + return [max(results, key=lambda pair: (pair[1] == pair[1], pair[1]))]
        You return the best combination alone. All results are asked for.
    best-pair: return results => return max(results, key=lambda pair: (pair[1] == pair[1], pair[1]))
        You return the best pair alone. All results are asked for.
    after-the-first: results.append((settings, evaluate(settings))) => return [(settings, evaluate(settings))]
        You return after the first combination: look at how far your return is indented.
    two-lists: return results => return [one for one, _ in results], [score for _, score in results]
        You return settings and scores in two lists. Pairs (settings, score) are asked for.
    nan-counts-as-zero:
        return results => return [(one, float(np.nan_to_num(score))) for one, score in results]
        You write 0 for a score that is NaN. It is to be kept as it is: the network was lost, not bad.
    sorted-upwards: return results => return sorted(results, key=lambda pair: (pair[1] != pair[1], pair[1]))
        Your results are sorted by their score. They should stand in the order in which they were tried.
    score-among-the-settings:
        - settings = dict(zip(grid, values, strict=True))
        - results.append((settings, evaluate(settings)))
        + settings = dict(zip(grid, values, strict=True))
        + score = evaluate(settings)
        + settings["score"] = score
        + results.append((settings, score))
        Your settings have one entry more than were tried, the score. It stands beside them in the pair.
    values-evaluated: evaluate(settings) => evaluate(values)
        You hand over bare values. evaluate takes one dict.
    evaluated-by-keywords: evaluate(settings) => evaluate(**settings)
        You hand the settings over as keywords. evaluate takes one dict.
    last-one-missing: return results => return results[:-1]
        The last combination is missing in your results.
    """),
    ),
    named.rights("""
    counted up: by counted_up
    name by name: by name_by_name
    """),
)

# The best.


def tried(*scores: float) -> Inputs:
    """Results with these scores."""

    def drawn(rng: np.random.Generator) -> Drawn:
        rates = [float(rate) for rate in 10 ** rng.uniform(-4, 0, len(scores))]
        return {"results": [({"learning_rate": r}, s) for r, s in zip(rates, scores, strict=True)]}

    return drawn


def many(rng: np.random.Generator) -> Drawn:
    """Twenty-five results, some of them lost."""
    scores = rng.uniform(0.1, 0.98, 25)
    scores[rng.permutation(25)[:6]] = np.nan
    return tried(*map(float, scores))(rng)


def by_max(results: Any) -> Any:
    """With max, after those that are NaN are gone; ValueError is max's own."""
    return max((pair for pair in results if pair[1] == pair[1]), key=lambda pair: pair[1])


def by_nanargmax(results: Any) -> Any:
    """With NumPy, which raises ValueError itself."""
    return results[int(np.nanargmax([score for _, score in results]))]


def begun_with_the_first(results: Any) -> Any:
    """Without a look at NaN."""
    best = results[0]
    for pair in results[1:]:
        if pair[1] > best[1]:
            best = pair
    return best


def by_argmax(results: Any) -> Any:
    """NumPy's argmax, which takes NaN for the largest."""
    return results[int(np.argmax([score for _, score in results]))]


def sorted_downwards(results: Any) -> Any:
    """Without a look at NaN."""
    return sorted(results, key=lambda pair: pair[1], reverse=True)[0]


def first_of_the_sorted(results: Any) -> Any:
    """Without ValueError."""
    left = [pair for pair in results if pair[1] == pair[1]]
    return sorted(left, key=lambda pair: -pair[1])[0]


def empty_or_lost(*scores: float, **options: Any) -> Any:
    """Results among which there is no best."""
    return asker("best = best_of(results)", {"raised": 1.0}, refusal="ValueError", main=True)(
        **{"inputs": tried(*scores), "why": "no score to choose from: ValueError", **options}
    )


_NAN = math.nan
TAKES = "if not math.isnan(pair[1]) and (best is None or pair[1] > best[1]):"
_choose = asker("best = best_of(results)", {"best": 2.0})
BEST = exercise(
    tr.best_of,
    (
        _choose("five results", tried(0.3, 0.7, 0.9, 0.8, 0.2), weight=2, visible=True, main=True),
        _choose(
            "the first is NaN",
            tried(_NAN, 0.4, 0.6, 0.5),
            visible=True,
            main=True,
            why="NaN is never the best",
        ),
        _choose(
            "one in the middle is NaN", tried(0.4, 0.6, _NAN, 0.5), visible=True, why="NaN is never the best"
        ),
        _choose("two equals", tried(0.3, 0.8, 0.8, 0.1), visible=True, why="the first one of equals"),
        _choose(
            "scores below zero",
            tried(-3.0, _NAN, -1.5, -2.0),
            visible=True,
            weight=0.5,
            why="a minus the loss",
        ),
        empty_or_lost(_NAN, _NAN, name="all are NaN", visible=True),
        _choose("the last is NaN", tried(0.4, 0.9, 0.6, _NAN), visible=True, weight=0.5),
        _choose("twenty-five results", many, weight=2, main=True),
        _choose("one result", tried(0.125), weight=0.5),
        _choose("the last is the best", tried(_NAN, 0.2, _NAN, 0.1, 0.5), weight=0.5),
        empty_or_lost(name="no results", visible=True),
        _choose("infinitely good", tried(0.4, math.inf, 0.7), weight=0.25, why="infinity is not NaN"),
        _choose("infinitely bad, and NaN", tried(-math.inf, _NAN), weight=0.25, why="infinity is not NaN"),
        pure(tried(0.2, 0.6, 0.4)),
    ),
    named.wrongs("""
    lowest: pair[1] > best[1] => pair[1] < best[1]
        You return the lowest score. A score is a share of right answers: more is better.
    nan-is-first: @TAKES => if best is None or pair[1] > best[1]:
        A NaN that comes first stays your best: no number is larger than NaN, because every comparison with it
        is False. Pass over scores that are NaN.
    begins-with-the-first: by begun_with_the_first
        Your best begins as the first result. If that is NaN it stays, because every comparison with NaN is
        False; and where there is no result, another error comes than ValueError.
    argmax: by by_argmax
        np.argmax takes NaN for the largest of all. Pass over scores that are NaN.
    sorted-with-nan: by sorted_downwards
        You sort scores among which there is NaN. Every comparison with NaN is False, so the order says
        nothing: pass over them first.
    another-error: by first_of_the_sorted
        Where there is no score to choose from your function ends with an IndexError. ValueError is asked for.
    no-error: raise ValueError("there is no score to choose from") => return None
        Where there is no score to choose from your function raises nothing. ValueError is asked for.
    no-error-for-nan: if best is None: => if not results:
        You raise ValueError where there are no results, and not where all scores are NaN.
    stops-at-nan:
        - if not math.isnan(pair[1]) and (best is None or pair[1] > best[1]):
        -     best = pair
        + if math.isnan(pair[1]):
        +     break
        + if best is None or pair[1] > best[1]:
        +     best = pair
        You stop at the first score that is NaN. Pass over it, and go on.
    refuses-nan:
        - if not math.isnan(pair[1]) and (best is None or pair[1] > best[1]):
        -     best = pair
        + if math.isnan(pair[1]):
        +     raise ValueError("a score is NaN")
        + if best is None or pair[1] > best[1]:
        +     best = pair
        You raise ValueError at any score that is NaN. Pass over it: the error is for results without any
        other.
    infinity-passed-over: if not math.isnan(pair[1]) and => if math.isfinite(pair[1]) and
        You pass over scores that are infinite. NaN alone is never the best.
        hidden: a visible case of that one number would point at it
    score-first: return best => return best[::-1]
        Your pair begins with the score. The settings come first.
    nan-wins: @TAKES => if best is None or not pair[1] <= best[1]:
        Your best can be NaN: every comparison with it is False, so "not smaller" is True. Pass over scores
        that are NaN.
    nan-counts-as-zero: @TAKES => if best is None or np.nan_to_num(pair[1]) > np.nan_to_num(best[1]):
        You let NaN count as 0, which is better than any score below zero. A score that is NaN is never the
        best.
    last-of-equals: pair[1] > best[1] => pair[1] >= best[1]
        Of equal scores you return the last one. The first is asked for.
    starts-at-zero: best is None or pair[1] > best[1] => pair[1] > (best[1] if best else 0)
        You begin with 0 as the best score so far, so that scores below 0 are never taken. Begin with none.
    score-only: return best => return best[1]
        You return the score alone. The pair (settings, score) is asked for.
    settings-only: return best => return best[0]
        You return the settings alone. The pair (settings, score) is asked for.
    sorts-in-place: best = None => best = None; results.sort(key=lambda pair: str(pair[1]))
        Your function sorts the results of its caller in place. sorted(...) makes a new list.
    last-result: @TAKES => if True:
        You return the last result. The one with the highest score is asked for.
    """),
    named.rights("""
    by max: by by_max
    by np.nanargmax: by by_nanargmax
    """),
)
EXERCISES = (GRID, BEST)
