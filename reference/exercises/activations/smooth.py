"""Sigmoid and tanh, there and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import activations as act
from reference.exercise import right, wrong
from reference.exercises.activations.pairs import back, there
from reference.variants import right_pair, wrong_pair

UPSTREAM = "You return the slope alone. The chain rule multiplies it by the gradient from above, dout."
SPOILT = (
    "Your values are right, but the function changes the dout of its caller. Others may still need it: "
    "make a new array instead of working in place."
)
SIGMOID = "out = np.where(x >= 0, 1, e) / (1 + e)"


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


def keeping_x(forward: Any) -> Any:
    """The forward pass with x as its cache."""

    def kept(x: Any) -> Any:
        return forward(x)[0], x

    return kept


def sigmoid_back_from_x(dout: Any, cache: Any) -> Any:
    """The derivative as sigmoid(x) sigmoid(-x)."""
    return dout * act.sigmoid_forward(cache)[0] * act.sigmoid_forward(-cache)[0]


def tanh_back_from_x(dout: Any, cache: Any) -> Any:
    """The derivative computed from x once more."""
    return dout * (1 - np.tanh(cache)) * (1 + np.tanh(cache))


EXERCISES = (
    there(
        act.sigmoid_forward,
        (
            wrong(
                "overflow-warns",
                by=naive_sigmoid,
                says="Your values are right, but NumPy warns of an overflow: somewhere exp gets about "
                "1000. Only give it numbers that are not positive. (np.where computes both of its branches "
                "for every entry.)",
            ),
            wrong(
                "overflow-to-nan",
                change=SIGMOID,
                into="out = np.exp(x) / (1 + np.exp(x))",
                says="For large positive x both exp are infinite, and infinity divided by infinity is NaN. "
                "Divide numerator and denominator by exp(x) for those x.",
            ),
            wrong(
                "sign-of-the-exponent",
                change=SIGMOID,
                into="out = 1 - np.where(x >= 0, 1, e) / (1 + e)",
                says="Your curve falls from 1 to 0. The sigmoid rises: look at the sign of x in the "
                "exponent.",
            ),
            wrong(
                "softmax-instead",
                change=SIGMOID,
                into="out = np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x)))",
                says="Your entries share a sum of 1: that is a softmax. A sigmoid treats every entry by "
                "itself.",
            ),
            wrong(
                "tanh-instead",
                change=SIGMOID,
                into="out = np.tanh(x)",
                says="Your outputs lie between -1 and 1: that is tanh. A sigmoid lies between 0 and 1.",
            ),
            wrong(
                "twice-as-steep",
                change=SIGMOID,
                into="out = 0.5 * (1 + np.tanh(x))",
                says="Your curve is right at 0 and twice too steep. With tanh, sigmoid(x) needs half of x.",
            ),
        ),
        (
            right("side by side", by=sigmoid_by_sides),
            right("by tanh", change=SIGMOID, into="out = 0.5 * (1 + np.tanh(x / 2))"),
            right("clipped", change=SIGMOID, into="out = 1 / (1 + np.exp(-np.clip(x, -500, 500)))"),
            right("by logaddexp", change=SIGMOID, into="out = np.exp(-np.logaddexp(0, -x))"),
            right("caches x", change="return out, out", into="return out, (x, 'sigmoid')"),
        ),
    ),
    back(
        act.sigmoid_backward,
        act.sigmoid_forward,
        (
            wrong_pair(
                "grad-from-input",
                forward=keeping_x(act.sigmoid_forward),
                backward=lambda dout, x: dout * x * (1 - x),
                says="Your slope s * (1 - s) takes the input for s. s is the output of the sigmoid.",
            ),
            wrong(
                "double-sigmoid",
                change="out = cache",
                into="out, _ = sigmoid_forward(cache)",
                says="You take the sigmoid of the output. The cached output is sigmoid(x) already.",
            ),
            wrong(
                "upstream-forgotten",
                change="dout * out * (1 - out)",
                into="out * (1 - out)",
                says=UPSTREAM,
            ),
            wrong(
                "slope-of-tanh",
                change="out * (1 - out)",
                into="(1 - out**2)",
                says="You use the slope of tanh. For the sigmoid, write down the quotient rule once more.",
            ),
            wrong(
                "one-factor-missing",
                change="dout * out * (1 - out)",
                into="dout * out",
                says="A factor is missing: exp is its own derivative, the sigmoid is not.",
            ),
            wrong(
                "sign-reversed",
                change="(1 - out)",
                into="(out - 1)",
                says="Your slope is negative, but the sigmoid rises everywhere.",
            ),
            wrong(
                "writes-into-dout",
                change="dx: Array = dout * out * (1 - out)",
                into="dx = dout\ndx *= out * (1 - out)",
                says=SPOILT,
            ),
        ),
        (
            right("multiplied out", change="dout * out * (1 - out)", into="dout * (out - out**2)"),
            right_pair("from x", forward=keeping_x(act.sigmoid_forward), backward=sigmoid_back_from_x),
            right(
                "in place on a copy",
                change="dx: Array = dout * out * (1 - out)",
                into="dx = dout.copy()\ndx *= out\ndx *= 1 - out",
            ),
        ),
    ),
    there(
        act.tanh_forward,
        (
            wrong(
                "overflow-to-nan",
                change="np.tanh(x)",
                into="(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
                says="For large |x| your exp is infinite, and infinity divided by infinity is NaN. NumPy "
                "has a tanh that knows about this.",
            ),
            wrong(
                "half-as-steep",
                change="np.tanh(x)",
                into="2 * sigmoid_forward(x)[0] - 1",
                says="Your curve has the right ends but only half the slope. Which multiple of x must go "
                "into the sigmoid?",
            ),
            wrong(
                "sigmoid-instead",
                change="np.tanh(x)",
                into="sigmoid_forward(2 * x)[0]",
                says="Your outputs lie between 0 and 1. tanh is that curve stretched and shifted to -1 to 1.",
            ),
            wrong(
                "tan-instead",
                change="np.tanh(x)",
                into="np.tan(x)",
                says="You call np.tan, the tangent of an angle. The hyperbolic tangent has an h at its end.",
            ),
            wrong(
                "arctan-instead",
                change="np.tanh(x)",
                into="np.arctan(x)",
                says="Your curve goes to plus and minus 1.57: that is the arcus tangent, not tanh.",
            ),
        ),
        (
            right("by the sigmoid", change="np.tanh(x)", into="2 * sigmoid_forward(2 * x)[0] - 1"),
            right(
                "by expm1",
                change="np.tanh(x)",
                into="-np.sign(x) * np.expm1(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x)))",
            ),
            right("caches x too", change="return out, out", into="return out, {'out': out, 'x': x}"),
        ),
    ),
    back(
        act.tanh_backward,
        act.tanh_forward,
        (
            wrong_pair(
                "grad-from-input",
                forward=keeping_x(act.tanh_forward),
                backward=lambda dout, x: dout * (1 - x**2),
                says="Your slope 1 - t^2 takes the input for t, so it explodes for large x. t is the "
                "output of tanh.",
            ),
            wrong(
                "double-tanh",
                change="out = cache",
                into="out = np.tanh(cache)",
                says="You take tanh of the output. The cached output is tanh(x) already.",
            ),
            wrong(
                "slope-of-the-sigmoid",
                change="(1 - out**2)",
                into="out * (1 - out)",
                says="You use the slope of the sigmoid. tanh has one of its own.",
            ),
            wrong(
                "square-missing",
                change="out**2",
                into="out",
                says="Your slope is 1 - t. It must be the same for x and -x, so t cannot come alone.",
            ),
            wrong("upstream-forgotten", change="dout * (1 - out**2)", into="1 - out**2", says=UPSTREAM),
            wrong(
                "sign-reversed",
                change="(1 - out**2)",
                into="(out**2 - 1)",
                says="Your slope is negative, but tanh rises everywhere.",
            ),
            wrong(
                "writes-into-dout",
                change="dx: Array = dout * (1 - out**2)",
                into="dx = dout\ndx *= 1 - out**2",
                says=SPOILT,
            ),
        ),
        (
            right("two factors", change="(1 - out**2)", into="(1 - out) * (1 + out)"),
            right_pair("from x", forward=keeping_x(act.tanh_forward), backward=tanh_back_from_x),
        ),
    ),
)
