"""Unit 5, dropout: what is asked."""

from reference.exercises.dropout import dropconnect, inverted, montecarlo, vanilla
from reference.exercises.dropout.in_torch import oracle_rows
from reference.kit.exercise import Unit

UNIT = Unit(
    "dropout",
    "Dropout: learning with half of the units away",
    (*inverted.EXERCISES, *vanilla.EXERCISES, *dropconnect.EXERCISES, *montecarlo.EXERCISES),
    oracle=oracle_rows,
)
