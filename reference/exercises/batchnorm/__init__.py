"""Unit 4, batch normalisation: what is asked."""

from reference.exercises.batchnorm import (
    backward_steps,
    debugging,
    forward_steps,
    layer_backward,
    layer_forward,
    layernorm,
)
from reference.exercises.batchnorm.in_torch import oracle_rows
from reference.kit.exercise import Unit

UNIT = Unit(
    "batchnorm",
    "Batch normalisation: nine steps there, nine steps back",
    (
        *forward_steps.STEPS,
        layer_forward.FORWARD,
        *backward_steps.STEPS,
        layer_backward.BACKWARD,
        layer_backward.BACKWARD_ALT,
        debugging.NAME,
        debugging.REPAIRED,
        layernorm.FORWARD,
        layernorm.BACKWARD,
    ),
    oracle=oracle_rows,
    beyond_torch={"name_faulty_step": "it names a step; the nine results that it compares have rows"},
)
