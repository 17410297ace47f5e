"""Sigmoid and tanh, there and back."""

from typing import Any

import numpy as np

from reference.exercises.activations.pairs import back, there
from reference.kit.notation import Notation
from reference.truth import activations as act

UPSTREAM = "You return the slope alone. The chain rule multiplies it by the gradient from above, dout."
SPOILT = (
    "Your values are right, but the function changes the dout of its caller. Others may still need it: "
    "make a new array instead of working in place."
)

CACHE = (
    "A first call is right, but the function changes its cache: a second call on it answers something else. "
    "Make a new array instead of working in place."
)
ONE_TRUTH = (
    "Somewhere Python wants one True or False (an if, an and, its own max), and an array has one for each "
    "entry. np.where and np.maximum decide entry by entry."
)


def naive_sigmoid(x: Any) -> Any:
    """The formula as it stands: right, but exp overflows and warns."""
    out = 1 / (1 + np.exp(-x))
    return out, out


def sigmoid_by_sides(x: Any) -> Any:
    """Each side with the form whose exp is at most 1."""
    out = np.empty_like(x)
    positive = x > 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    small = np.exp(x[~positive])
    out[~positive] = small / (1 + small)
    return out, out


def sigmoid_back_from_x(dout: Any, cache: Any) -> Any:
    """The derivative as sigmoid(x) sigmoid(-x)."""
    return dout * act.sigmoid_forward(cache)[0] * act.sigmoid_forward(-cache)[0]


def tanh_back_from_x(dout: Any, cache: Any) -> Any:
    """The derivative computed from x once more."""
    return dout * (1 - np.tanh(cache)) * (1 + np.tanh(cache))


