"""Schedules of the learning rate: in steps, along a cosine, and a warm-up."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, Function, Inputs
from reference.kit.notation import Notation
from reference.kit.probes import Ask, asker
from reference.kit.variants import exercise
from reference.truth import optimizers as opt


def a_rate(**drawn: Callable[[np.random.Generator], Any]) -> Inputs:
    """base_rate between 0.05 and 2, and what else is drawn."""

    def inputs(rng: np.random.Generator) -> Drawn:
        return {"base_rate": float(rng.uniform(0.05, 2)), **{name: draw(rng) for name, draw in drawn.items()}}

    return inputs


def between(low: float, high: float) -> Callable[[np.random.Generator], float]:
    """A number between the two."""
    return lambda rng: float(rng.uniform(low, high))


def whole(low: int, high: int) -> Callable[[np.random.Generator], int]:
    """A whole number, `high` included."""
    return lambda rng: int(rng.integers(low, high + 1))


def in_float32(schedule: Function) -> Function:
    """The schedule computed with numbers in float32."""

    def narrow(base_rate: Any, *others: Any) -> Any:
        numbers = [np.float32(one) if isinstance(one, float) else one for one in others]
        return np.float32(schedule(np.float32(base_rate), *numbers))

    return narrow


def _rate(call: str) -> Ask:
    return asker(f"rate = {call}", "rate")


def _asks(call: str) -> Callable[..., Case]:
    def asked(name: str, step: str, inputs: Inputs, **options: Any) -> Case:
        return _rate(call.format(step=step))(name, inputs, **options)

    return asked


# Step decay.

_drops = a_rate(every=whole(5, 9), factor=between(0.2, 0.8))


def between_drops(rng: np.random.Generator) -> Drawn:
    """A step somewhere between two drops: one step early or late would still be right."""
    every, drops = int(rng.integers(5, 10)), int(rng.integers(3, 7))
    step = every * drops + int(rng.integers(1, every - 1))
    return {**a_rate(factor=between(0.5, 0.8))(rng), "step": step, "every": every}


_every_seven = _asks("step_decay(base_rate, {step}, 7, factor)")


def step_decay_in_a_loop(base_rate: Any, step: Any, every: Any, factor: Any) -> Any:
    """Every step counted."""
    rate = base_rate
    for passed in range(1, step + 1):
        if passed % every == 0:
            rate = rate * factor
    return rate


RISE = "if step + 1 >= warmup_steps:\n    return base_rate\nreturn base_rate * (step + 1) / warmup_steps"
named = Notation(
    globals(),
    narrow_step_decay=in_float32(opt.step_decay),
    narrow_cosine_decay=in_float32(opt.cosine_decay),
    narrow_linear_warmup=in_float32(opt.linear_warmup),
)
STEP_DECAY = exercise(
    opt.step_decay,
    (
        _every_seven("step 24, a drop every 7 steps", "24", _drops, weight=2, visible=True, main=True),
        _every_seven("step 0", "0", _drops, visible=True),
        _every_seven("step 6, the last before the first drop", "6", _drops, visible=True),
        _every_seven("step 4, in the middle before it", "4", _drops, visible=True),
        _every_seven("step 7, the first after it", "7", _drops, visible=True),
        _rate("step_decay(base_rate, step, every, factor)")(
            "a random step", between_drops, weight=2, main=True
        ),
        _every_seven("step 14, the second drop", "14", _drops),
        _rate("step_decay(base_rate, 4, 1, factor)")("a drop at every step", _drops, weight=0.5),
    ),
    named.wrongs("""
    per-iteration-decay: step // every => step
        Your rate falls at every step. It should keep its value for `every` steps and then drop once.
    without-stairs: step // every => step / every
        Your rate falls a little at every step. The number of drops is a whole one: use whole division.
    one-step-early: step // every => (step + 1) // every
        Your drops come one step early: steps are numbered from 0, so the first drop is at step `every`.
    one-step-late: step // every => max(step - 1, 0) // every
        Your drops come one step late: the first drop is at step `every` itself.
    rounded: step // every => round(step / every)
        Your drops come half a period early: you round to the nearest whole number. The number of drops is
        that of whole periods that are over.
    rounded-up: step // every => math.ceil(step / every)
        Your first drop comes at step 1: you round up. The number of drops is that of whole periods that are
        over.
    at-multiples-only:
        - base_rate * factor**drops
        + base_rate * factor if step % every == 0 and step else base_rate
        Your rate drops in single steps and is back again in the next. It stays down after a drop.
    power-of-both: base_rate * factor**drops => (base_rate * factor) ** drops
        You take a power of the base rate, too. The factor alone has the exponent.
    remainder: step // every => step % every
        % gives what is left of the division. The number of drops is the whole part of it.
    one-drop-only: step // every => min(step // every, 1)
        Your rate drops once and then stays. It drops again after each further `every` steps.
    factor-times-drops: base_rate * factor**drops => base_rate * factor * drops
        You multiply by the number of drops. Each drop multiplies by the factor once more: a power.
    factor-subtracted: base_rate * factor**drops => base_rate * (1 - factor) ** drops
        Your rate loses the share `factor` at each drop. `factor` is what is left of it.
    """),
    named.rights("""
    in float32: by narrow_step_decay
    in a loop: by step_decay_in_a_loop
    by a floor and a logarithm:
        base_rate * factor**drops => math.exp(math.log(base_rate) + drops * math.log(factor))
    """),
)

# Cosine decay.

_range = a_rate(final_rate=between(0.001, 0.02))
_of_forty = _asks("cosine_decay(base_rate, {step}, 40, final_rate)")
_to_zero = _asks("cosine_decay(base_rate, {step}, 40)")


def cosine_by_half_angle(base_rate: Any, step: Any, total_steps: Any, final_rate: Any = 0.0) -> Any:
    """(1 + cos a) / 2 = cos(a / 2)^2."""
    if step >= total_steps:
        return final_rate
    return final_rate + (base_rate - final_rate) * np.cos(np.pi * step / (2 * total_steps)) ** 2


def cosine_in_a_loop(base_rate: Any, step: Any, total_steps: Any, final_rate: Any = 0.0) -> Any:
    """One small angle after the other: cos(k a) = 2 cos(a) cos((k-1) a) - cos((k-2) a)."""
    once = math.cos(math.pi / total_steps)
    before, now = once, 1.0
    for _ in range(min(step, total_steps)):
        before, now = now, 2 * once * now - before
    return final_rate + (base_rate - final_rate) * (1 + now) / 2


COSINE_DECAY = exercise(
    opt.cosine_decay,
    (
        _of_forty("step 10 of 40", "10", _range, weight=2, visible=True, main=True),
        _of_forty("step 0: the base rate", "0", _range, visible=True),
        _of_forty("step 40 of 40: the final rate", "40", _range, visible=True),
        _of_forty("step 55 of 40: it stays there", "55", _range, visible=True, why="a step behind the end"),
        _to_zero("the final rate is 0 if not given", "30", a_rate(), visible=True),
        _rate("cosine_decay(base_rate, step, total, final_rate)")(
            "a random step",
            a_rate(step=whole(30, 80), total=whole(100, 140), final_rate=between(0.01, 0.04)),
            weight=2,
            main=True,
        ),
        _of_forty("half way", "20", _range),
        _rate("cosine_decay(base_rate, 9, 40, final_rate)")(
            "a final rate above the base rate", a_rate(final_rate=between(3, 4)), weight=0.5
        ),
    ),
    named.wrongs("""
    not-halved: (1 + math.cos(math.pi * progress)) / 2 => 1 + math.cos(math.pi * progress)
        1 + cos runs from 2 to 0, so your schedule starts at twice the range. It is halved.
    pi-missing: math.cos(math.pi * progress) => math.cos(progress)
        The angle of your cosine runs from 0 to 1. It should run from 0 to pi, half a period.
    degrees: math.cos(math.pi * progress) => math.cos(180 * progress)
        Your angle is in degrees. A cosine in Python takes radians, in which half a period is pi.
    brackets-missing:
        (1 + math.cos(math.pi * progress)) / 2 => 1 + math.cos(math.pi * progress) / 2
        Your 2 divides the cosine alone. It divides the sum 1 + cos.
    brackets-missing-around-both:
        - height = (1 + math.cos(math.pi * progress)) / 2
        - return final_rate + (base_rate - final_rate) * height
        + return final_rate + (base_rate - final_rate) * 1 + math.cos(math.pi * progress) / 2
        The sum 1 + cos wants brackets: you multiply the difference of the rates by 1, and then add half a
        cosine.
    starts-again: min(step, total_steps) => (step % total_steps)
        Your schedule starts again after total_steps. It stays at final_rate.
    nothing-behind-the-end:
        - progress = min(step, total_steps) / total_steps
        + if step > total_steps:
        +     return 0.0
        + progress = step / total_steps
        After total_steps your rate is 0. It stays at final_rate.
    one-less: min(step, total_steps) / total_steps => min(step, total_steps - 1) / max(1, total_steps - 1)
        Your schedule arrives one step early: you divide by one less than total_steps.
    whole-division: min(step, total_steps) / total_steps => min(step, total_steps) // total_steps
        You divide without a remainder, so your progress is 0 up to the last step, and then 1.
    larger-for-smaller: min(step, total_steps) => max(step, total_steps)
        You take the larger of step and total_steps, so that your progress is never below 1.
    final-rate-as-a-floor:
        - return final_rate + (base_rate - final_rate) * height
        + return max(final_rate, base_rate * height)
        Your schedule goes down to 0 and is cut off at final_rate. It should arrive there with the last step.
    quarter-period: (1 + math.cos(math.pi * progress)) / 2 => math.cos(math.pi / 2 * progress)
        You use a quarter of a period: it starts and ends right, but arrives steeply. Half a period is flat at
        both ends.
    whole-period: math.cos(math.pi * progress) => math.cos(2 * math.pi * progress)
        Your cosine runs through a whole period and rises again. Half a period is meant.
    rises-again: min(step, total_steps) / total_steps => step / total_steps
        After total_steps your rate rises again. It should stay at final_rate.
    upside-down: 1 + math.cos(math.pi * progress) => 1 - math.cos(math.pi * progress)
        Your schedule starts at final_rate and rises to base_rate.
    a-straight-line: (1 + math.cos(math.pi * progress)) / 2 => 1 - progress
        Your schedule is a straight line.
    final-rate-ignored: final_rate + (base_rate - final_rate) * height => base_rate * height
        Your schedule goes down to 0 and does not use final_rate.
    final-rate-on-top: final_rate + (base_rate - final_rate) * height => final_rate + base_rate * height
        Your schedule starts at base_rate + final_rate. The cosine spans the difference of the two.
    """),
    named.rights("""
    in float32: by narrow_cosine_decay
    in a loop: by cosine_in_a_loop
    by the half angle, in NumPy: by cosine_by_half_angle
    """),
)

# Warm-up.

_in_eight = _asks("linear_warmup(base_rate, {step}, 8)")


def warmup_in_a_loop(base_rate: Any, step: Any, warmup_steps: Any) -> Any:
    """One equal part more at each step, until all are there."""
    rate = 0.0
    for _ in range(min(step + 1, warmup_steps)):
        rate += base_rate / warmup_steps
    return rate if warmup_steps else base_rate


LINEAR_WARMUP = exercise(
    opt.linear_warmup,
    (
        _in_eight("step 4 of 8", "4", a_rate(), weight=2, visible=True, main=True),
        _in_eight("step 0: one eighth", "0", a_rate(), visible=True),
        _in_eight("step 6, the last but one", "6", a_rate(), visible=True),
        _in_eight("step 7, the last of the warm-up: all of it", "7", a_rate(), visible=True),
        _in_eight("step 20: it stays there", "20", a_rate(), visible=True),
        _rate("linear_warmup(base_rate, 0, 0)")(
            "no warm-up", a_rate(), weight=0.5, visible=True, why="warmup_steps = 0"
        ),
        _rate("linear_warmup(base_rate, step, warmup)")(
            "a random step", a_rate(step=whole(3, 20), warmup=whole(30, 50)), weight=2, main=True
        ),
        _rate("linear_warmup(base_rate, 0, 1)")("one step of warm-up", a_rate(), weight=0.5),
        _in_eight("step 8, the first behind it", "8", a_rate()),
    ),
    named.wrongs("""
    starts-at-zero:
        - if step + 1 >= warmup_steps:
        -     return base_rate
        - return base_rate * (step + 1) / warmup_steps
        + if step >= warmup_steps:
        +     return base_rate
        + return base_rate * step / warmup_steps
        Your first step has the rate 0 and does nothing. (That form is in use.) Here step 0 has one part of
        warmup_steps parts, so count from 1 inside the formula.
    starts-at-zero-unguarded: @RISE => return base_rate * min(1, step / warmup_steps)
        Your first step has the rate 0 and does nothing: here step 0 has one part of warmup_steps parts, so
        count from 1 inside the formula. And without a warm-up (warmup_steps = 0) you divide by zero.
    one-step-early: if step + 1 >= warmup_steps: => if step + 2 >= warmup_steps:
        Your rate arrives one step early: only the last step of the warm-up has all of it.
    keeps-rising: if step + 1 >= warmup_steps: => if warmup_steps == 0:
        Behind the warm-up your rate goes on rising. It should stay at base_rate.
    divides-by-zero: @RISE => return base_rate * min(1, (step + 1) / warmup_steps)
        Without a warm-up (warmup_steps = 0) your function divides by zero. The rate is base_rate then.
    nothing-without-a-warm-up:
        - if step + 1 >= warmup_steps:
        + if not warmup_steps:
        +     return 0.0
        + if step + 1 >= warmup_steps:
        Without a warm-up (warmup_steps = 0) your rate is 0. It is base_rate then.
    one-part-more: base_rate * (step + 1) / warmup_steps => base_rate * (step + 1) / (warmup_steps + 1)
        Your warm-up has one part too many: divide by warmup_steps, of which step 0 has the first.
    larger-for-smaller: @RISE => return base_rate * max(1, (step + 1) / max(warmup_steps, 1))
        You take the larger of 1 and the share, so that your rate is never below base_rate.
    whole-division: @RISE => return base_rate * min(1, (step + 1) // max(warmup_steps, 1))
        You divide without a remainder, so your rate is 0 up to the last step of the warm-up.
    falls-to-zero: base_rate * (step + 1) / warmup_steps => base_rate * (1 - (step + 1) / warmup_steps)
        Your rate falls during the warm-up. It should rise.
    falls: base_rate * (step + 1) / warmup_steps => base_rate * (1 - step / warmup_steps)
        Your rate falls during the warm-up. It should rise.
    jumps: base_rate * (step + 1) / warmup_steps => base_rate / warmup_steps
        Your rate stays at its first value and then jumps. It rises by the same amount at each step.
    squared: base_rate * (step + 1) / warmup_steps => base_rate * ((step + 1) / warmup_steps) ** 2
        Your rate rises with the square of the step. The rise is linear.
    """),
    named.rights("""
    in float32: by narrow_linear_warmup
    in a loop: by warmup_in_a_loop
    by a minimum: @RISE => return base_rate * min(1.0, (step + 1) / max(1, warmup_steps))
    """),
)
