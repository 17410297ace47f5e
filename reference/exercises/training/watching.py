"""Ten pictures by heart."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.exercises.training.handing import handed
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
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


def to_the_end(
    step: Any, x: Any, y: Any, size: int = 10, steps: int = 200, target: float = 0.01
) -> tuple[bool, list[float]]:
    """All steps, and then whether the target was reached in one of them."""
    losses = [step(x[:size], y[:size]) for _ in range(steps)]
    return any(loss < target for loss in losses), losses


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
    never-stops: by to_the_end
        Your function makes all of its steps, whatever the loss is. It stops as soon as the target is reached
        or the network is lost.
    one-step-only:
        - if current < target:
        -     return True, losses
        + return current < target, losses
        Your function returns after the first step: look at how far your return is indented.
    step-called-twice: if current < target: => if step(few, labels) < target:
        You call step a second time to look at the loss. Each call changes the network: keep what it returned.
    size-fixed: x[:size], y[:size] => x[:10], y[:10]
        You always take ten examples. Their number is the argument size.
    steps-fixed: len(losses) < steps => len(losses) < 200
        You always allow 200 steps. Their number is an argument.
    target-fixed: if current < target: => if current < 0.01:
        Your target is always 0.01. It is an argument.
    lost-loss-missing:
        - losses.append(current)
        - if not math.isfinite(current):
        + if not math.isfinite(current):
        -     return False, losses
        +     return False, losses
        + losses.append(current)
        A loss that is NaN or infinite is missing in your list. It belongs to it, as the last one.
    minus-infinity-reaches:
        - if not math.isfinite(current):
        -     return False, losses
        - if current < target:
        -     return True, losses
        + if current < target:
        +     return True, losses
        + if not math.isfinite(current):
        +     return False, losses
        You call the target reached where the loss is minus infinity. Such a network is lost, too.
        hidden: the docstring says that an infinite loss is no success
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
EXERCISES = (OVERFIT,)
