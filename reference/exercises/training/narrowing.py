"""From coarse to fine: ranges that shrink around the best so far."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exercises.training.handing import handed
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import default
from reference.truth import training as tr
from stagewise.judge.handed import search

_RANGES = {"learning_rate": (1e-4, 1.0), "reg": (1e-6, 1e-2), "scale": (0.02, 5.0)}


def a_search(names: Sequence[str], scores: Sequence[Sequence[float]], **given: float) -> Inputs:
    """A space of these names, and a search whose rounds have these scores, at drawn places of the space."""

    def drawn(rng: np.random.Generator) -> Drawn:
        rounds = [
            ({name: [float(up) for up in rng.uniform(0.1, 0.9, len(one))] for name in names}, one)
            for one in scores
        ]
        space = {name: _RANGES[name] for name in names}
        return {"search": search(rounds), "space": space, "rounds": len(scores), **given}

    return drawn


BETTER = ((0.3, 0.6, 0.5), (0.4, 0.5, 0.7), (0.8, 0.6, 0.7))
WORSE = ((0.3, 0.2, 0.9), (0.4, 0.8, 0.7), (0.8, 0.6, 0.7))
LOST = ((math.nan, 0.6, 0.5), (0.4, math.nan, 0.7), (math.nan, 0.6, 0.8))
EQUAL = ((0.3, 0.8, 0.5), (0.8, 0.6, 0.7), (0.2, 0.8, 0.1))


def in_decades(search: Any, space: Any, rounds: int, shrink: float = 0.5) -> Any:
    """Centres and widths instead of ends, kept in decades."""
    middles = {name: np.log10(low * high) / 2 for name, (low, high) in space.items()}
    widths = {name: np.log10(high / low) for name, (low, high) in space.items()}
    history: list[Any] = []
    while len(history) < rounds:
        now = {
            n: (float(10 ** (middles[n] - widths[n] / 2)), float(10 ** (middles[n] + widths[n] / 2)))
            for n in space
        }
        history.append((now, search(now)))
        tried = [pair for _, results in history for pair in results if pair[1] == pair[1]]
        best = max(tried, key=lambda pair: pair[1])
        middles = {name: np.log10(value) for name, value in best[0].items()}
        widths = {name: shrink * width for name, width in widths.items()}
    return best, history


def by_itself(search: Any, space: Any, rounds: int, shrink: float = 0.5) -> Any:
    """The rounds after the first by the function itself, with the best so far handed on."""

    def further(ranges: Any, left: int, best: Any) -> Any:
        if not left:
            return best, []
        results = search(dict(ranges))
        known = results if best is None else [best, *results]
        best = tr.best_of(known)
        root = {name: (high / low) ** (shrink / 2) for name, (low, high) in ranges.items()}
        next_ranges = {name: (best[0][name] / root[name], best[0][name] * root[name]) for name in ranges}
        end, history = further(next_ranges, left - 1, best)
        return end, [(dict(ranges), results), *history]

    return further(space, rounds, None)


def with_max(search: Any, space: Any, rounds: int, shrink: float = 0.5) -> Any:
    """Without a look at NaN."""
    ranges, found, history = dict(space), list[Any](), []
    for _ in range(rounds):
        results = search(ranges)
        history.append((ranges, results))
        found = [*found, *results]
        best = max(found, key=lambda pair: pair[1])
        ranges = tr.narrower(ranges, best[0], shrink)
    return best, history


def searched_twice(search: Any, space: Any, rounds: int, shrink: float = 0.5) -> Any:
    """One search for the history, and one for the best."""
    ranges, found, history = dict(space), list[Any](), []
    for _ in range(rounds):
        history.append((ranges, search(ranges)))
        found = [*found, *search(ranges)]
        best = tr.best_of(found)
        ranges = tr.narrower(ranges, best[0], shrink)
    return best, history


def in_one_list(search: Any, space: Any, rounds: int, shrink: float = 0.5) -> Any:
    """The history holds the list to which every round adds."""
    ranges, found, history = dict(space), list[Any](), []
    for _ in range(rounds):
        found += search(ranges)
        history.append((ranges, found))
        best = tr.best_of(found)
        ranges = tr.narrower(ranges, best[0], shrink)
    return best, history


def next_one_noted(search: Any, space: Any, rounds: int, shrink: float = 0.5) -> Any:
    """The history holds the space of the round to come."""
    best, history = tr.coarse_to_fine(search, space, rounds, shrink)
    spaces = [ranges for ranges, _ in history[1:]]
    spaces.append(tr.narrower(history[-1][0], best[0], shrink))
    return best, [(ranges, results) for ranges, (_, results) in zip(spaces, history, strict=True)]


SHARES = {"best": 2.0, "history": 3.0, "search['asked']": 2.0}
_refine = asker("best, history = coarse_to_fine(search, space, rounds, shrink)", SHARES, updates=("search",))
BOTH = ("learning_rate", "reg")
NEXT = "narrower(ranges, best[0], shrink)"
named = Notation(globals())
BOTH_ENDS = "ranges[name] = (middle[name] * 10**-half, middle[name] * 10**half)"
RANGES = Notation(globals(), of=tr.narrower).wrongs("""
linear-ranges:
    - half = shrink * math.log10(high / low) / 2
    - ranges[name] = (middle[name] * 10**-half, middle[name] * 10**half)
    + half = shrink * (high - low) / 2
    + ranges[name] = (max(middle[name] - half, middle[name] / 100), middle[name] + half)
    Your new ranges lie evenly around the best value in numbers. In decades they should: the logarithm of the
    best value is the middle of the logarithms of both ends.
