"""Exactly one of several classes: softmax, and its loss from the logits."""

from typing import Any

import numpy as np

from reference.exercises.foundations.binary import FAR, caps, quietly
from reference.exercises.foundations.inputs import classified, far, logits
from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo

APART = "rows that lie 2,500 apart: each has a maximum of its own"
EXPECTS = "the loss of a class with probability 0 in floating point is still finite"


@quietly
def no_shift(z: Any) -> Any:
    """The formula as it stands."""
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)


@quietly
def one_shift_for_all(z: Any) -> Any:
    """The largest of all logits is subtracted."""
    e = np.exp(z - np.max(z))
    return e / np.sum(e, axis=1, keepdims=True)


@quietly
def shift_in_one_place(z: Any) -> Any:
    """Shifted above, not shifted below."""
    top = np.max(z, axis=1, keepdims=True)
    return np.exp(z - top) / np.sum(np.exp(z), axis=1, keepdims=True)


def row_by_row(z: Any) -> Any:
    """A softmax for each row."""
    rows = [np.exp(row - row.max()) for row in z]
    return np.array([row / row.sum() for row in rows])


named = Notation(globals())
_softmax = probes.asker("p = softmax(z)", "p")
SOFTMAX = exercise(
    fo.softmax,
    (
        _softmax("6 examples, 4 classes", logits(6, 4), weight=2, visible=True, main=True),
        _softmax("large logits", far(5, 4), weight=1.5, visible=True, quiet=True, why=FAR),
        _softmax("rows far apart", logits(4, 3, offset=2500.0), visible=True, quiet=True, why=APART),
        keeps_dtype(logits(4, 5), visible=True, why=probes.DTYPE),
        _softmax("5 examples, 7 classes", logits(5, 7), weight=2, main=True),
        _softmax("as many classes as examples", logits(4, 4), weight=0.5, visible=True),
        _softmax("one example", logits(1, 5), weight=0.5, why="N = 1"),
        takes_gaps(logits(3, 6), why=probes.MEMORY),
    ),
    named.wrongs("""
    no-shift: by no_shift
        For large logits exp is infinite, and your probabilities are NaN. A softmax does not change when the
        same number is subtracted from all logits of a row: which number makes every exp harmless?
        teach: Softmax sees differences alone: subtract the largest score of each row, and no exponent is
        above 0.
    one-shift-for-all: by one_shift_for_all
        You subtract one number from all rows. A row far below it has only zeros left, and 0 / 0 is NaN: each
        row needs a number of its own.
    shift-in-one-place: by shift_in_one_place
        You subtract in the numerator and not in the denominator. The factor only cancels when it is in both.
    over-the-examples: np.sum(e, axis=1, keepdims=True) => np.sum(e, axis=0, keepdims=True)
        Your columns add up to 1, not your rows. The classes of one example compete, and they are a row.
    columns-throughout:
        - e = np.exp(z - np.max(z, axis=1, keepdims=True))
        - p: Array = e / np.sum(e, axis=1, keepdims=True)
        + e = np.exp(z - np.max(z, axis=0, keepdims=True))
        + p = e / np.sum(e, axis=0, keepdims=True)
        Your columns add up to 1, not your rows. The classes of one example compete, and they are a row.
    over-everything: np.sum(e, axis=1, keepdims=True) => np.sum(e)
        All your probabilities together add up to 1. Each row does so by itself.
    keepdims-missing: np.sum(e, axis=1, keepdims=True) => np.sum(e, axis=1)
        Your sums have shape (N,), and an array of (N, C) cannot be divided by that row by row: keep the axis.
    keepdims-missing-in-the-shift:
        np.exp(z - np.max(z, axis=1, keepdims=True)) => np.exp(z - np.max(z, axis=1))
        Your maxima have shape (N,), and what is subtracted from row n of (N, C) has to stand in row n: keep
        the axis. (Where N is C, NumPy subtracts them along the wrong axis, and nothing warns.)
    not-divided: e / np.sum(e, axis=1, keepdims=True) => e
        Your rows do not add up to 1: the division by their sum is missing.
    a-small-number-added: np.sum(e, axis=1, keepdims=True) => (np.sum(e, axis=1, keepdims=True) + 1e-3)
        Your rows add up to a little less than 1: something is added to the sum. It is at least 1 after the
        shift, so nothing needs protection.
    sigmoids: p: Array = e / np.sum(e, axis=1, keepdims=True) => p = sigmoid(z)
        Each entry of yours is by itself: those are sigmoids. Here the classes of a row share a sum of 1.
    writes-into-z:
        - e = np.exp(z - np.max(z, axis=1, keepdims=True))
        + z -= np.max(z, axis=1, keepdims=True)
        + e = np.exp(z)
        Your values are right, but the function changes the z of its caller. Make a new array.
    """),
    named.rights("""
    row by row: by row_by_row
    by logarithms:
        - p: Array = e / np.sum(e, axis=1, keepdims=True)
        + p = np.exp(np.log(np.maximum(e, 1e-300).astype(e.dtype)) - np.log(np.sum(e, axis=1, keepdims=True)))
    np.newaxis: np.sum(e, axis=1, keepdims=True) => e.sum(1)[:, None]
    """),
)


