"""Unit 2, activations: what is asked."""

from reference.exercises.activations import elu, gated, maxout, measures, rectified, smooth
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "activations",
    "Activations: what a bend does to a network",
    (
        *smooth.EXERCISES,
        *rectified.EXERCISES,
        *elu.EXERCISES,
        *maxout.EXERCISES,
        *gated.EXERCISES,
        *measures.EXERCISES,
    ),
    oracle=in_torch(__name__),
)
