"""Plain gradient descent, momentum, Nesterov's momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import optimizers as opt
from reference.drawn import in_float32, strided
from reference.exercise import Exercise, right, wrong
from reference.exercises.optimizers.probes import Rule, either_sign, fresh, ordinary, probe, started
from reference.exercises.optimizers.variants import state_mistakes, usual

GIVEN = '"learning_rate": 1e-2, "momentum": 0.9'
STORED = 'config["velocity"] = v'
ASCENT = (
    "You add the learning rate times the gradient, so the loss grows. The gradient points uphill: subtract "
    "it."
)
WRITES_INTO_DW = (
    "Your values are right, but your function changes dw. w may be updated in place here, dw may not: its "
    "owner may still need it, for instance to measure its length."
)

SGD_RULE = Rule("sgd", {"learning_rate": 0.35})
SGD = Exercise(
    name="sgd",
    truth=opt.sgd,
    cases=(
        probe(SGD_RULE, "one step", started(SGD_RULE, (4, 3)), weight=2, visible=True, main=True),
        probe(
            SGD_RULE,
            "two steps, no config: the default learning rate",
            fresh(SGD_RULE, (3, 2), 2),
            2,
            given=False,
            visible=True,
        ),
        probe(SGD_RULE, "an empty config", fresh(SGD_RULE, (5,), 1, {}), visible=True),
        probe(
            SGD_RULE, "three steps of a filter", started(SGD_RULE, (2, 3, 2, 2), 3), 3, weight=2, main=True
        ),
        probe(SGD_RULE, "a single number", started(SGD_RULE, (1,)), weight=0.5),
        probe(SGD_RULE, "float32", in_float32(started(SGD_RULE, (4, 3), 2)), 2, weight=0.5, exact_dtype=True),
        probe(SGD_RULE, "gaps in memory", strided(started(SGD_RULE, (4, 3))), weight=0.5),
    ),
    misconceptions=(
        wrong(
            "ascent", change='w - config["learning_rate"]', into='w + config["learning_rate"]', says=ASCENT
        ),
        wrong(
            "learning-rate-missing",
            change='config["learning_rate"] * dw',
            into="dw",
            says="Your step is the whole gradient. It should be the gradient times config['learning_rate'].",
        ),
        wrong(
            "learning-rate-fixed",
            change='config["learning_rate"] * dw',
            into="1e-2 * dw",
            says="Your step always uses the default learning rate. Take the one that config holds.",
        ),
        wrong(
            "averaged-again",
            change='config["learning_rate"] * dw',
            into='config["learning_rate"] * dw / len(dw)',
            says="You divide the gradient by the length of the parameter. dw already is the gradient of "
            "the mean loss; the rows of w are not examples.",
        ),
        wrong(
            "direction-only",
            change='config["learning_rate"] * dw',
            into='config["learning_rate"] * dw / np.linalg.norm(dw)',
            says="Your step has the same length whatever the gradient is. Gradient descent takes short "
            "steps where the gradient is small.",
        ),
        wrong(
            "writes-into-dw",
            change='next_w = w - config["learning_rate"] * dw',
            into='dw *= config["learning_rate"]\nnext_w = w - dw',
            says=WRITES_INTO_DW,
        ),
    ),
    alternatives=usual(opt.sgd),
)


def with_the_rate_outside(w: Any, dw: Any, config: Any = None) -> Any:
    """Momentum by way of the other form: v = velocity / -learning_rate, turned back before it is stored."""
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    rate = config["learning_rate"]
    other = config["momentum"] * config.get("velocity", np.zeros_like(w)) / -rate + dw
    config["velocity"] = -rate * other
    return w - rate * other, config


MOMENTUM_RULE = Rule(
    "sgd_momentum", {"learning_rate": 0.35, "momentum": 0.7}, {"velocity": either_sign(0.3, 0.8)}
)
MOMENTUM = Exercise(
    name="sgd_momentum",
    truth=opt.sgd_momentum,
    cases=(
        *ordinary(MOMENTUM_RULE),
        probe(MOMENTUM_RULE, "no momentum", started(MOMENTUM_RULE, (3, 2), 2, momentum=0.0), 2, weight=0.5),
        probe(
            MOMENTUM_RULE,
            "float32",
            in_float32(started(MOMENTUM_RULE, (4, 3), 2)),
            2,
            weight=0.5,
            exact_dtype=True,
        ),
    ),
    misconceptions=(
        wrong(
            "ascent",
            change='- config["learning_rate"] * dw',
            into='+ config["learning_rate"] * dw',
            says="Your velocity points up the gradient, so the loss grows. The gradient enters it with a "
            "minus sign.",
        ),
        wrong(
            "minus-negative",
            change="next_w = w + v",
            into="next_w = w - v",
            says="The minus sign of the gradient already is in your velocity, and you subtract the "
            "velocity: two minus signs make an ascent. The velocity is added.",
        ),
        wrong(
            "other-convention",
            change='v = config["momentum"] * v - config["learning_rate"] * dw\nnext_w = w + v',
            into='v = config["momentum"] * v + dw\nnext_w = w - config["learning_rate"] * v',
            says="You keep the learning rate out of the velocity (v = momentum v + dw, as PyTorch does). "
            "At a constant rate that walks the same way, but here the velocity holds the learning rate and "
            "the minus sign.",
        ),
        wrong(
            "EMA",
            change='v - config["learning_rate"] * dw',
            into='v - (1 - config["momentum"]) * config["learning_rate"] * dw',
            says="You weigh the new gradient with 1 - momentum, as an average does. That makes every step "
            "shorter; here the new gradient enters the velocity whole.",
        ),
        wrong(
            "average-of-gradients",
            change='v = config["momentum"] * v - config["learning_rate"] * dw\nnext_w = w + v',
            into='v = config["momentum"] * v + (1 - config["momentum"]) * dw\n'
            'next_w = w - config["learning_rate"] * v',
            says="Your velocity is an average of gradients, as in Adam: the new one is weighed with "
            "1 - momentum, the learning rate stands outside. Here the gradient enters whole, with rate and "
            "minus sign.",
        ),
        wrong(
            "mu-on-grad",
            change='v = config["momentum"] * v - config["learning_rate"] * dw',
            into='v = v - config["momentum"] * config["learning_rate"] * dw',
            says="Your momentum multiplies the gradient. It belongs to the old velocity, which otherwise "
            "never fades.",
        ),
        wrong(
            "momentum-missing",
            change='v = config["momentum"] * v - config["learning_rate"] * dw',
            into='v = -config["learning_rate"] * dw',
            says="Your step does not use the old velocity: that is plain gradient descent.",
        ),
        wrong(
            "momentum-fixed",
            change='config["momentum"] * v - ',
            into="0.9 * v - ",
            says="Your momentum is always 0.9. Take the one that config holds.",
        ),
        wrong(
            "velocity-never-fades",
            change='config["momentum"] * v - ',
            into="v - ",
            says="Your old velocity is not multiplied by the momentum: it never fades, and the walk never "
            "comes to rest.",
        ),
        wrong(
            "old-velocity-used",
            change="next_w = w + v",
            into='next_w = w + config.get("velocity", np.zeros_like(w))',
            says="Your step uses the velocity from before the update. Update it first, then add the new one.",
        ),
        wrong(
            "learning-rate-twice",
            change="next_w = w + v",
            into='next_w = w + config["learning_rate"] * v',
            says="Your step multiplies the velocity by the learning rate. It is in the velocity already.",
        ),
        wrong(
            "whole-w-as-velocity",
            change="next_w = w + v",
            into="v += w\nnext_w = v",
            says="Your new parameter and your velocity are one array: adding w in place spoils the "
            "velocity that you store. Make a new array for the sum.",
        ),
        *state_mistakes("sgd_momentum", GIVEN, STORED, '"velocity": v', "velocity"),
    ),
    alternatives=(
        *usual(opt.sgd_momentum),
        right("by way of the form with the rate outside", by=with_the_rate_outside),
    ),
)


def with_a_look_ahead(w: Any, dw: Any, config: Any = None) -> Any:
    """Nesterov's momentum as a step by the velocity that the next gradient would make if it were this one."""
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    step = config["learning_rate"] * dw
    config["velocity"] = config["momentum"] * config.get("velocity", np.zeros_like(w)) - step
    return w + config["momentum"] * config["velocity"] - step, config


