"""Unit 1, foundations: what is asked."""

from reference.exercises.foundations import (
    batches,
    binary,
    classes,
    labels,
    layers,
    network,
    numbers,
    slopes,
    steps,
)
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "foundations",
    "Foundations: from one neuron to a network",
    (
        layers.FLATTEN,
        binary.SIGMOID,
        binary.LOGISTIC,
        layers.FORWARD,
        layers.BACKWARD,
        slopes.NUMERICAL,
        steps.STEP,
        batches.MINIBATCHES,
        labels.MULTILABEL,
        *classes.EXERCISES,
        numbers.MSE,
        numbers.COUNT,
        *network.EXERCISES,
        steps.EPOCH,
    ),
    oracle=in_torch(__name__),
    beyond_torch={"minibatches": "it draws an order: what all right orders have in common is stated"},
)
