"""While it learns: ten pictures by heart, and what a curve says of the learning rate."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.exercises.training.handing import handed
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.variants import exercise
from reference.truth import training as tr
from stagewise.judge.handed import training_step

NONE: Mapping[str, float] = {}


def lesson(losses: list[float], given: Mapping[str, float] = NONE, N: int = 9) -> Inputs:
    """A step with those losses, N examples, and what else is given."""

    def drawn(rng: np.random.Generator) -> Drawn:
        x, y = rng.integers(0, 17, (N, 3)) / 16, rng.integers(0, 10, N)
        return {"step": training_step(losses), "x": x, "y": y, **given}

    return drawn


SHARES = {"reached": 2.0, "losses": 2.0, "step['calls']": 1.0, "step['batches']": 2.0}
_CALL = "reached, losses = overfit_tiny_batch(step, x, y, size, steps, target)"
_learn = asker(_CALL, SHARES, updates=("step",))
_learn_by_default = asker(
    "reached, losses = overfit_tiny_batch(step, x, y)", SHARES, updates=("step",), takes="step x y"
)
SMALL = {"size": 4, "steps": 8, "target": 0.25}
_DOWN = [2.25, 1.5, 1.0, 0.5, 0.125, 0.0625, 0.03125]
_NEVER = [2.25, 2.0, 1.75, 1.5, 1.375, 1.25, 1.125, 1.0625, 1.0]
_LOST = [2.25, 4.5, 9.0, math.nan, 0.125]


def in_a_while_loop(
    step: Any, x: Any, y: Any, size: int = 10, steps: int = 200, target: float = 0.01
) -> tuple[bool, list[float]]:
    """Until there is a reason to stop."""
    losses = [step(x[:size].copy(), y[:size].copy())]
    while losses[-1] >= target and losses[-1] < np.inf and len(losses) < steps:
        losses.append(step(x[:size], y[:size]))
    return losses[-1] < target and losses[-1] > -np.inf, losses


named = Notation(globals())
OVERFIT = handed(
    tr.overfit_tiny_batch,
    (
        _learn("below the target in the fifth step", lesson(_DOWN, SMALL), weight=2, visible=True, main=True),
        _learn("not within eight steps", lesson(_NEVER, SMALL), visible=True, main=True),
        _learn("a loss that is NaN", lesson(_LOST, SMALL), visible=True, why="NaN is not below the target"),
        _learn_by_default(
            "defaults", lesson([0.5, 0.05, 0.015, 0.009], N=14), visible=True, weight=0.5
        ).because("size, steps and target not given"),
        _learn("a loss that is the target", lesson([1.0, 0.25, 0.125], SMALL), weight=0.5).because(
            "reached means below the target"
        ),
        _learn("an infinite loss", lesson([2.0, math.inf, 0.125], SMALL), visible=True, weight=0.5),
        _learn("minus infinity", lesson([2.0, -math.inf, 0.125], SMALL), weight=0.5).because(
            "an infinite loss of either sign is no success"
        ),
        _learn_by_default("default steps", lesson([0.5], N=14), weight=0.5).because(
            "200 steps where the number is not given"
        ),
        _learn(
            "in the last step", lesson([2.0, 1.0, 0.125], {"size": 3, "steps": 3, "target": 0.5}), weight=0.5
        ),
        _learn(
            "in the first step", lesson([0.125, 0.0625], {"size": 5, "steps": 6, "target": 0.5}), weight=0.5
        ),
        _learn("fewer examples than size", lesson(_DOWN, SMALL, N=3), weight=0.5, why="then all of them"),
    ),
    named.wrongs("""
    all-the-data: few, labels = x[:size], y[:size] => few, labels = x, y
        You train on all the data. Only the first `size` examples are meant: so few that any network which
        works can learn them by heart.
    labels-not-cut: few, labels = x[:size], y[:size] => few, labels = x[:size], y
        Your y still has a label for every example of the data. It is cut with the same slice as x.
    last-examples: x[:size], y[:size] => x[-size:], y[-size:]
        You take the last examples. The first `size` are meant.
    one-after-the-other:
        - current = step(few, labels)
        + at = len(losses) % len(few)
        + current = step(few[at : at + 1], labels[at : at + 1])
        Each of your steps sees a single example. Every step gets all `size` of them.
    walks-on: current = step(few, labels) => current = step(x[len(losses) :][:size], y[len(losses) :][:size])
        Your steps see other examples each time. The same few, again and again, are meant.
    does-not-stop:
        - if current < target:
        -     return True, losses
        + pass
        Your function does not stop where the loss is below the target.
    goes-on-when-lost:
        - if not math.isfinite(current):
        -     return False, losses
        + pass
        You go on after a loss that is NaN or infinite. The network is lost then: stop, not reached.
    goes-on-when-infinite: if not math.isfinite(current): => if math.isnan(current):
        You stop at NaN, but go on after an infinite loss. The network is lost then, too.
    nan-reaches:
        - if not math.isfinite(current):
        -     return False, losses
        - if current < target:
        + if not current >= target:
        You call the target reached where the loss is NaN: a comparison with NaN is False, and you ask for its
        opposite.
    one-step-too-many: len(losses) < steps => len(losses) <= steps
        You call step once more than `steps` times.
    one-step-too-few: len(losses) < steps => len(losses) < steps - 1
        You call step once less than `steps` times.
    at-the-target: if current < target: => if current <= target:
        You stop at a loss that equals the target. Below it is meant.
        hidden: a visible case of that one number would point at it
    last-loss-missing:
        - losses.append(current)
        - if not math.isfinite(current):
        -     return False, losses
        - if current < target:
        -     return True, losses
        + if not math.isfinite(current):
        +     return False, losses
        + if current < target:
        +     return True, losses
        + losses.append(current)
        The loss at which you stop is missing in your list. It belongs to it.
    """),
    named.rights("""
    a while loop: by in_a_while_loop
    indices: few, labels = x[:size], y[:size] => few, labels = np.split(x, [size])[0], np.split(y, [size])[0]
    """),
)

# What a curve says.


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
            "high just before the last tenth", noisy(at_one(80, 3.9, level), 90, 0), weight=0.5
        ).because("m_10 is the mean of the last tenth alone"),
        _diagnose(
            "high where the last tenth begins", noisy(at_one(81, 3.9, level), 90, 0), weight=0.5
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
        _diagnose("ten steps", noisy(falling(3.0, 0.4), 10), weight=0.5).because("T = 10, parts of one step"),
        _diagnose("47 steps", noisy(falling(2.0, 1.2), 47), weight=0.5),
    ),
    named.wrongs("""
    nan-unnoticed: if not np.isfinite(losses).all(): => if False:
        A curve with a NaN or an infinite loss is not called diverged.
    infinity-unnoticed: if not np.isfinite(losses).all(): => if np.isnan(losses).any():
        You look for NaN alone. A loss that is infinite has diverged, too.
    last-only: if not np.isfinite(losses).all(): => if not np.isfinite(losses[-1]):
        You look at the last loss alone. One NaN or infinite loss anywhere is enough.
    leap-unnoticed: np.max(losses) > 2 * first or end > => end >
        A curve that leaps above twice its first loss and comes down again is not called too high.
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
        hidden: it takes a curve that ends far from its last tenth
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
    ends-below-is-good: if end > first / 2: => if end > first:
        You call every curve good that ends below its start. It should have lost more than half.
    swapped: return "too low" => return "too high"
        You call a curve too high that hardly falls. Its steps are too small: the rate is too low.
    """),
    named.rights("""
    on a list, the other way round: by in_a_chain
    sums: [np.mean(part) for part in => [sum(part) / len(part) for part in
    """),
)
EXERCISES = (OVERFIT, DIAGNOSE)
