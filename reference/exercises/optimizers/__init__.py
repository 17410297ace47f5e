"""Unit 7, optimizers: what is asked."""

from reference.exercises.optimizers import adaptive, clipping, moments, momentum, schedules
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "optimizers",
    "Optimizers: from the gradient to the step",
    (
        momentum.SGD,
        momentum.MOMENTUM,
        momentum.NESTEROV,
        adaptive.ADAGRAD,
        adaptive.RMSPROP,
        moments.ADAM,
        moments.ADAMW,
        schedules.STEP_DECAY,
        schedules.COSINE_DECAY,
        schedules.LINEAR_WARMUP,
        clipping.CLIPPING,
    ),
    oracle=in_torch(__name__),
)