@quietly
def log_of_probability(z: Any, y: Any) -> Any:
    """Shifted, and the logarithm of a probability that may be 0."""
    p, rows = fo.softmax(z), np.arange(len(z))
    loss = -np.mean(np.log(p[rows, y]))
    p[rows, y] -= 1
    return loss, p / len(z)


@quietly
def loss_without_shift(z: Any, y: Any) -> Any:
    """No shift before exp."""
    e, rows = np.exp(z), np.arange(len(z))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[rows, y]))
    p[rows, y] -= 1
    return loss, p / len(z)


@quietly
def loss_of_the_gradient(z: Any, y: Any) -> Any:
    """The loss is read off the array from which 1 was subtracted."""
    dz, rows = fo.softmax(z), np.arange(len(z))
    dz[rows, y] -= 1
    return -np.mean(np.log(dz[rows, y])), dz / len(z)


@quietly
def logs_without_shift(z: Any, y: Any) -> Any:
    """The logarithm as a difference, without a shift."""
    return _from_logs(z - np.log(np.sum(np.exp(z), axis=1, keepdims=True)), y)


@quietly
def logs_with_one_shift(z: Any, y: Any) -> Any:
    """The largest of all logits is subtracted."""
    shifted = z - np.max(z)
    return _from_logs(shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True)), y)


def _from_logs(logs: Any, y: Any) -> Any:
    rows, dz = np.arange(len(logs)), np.exp(logs)
    dz[rows, y] -= 1
    return -np.mean(logs[rows, y]), dz / len(logs)


def _capped(least: float, added: bool) -> Any:
    """The logarithm of a probability that is kept away from 0, by a clip or by a number that is added."""

    def capped(z: Any, y: Any) -> Any:
        p, rows = fo.softmax(z), np.arange(len(z))
        right = p[rows, y] + least if added else np.clip(p[rows, y], least, 1)
        p[rows, y] -= 1
        return -np.mean(np.log(right)), p / len(z)

    return capped


def one_hot(z: Any, y: Any) -> Any:
    """With a matrix of zeros and ones."""
    target = np.zeros_like(z)
    target[np.arange(len(y)), y] = 1
    top = z.max(axis=1, keepdims=True)
    sums = top + np.log(np.exp(z - top).sum(axis=1, keepdims=True))
    return np.sum(target * (sums - z)) / len(z), (np.exp(z - sums) - target) / len(z)


def in_a_loop(z: Any, y: Any) -> Any:
    """Example by example."""
    loss, dz = 0.0, np.empty_like(z)
    for n, (row, label) in enumerate(zip(z, y, strict=True)):
        log_sum = np.logaddexp.reduce(row)
        loss += (log_sum - row[label]) / len(z)
        dz[n] = np.exp(row - log_sum) / len(z)
        dz[n, label] -= 1 / len(z)
    return loss, dz


