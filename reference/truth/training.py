"""The whole process: data in two parts, checks before the first step, and the search for good settings.

Whatever is random takes the generator that is handed in (`rng`). Settings are positive numbers by name; their
ranges are searched in decades, as Bergstra and Bengio do (2012, JMLR 13). A score that is NaN is that of a
network that was lost.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Settings = dict[str, float]
Result = tuple[Settings, float]
Space = Mapping[str, tuple[float, float]]


def train_validation_split(
    x: Array, y: Array, val_size: int, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Part N examples at random into N - val_size for training and val_size for validation.

    x: (N, ...), y: (N,); val_size: 0 < val_size < N; rng: a np.random.Generator, the only source of chance.
    Returns x_train, y_train, x_val, y_val. Every example is in exactly one part, with its own label; every
    choice of val_size examples is equally likely; the order within a part does not matter.
    """
    order = rng.permutation(len(y))
    val, train = order[:val_size], order[val_size:]
    return x[train], y[train], x[val], y[val]


def preprocess(x_train: Array, x_val: Array) -> tuple[Array, Array]:
    """Centre and scale both parts with the statistics of the training part alone.

    x_train: (N, ...), x_val: (M, ...) with the same features; floats, or whole numbers such as the uint8 of
    pictures. Returns both, float arrays of these shapes (of float32 in float32).
        out = (x - mu) / sigma,  mu and sigma: mean and standard deviation of each feature over the N rows
    Where sigma is 0, out = x - mu.
    """
    mu = np.mean(x_train, axis=0)
    sigma = np.std(x_train, axis=0)
    scale = np.where(sigma > 0, sigma, np.ones_like(sigma))
    return (x_train - mu) / scale, (x_val - mu) / scale


def expected_initial_loss(num_classes: int) -> float:
    """The cross-entropy of C classes when each has the probability 1 / C: -ln(1 / C) = ln C."""
    return math.log(num_classes)


def check_initial_loss(
    loss_of: Callable[[float], float], num_classes: int, reg: float = 1.0, tolerance: float = 0.1
) -> dict[str, bool]:
    """Two questions to a network before its first step.

    loss_of: a function; loss_of(strength) is the loss of the untrained network with an L2 penalty of that
    strength. Returns a dict of True or False:
        "chance":  |loss_of(0) - ln C| <= tolerance
        "penalty": loss_of(0) < loss_of(reg) < infinity
    A comparison with NaN is False.
    """
    plain, penalised, expected = loss_of(0), loss_of(reg), expected_initial_loss(num_classes)
    chance = abs(plain - expected) <= tolerance
    penalty = plain < penalised < math.inf
    return {"chance": bool(chance), "penalty": bool(penalty)}


def overfit_tiny_batch(
    step: Callable[[Array, Array], float],
    x: Array,
    y: Array,
    size: int = 10,
    steps: int = 200,
    target: float = 0.01,
) -> tuple[bool, list[float]]:
    """Train on the first `size` examples, the same in every step, until the loss is below target.

    step: a function; step(x, y) changes the network by one step on these examples and returns the loss, a
    number. It is called at most `steps` times, and not again after a loss below target (reached) or one that
    is NaN or infinite (not reached). Returns reached, True or False, and the losses in their order, a list.
    """
    few, labels = x[:size], y[:size]
    losses: list[float] = []
    while len(losses) < steps:
        current = step(few, labels)
        losses.append(current)
        if not math.isfinite(current):
            return False, losses
        if current < target:
            return True, losses
    return False, losses


def diagnose_learning_rate(losses: Sequence[float] | Array) -> str:
    """What the curve of the training loss says of the learning rate.

    losses: (T,) array, one for each step, T at least 10; first is losses[0]. Ten equal parts of the curve, as
    np.array_split makes them, have the means m_1, ..., m_10. Of these the first that holds:
        "diverged"  a loss is NaN or infinite
        "too high"  max(losses) > 2 first, or m_10 > min(m_1, ..., m_10) + first / 10
        "too low"   m_10 > first / 2
        "good"      none of them
    """
    losses = np.asarray(losses)
    if not np.isfinite(losses).all():
        return "diverged"
    first = losses[0]
    means = [np.mean(part) for part in np.array_split(losses, 10)]
    end = means[-1]
    if np.max(losses) > 2 * first or end > min(means) + first / 10:
        return "too high"
    if end > first / 2:
        return "too low"
    return "good"


