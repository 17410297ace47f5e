"""Unit 6, regularization: what is asked."""

from reference.exercises.regularization import (
    curves,
    ensembles,
    jitter,
    mirrors,
    penalties,
    pooling,
    regions,
    windows,
)
from reference.kit.exercise import Unit, in_torch

UNIT = Unit(
    "regularization",
    "Regularization: what is not learned by heart",
    (
        curves.GAP,
        *penalties.EXERCISES,
        mirrors.FLIP,
        windows.CROP,
        jitter.JITTER,
        regions.BOUNDARIES,
        *pooling.EXERCISES,
        curves.STOPPING,
        ensembles.PREDICT,
    ),
    oracle=in_torch(__name__),
    beyond_torch={
        "horizontal_flip": "it moves pixels, and computes nothing",
        "random_crop": "it chooses pixels, and computes nothing",
        "early_stopping": "it compares numbers and counts",
    },
)
