"""Unit 9, transfer learning: what is asked."""

from reference.exercises.transfer import assembling, changing, learning, training
from reference.exercises.transfer.in_torch import oracle_rows as oracle_rows
from reference.kit.exercise import Unit

UNIT = Unit(
    "transfer",
    "Transfer learning: a trained network reads something new",
    (*changing.EXERCISES, *learning.EXERCISES, *training.EXERCISES, *assembling.EXERCISES),
)
