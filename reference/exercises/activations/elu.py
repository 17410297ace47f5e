"""ELU, there and back. At x = 0 every slope between alpha and 1 is right."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import activations as act
from reference.exercise import right, wrong
from reference.exercises.activations.pairs import back, there
from reference.exercises.activations.rectified import ALIAS, OF_DOUT
from reference.exercises.activations.smooth import UPSTREAM
from reference.patching import patched
from reference.variants import right_pair, wrong_pair


def elu_keeping_x(x: Any, alpha: Any = 1.0) -> Any:
    """The forward pass with x as its cache."""
    return act.elu_forward(x, alpha)[0], (x, alpha)


def elu_back_from_x(dout: Any, cache: Any) -> Any:
    """The derivative with exp."""
    x, alpha = cache
    return dout * np.where(x >= 0, 1, alpha * np.exp(np.minimum(x, 0)))


def elu_back_both_branches(dout: Any, cache: Any) -> Any:
    """The same without care: exp meets the large positive x too."""
    x, alpha = cache
    return np.where(x > 0, dout, dout * alpha * np.exp(x))


EXERCISES = (
    there(
        act.elu_forward,
        (
            wrong(
                "both-branches-evaluated",
                change="np.expm1(np.minimum(x, 0))",
                into="(np.exp(x) - 1)",
                says="Your values are right, but np.where computes both sides for every entry: exp "
                "overflows where x is large, and NumPy warns. Give exp nothing positive.",
            ),
            wrong(
                "alpha-missing",
                change="alpha * np.expm1(np.minimum(x, 0))",
                into="np.expm1(np.minimum(x, 0))",
                says="Your negative side tends to -1. It must tend to -alpha.",
            ),
            wrong(
                "minus-one-missing",
                change="np.expm1(np.minimum(x, 0))",
                into="np.exp(np.minimum(x, 0))",
                says="Your curve jumps at 0: from the left it comes in at alpha instead of 0. Something is "
                "subtracted from exp(x).",
            ),
            wrong(
                "minus-one-outside",
                change="alpha * np.expm1(np.minimum(x, 0))",
                into="alpha * np.exp(np.minimum(x, 0)) - 1",
                says="alpha multiplies only exp(x) in your formula. The 1 belongs inside the bracket.",
            ),
            wrong(
                "alpha-in-the-exponent",
                change="alpha * np.expm1(np.minimum(x, 0))",
                into="np.expm1(alpha * np.minimum(x, 0))",
                says="Your alpha stands in the exponent. It is a factor in front of the bracket.",
            ),
            wrong(
                "leaky-instead",
                change="alpha * np.expm1(np.minimum(x, 0))",
                into="alpha * x",
                says="Your negative side is a straight line. An ELU bends there and levels off at -alpha.",
            ),
        ),
        (
            right(
                "exp minus one", change="np.expm1(np.minimum(x, 0))", into="(np.exp(np.minimum(x, 0)) - 1)"
            ),
            right(
                "two halves",
                change="np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))",
                into="np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))",
            ),
            right("caches x", by=elu_keeping_x),
        ),
        constant="alpha",
        usual=0.7,
        unusual=1.8,
    ),
    back(
        act.elu_backward,
        act.elu_forward,
        (
            wrong(
                "out-without-alpha",
                change="(out + alpha)",
                into="out",
                says="On the negative side you multiply by out, which is negative. alpha * exp(x) is out "
                "plus something: solve out = alpha * (exp(x) - 1) for it.",
            ),
            wrong(
                "out-times-alpha",
                change="(out + alpha)",
                into="(alpha * out)",
                says="On the negative side you multiply by alpha * out. Solve out = alpha * (exp(x) - 1) for "
                "alpha * exp(x): it is a sum.",
            ),
            wrong(
                "alpha-missing",
                change="(out + alpha)",
                into="(out / alpha + 1)",
                says="Your slope on the negative side is exp(x). The factor alpha of the forward pass is "
                "missing.",
            ),
            wrong(
                "plus-one",
                change="(out + alpha)",
                into="(out + 1)",
                says="out + 1 is the slope only for alpha = 1.",
            ),
            wrong(
                "dead-negatives",
                change="dout * (out + alpha)",
                into="0 * dout",
                says="Your negative side is dead. The ELU still has a slope there; that is its point.",
            ),
            wrong("mask-from-dout", change="out > 0", into="dout > 0", says=OF_DOUT),
            wrong(
                "upstream-forgotten",
                change="np.where(out > 0, dout, dout * (out + alpha))",
                into="np.where(out > 0, 1, out + alpha).astype(dout.dtype)",
                says=UPSTREAM,
            ),
            wrong(
                "in-place-alias",
                change="dx = np.where(out > 0, dout, dout * (out + alpha))",
                into="dx = dout\ndx[out <= 0] *= (out + alpha)[out <= 0]",
                says=ALIAS,
            ),
            wrong_pair(
                "both-branches-evaluated",
                forward=elu_keeping_x,
                backward=elu_back_both_branches,
                says="Your values are right, but np.where computes both sides for every entry: exp "
                "overflows where x is large, and NumPy warns. With out in the cache you need no exp at all.",
            ),
        ),
        (
            right("slope 1 at zero", change="out > 0", into="out >= 0"),
            right_pair("from x", forward=elu_keeping_x, backward=elu_back_from_x),
            right(
                "a factor",
                change="np.where(out > 0, dout, dout * (out + alpha))",
                into="dout * np.where(out > 0, 1, out + alpha)",
            ),
        ),
        constant="alpha",
        usual=0.7,
        unusual=1.8,
        kink=patched(act.elu_backward, change="out > 0", into="out >= 0"),
    ),
)
