"""Plain gradient descent, momentum, Nesterov's momentum."""

from functools import partial
from typing import Any

import numpy as np

from reference.exercises.optimizers.probes import Rule, either_sign, fresh, no_momentum, probe, started
from reference.exercises.optimizers.variants import ANOTHER, rule_exercise, usual
from reference.kit.notation import Notation
from reference.kit.probes import DTYPE, MEMORY
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import optimizers as opt

ASCENT = (
    "You add the learning rate times the gradient, so the loss grows. The gradient points uphill: subtract "
    "it."
)
WRITES_INTO_DW = (
    "Your values are right, but your function changes dw. w may be updated in place here, dw may not: its "
    "owner may still need it, for instance to measure its length."
)

SGD_RULE = Rule(opt.sgd, {"learning_rate": 0.35})
_sgd = partial(probe, SGD_RULE)
_bare = fresh(SGD_RULE, (3, 2), 2)
named = Notation(globals(), ANOTHER=ANOTHER)
SGD = exercise(
    opt.sgd,
    (
        _sgd("one step", started(SGD_RULE, (4, 3)), weight=2, visible=True, main=True),
        _sgd("two steps, no config: the default learning rate", _bare, 2, given=False, visible=True),
        _sgd("three steps, the rate given once", started(SGD_RULE, (5,), 3), 3, visible=True),
        keeps_dtype(fresh(SGD_RULE, (4, 3), 1, {}), visible=True, why=DTYPE),
        _sgd("an empty config", fresh(SGD_RULE, (5,), 1, {})),
        _sgd("three steps of a filter", started(SGD_RULE, (2, 3, 2, 2), 3), 3, weight=2, main=True),
        _sgd("a single number", started(SGD_RULE, (1,)), weight=0.5),
        takes_gaps(started(SGD_RULE, (4, 3)), why=MEMORY),
    ),
    named.wrongs("""
    ascent: w - config["learning_rate"] => w + config["learning_rate"]
        @ASCENT
    learning-rate-missing: config["learning_rate"] * dw => dw
        Your step is the whole gradient. It should be the gradient times config['learning_rate'].
    learning-rate-fixed: config["learning_rate"] * dw => 1e-2 * dw
        Your step always uses the default learning rate. Take the one that config holds.
    averaged-again: config["learning_rate"] * dw => config["learning_rate"] * dw / len(dw)
        You divide the gradient by the length of the parameter. dw already is the gradient of the mean loss;
        the rows of w are not examples.
    direction-only: config["learning_rate"] * dw => config["learning_rate"] * dw / np.linalg.norm(dw)
        Your step has the same length whatever the gradient is. Gradient descent takes short steps where the
        gradient is small.
    writes-into-dw:
        next_w = w - config["learning_rate"] * dw => dw *= config["learning_rate"]; next_w = w - dw
        @WRITES_INTO_DW
    another-default: "learning_rate": 1e-2 => "learning_rate": 1e-3
        @ANOTHER
    no-default: config = {"learning_rate": 1e-2, **(config or {})} => config = config or {}
        Where config has no learning rate your function finds none. The docstring has a default for it.
    settings-lost: return next_w, config => return next_w, {}
        The config that you return does not hold the learning rate that was given: the next step falls back on
        the default.
    rate-for-config: return next_w, config => return next_w, config["learning_rate"]
        You return the learning rate in the place of the config. The next call needs the dict.
    """),
    usual(opt.sgd),
)


def with_the_rate_outside(w: Any, dw: Any, config: Any = None) -> Any:
    """Momentum by way of the other form: v = velocity / -learning_rate, turned back before it is stored."""
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    rate = config["learning_rate"]
    other = config["momentum"] * config.get("velocity", np.zeros_like(w)) / -rate + dw
    config["velocity"] = -rate * other
    return w - rate * other, config


