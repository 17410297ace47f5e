"""ReLU and leaky ReLU, there and back. At x = 0 every slope between those of the two sides is right."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import activations as act
from reference.exercise import right, wrong
from reference.exercises.activations.pairs import back, there
from reference.exercises.activations.smooth import UPSTREAM
from reference.patching import patched
from reference.variants import right_pair

ALIAS = (
    "Your values are right, but `dx = dout` makes a second name, not a copy, so your function overwrites the "
    "gradient of its caller. In a network with a shortcut that gradient is needed once more."
)
OF_DOUT = (
    "You ask where dout is positive. The forward pass decided by the sign of x, and the gradient goes back "
    "where x went through."
)


def leaky_by_max(x: Any, a: Any = 0.01) -> Any:
    """Two halves added."""
    return np.maximum(x, 0) + a * np.minimum(x, 0), [x, a]


EXERCISES = (
    there(
        act.relu_forward,
        (
            wrong(
                "np.max-for-np.maximum",
                change="np.maximum(0, x)",
                into="np.max(0, x)",
                says="np.max(0, x) looks for the largest entry of 0 along the axis x, and x is no axis. "
                "The larger of two numbers, entry by entry, is np.maximum.",
            ),
            wrong(
                "minimum-instead",
                change="np.maximum(0, x)",
                into="np.minimum(0, x)",
                says="You keep the negative numbers and lose the positive ones.",
            ),
            wrong(
                "absolute-value",
                change="np.maximum(0, x)",
                into="np.abs(x)",
                says="Your function folds the negative side up. ReLU makes it 0.",
            ),
            wrong(
                "step-instead",
                change="np.maximum(0, x)",
                into="(x > 0).astype(x.dtype)",
                says="You return 1 where x is positive. That is the slope; the value there is x itself.",
            ),
            wrong(
                "writes-into-x",
                change="out = np.maximum(0, x)",
                into="x[x < 0] = 0\nout = x.copy()",
                says="Your values are right, but the function overwrites the x of its caller. Make a new "
                "array.",
            ),
        ),
        (
            right("masked", change="np.maximum(0, x)", into="x * (x > 0)"),
            right("np.where", change="np.maximum(0, x)", into="np.where(x < 0, 0, x)"),
            right("half the sum", change="np.maximum(0, x)", into="(x + np.abs(x)) / 2"),
            right("caches a mask", change="return out, x", into="return out, x > 0"),
        ),
    ),
    back(
        act.relu_backward,
        act.relu_forward,
        (
            wrong("mask-from-dout", change="(x > 0)", into="(dout > 0)", says=OF_DOUT),
            wrong(
                "in-place-alias",
                change="dx: Array = dout * (x > 0)",
                into="dx = dout\ndx[x <= 0] = 0",
                says=ALIAS,
            ),
            wrong(
                "upstream-forgotten",
                change="dout * (x > 0)",
                into="(x > 0).astype(dout.dtype)",
                says=UPSTREAM,
            ),
            wrong(
                "value-for-slope",
                change="(x > 0)",
                into="np.maximum(0, x)",
                says="You multiply by the output of ReLU. The chain rule needs its slope, which is 0 or 1.",
            ),
            wrong(
                "wrong-side",
                change="(x > 0)",
                into="(x < 0)",
                says="You let the gradient pass where x was negative. There the output was 0, whatever x "
                "was.",
            ),
            wrong(
                "passes-everything",
                change="dout * (x > 0)",
                into="dout.copy()",
                says="Your gradient passes everywhere. Where x was negative the output did not depend on it.",
            ),
        ),
        (
            right("slope 1 at zero", change="x > 0", into="x >= 0"),
            right("slope 1/2 at zero", change="(x > 0)", into="((np.sign(x) + 1) / 2)"),
            right("np.where", change="dout * (x > 0)", into="np.where(x > 0, dout, 0)"),
            right(
                "in place on a copy",
                change="dx: Array = dout * (x > 0)",
                into="dx = dout.copy()\ndx[x < 0] = 0",
            ),
            right_pair(
                "from a mask",
                forward=lambda x: (np.maximum(0, x), x > 0),
                backward=lambda dout, mask: dout * mask,
            ),
        ),
        kink=patched(act.relu_backward, change="x > 0", into="x >= 0"),
    ),
    there(
        act.leaky_relu_forward,
        (
            wrong(
                "slope-on-wrong-side",
                change="np.where(x > 0, x, a * x)",
                into="np.where(x > 0, a * x, x)",
                says="Your factor a is on the positive side. Positive numbers pass as they are.",
            ),
            wrong(
                "max-trick",
                change="np.where(x > 0, x, a * x)",
                into="np.maximum(a * x, x)",
                says="The larger of a * x and x is the leaky ReLU only as long as a is at most 1. For a "
                "larger a it picks the wrong one on both sides: decide by the sign of x.",
            ),
            wrong(
                "no-leak",
                change="np.where(x > 0, x, a * x)",
                into="np.maximum(0, x)",
                says="Nothing leaks: your negative side is 0. There the output is a * x.",
            ),
            wrong(
                "slope-ignored",
                change="np.where(x > 0, x, a * x)",
                into="np.where(x > 0, x, 0.01 * x)",
                says="Your slope is always 0.01. It must be the argument a.",
            ),
            wrong(
                "leaks-upwards",
                change="np.where(x > 0, x, a * x)",
                into="np.where(x > 0, x, -a * x)",
                says="Your negative side rises to the left. a * x is negative there.",
            ),
            wrong(
                "shifted-not-scaled",
                change="np.where(x > 0, x, a * x)",
                into="np.where(x > 0, x, a)",
                says="Your negative side is the constant a. It is a line with slope a.",
            ),
            wrong(
                "float32-lost",
                change="np.where(x > 0, x, a * x)",
                into="x * np.where(x > 0, 1, a)",
                says="Your values are right, but float32 comes back as float64: np.where(..., 1, a) makes a "
                "float64 array of two numbers. Let np.where choose between arrays instead.",
            ),
        ),
        (
            right("two halves", by=leaky_by_max),
            right(
                "a factor",
                change="np.where(x > 0, x, a * x)",
                into="x * np.where(x > 0, 1, a).astype(x.dtype)",
            ),
        ),
        constant="a",
        usual=0.1,
        unusual=2.5,
    ),
    back(
        act.leaky_relu_backward,
        act.leaky_relu_forward,
        (
            wrong(
                "slope-missing-backward",
                change="np.where(x > 0, dout, a * dout)",
                into="dout * (x > 0)",
                says="On the negative side your gradient is 0. The forward pass leaks a * x there, so a "
                "share of the gradient must come back.",
            ),
            wrong(
                "slope-on-wrong-side",
                change="np.where(x > 0, dout, a * dout)",
                into="np.where(x > 0, a * dout, dout)",
                says="Your factor a is on the positive side, where the slope is 1.",
            ),
            wrong(
                "mask-from-dout",
                change="np.where(x > 0, dout, a * dout)",
                into="np.where(dout > 0, dout, a * dout)",
                says=OF_DOUT,
            ),
            wrong(
                "upstream-forgotten",
                change="np.where(x > 0, dout, a * dout)",
                into="np.where(x > 0, 1, a).astype(dout.dtype)",
                says=UPSTREAM,
            ),
            wrong(
                "value-for-slope",
                change="a * dout)",
                into="a * x * dout)",
                says="On the negative side you multiply by the value a * x. The slope there is a alone.",
            ),
            wrong(
                "slope-ignored",
                change="a * dout)",
                into="0.01 * dout)",
                says="Your slope is always 0.01. The forward pass used the argument a: keep it in the cache.",
            ),
            wrong(
                "float32-lost",
                change="np.where(x > 0, dout, a * dout)",
                into="dout * np.where(x > 0, 1, a)",
                says="Your values are right, but float32 comes back as float64: np.where(..., 1, a) makes a "
                "float64 array of two numbers. Let np.where choose between arrays instead.",
            ),
            wrong(
                "in-place-alias",
                change="dx = np.where(x > 0, dout, a * dout)",
                into="dx = dout\ndx[x <= 0] *= a",
                says=ALIAS,
            ),
        ),
        (
            right("slope 1 at zero", change="x > 0", into="x >= 0"),
            right(
                "in two parts",
                change="np.where(x > 0, dout, a * dout)",
                into="dout * (x > 0) + a * dout * (x <= 0)",
            ),
            right(
                "in place on a copy",
                change="dx = np.where(x > 0, dout, a * dout)",
                into="dx = dout.copy()\ndx[x < 0] *= a",
            ),
        ),
        constant="a",
        usual=0.1,
        unusual=2.5,
        kink=patched(act.leaky_relu_backward, change="x > 0", into="x >= 0"),
    ),
)
