"""What a curve says of the learning rate."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.variants import exercise
from reference.truth import training as tr


def noisy(curve: Callable[[np.ndarray], np.ndarray], T: int, noise: float = 0.03) -> Inputs:
    """A curve over 0 to 1, times noise that is the same in every draw of it: at most `noise` up or down."""

    def drawn(rng: np.random.Generator) -> Drawn:
        factors = 1 + noise * rng.uniform(-1, 1, T)
        factors[0] = 1.0
        return {"losses": curve(np.linspace(0, 1, T)) * factors}

    return drawn


def falling(start: float, end: float, speed: float = 5.0) -> Callable[[np.ndarray], np.ndarray]:
    """From `start` towards `end`, and there for the last tenth."""
    return lambda at: end + (start - end) * np.exp(-speed * at) * (at < 0.9)


def with_a_spike(height: float, place: float, end: float = 0.4) -> Callable[[np.ndarray], np.ndarray]:
    """The same with one entry of that height."""

    def curve(at: np.ndarray) -> np.ndarray:
        losses = falling(2.3, end)(at)
        losses[int(place * len(at))] = height
        return losses

    return curve


def at_one(
    step: int, height: float, curve: Callable[[np.ndarray], np.ndarray]
) -> Callable[[np.ndarray], np.ndarray]:
    """A curve with another loss in one step."""

    def changed(at: np.ndarray) -> np.ndarray:
        losses = curve(at)
        losses[step] = height
        return losses

    return changed


def level(at: np.ndarray) -> np.ndarray:
    """2, and 0.4 from then on."""
    return np.where(at > 0, 0.4, 2.0)


def in_three(first: float, middle: float, last: float) -> Callable[[np.ndarray], np.ndarray]:
    """`first` in the first step, then `middle` for half of the way, and `last`."""
    return lambda at: np.where(at == 0, first, np.where(at < 0.5, middle, last))


def low_in_the_last(steps: int, T: int) -> Inputs:
    """A curve of T steps: 2, and 0.4 in the last ones."""
    return noisy(lambda at: np.where(np.arange(T) < T - steps, 2.0, 0.4), T, 0)


def half(at: np.ndarray) -> np.ndarray:
    """1 throughout."""
    return np.ones_like(at)


def broken(value: float, place: float) -> Callable[[np.ndarray], np.ndarray]:
    """A good curve with one entry that is no finite number."""
    return with_a_spike(value, place)


def climbing(lowest: float, end: float, start: float = 2.3) -> Callable[[np.ndarray], np.ndarray]:
    """Down to `lowest` for a while, and up to `end`."""
    return lambda at: np.interp(at, [0, 0.3, 0.6, 0.85, 1], [start, lowest, lowest, end, end])


def in_a_chain(losses: Any) -> str:
    """The opposite order of questions, on a list."""
    first, T = float(losses[0]), len(losses)
    bounds = [0]
    for part in range(10):
        bounds.append(bounds[-1] + T // 10 + (part < T % 10))
    means = [sum(losses[a:b]) / (b - a) for a, b in itertools.pairwise(bounds)]
    verdict = "too low" if means[9] > 0.5 * first else "good"
    if any(loss > 2 * first for loss in losses) or means[9] - min(means) > 0.1 * first:
        verdict = "too high"
    return verdict if all(map(math.isfinite, losses)) else "diverged"


def ends_alone(losses: Any) -> str:
    """The last loss against the first."""
    if not math.isfinite(losses[-1]):
        return "diverged"
    if losses[-1] > losses[0]:
        return "too high"
    return "too low" if losses[-1] > losses[0] / 2 else "good"


def high_first(losses: Any) -> str:
    """Diverged comes after too high."""
    means = [np.mean(part) for part in np.array_split(losses, 10)]
    first, end = losses[0], means[-1]
    if np.max(losses) > 2 * first or end > min(means) + first / 10:
        return "too high"
    if not np.isfinite(losses).all():
        return "diverged"
    return "too low" if end > first / 2 else "good"


_diagnose = asker("verdict = diagnose_learning_rate(losses)", "verdict")
named = Notation(globals())
DIAGNOSE = exercise(
    tr.diagnose_learning_rate,
    (
        _diagnose("a curve that falls", noisy(falling(2.4, 0.3), 60), weight=2, visible=True, main=True),
        _diagnose("a curve that hardly falls", noisy(falling(2.3, 2.1), 50), visible=True, main=True),
        _diagnose(
            "a curve that comes back up", noisy(climbing(0.5, 0.9), 70), visible=True, main=True
        ).because("m_10 is above the least mean by more than a tenth of the first loss"),
        _diagnose("NaN at the end", noisy(broken(math.nan, 0.99), 40), visible=True, main=True),
        _diagnose("a leap, and down again", noisy(with_a_spike(7.0, 0.2), 60), visible=True).because(
            "max(losses) > 2 first"
        ),
        _diagnose("infinite in the middle", noisy(broken(math.inf, 0.5), 40), visible=True),
        _diagnose("a small leap", noisy(with_a_spike(4.2, 0.3), 60), visible=True, weight=0.5).because(
            "max(losses) is less than 2 first"
        ),
        _diagnose("NaN in the middle", noisy(broken(math.nan, 0.4), 45), visible=True, weight=0.5),
        _diagnose("minus infinity", noisy(broken(-math.inf, 0.4), 45), weight=0.5),
        _diagnose("a leap at a high level", noisy(with_a_spike(5.2, 0.5, end=1.9), 80), weight=0.5).because(
            "the first of the verdicts that holds"
        ),
        _diagnose("falls to 0.55 of the first loss", noisy(falling(2.0, 1.1), 55, 0), visible=True),
        _diagnose("falls to 0.43 of the first loss", noisy(falling(3.0, 1.3), 55), visible=True),
        _diagnose(
            "large numbers", noisy(climbing(90.0, 95.0, 400.0), 60, 0.01), visible=True, weight=0.5
        ).because("what counts is how far it fell"),
        _diagnose("small numbers", noisy(falling(0.02, 0.018), 60), weight=0.5).because(
            "what counts is how far it fell"
        ),
        _diagnose("comes back by 0.095 of the first loss", noisy(climbing(0.4, 0.59, 2.0), 90, 0)),
        _diagnose("comes back by 0.105 of the first loss", noisy(climbing(0.4, 0.61, 2.0), 90, 0)),
        _diagnose("one low loss", noisy(with_a_spike(0.01, 0.5), 80), weight=0.5).because(
            "the least of the ten means, not of the losses"
        ),
        _diagnose("a last loss that is high", noisy(with_a_spike(2.0, 0.999), 200), weight=0.5).because(
            "m_10 is a mean of the last tenth"
        ),
        _diagnose("most of it in the first steps", noisy(falling(2.0, 0.9, 50.0), 60), visible=True).because(
            "first is losses[0]"
        ),
        _diagnose("falls to a third", noisy(falling(2.0, 0.7, 6.0), 60), visible=True, weight=0.5),
        _diagnose(
            "high in the third step", noisy(at_one(2, 4.2, falling(2.3, 1.3)), 60), visible=True, weight=0.5
        ),
        _diagnose(
            "high just before the last tenth", noisy(at_one(80, 3.9, level), 90, 0), visible=True, weight=0.5
        ).because("m_10 is the mean of the last tenth alone"),
        _diagnose(
            "high where the last tenth begins", noisy(at_one(81, 3.9, level), 90, 0), visible=True, weight=0.5
        ).because("m_10 is the mean of the whole last tenth"),
        _diagnose("just twice the first loss", noisy(at_one(9, 4.0, level), 90, 0), weight=0.5).because(
            "too high means more than twice"
        ),
        _diagnose("just half of the first loss", noisy(at_one(0, 2.0, half), 40, 0), weight=0.5).because(
            "too low means more than a half"
        ),
        _diagnose(
            "large numbers, a small leap", noisy(at_one(9, 500.0, falling(400.0, 90.0)), 60), weight=0.5
        ),
        _diagnose("small numbers, a leap", noisy(at_one(9, 0.05, falling(0.02, 0.004)), 60), weight=0.5),
        _diagnose("19 steps, low in the last one", low_in_the_last(1, 19), visible=True).because(
            "np.array_split makes parts of two steps, and the last of one"
        ),
        _diagnose("20 steps, low in the last four", low_in_the_last(4, 20), visible=True, weight=0.5),
        _diagnose("30 steps, low in the last three", low_in_the_last(3, 30), visible=True).because(
            "m_10 is the mean of the last tenth"
        ),
        _diagnose("100 steps, low in the last thirty", low_in_the_last(30, 100), visible=True, weight=0.5),
        _diagnose(
            "infinite from the first step on", noisy(broken(math.inf, 0), 40, 0), visible=True, weight=0.5
        ).because("the first of the verdicts that holds"),
        _diagnose(
            "comes back by just a tenth of the first loss", noisy(in_three(10.0, 2.0, 3.0), 40, 0), weight=0.5
        ).because("too high means by more than a tenth"),
        _diagnose("ends above a half, having been below", noisy(in_three(10.0, 4.5, 5.25), 40, 0)).because(
            "too low is said of m_10"
        ),
        _diagnose("ten steps", noisy(falling(3.0, 0.4), 10), weight=0.5).because("T = 10, parts of one step"),
        _diagnose("47 steps", noisy(falling(2.0, 1.2), 47), weight=0.5),
    ),
    named.wrongs("""
    nan-unnoticed: if not np.isfinite(losses).all(): => if False:
        A curve with a NaN or an infinite loss is not called diverged.
    infinity-unnoticed: if not np.isfinite(losses).all(): => if np.isnan(losses).any():
        You look for NaN alone. A loss that is infinite has diverged, too.
    only-infinity: if not np.isfinite(losses).all(): => if np.isinf(losses).any():
        You look for infinite losses alone. A loss that is NaN has diverged, too.
    high-before-diverged: by high_first
        A curve with an infinite loss is called too high. The verdicts are asked for in their order: diverged
        comes first.
    last-only: if not np.isfinite(losses).all(): => if not np.isfinite(losses[-1]):
        You look at the last loss alone. One NaN or infinite loss anywhere is enough.
    leap-unnoticed: np.max(losses) > 2 * first or end > => end >
        A curve that leaps above twice its first loss and comes down again is not called too high.
    leap-from-step-to-step: np.max(losses) > 2 * first => np.any(losses[1:] > 2 * losses[:-1])
        You call it a leap where a loss is twice the one before it. It is twice the first loss that counts.
    both-instead-of-one: > 2 * first or end => > 2 * first and end
        You call a curve too high that leaps and also comes back up. One of the two is enough.
    tenth-of-the-first-mean: min(means) + first / 10 => min(means) + means[0] / 10
        Your tenth is one of the first mean. The first loss is meant.
        hidden: it takes a curve whose first loss is far from its first mean
    tenth-of-the-least-mean: min(means) + first / 10 => 1.1 * min(means)
        Your tenth is one of the least mean. A tenth of the first loss is meant.
        hidden: it takes a curve that comes back a little
    tenth-as-a-number: min(means) + first / 10 => min(means) + 0.1
        You add the number 0.1. A tenth of the first loss is meant: what counts is how far it fell.
    parts-of-ten-steps:
        np.array_split(losses, 10)] => [losses[i : i + 10] for i in range(0, len(losses), 10)]]
        Your parts have ten steps each. Ten parts are asked for, of whatever length.
    five-parts: np.array_split(losses, 10)] => np.array_split(losses, 5)]
        You cut the curve into five parts. Ten are asked for.
    rest-in-the-last-part:
        - means = [np.mean(part) for part in np.array_split(losses, 10)]
        + n = len(losses) // 10
        + means = [np.mean(losses[k * n : (k + 1) * n if k < 9 else None]) for k in range(10)]
        Where 10 does not divide the number of steps, your parts are not those of np.array_split.
    leap-is-any-rise: np.max(losses) > 2 * first => np.max(losses) > first
        You call it a leap wherever a loss is above the first one. Batches differ: above twice the first loss
        is meant.
    climb-unnoticed: or end > min(means) + first / 10 => or False
        A curve that has been clearly lower before its end is not called too high.
    climb-is-any: end > min(means) + first / 10 => end > min(means)
        You call any end above the least mean too high. A tenth of the first loss more is meant: the means
        waver a little.
    least-loss-not-mean: end > min(means) + => end > min(losses) +
        You compare the end with the least single loss. The least of the ten means is meant, which noise moves
        less.
        hidden: it takes a curve with one loss far from the others
    end-is-last-loss: end = means[-1] => end = losses[-1]
        Your end is the last loss alone. One batch says little: the mean of the last tenth is meant.
    start-is-first-mean: first = losses[0] => first = np.mean(np.array_split(losses, 10)[0])
        Your start is the mean of the first tenth, in which a good rate has gained much already. The first
        loss is meant.
    judged-by-the-number: if end > first / 2: => if end > 1:
        You judge the end by its size. What counts is how far it fell from where it began.
    low-before-high:
        - if np.max(losses) > 2 * first or end > min(means) + first / 10:
        -     return "too high"
        - if end > first / 2:
        -     return "too low"
        + if end > first / 2:
        +     return "too low"
        + if np.max(losses) > 2 * first or end > min(means) + first / 10:
        +     return "too high"
        A curve that leaps and ends high is called too low. The verdicts are asked for in their order: the
        first that holds.
        hidden: it takes a curve to which both apply
    ends-alone: by ends_alone
        You compare the last loss with the first and look at nothing between them. A curve may leap, come back
        up or break off in the middle; and the last batch alone says little.
    least-mean-is-low: if end > first / 2: => if min(means) > first / 2:
        You compare the least of the means with half of the first loss. It is m_10 that is asked about.
        hidden: it takes a curve that comes back a little
    median-is-low: if end > first / 2: => if np.median(losses) > first / 2:
        You compare the median of all losses with half of the first one. It is m_10 that is asked about.
    half-of-the-first-mean: if end > first / 2: => if end > means[0] / 2:
        You compare with half of the first mean. The first loss is meant.
    ends-below-is-good: if end > first / 2: => if end > first:
        You call every curve good that ends below its start. It should have lost more than half.
    both-swapped:
        - if np.max(losses) > 2 * first or end > min(means) + first / 10:
        -     return "too high"
        - if end > first / 2:
        -     return "too low"
        + if np.max(losses) > 2 * first or end > min(means) + first / 10:
        +     return "too low"
        + if end > first / 2:
        +     return "too high"
        "too low" and "too high" have changed places. A curve that leaps comes of steps that are too large.
    swapped: return "too low" => return "too high"
        You call a curve too high that hardly falls. Its steps are too small: the rate is too low.
    """),
    named.rights("""
    on a list, the other way round: by in_a_chain
    sums: [np.mean(part) for part in => [sum(part) / len(part) for part in
    """),
)
EXERCISES = (DIAGNOSE,)
