"""Unit 4, batch normalisation: what is asked."""

from reference.exercises.batchnorm import (
    backward_steps,
    debugging,
    forward_steps,
    layer_backward,
    layer_forward,
    layernorm,
)
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "batchnorm",
    "Batch normalisation: nine steps forward, ten back",
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
    oracle=in_torch(__name__),
    beyond_torch={"name_faulty_step": "it names a step; the nine results that it compares have rows"},
)
