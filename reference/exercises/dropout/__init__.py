"""Unit 5, dropout: what is asked."""

from reference.exercise import Unit
from reference.exercises.dropout import dropconnect, inverted, vanilla

UNIT = Unit(
    "dropout",
    "Dropout: learning with half of the units away",
    (*inverted.EXERCISES, *vanilla.EXERCISES, *dropconnect.EXERCISES),
)
