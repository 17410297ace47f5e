"""Unit 10, modules: what is asked."""

from reference.exercises.modules import blocks, branches, graphs, recurrent
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "modules",
    "Modules: build like LEGO",
    (*graphs.EXERCISES, *blocks.EXERCISES, *branches.EXERCISES, *recurrent.EXERCISES),
    oracle=in_torch(__name__),
)