MOMENTUM_RULE = Rule(
    opt.sgd_momentum, {"learning_rate": 0.35, "momentum": 0.7}, {"velocity": either_sign(0.3, 0.8)}
)
MOMENTUM = rule_exercise(
    MOMENTUM_RULE,
    (no_momentum(MOMENTUM_RULE),),
    named.wrongs("""
    ascent: - config["learning_rate"] * dw => + config["learning_rate"] * dw
        Your velocity points up the gradient, so the loss grows. The gradient enters it with a minus sign.
    minus-negative: next_w = w + v => next_w = w - v
        The minus sign of the gradient already is in your velocity, and you subtract the velocity: two
        minus signs make an ascent. The velocity is added.
    other-convention:
        - v = config["momentum"] * v - config["learning_rate"] * dw
        - next_w = w + v
        + v = config["momentum"] * v + dw
        + next_w = w - config["learning_rate"] * v
        You keep the learning rate out of the velocity (v = momentum v + dw, as PyTorch does). At a
        constant rate that walks the same way, but here the velocity holds the learning rate and the minus
        sign.
        teach: Two conventions walk the same way at a constant rate and part when the rate changes: ask where
        the learning rate enters the memory.
    other-convention-ascent:
        - v = config["momentum"] * v - config["learning_rate"] * dw
        - next_w = w + v
        + v = config["momentum"] * v + dw
        + next_w = w + config["learning_rate"] * v
        Your velocity points up the gradient, so the loss grows. (And it holds the gradient whole: here
        the learning rate and the minus sign are a part of the velocity.)
    positive-velocity:
        - v = config["momentum"] * v - config["learning_rate"] * dw
        - next_w = w + v
        + v = config["momentum"] * v + config["learning_rate"] * dw
        + next_w = w - v
        Your velocity points up the gradient, and you subtract it from w. From v = 0 that walks the same way,
        but here the minus sign is a part of the velocity that is stored.
    momentum-on-both:
        - config["momentum"] * v - config["learning_rate"] * dw
        + config["momentum"] * (v - config["learning_rate"] * dw)
        Your momentum multiplies the new gradient as well. It belongs to the old velocity alone.
    look-ahead: next_w = w + v => next_w = w + config["momentum"] * v - config["learning_rate"] * dw
        Your step is Nesterov's, which looks ahead. Plain momentum adds the new velocity and no more.
    plain-step-too: next_w = w + v => next_w = w + v - config["learning_rate"] * dw
        You take a plain step besides the velocity. The gradient is in the velocity already.
    EMA: v - config["learning_rate"] * dw => v - (1 - config["momentum"]) * config["learning_rate"] * dw
        You weigh the new gradient with 1 - momentum, as an average does. That makes every step shorter;
        here the new gradient enters the velocity whole.
    average-of-gradients:
        - v = config["momentum"] * v - config["learning_rate"] * dw
        - next_w = w + v
        + v = config["momentum"] * v + (1 - config["momentum"]) * dw
        + next_w = w - config["learning_rate"] * v
        Your velocity is an average of gradients, as in Adam: the new one is weighed with 1 - momentum,
        the learning rate stands outside. Here the gradient enters whole, with rate and minus sign.
    mu-on-grad: config["momentum"] * v - config => v - config["momentum"] * config
        Your momentum multiplies the gradient. It belongs to the old velocity, which otherwise never
        fades.
    momentum-missing: config["momentum"] * v - config["learning_rate"] => -config["learning_rate"]
        Your step does not use the old velocity: that is plain gradient descent.
    momentum-fixed: config["momentum"] * v - => 0.9 * v -
        Your momentum is always 0.9. Take the one that config holds.
    velocity-never-fades: config["momentum"] * v - => v -
        Your old velocity is not multiplied by the momentum: it never fades, and the walk never comes to
        rest.
    old-velocity-used: next_w = w + v => next_w = w + config.get("velocity", np.zeros_like(w))
        Your step uses the velocity from before the update. Update it first, then add the new one.
    learning-rate-twice: next_w = w + v => next_w = w + config["learning_rate"] * v
        Your step multiplies the velocity by the learning rate. It is in the velocity already.
    whole-w-as-velocity: next_w = w + v => v += w; next_w = v
        Your new parameter and your velocity are one array: adding w in place spoils the velocity that you
        store. Make a new array for the sum.
    """),
    named.rights("""
    by way of the form with the rate outside: by with_the_rate_outside
    """),
)