CAPPED = (
    "Your loss stops growing for certain and wrong answers: a probability is clipped, or a small number "
    "added, before its logarithm is taken. With the logarithm written as a difference nothing needs it."
)
NO_SHIFT = (
    "For large logits exp is infinite, and your loss is NaN or infinite. Subtract from each row what makes "
    "every exp harmless: softmax does not change by it."
)
_loss = probes.asker("loss, dz = softmax_loss(z, y)", {"loss": 1.0, "dz": 2.0})
LOSS = exercise(
    fo.softmax_loss,
    (
        _loss("6 examples, 4 classes", classified(logits(6, 4)), weight=2, visible=True, main=True),
        _loss(
            "certain and wrong",
            classified(far(6, 5), surprised=True),
            weight=1.5,
            visible=True,
            quiet=True,
            why=EXPECTS,
        ),
        _loss(
            "rows far apart",
            classified(logits(4, 3, offset=2500.0)),
            weight=0.5,
            visible=True,
            quiet=True,
            why=APART,
        ),
        keeps_dtype(classified(logits(4, 5)), visible=True, why=probes.DTYPE),
        _loss("5 examples, 7 classes", classified(logits(5, 7)), weight=2, main=True),
        _loss("as many classes as examples", classified(logits(4, 4)), weight=0.5),
        _loss("one example", classified(logits(1, 6)), weight=0.5, why="N = 1"),
        takes_gaps(classified(logits(5, 3)), why=probes.MEMORY),
    ),
    named.wrongs("""
    no-shift: by loss_without_shift
        @NO_SHIFT
        teach: Softmax sees differences alone: subtract the largest score of each row, and no exponent is
        above 0.
    log-of-zero: by log_of_probability
        For a class that is far below the largest one, your loss is infinite: its probability has become
        exactly 0 before the logarithm. The logarithm of a quotient is a difference: write that instead.
        teach: The logarithm undoes the exponential on paper, before a computer rounds it to 0: the loss is
        the log of a sum minus one score.
    no-shift-in-the-logs: by logs_without_shift
        @NO_SHIFT
    one-shift-for-all: by logs_with_one_shift
        You subtract one number from all rows. A row far below it has only zeros left, whose logarithm is
        infinite: each row needs a number of its own.
    sum-not-mean: loss = -np.mean(logs[rows, y]) => loss = -np.sum(logs[rows, y])
        Your loss is a sum over the examples. It is their mean.
        teach: A mean keeps the size of the step when the batch grows: ask what a sum does to the learning
        rate when the batch is doubled.
    mean-over-the-classes-too: loss = -np.mean(logs[rows, y]) => loss = -np.sum(logs[rows, y]) / z.size
        Your loss is divided by the number of classes, too. Only one of them counts for each example.
    gradient-not-averaged: dz /= len(z) => pass
        Your dz is that of the sum. The loss is a mean over N examples, and its gradient is divided, too.
        teach: What divides the loss divides its gradient: move one score by h and compare both sides.
    loss-sign: loss = -np.mean(logs[rows, y]) => loss = np.mean(logs[rows, y])
        Your loss is negative. Logarithms of probabilities are negative: which sign makes the loss positive?
    gradient-sign: dz /= len(z) => dz /= -len(z)
        Your dz has the other sign: a step against it would make the loss larger.
    loss-of-the-gradient: by loss_of_the_gradient
        Your dz is right, and your loss is NaN: it is taken from the array from which 1 has been subtracted
        already. Two names for one array are no copy; take the loss first.
    last-example-only: loss = -np.mean(logs[rows, y]) => loss = -logs[rows, y][-1] / len(z)
        Your loss is that of the last example alone. The losses of all of them are added up before they are
        divided by N.
    logarithms-turned-round: logs = shifted - np.log( => logs = -shifted + np.log(
        Your loss is negative, and your dz is made of the reciprocals of the probabilities. The logarithm of a
        probability is negative: which of the two terms has the minus sign?
    log-forgotten: loss = -np.mean(logs[rows, y]) => loss = -np.mean(np.exp(logs[rows, y]))
        You average the probabilities of the right classes. Their logarithms are asked for.
    true-class-not-subtracted: dz[rows, y] -= 1 => pass
        Your dz is positive everywhere. At the right class something is subtracted: derive that entry by
        itself.
    classes-of-all-rows: dz[rows, y] -= 1 => dz[:, y] -= 1
        You subtract in whole columns. Each row has one right class: rows and classes have to be paired.
    all-true-classes: loss = -np.mean(logs[rows, y]) => loss = -np.mean(logs[:, y])
        You average over all pairs of a row and a label. Each row has one label of its own: pair them.
    one-subtracted-after-the-mean:
        - dz[rows, y] -= 1
        - dz /= len(z)
        + dz /= len(z)
        + dz[rows, y] -= 1
        At the right classes your dz has 1 subtracted after the division by N. First subtract, then divide.
    gradient-over-the-classes-too: dz /= len(z) => dz /= z.size
        Your dz is divided by the number of classes as well. The loss is a mean over the examples only.
    one-slope-too-many: dz /= len(z) => dz *= np.exp(logs) * (1 - np.exp(logs)) / len(z)
        Your dz is multiplied by p (1 - p) once too often: in the gradient of this loss by z the slopes have
        cancelled.
    probabilities-for-the-gradient: dz[rows, y] -= 1; dz /= len(z) => pass
        Your second result holds the probabilities themselves. The gradient of the loss by z is asked for.
    one-added: dz[rows, y] -= 1 => dz[rows, y] += 1
        At the right classes you add 1. Derive that entry by itself: the larger its logit, the smaller the
        loss.
    largest-class-for-the-right-one: loss = -np.mean(logs[rows, y]) => loss = -np.mean(logs.max(axis=1))
        Your loss looks at the most likely class of each row. It is that of the right class, y.
    """)
    + caps(_capped, CAPPED, apart=1.0),
    named.rights("""
    with a matrix of zeros and ones: by one_hot
    in a loop, by logaddexp: by in_a_loop
    """),
)
EXERCISES = (SOFTMAX, LOSS)
