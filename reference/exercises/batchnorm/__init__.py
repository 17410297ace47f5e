"""Unit 4, batch normalisation: what is asked."""

from reference.exercise import Unit
from reference.exercises.batchnorm import backward_steps, forward_steps
from reference.exercises.batchnorm.in_torch import oracle_rows as oracle_rows

UNIT = Unit(
    "batchnorm",
    "Batch normalisation: nine steps there, nine steps back",
    (*forward_steps.STEPS, *backward_steps.STEPS),
)