def with_a_look_ahead(w: Any, dw: Any, config: Any = None) -> Any:
    """Nesterov's momentum as a step by the velocity that the next gradient would make if it were this one."""
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    step = config["learning_rate"] * dw
    config["velocity"] = config["momentum"] * config.get("velocity", np.zeros_like(w)) - step
    return w + config["momentum"] * config["velocity"] - step, config


NESTEROV_RULE = Rule(
    opt.nesterov_momentum, {"learning_rate": 0.35, "momentum": 0.7}, {"velocity": either_sign(0.3, 0.8)}
)
NESTEROV = rule_exercise(
    NESTEROV_RULE,
    (no_momentum(NESTEROV_RULE),),
    named.wrongs("""
    plain-momentum: next_w = w - mu * v_prev + (1 + mu) * v => next_w = w - mu * v + (1 + mu) * v
        Your step is that of plain momentum. Nesterov's also uses the velocity from before the update. (If
        your formula has both velocities: keep the old one under a name of its own, or it is overwritten
        before it is used.)
    v_prev-missing: next_w = w - mu * v_prev + (1 + mu) * v => next_w = w + (1 + mu) * v
        The term with the velocity from before the update is missing from your step.
    old-velocity-added: next_w = w - mu * v_prev + (1 + mu) * v => next_w = w + mu * v_prev + (1 + mu) * v
        You add momentum times the velocity from before the update. It is subtracted: w was already
        standing at the end of that look ahead.
    new-v-in-mu²:
        - next_w = w - mu * v_prev + (1 + mu) * v
        + next_w = w + mu * mu * v - (1 + mu) * config["learning_rate"] * dw
        Your step uses momentum squared times the NEW velocity and the gradient once more. The formula of
        that form wants the old velocity; it is in circulation with this slip.
        teach: The rewritten form of Nesterov's step takes the old velocity once and the new one once: derive
        it on the board from the look-ahead.
    velocities-swapped:
        - next_w = w - mu * v_prev + (1 + mu) * v
        + next_w = w - mu * v + (1 + mu) * v_prev
        The old velocity and the new one have changed places in your step.
    old-velocity-whole: next_w = w - mu * v_prev + (1 + mu) * v => next_w = w - v_prev + (1 + mu) * v
        You subtract the whole velocity from before the update. It is multiplied by the momentum.
    place-behind: next_w = w - mu * v_prev + (1 + mu) * v => next_w = w - mu * v_prev + v
        Your step goes back from the place ahead and adds the velocity. The next place ahead is farther by
        momentum times the new velocity.
    other-convention:
        - v = mu * v_prev - config["learning_rate"] * dw
        - next_w = w - mu * v_prev + (1 + mu) * v
        + v = mu * v_prev + dw
        + next_w = w - config["learning_rate"] * (dw + mu * v)
        You keep the learning rate out of the velocity (v = momentum v + dw, as PyTorch does). At a constant
        rate that walks the same way, but here the velocity holds the learning rate and the minus sign.
    lookahead-sign: next_w = w - mu * v_prev + (1 + mu) * v => next_w = w + mu * v_prev + (1 - mu) * v
        Your step is the one for a gradient taken behind w, at w - momentum velocity. Nesterov looks
        ahead: the signs in front of both momentum terms are the other way round.
    ascent: mu * v_prev - config["learning_rate"] * dw => mu * v_prev + config["learning_rate"] * dw
        Your velocity points up the gradient, so the loss grows. The gradient enters it with a minus sign.
    momentum-fixed: mu = config["momentum"] => mu = 0.9
        Your momentum is always 0.9. Take the one that config holds.
    step-as-velocity: config["velocity"] = v => config["velocity"] = next_w - w
        You store the whole step as the velocity. The velocity is only v; the look ahead is no part of it.
    EMA: - config["learning_rate"] * dw => - (1 - mu) * config["learning_rate"] * dw
        You weigh the new gradient with 1 - momentum, as an average does. Here it enters the velocity
        whole.
    """),
    named.rights("""
    as a look ahead: by with_a_look_ahead
    """),
)