named = Notation(
    globals(),
    sigmoid_keeping_x=lambda x: (act.sigmoid_forward(x)[0], x),
    sigmoid_back_of_x=lambda dout, x: dout * x * (1 - x),
    sigmoid_back_naively=lambda dout, x: dout * np.exp(-x) / (1 + np.exp(-x)) ** 2,
    tanh_keeping_x=lambda x: (np.tanh(x), x),
    tanh_back_by_cosh=lambda dout, x: dout / np.cosh(x) ** 2,
    tanh_back_of_x=lambda dout, x: dout * (1 - x**2),
)
EXERCISES = (
    there(
        act.sigmoid_forward,
        named.wrongs("""
        overflow-warns: by naive_sigmoid
            Your values are right, but NumPy warns of an overflow: somewhere exp gets about 1000. Only give it
            numbers that are not positive. (np.where computes both of its branches for every entry.)
        overflow-to-nan: out = np.where(x >= 0, 1, e) / (1 + e) => out = np.exp(x) / (1 + np.exp(x))
            For large positive x both exp are infinite, and infinity divided by infinity is NaN. Divide
            numerator and denominator by exp(x) for those x.
            teach: The same function has two forms, and each overflows on one side only: choose the one whose
            exponent is not positive.
        sign-of-the-exponent: np.where(x >= 0, 1, e) => 1 - np.where(x >= 0, 1, e)
            Your curve falls from 1 to 0. The sigmoid rises: look at the sign of x in the exponent.
        size-for-x: np.where(x >= 0, 1, e) => 1
            Your curve is the same for x and -x: the size of x stands everywhere, and its sign decides
            nothing. On the left the numerator is e.
        e-on-both-sides: np.where(x >= 0, 1, e) => e
            Your curve is the same for x and -x, and at most 1/2. On the right the numerator is 1.
        minus-the-exponential: out = np.where(x >= 0, 1, e) / (1 + e) => out = 1 / (1 - np.exp(-x))
            Your denominator subtracts the exponential. It is 1 + exp(-x).
        slope-instead: return out, out => return out * (1 - out), out
            You return the slope. The value is the sigmoid itself.
        softmax-of-rows:
            - out = np.where(x >= 0, 1, e) / (1 + e)
            + e = np.exp(x - np.max(x, axis=1, keepdims=True))
            + out = e / np.sum(e, axis=1, keepdims=True)
            The entries of each of your rows share a sum of 1: that is a softmax. A sigmoid treats every entry
            by itself.
        softmax-instead: where(x >= 0, 1, e) / (1 + e) => exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x)))
            Your entries share a sum of 1: that is a softmax. A sigmoid treats every entry by itself.
        tanh-instead: out = np.where(x >= 0, 1, e) / (1 + e) => out = np.tanh(x)
            Your outputs lie between -1 and 1: that is tanh. A sigmoid lies between 0 and 1.
        brackets-missing: np.where(x >= 0, 1, e) / (1 + e) => 1 / 1 + np.exp(-x)
            Your denominator has no brackets: 1 / 1 + exp(-x) is 1 + exp(-x).
        if-for-where: np.where(x >= 0, 1, e) => (1 if x >= 0 else e)
            @ONE_TRUTH
        twice-as-steep: out = np.where(x >= 0, 1, e) / (1 + e) => out = 0.5 * (1 + np.tanh(x))
            Your curve is right at 0 and twice too steep. With tanh, sigmoid(x) needs half of x.
        """),
        named.rights("""
        side by side: by sigmoid_by_sides
        by tanh: out = np.where(x >= 0, 1, e) / (1 + e) => out = 0.5 * (1 + np.tanh(x / 2))
        clipped: out = np.where(x >= 0, 1, e) / (1 + e) => out = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
        by logaddexp: out = np.where(x >= 0, 1, e) / (1 + e) => out = np.exp(-np.logaddexp(0, -x))
        caches x: return out, out => return out, (x, 'sigmoid')
        """),
    ),
    back(
        act.sigmoid_backward,
        act.sigmoid_forward,
        named.wrongs("""
        grad-from-input: by sigmoid_back_of_x with sigmoid_keeping_x
            Your slope s * (1 - s) takes the input for s. s is the output of the sigmoid.
            teach: s (1 - s) is written in the output: evaluate it with the input 2 and with the output 0.88,
            and ask which of the two can be a slope.
        double-sigmoid: out = cache => out, _ = sigmoid_forward(cache)
            You take the sigmoid of the output. The cached output is sigmoid(x) already.
        upstream-forgotten: dout * out * (1 - out) => out * (1 - out)
            @UPSTREAM
        slope-of-tanh: out * (1 - out) => (1 - out**2)
            You use the slope of tanh. For the sigmoid, write down the quotient rule once more.
        one-factor-missing: dout * out * (1 - out) => dout * out
            A factor is missing: exp is its own derivative, the sigmoid is not.
        other-factor-missing: dout * out * (1 - out) => dout * (1 - out)
            A factor is missing: the slope falls to 0 on either side, and 1 - s does so on the right alone.
        brackets-missing: dout * out * (1 - out) => dout * out * 1 - out
            Brackets are missing: your code multiplies by 1 and then subtracts the output.
        square-for-product: out * (1 - out) => out * out
            Your slope is s * s, which is largest on the right. It is s * (1 - s).
        overflow-to-nan: by sigmoid_back_naively with sigmoid_keeping_x
            For large |x| the exp of your slope is infinite, and infinity divided by infinity is NaN. The
            output of the forward pass tells the slope without an exp.
        sign-reversed: (1 - out) => (out - 1)
            Your slope is negative, but the sigmoid rises everywhere.
        writes-into-dout: dx: Array = dout * out * (1 - out) => dx = dout; dx *= out * (1 - out)
            @SPOILT
        spoils-the-cache: dx: Array = dout * out * (1 - out) => out *= 1 - out; dx = dout * out
            @CACHE
        """),
        named.rights("""
        multiplied out: dout * out * (1 - out) => dout * (out - out**2)
        from x: by sigmoid_back_from_x with sigmoid_keeping_x
        in place on a copy:
            dx: Array = dout * out * (1 - out) => dx = dout.copy(); dx *= out; dx *= 1 - out
        """),
    ),
    there(
        act.tanh_forward,
        named.wrongs("""
        overflow-to-nan: np.tanh(x) => (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
            For large |x| your exp is infinite, and infinity divided by infinity is NaN. NumPy has a tanh that
            knows about this.
        overflow-on-the-right: np.tanh(x) => (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)
            For large positive x your exp is infinite, and infinity divided by infinity is NaN. NumPy has a
            tanh that knows about this.
        overflow-warns: np.tanh(x) => 1 - 2 / (1 + np.exp(2 * x))
            Your values are right, but NumPy warns of an overflow: somewhere exp gets a large number. NumPy
            has a tanh that knows about this.
        upside-down: np.tanh(x) => (np.exp(x) + np.exp(-x)) / (np.exp(x) - np.exp(-x))
            Your fraction is upside down.
        one-not-subtracted: np.tanh(x) => 2 * sigmoid_forward(2 * x)[0]
            Your outputs lie between 0 and 2. tanh is that minus 1.
        falls: np.tanh(x) => np.tanh(-x)
            Your curve falls from 1 to -1. tanh rises.
        without-signs: np.tanh(x) => np.tanh(np.abs(x))
            Your outputs are never negative. tanh of a negative number is negative.
        brackets-missing: np.tanh(x) => (np.exp(x) - np.exp(-x)) / np.exp(x) + np.exp(-x)
            Your denominator has no brackets: only the first term of it divides.
        half-as-steep: np.tanh(x) => 2 * sigmoid_forward(x)[0] - 1
            Your curve has the right ends but only half the slope. Which multiple of x must go into the
            sigmoid?
        sigmoid-instead: np.tanh(x) => sigmoid_forward(2 * x)[0]
            Your outputs lie between 0 and 1. tanh is that curve stretched and shifted to -1 to 1.
        tan-instead: np.tanh(x) => np.tan(x)
            You call np.tan, the tangent of an angle. The hyperbolic tangent has an h at its end.
        arctan-instead: np.tanh(x) => np.arctan(x)
            Your curve goes to plus and minus 1.57: that is the arcus tangent, not tanh.
        """),
        named.rights("""
        by the sigmoid: np.tanh(x) => 2 * sigmoid_forward(2 * x)[0] - 1
        by expm1: np.tanh(x) => -np.sign(x) * np.expm1(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x)))
        caches x too: return out, out => return out, {'out': out, 'x': x}
        """),
    ),
    back(
        act.tanh_backward,
        act.tanh_forward,
        named.wrongs("""
        grad-from-input: by tanh_back_of_x with tanh_keeping_x
            Your slope 1 - t^2 takes the input for t, so it explodes for large x. t is the output of tanh.
            teach: 1 - t^2 is written in the output: with the input 3 it would be -8, and tanh never falls.
        double-tanh: out = cache => out = np.tanh(cache)
            You take tanh of the output. The cached output is tanh(x) already.
        slope-of-the-sigmoid: (1 - out**2) => out * (1 - out)
            You use the slope of the sigmoid. tanh has one of its own.
        brackets-missing: dout * (1 - out**2) => dout * 1 - out**2
            Brackets are missing: your code multiplies by 1 and then subtracts the square.
        difference-squared: (1 - out**2) => (1 - out) ** 2
            You square the difference. It is 1 minus the square, (1 - t) * (1 + t).
        plus-the-square: (1 - out**2) => (1 + out**2)
            Your slope is 1 + t^2, which is least at 0. The slope of tanh is greatest there: 1 - t^2.
        overflow-warns: by tanh_back_by_cosh with tanh_keeping_x
            Your values are right, but NumPy warns of an overflow: cosh is too large for far x. The output of
            the forward pass tells the slope.
        square-missing: out**2 => out
            Your slope is 1 - t. It must be the same for x and -x, so t cannot come alone.
        upstream-forgotten: dout * (1 - out**2) => 1 - out**2
            @UPSTREAM
        sign-reversed: (1 - out**2) => (out**2 - 1)
            Your slope is negative, but tanh rises everywhere.
        writes-into-dout: dx: Array = dout * (1 - out**2) => dx = dout; dx *= 1 - out**2
            @SPOILT
        spoils-the-cache: dx: Array = dout * (1 - out**2) => out *= out; dx = dout * (1 - out)
            @CACHE
        """),
        named.rights("""
        two factors: (1 - out**2) => (1 - out) * (1 + out)
        from x: by tanh_back_from_x with tanh_keeping_x
        """),
    ),
)
