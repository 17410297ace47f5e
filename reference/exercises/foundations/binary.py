"""A neuron that says yes or no: the sigmoid, its loss from the logit, and several of them side by side."""

from typing import Any

import numpy as np

from reference.exercises.activations import smooth
from reference.exercises.foundations.inputs import answered, far, logits, unlikely
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo

FAR = "logits up to 1000: finite, no warning, no NaN"
BOTH_SHAPES = "(N,) against (N, 1) would broadcast to (N, N)"
CERTAIN = (
    "For a certain and wrong answer your loss is infinite or NaN: the sigmoid has become exactly 0 or 1, "
    "and its logarithm is taken. Bring the formula into a form with the logit z in it before you compute."
)
CAPPED = (
    "Your loss stops growing for certain and wrong answers: a probability is clipped, or a small number "
    "added, before its logarithm is taken. Bring the formula into a form with the logit z in it; then "
    "nothing needs a clip."
)


def naive_sigmoid(z: Any) -> Any:
    """The formula as it stands: right, but exp overflows and warns."""
    return smooth.naive_sigmoid(z)[0]


def sigmoid_by_sides(z: Any) -> Any:
    """Each side with the form whose exp is at most 1."""
    return smooth.sigmoid_by_sides(z)[0]


def quietly(compute: Any) -> Any:
    """Computed with NumPy's warnings switched off."""

    def silent(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return compute(*arguments)

    return silent


@quietly
def from_probabilities(z: Any, y: Any) -> Any:
    """The textbook's formula on probabilities: right until a logit is large."""
    y = y.reshape(z.shape)
    a = fo.sigmoid(z)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (a - y) / len(z)


def clipped_probabilities(z: Any, y: Any) -> Any:
    """The same with a clip that keeps the logarithm finite."""
    y = y.reshape(z.shape)
    a = fo.sigmoid(z)
    inside = np.clip(a, 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(inside) + (1 - y) * np.log(1 - inside)), (a - y) / len(z)


def broadcast_by_mistake(z: Any, y: Any) -> Any:
    """y as it comes: (N, 1) and (N,) make (N, N)."""
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return np.mean(losses), (fo.sigmoid(z) - y) / len(z)


@quietly
def as_in_textbooks(z: Any, y: Any) -> Any:
    """The formula on probabilities, y as it comes."""
    a = fo.sigmoid(z)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (a - y) / len(z)


def logits_taken_for_probabilities(z: Any, y: Any) -> Any:
    """No sigmoid: z squeezed between 0 and 1 by a clip."""
    y = y.reshape(z.shape)
    a = np.clip(z, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (a - y) / (a * (1 - a)) / len(z)


def back_through_a(z: Any, y: Any) -> Any:
    """The gradient by a, not by z."""
    loss, _ = fo.logistic_loss(z, y)
    y, a = y.reshape(z.shape), fo.sigmoid(z)
    return loss, (a - y) / np.maximum(a * (1 - a), 1e-30) / len(z)


def logistic_in_a_loop(z: Any, y: Any) -> Any:
    """Example by example; the loss as log(1 + exp(-s z)) with s = 1 or -1."""
    total, dz = 0.0, np.zeros_like(z)
    for n, (logit, answer) in enumerate(zip(z.ravel(), y.ravel(), strict=True)):
        total += np.logaddexp(0, -logit if answer else logit)
        dz.flat[n] = (fo.sigmoid(logit) - answer) / len(z)
    return total / len(z), dz


named = Notation(globals())
_sigmoid = probes.asker("a = sigmoid(z)", "a")
SIGMOID = exercise(
    fo.sigmoid,
    (
        _sigmoid("6 logits", logits(6), weight=2, visible=True, main=True),
        _sigmoid("large logits", far(4, 5), weight=1.5, visible=True, quiet=True, why=FAR),
        _sigmoid("5 examples, 3 neurons", logits(5, 3), visible=True, why="any shape, entry by entry"),
        keeps_dtype(logits(4, 5), visible=True, why=probes.DTYPE),
        _sigmoid("5 examples, 7 neurons", logits(5, 7), weight=2, main=True),
        _sigmoid("far to the left", unlikely(3, 4), visible=True, weight=0.5).because(
            "small probabilities are no zeros"
        ),
        takes_gaps(logits(3, 6), why=probes.MEMORY),
    ),
    named.wrongs("""
    overflow-warns: by naive_sigmoid
        Your values are right, but NumPy warns of an overflow: somewhere exp gets about 1000. Only give it
        numbers that are not positive. (np.where computes both of its branches for every entry.)
    overflow-to-nan: a: Array = np.where(z >= 0, 1, small) / (1 + small) => a = np.exp(z) / (1 + np.exp(z))
        For large z both exp are infinite, and infinity divided by infinity is NaN. Divide numerator and
        denominator by exp(z) for those z.
    sign-of-the-exponent: np.where(z >= 0, 1, small) => 1 - np.where(z >= 0, 1, small)
        Your curve falls from 1 to 0. The sigmoid rises: look at the sign in the exponent.
    softmax-instead:
        - a: Array = np.where(z >= 0, 1, small) / (1 + small)
        + a = np.exp(z - z.max()) / np.sum(np.exp(z - z.max()))
        Your entries share a sum of 1: that is a softmax. A sigmoid treats every entry by itself.
    tanh-instead: a: Array = np.where(z >= 0, 1, small) / (1 + small) => a = np.tanh(z)
        Your outputs lie between -1 and 1: that is tanh. A probability lies between 0 and 1.
    brackets-missing: np.where(z >= 0, 1, small) / (1 + small) => 1 / 1 + np.exp(-np.clip(z, -700, None))
        Your denominator has no brackets: 1 / 1 + exp(-z) is 1 + exp(-z).
    logits-clipped: small = np.exp(-np.abs(z)) => z = np.clip(z, -20, 20); small = np.exp(-np.abs(z))
        You clip z so tightly that small probabilities come out too large. Only exp of large positive numbers
        overflows.
    """),
    named.rights("""
    side by side: by sigmoid_by_sides
    by tanh: a: Array = np.where(z >= 0, 1, small) / (1 + small) => a = 0.5 * (1 + np.tanh(z / 2))
    clipped far out:
        - a: Array = np.where(z >= 0, 1, small) / (1 + small)
        + a = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    by logaddexp: a: Array = np.where(z >= 0, 1, small) / (1 + small) => a = np.exp(-np.logaddexp(0, -z))
    """),
)

_logistic = probes.asker("loss, dz = logistic_loss(z, y)", {"loss": 1.0, "dz": 2.0})
LOGISTIC = exercise(
    fo.logistic_loss,
    (
        _logistic("7 examples", answered(logits(7)), weight=2, visible=True, main=True),
        _logistic("z (6, 1) and y (6,)", answered(logits(6, 1), (6,)), visible=True, why=BOTH_SHAPES),
        _logistic("certain and wrong", answered(far(8)), weight=1.5, visible=True, quiet=True, why=FAR),
        _logistic("5 examples, z (5, 1) and y (5, 1)", answered(logits(5, 1)), weight=0.5, visible=True),
        _logistic("9 examples", answered(logits(9)), weight=2, main=True),
        _logistic("z (5,) and y (5, 1)", answered(logits(5), (5, 1)), weight=0.5, why=BOTH_SHAPES),
        _logistic("one example", answered(logits(1, 1)), weight=0.5, why="N = 1"),
        _logistic("y as floats", answered(logits(6), floats=True), weight=0.5, visible=True),
        takes_gaps(answered(logits(6)), why=probes.MEMORY),
    ),
    named.wrongs("""
    sum-not-mean: loss = np.mean(losses) => loss = np.sum(losses)
        Your loss is a sum over the examples. It is their mean, so that it does not grow with the batch.
    gradient-not-averaged: (sigmoid(z) - y) / len(z) => sigmoid(z) - y
        Your dz is that of the sum. The loss is a mean over N examples, and its gradient is divided, too.
    loss-sign: loss = np.mean(losses) => loss = -np.mean(losses)
        Your loss is negative. Logarithms of probabilities are negative: what sign stands in front of the sum?
    gradient-sign: (sigmoid(z) - y) / len(z) => (y - sigmoid(z)) / len(z)
        Your dz has the other sign: a step against it would make the loss larger.
    log-of-zero: by from_probabilities
        @CERTAIN
        teach: In floats 1 - sigmoid(40) is 0: take the logarithm on paper first, so that the loss is written
        in the logit and stays finite.
    probabilities-clipped: by clipped_probabilities
        @CAPPED
    n-by-n: by broadcast_by_mistake
        Where z is (N, 1) and y is (N,), your arithmetic makes an array of N by N numbers, and nothing warns.
        Bring y into the shape of z first.
        teach: (N, 1) minus (N,) is (N, N) without a word from NumPy: print shapes before numbers, and make
        both columns.
    as-in-textbooks: by as_in_textbooks
        Two things are left to do. Where z is (N, 1) and y is (N,), your arithmetic makes N by N numbers:
        bring y into the shape of z. And for a certain, wrong answer you take the logarithm of 0: bring the
        formula into a form with z in it.
    logits-as-probabilities: by logits_taken_for_probabilities
        You treat z as a probability. It is the logit, any real number: the sigmoid comes first.
    gradient-by-a: by back_through_a
        Your dz is the gradient by the probability a. One link of the chain is missing: the slope of the
        sigmoid, by which a depends on z.
    answers-swapped: - z * y => - z * (1 - y)
        Your loss rewards the wrong answer: look at which term belongs to y and which to 1 - y.
    """),
    named.rights("""
    in a loop, by logaddexp: by logistic_in_a_loop
    by logaddexp: np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))) => np.logaddexp(0, z) - z * y
    log for log1p: np.log1p(np.exp(-np.abs(z))) => np.log(1 + np.exp(-np.abs(z)))
    """),
)

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


def present_only(z: Any, y: Any) -> Any:
    """Only the labels that are there count."""
    return np.sum(y * np.logaddexp(0, -z)) / len(z), y * (fo.sigmoid(z) - 1) / len(z)


def by_softmax(z: Any, y: Any) -> Any:
    """The labels compete."""
    p = fo.softmax(z)
    return -np.sum(y * np.log(np.maximum(p, 1e-300))) / len(z), (p - y) / len(z)


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
    labels-compete: by by_softmax
        Your labels share a sum of 1: that is a softmax. Several may be right at once, so each has a sigmoid.
    """),
    named.rights("""
    label by label: by label_by_label
    by logaddexp: np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))) => np.logaddexp(0, z) - z * y
    a mean of sums: loss = np.sum(losses) / len(z) => loss = np.mean(np.sum(losses, axis=1))
    """),
)
