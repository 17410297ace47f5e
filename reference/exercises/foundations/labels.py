"""Several yes or no at once: labels that do not compete."""

from typing import Any

import numpy as np

from reference.exercises.foundations import binary
from reference.exercises.foundations.binary import CAPPED, FAR, capped_logistic, caps, quietly
from reference.exercises.foundations.inputs import answered, far, logits
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.notation import Notation
from reference.kit.promises import takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo

_labels = probes.asker("loss, dz = multilabel_loss(z, y)", {"loss": 1.0, "dz": 2.0})


def _one_label(rng: np.random.Generator) -> Drawn:
    return answered(logits(6, 1))(rng)


def label_by_label(z: Any, y: Any) -> Any:
    """The logistic loss of each label, added up."""
    parts = [fo.logistic_loss(z[:, k], y[:, k]) for k in range(z.shape[1])]
    return sum(loss for loss, _ in parts), np.stack([dz for _, dz in parts], axis=1)


@quietly
def labels_from_probabilities(z: Any, y: Any) -> Any:
    """The textbook's formula on probabilities."""
    a = fo.sigmoid(z)
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / len(z), (a - y) / len(z)


def labels_clipped(z: Any, y: Any) -> Any:
    """The same with a clip that keeps the logarithm finite."""
    a = fo.sigmoid(z)
    inside = np.clip(a, 1e-15, 1 - 1e-15)
    return -np.sum(y * np.log(inside) + (1 - y) * np.log(1 - inside)) / len(z), (a - y) / len(z)


@quietly
def labels_overflowing(z: Any, y: Any) -> Any:
    """log(1 + exp(z)) as it stands."""
    return np.sum(np.log(1 + np.exp(z)) - z * y) / len(z), (fo.sigmoid(z) - y) / len(z)


def present_only(z: Any, y: Any) -> Any:
    """Only the labels that are there count."""
    return np.sum(y * np.logaddexp(0, -z)) / len(z), y * (fo.sigmoid(z) - 1) / len(z)


def by_softmax(z: Any, y: Any) -> Any:
    """The labels compete."""
    p = fo.softmax(z)
    return -np.sum(y * np.log(np.maximum(p, 1e-300))) / len(z), (p - y) / len(z)


named = Notation(
    globals(),
    CERTAIN=binary.CERTAIN,
    FROM_THE_LOGIT=binary.FROM_THE_LOGIT,
    ONE_SLOPE_TOO_MANY=binary.ONE_SLOPE_TOO_MANY,
    OVERFLOWS=binary.OVERFLOWS,
)
MULTILABEL = exercise(
    fo.multilabel_loss,
    (
        _labels("6 examples, 3 labels", answered(logits(6, 3)), weight=2, visible=True, main=True),
        _labels("certain and wrong", answered(far(5, 4)), weight=1.5, visible=True, quiet=True, why=FAR),
        _labels("5 examples, 7 labels", answered(logits(5, 7)), weight=2, main=True),
        _labels("one label", _one_label, weight=0.5, why="L = 1: the logistic loss"),
        _labels("one example", answered(logits(1, 4)), weight=0.5, why="N = 1"),
        _labels("y as floats", answered(logits(4, 3), floats=True), weight=0.5, visible=True),
        takes_gaps(answered(logits(4, 3)), why=probes.MEMORY),
    ),
    named.wrongs("""
    mean-over-labels-too:
        - loss = np.sum(losses) / len(z)
        - dz = (sigmoid(z) - y) / len(z)
        + loss = np.mean(losses)
        + dz = (sigmoid(z) - y) / z.size
        You average over the labels as well. They are added up; the mean is over the examples only.
    loss-over-labels-too: loss = np.sum(losses) / len(z) => loss = np.mean(losses)
        Your loss is a mean over labels and examples, your gradient is not. The labels are added up.
    sum-over-examples: loss = np.sum(losses) / len(z) => loss = np.sum(losses)
        Your loss adds up the examples. It is their mean.
    gradient-not-averaged: (sigmoid(z) - y) / len(z) => sigmoid(z) - y
        Your dz is that of the sum over the examples. The loss is their mean, and its gradient is divided,
        too.
    gradient-sign: (sigmoid(z) - y) / len(z) => (y - sigmoid(z)) / len(z)
        Your dz has the other sign: a step against it would make the loss larger.
    log-of-zero: by labels_from_probabilities
        @CERTAIN
    probabilities-clipped: by labels_clipped
        @CAPPED
    present-labels-only: by present_only
        Only labels that are 1 count in your loss. What is not in the picture must be denied as well: each
        label has two terms.
    present-labels-in-the-loss:
        - loss = np.sum(losses) / len(z)
        + loss = np.sum(y * losses) / len(z)
        Only labels that are 1 count in your loss, and your gradient is that of all. What is not in the
        picture must be denied as well: each label has two terms.
    mean-over-labels-only: loss = np.sum(losses) / len(z) => loss = np.sum(losses) / z.shape[1]
        Your loss is divided by the number of labels. They are added up; the mean is over the examples.
    divided-by-labels:
        - loss = np.sum(losses) / len(z)
        - dz = (sigmoid(z) - y) / len(z)
        + loss = np.sum(losses) / z.shape[1]
        + dz = (sigmoid(z) - y) / z.shape[1]
        You divide by the number of labels, not of examples. The labels are added up; the mean is over the
        examples.
    gradient-over-labels-too: (sigmoid(z) - y) / len(z) => (sigmoid(z) - y) / z.size
        Your dz is divided by the number of labels as well. The labels are added up in the loss, so only the
        number of examples divides its gradient.
    loss-sign: loss = np.sum(losses) / len(z) => loss = -np.sum(losses) / len(z)
        Your loss is negative. Logarithms of probabilities are negative: what sign stands in front of the sum?
    one-slope-too-many: dz = (sigmoid(z) - y) / len(z) => dz = (a := sigmoid(z)) * (1 - a) * (a - y) / len(z)
        @ONE_SLOPE_TOO_MANY
    gradient-from-the-logit: (sigmoid(z) - y) / len(z) => (z - y) / len(z)
        @FROM_THE_LOGIT
    logarithm-overflows: by labels_overflowing
        @OVERFLOWS
    labels-compete: by by_softmax
        Your labels share a sum of 1: that is a softmax. Several may be right at once, so each has a sigmoid.
    """)
    + caps(capped_logistic, CAPPED),
    named.rights("""
    label by label: by label_by_label
    by logaddexp: np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))) => np.logaddexp(0, z) - z * y
    a mean of sums: loss = np.sum(losses) / len(z) => loss = np.mean(np.sum(losses, axis=1))
    """),
)
