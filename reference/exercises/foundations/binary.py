"""A neuron that says yes or no: the sigmoid, and its loss from the logit."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exercises.activations import smooth
from reference.exercises.foundations.inputs import answered, far, logits, unlikely, with_a_zero
from reference.kit import probes
from reference.kit.exercise import Misconception, wrong
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
LEAST = (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
N_BY_N = (
    "Where z is (N, 1) and y is (N,), your arithmetic makes an array of N by N numbers, and nothing warns. "
    "Bring y into the shape of z first."
)
BY_A = (
    "Your dz is the gradient by the probability a. One link of the chain is missing: the slope of the "
    "sigmoid, by which a depends on z."
)
ONE_SLOPE_TOO_MANY = (
    "Your dz is multiplied by the slope of the sigmoid once too often: in the gradient of this loss by z it "
    "has cancelled."
)
FROM_THE_LOGIT = "Your dz is made of the logit z itself. It is the probability a that y is compared with."
OVERFLOWS = (
    "For large logits your loss is infinite: an exp overflows, or the logarithm of 0 is taken. There is a "
    "form with z in it in which exp only gets numbers that are not positive."
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


@quietly
def overflowing(z: Any, y: Any) -> Any:
    """log(1 + exp(z)) as it stands."""
    y = y.reshape(z.shape)
    return np.mean(np.log(1 + np.exp(z)) - z * y), (fo.sigmoid(z) - y) / len(z)


def summed_by_mistake(z: Any, y: Any) -> Any:
    """The losses of all N by N pairs added up, and divided by N."""
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return np.sum(losses) / len(z), (fo.sigmoid(z) - y) / len(z)


def capped_logistic(least: float, added: bool) -> Any:
    """The formula on probabilities that are kept away from 0, by a clip or by a number that is added."""

    def logs(a: Any) -> Any:
        return np.log(a + least) if added else np.log(np.clip(a, least, 1 - least))

    def capped(z: Any, y: Any) -> Any:
        y = y.reshape(z.shape)
        a = fo.sigmoid(z)
        losses = y * logs(a) + (1 - y) * logs(1 - a)
        return -np.sum(losses) / len(z), (a - y) / len(z)

    return capped


def caps(capped: Callable[[float, bool], Any], says: str, apart: float = 1e-7) -> tuple[Misconception, ...]:
    """Logarithms of probabilities that are kept away from 0 by each of the usual small numbers; below `apart`
    it makes no difference how."""
    ways = [(least, added) for least in LEAST for added in (False, True) if least >= apart or not added]
    return tuple(
        wrong(f"{'added' if added else 'clipped-at'}-{least:.0e}", by=capped(least, added), says=says)
        for least, added in ways
    )


def logits_taken_for_probabilities(z: Any, y: Any) -> Any:
    """No sigmoid: z squeezed between 0 and 1 by a clip."""
    y = y.reshape(z.shape)
    a = np.clip(z, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (a - y) / (a * (1 - a)) / len(z)


@quietly
def back_through_a_unguarded(z: Any, y: Any) -> Any:
    """The same, with zeros in the denominator for certain answers."""
    loss, _ = fo.logistic_loss(z, y)
    y, a = y.reshape(z.shape), fo.sigmoid(z)
    return loss, -(y / a - (1 - y) / (1 - a)) / len(z)


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
        _sigmoid("5 examples, 3 neurons, a 0", with_a_zero(logits(5, 3)), visible=True).because(
            "any shape, entry by entry; at 0 it is one half"
        ),
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
    absolute-value: np.where(z >= 0, 1, small) => 1
        Your answers are never below one half: a negative logit gets what its absolute value would. The form
        with exp(-|z|) needs another numerator where z is negative.
    never-above-one-half: np.where(z >= 0, 1, small) => small
        Your answers are never above one half: a positive logit gets what its negative would. The form with
        exp(-|z|) needs another numerator where z is positive.
    zero-left-out:
        - a: Array = np.where(z >= 0, 1, small) / (1 + small)
        + a = np.where(z > 0, 1, np.where(z < 0, small, 0)) / (1 + small)
        Where z is 0, your answer is 0: neither the positive nor the negative side covers it. It is one half.
    zero-is-one:
        - a: Array = np.where(z >= 0, 1, small) / (1 + small)
        + a = np.where(z == 0, 1, np.where(z > 0, 1, small) / (1 + small))
        Where z is 0, your answer is 1. It is one half.
    slope-instead: np.where(z >= 0, 1, small) / (1 + small) => small / (1 + small) ** 2
        You return the slope of the sigmoid, which is largest at 0 and falls to both sides. Its value is asked
        for.
    tanh-of-z: a: Array = np.where(z >= 0, 1, small) / (1 + small) => a = 0.5 * (1 + np.tanh(z))
        Your curve is twice as steep as the sigmoid: in the form with tanh, z is halved first.
    a-step: a: Array = np.where(z >= 0, 1, small) / (1 + small) => a = (z >= 0).astype(z.dtype)
        Your answers are 0 or 1: that is a step. The sigmoid rises smoothly from 0 to 1.
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
        @N_BY_N
        teach: (N, 1) minus (N,) is (N, N) without a word from NumPy: print shapes before numbers, and make
        both columns.
    as-in-textbooks: by as_in_textbooks
        Two things are left to do. Where z is (N, 1) and y is (N,), your arithmetic makes N by N numbers:
        bring y into the shape of z. And for a certain, wrong answer you take the logarithm of 0: bring the
        formula into a form with z in it.
    logits-as-probabilities: by logits_taken_for_probabilities
        You treat z as a probability. It is the logit, any real number: the sigmoid comes first.
    gradient-by-a: by back_through_a
        @BY_A
    gradient-by-a-unguarded: by back_through_a_unguarded
        @BY_A
    one-slope-too-many: dz = (sigmoid(z) - y) / len(z) => dz = (a := sigmoid(z)) * (1 - a) * (a - y) / len(z)
        @ONE_SLOPE_TOO_MANY
    gradient-from-the-logit: (sigmoid(z) - y) / len(z) => (z - y) / len(z)
        @FROM_THE_LOGIT
    logarithm-overflows: by overflowing
        @OVERFLOWS
    n-by-n-summed: by summed_by_mistake
        @N_BY_N
    one-term-only: losses = np.maximum(z, 0) - z * y + np.log1p( => losses = y * np.logaddexp(0, -z) + 0 * (
        Your loss counts only the examples whose answer is 1. The others have a term of their own.
    answers-swapped: - z * y => - z * (1 - y)
        Your loss rewards the wrong answer: look at which term belongs to y and which to 1 - y.
    """)
    + caps(capped_logistic, CAPPED),
    named.rights("""
    in a loop, by logaddexp: by logistic_in_a_loop
    by logaddexp: np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))) => np.logaddexp(0, z) - z * y
    log for log1p: np.log1p(np.exp(-np.abs(z))) => np.log(1 + np.exp(-np.abs(z)))
    """),
)
