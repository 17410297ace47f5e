"""Unit 9, transfer learning: what is asked."""

from reference.exercises.transfer import assembling, changing, learning, training
from reference.kit.exercise import Unit, in_torch

CHOOSES = "it chooses among names, and computes nothing"

UNIT = Unit(
    "transfer",
    "Transfer learning: a trained network reads something new",
    (*changing.EXERCISES, *learning.EXERCISES, *training.EXERCISES, *assembling.EXERCISES),
    oracle=in_torch(__name__),
    beyond_torch={"pick_device": CHOOSES, "choose_strategy": CHOOSES},
)