NESTEROV_RULE = Rule(
    "nesterov_momentum", {"learning_rate": 0.35, "momentum": 0.7}, {"velocity": either_sign(0.3, 0.8)}
)
_STEP = "next_w = w - mu * v_prev + (1 + mu) * v"
NESTEROV = Exercise(
    name="nesterov_momentum",
    truth=opt.nesterov_momentum,
    cases=(
        *ordinary(NESTEROV_RULE),
        probe(NESTEROV_RULE, "no momentum", started(NESTEROV_RULE, (3, 2), 2, momentum=0.0), 2, weight=0.5),
        probe(
            NESTEROV_RULE,
            "float32",
            in_float32(started(NESTEROV_RULE, (4, 3), 2)),
            2,
            weight=0.5,
            exact_dtype=True,
        ),
    ),
    misconceptions=(
        wrong(
            "plain-momentum",
            change=_STEP,
            into="next_w = w - mu * v + (1 + mu) * v",
            says="Your step is that of plain momentum. Nesterov's also uses the velocity from before the "
            "update. (If your formula has both velocities: keep the old one under a name of its own, or it "
            "is overwritten before it is used.)",
        ),
        wrong(
            "v_prev-missing",
            change=_STEP,
            into="next_w = w + (1 + mu) * v",
            says="The term with the velocity from before the update is missing from your step.",
        ),
        wrong(
            "old-velocity-added",
            change=_STEP,
            into="next_w = w + mu * v_prev + (1 + mu) * v",
            says="You add momentum times the velocity from before the update. It is subtracted: w was "
            "already standing at the end of that look ahead.",
        ),
        wrong(
            "new-v-in-mu²",
            change=_STEP,
            into='next_w = w + mu * mu * v - (1 + mu) * config["learning_rate"] * dw',
            says="Your step uses momentum squared times the NEW velocity and the gradient once more. The "
            "formula of that form wants the old velocity; it is in circulation with this slip.",
        ),
        wrong(
            "lookahead-sign",
            change=_STEP,
            into="next_w = w + mu * v_prev + (1 - mu) * v",
            says="Your step is the one for a gradient taken behind w, at w - momentum velocity. Nesterov "
            "looks ahead: the signs in front of both momentum terms are the other way round.",
        ),
        wrong(
            "ascent",
            change='mu * v_prev - config["learning_rate"] * dw',
            into='mu * v_prev + config["learning_rate"] * dw',
            says="Your velocity points up the gradient, so the loss grows. The gradient enters it with a "
            "minus sign.",
        ),
        wrong(
            "momentum-fixed",
            change='mu = config["momentum"]',
            into="mu = 0.9",
            says="Your momentum is always 0.9. Take the one that config holds.",
        ),
        wrong(
            "step-as-velocity",
            change=STORED,
            into='config["velocity"] = next_w - w',
            says="You store the whole step as the velocity. The velocity is only v; the look ahead is no "
            "part of it.",
        ),
        wrong(
            "EMA",
            change='- config["learning_rate"] * dw',
            into='- (1 - mu) * config["learning_rate"] * dw',
            says="You weigh the new gradient with 1 - momentum, as an average does. Here it enters the "
            "velocity whole.",
        ),
        *state_mistakes("nesterov_momentum", GIVEN, STORED, '"velocity": v', "velocity"),
    ),
    alternatives=(
        *usual(opt.nesterov_momentum),
        right("as a look ahead", by=with_a_look_ahead),
    ),
)
