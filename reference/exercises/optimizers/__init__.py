"""Unit 7, optimizers: what is asked."""

from reference.exercises.optimizers import adaptive, clipping, moments, momentum, schedules
from reference.exercises.optimizers.in_torch import oracle_rows
from reference.kit.exercise import Unit

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
    oracle=oracle_rows,
)
