"""Unit 5, dropout: what is asked."""

from reference.exercises.dropout import dropconnect, inverted, montecarlo, vanilla
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "dropout",
    "Dropout: learning with half of the units away",
    (*inverted.EXERCISES, *vanilla.EXERCISES, *dropconnect.EXERCISES, *montecarlo.EXERCISES),
    oracle=in_torch(__name__),
)
