"""Unit 9, transfer learning: what is asked."""

from reference.exercises.transfer import assembling, changing, learning, training
from reference.kit.exercise import Unit, in_torch

CHOOSES = "it chooses among names or objects, and computes nothing"
CHANGES = "it changes which objects of torch there are, not what they compute"

UNIT = Unit(
    "transfer",
    "Transfer learning: a trained network reads something new",
    (*changing.EXERCISES, *learning.EXERCISES, *training.EXERCISES, *assembling.EXERCISES),
    oracle=in_torch(__name__),
    beyond_torch={
        "pick_device": CHOOSES,
        "choose_strategy": CHOOSES,
        "trainable_parameters": CHOOSES,
        "moved_by": "it compares numbers for equality",
        "replace_head": CHANGES,
        "freeze_backbone": CHANGES,
        "prepare": CHANGES,
        "learn_digits": "it is held to an accuracy, over ten lessons, by a test",
    },
)