def log_uniform(low: float, high: float, size: int, rng: np.random.Generator) -> Array:
    """`size` numbers from low to high, (size,), whose logarithms are spread evenly: log10(number) is uniform.

    Each number is drawn by itself, whatever the others are. 0 < low < high; rng: a np.random.Generator, the
    only source of chance.
    """
    exponents = rng.uniform(np.log10(low), np.log10(high), size)
    numbers: Array = 10.0**exponents
    return numbers


def grid_search(evaluate: Callable[[Settings], float], grid: Mapping[str, Sequence[float]]) -> list[Result]:
    """Every combination of the grid's values, tried once.

    evaluate: a function of a dict of settings that returns their score. grid: name -> list of values.
    Returns a list of pairs (settings, score), each with a dict of its own, in the order of counting: the
    last name's value changes fastest.
    """
    results = []
    for values in itertools.product(*grid.values()):
        settings = dict(zip(grid, values, strict=True))
        results.append((settings, evaluate(settings)))
    return results


def random_search(
    evaluate: Callable[[Settings], float], space: Space, trials: int, rng: np.random.Generator
) -> list[Result]:
    """Settings drawn at random, each name's from its range and apart from the others.

    evaluate: as in grid_search. space: name -> (low, high), drawn as in log_uniform, anew in each trial.
    rng: a np.random.Generator, the only source of chance. Returns a list of `trials` pairs (settings, score)
    in the order in which they were tried, each with a dict of its own.
    """
    results = []
    for _ in range(trials):
        settings = {}
        for name, (low, high) in space.items():
            settings[name] = float(log_uniform(low, high, 1, rng)[0])
        results.append((settings, evaluate(settings)))
    return results


def best_of(results: Sequence[Result]) -> Result:
    """The pair (settings, score) with the highest score, the first one of equals.

    A score that is NaN is never the best. ValueError where there is no other, or no result at all.
    """
    best = None
    for pair in results:
        if not math.isnan(pair[1]) and (best is None or pair[1] > best[1]):
            best = pair
    if best is None:
        raise ValueError("there is no score to choose from")
    return best


def coarse_to_fine(
    search: Callable[[dict[str, tuple[float, float]]], list[Result]],
    space: Space,
    rounds: int,
    shrink: float = 0.5,
) -> tuple[Result, list[tuple[dict[str, tuple[float, float]], list[Result]]]]:
    """Search, and search again around the best found so far, in ranges that shrink.

    search: a function; search(space) returns a list of pairs (settings, score). space: name -> (low, high).
    The first round searches `space`, each later one, for every name,
        log10 of the range: from c - w / 2 to c + w / 2
    with c = log10 of the best value of all rounds so far, and w = shrink times the width, in decades, of the
    round before. A range may stick out of the first one. Returns the best pair of all rounds (as best_of) and
    a list of (space, results), one for each round. `space` is not changed.
    """
    ranges, found, history = dict(space), list[Result](), []
    for _ in range(rounds):
        results = search(ranges)
        history.append((ranges, results))
        found = [*found, *results]
        best = best_of(found)
        ranges = narrower(ranges, best[0], shrink)
    return best, history


def narrower(space: Space, middle: Settings, shrink: float) -> dict[str, tuple[float, float]]:
    """For every name the range around its `middle` that is `shrink` times as wide in decades."""
    ranges = {}
    for name, (low, high) in space.items():
        half = shrink * math.log10(high / low) / 2
        ranges[name] = (middle[name] * 10**-half, middle[name] * 10**half)
    return ranges