natural-decades: math.log10(high / low) => math.log(high / low)
    Your widths are natural logarithms, and your ends powers of ten. Logarithm and power need the same base.
cut-at-the-old-ends:
    @BOTH_ENDS => ranges[name] = (max(low, middle[name] * 10**-half), min(high, middle[name] * 10**half))
    You cut your ranges off at ends of an earlier round. A range may stick out: a best value at the edge
    says that the range was badly placed.
ends-exchanged: @BOTH_ENDS => ranges[name] = (middle[name] * 10**half, middle[name] * 10**-half)
    Your ranges begin with the high end. They are (low, high).
upwards-only: @BOTH_ENDS => ranges[name] = (middle[name], middle[name] * 10 ** (2 * half))
    Your ranges begin at the best value. It should be their middle, in decades.
old-middle:
    @BOTH_ENDS => ranges[name] = ((low * high) ** 0.5 * 10**-half, (low * high) ** 0.5 * 10**half)
    Your ranges shrink around their old middles. They should move to the best value.
""")
COARSE_TO_FINE = handed(
    tr.coarse_to_fine,
    (
        _refine(
            "three rounds, each better",
            a_search(BOTH, BETTER, shrink=0.25),
            weight=2,
            visible=True,
            main=True,
        ),
        _refine(
            "the first round is the best", a_search(BOTH, WORSE, shrink=0.4), visible=True, main=True
        ).because("the best of all rounds so far"),
        default("shrink", a_search(BOTH, BETTER, shrink=0.5), visible=True),
        _refine("networks that are lost", a_search(BOTH, LOST, shrink=0.3), visible=True).because(
            "the best pair as best_of: a score that is NaN is never the best"
        ),
        _refine("equals in a later round", a_search(BOTH, EQUAL, shrink=0.3), visible=True).because(
            "the best pair as best_of: the first one of equals"
        ),
        _refine("one round", a_search(BOTH, BETTER[:1], shrink=0.5), weight=0.5),
        _refine("one name, four rounds", a_search(("scale",), (*BETTER, (0.1, 0.95)), shrink=0.6)),
        _refine("three names", a_search(tuple(_RANGES), WORSE, shrink=0.3), weight=2, main=True),
    ),
    (
        *RANGES,
        *named.wrongs("""
    best-of-the-round: best = best_of(found) => best = best_of(results)
        You go on from the best of the last round. A better one may have come before: take the best of all
        rounds so far.
    never-shrinks: @NEXT => narrower(ranges, best[0], 1.0)
        Your ranges move but do not get narrower.
    shrinks-once: @NEXT => narrower(space, best[0], shrink)
        All of your later rounds are equally wide: you shrink the first range each time. Shrink that of the
        round before.
    half-forgotten: @NEXT => narrower(ranges, best[0], 2 * shrink)
        Your ranges reach w to both sides of the best value, so they are 2 w wide. w / 2 to each side is
        meant.
    shrinks-by-the-rest: @NEXT => narrower(ranges, best[0], 1 - shrink)
        You take shrink off the width. shrink is what is left of it.
    stays-in-the-space: results = search(ranges) => results = search(dict(space))
        You search the whole space in every round. The rounds after the first search the new ranges.
    one-round-too-many: range(rounds) => range(rounds + 1)
        You search once more than there are rounds.
    one-round-too-few: range(rounds) => range(max(1, rounds - 1))
        You search once less than there are rounds.
    shrink-fixed: @NEXT => narrower(ranges, best[0], 0.5)
        Your ranges always shrink to a half. shrink is an argument.
    shrinks-twice: @NEXT => narrower(ranges, best[0], shrink**2)
        Your ranges get narrower by the square of shrink.
    nan-is-first: by with_max
        Your best can be NaN: every comparison with it is False. best_of passes over it.
    last-of-equals: best = best_of(found) => best = best_of(found[::-1])
        Of equal scores you go on from the last one. As in best_of, the first counts.
    searched-twice: by searched_twice
        You search twice in each round. Each search costs many trainings: keep its results.
    all-in-one-list: by in_one_list
        All results in your history are one and the same list, to which every round adds. Each round has its
        own.
    next-space-noted: by next_one_noted
        Your history pairs the results of a round with the space of the next one. Note the space in which they
        were found.
    best-of-the-last-round: return best, history => return best_of(results), history
        You return the best of the last round. Asked for is the best pair of all rounds.
    settings-alone: return best, history => return best[0], history
        Your best is its settings alone. The pair (settings, score) is asked for.
    score-alone: return best, history => return best[1], history
        Your best is its score alone. The pair (settings, score) is asked for.
    history-first: return best, history => return history, best
        You return the history first. Asked for is the best pair, and after it the history.
    best-alone: return best, history => return best
        You return the best pair alone. Asked for are that pair and the history.
    spaces-only: history.append((ranges, results)) => history.append(ranges)
        Your history has no results. It is a list of pairs (space, results).
    results-first: history.append((ranges, results)) => history.append((results, ranges))
        The pairs of your history begin with the results. The space comes first.
    best-of-each-round: history.append((ranges, results)) => history.append((ranges, best_of(results)))
        Your history has only the best result of each round. All results of the round are asked for.
    all-in-a-row: return best, history => return best, found
        Your history is one list of all results. It is a list of pairs (space, results), one for each round.
    results-only: history.append((ranges, results)) => history.append(results)
        Your history has no spaces. It is a list of pairs (space, results).
    changes-the-space:
        - ranges = narrower(ranges, best[0], shrink)
        + space.update(narrower(ranges, best[0], shrink))
        + ranges = dict(space)
        Your function writes its new ranges into the space of its caller. Make a dict of your own.
    one-dict-for-all:
        - ranges = narrower(ranges, best[0], shrink)
        + ranges.update(narrower(ranges, best[0], shrink))
        All spaces in your history are one and the same dict, and it says what came last. Make a new one for
        each round.
    """),
    ),
    named.rights("""
    in decades: by in_decades
    by itself: by by_itself
    """),
)
EXERCISES = (COARSE_TO_FINE,)
