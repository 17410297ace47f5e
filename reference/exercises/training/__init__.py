"""Unit 8, the whole process: what is asked."""

from reference.exercises.training import (
    curves,
    decades,
    narrowing,
    parts,
    results,
    sampling,
    starting,
    watching,
)
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "training",
    "Training: the whole process",
    (
        *parts.EXERCISES,
        *starting.EXERCISES,
        *watching.EXERCISES,
        *curves.EXERCISES,
        *decades.EXERCISES,
        *sampling.EXERCISES,
        *results.EXERCISES,
        *narrowing.EXERCISES,
    ),
    oracle=in_torch(__name__),
    beyond_torch={
        "train_validation_split": "it moves rows, and computes nothing",
        "diagnose_learning_rate": "it names what a curve shows",
        "check_initial_loss": "it compares two numbers that it is told",
        "best_of": "it chooses among pairs, and computes nothing",
    },
)
