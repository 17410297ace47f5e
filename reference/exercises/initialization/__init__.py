"""Unit 3, initialization: what is asked."""

from reference.exercises.initialization import (
    constants,
    divergence,
    learning,
    machines,
    rules,
    statistics,
    tuning,
)
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "initialization",
    "Initialization: where learning starts",
    (
        *constants.EXERCISES,
        *rules.EXERCISES[:1],
        *statistics.EXERCISES,
        *rules.EXERCISES[1:],
        *machines.EXERCISES,
        *divergence.EXERCISES,
        *learning.EXERCISES,
        *tuning.EXERCISES,
    ),
    oracle=in_torch(__name__),
)
