"""Unit 9, transfer learning: what is asked."""

from reference.exercise import Unit
from reference.exercises.transfer import assembling, changing, training
from reference.exercises.transfer.in_torch import oracle_rows as oracle_rows

UNIT = Unit(
    "transfer",
    "Transfer learning: a trained network reads something new",
    (*changing.EXERCISES, *training.EXERCISES, *assembling.EXERCISES),
)
