"""ELU, there and back. At x = 0 every slope between alpha and 1 is right."""

from typing import Any

import numpy as np

from reference.exercises.activations.pairs import back, there
from reference.exercises.activations.rectified import ALIAS, OF_DOUT
from reference.exercises.activations.smooth import ONE_TRUTH, UPSTREAM
from reference.kit.notation import Notation
from reference.kit.patching import patched
from reference.truth import activations as act


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


named = Notation(globals(), OF_DOUT=OF_DOUT, UPSTREAM=UPSTREAM, ALIAS=ALIAS, ONE_TRUTH=ONE_TRUTH)
EXERCISES = (
    there(
        act.elu_forward,
        named.wrongs("""
        both-branches-evaluated: np.expm1(np.minimum(x, 0)) => (np.exp(x) - 1)
            Your values are right, but np.where computes both sides for every entry: exp overflows where x is
            large, and NumPy warns. Give exp nothing positive.
        alpha-missing: alpha * np.expm1(np.minimum(x, 0)) => np.expm1(np.minimum(x, 0))
            Your negative side tends to -1. It must tend to -alpha.
        larger-of-two: np.where(x > 0, x, alpha => np.maximum(x, alpha
            The larger of x and alpha * (exp(x) - 1) is the ELU only for an alpha of at most 1. Decide by the
            sign of x.
        alpha-everywhere:
            - np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
            + alpha * np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
            Your alpha multiplies both sides. The positive side is x itself.
        difference-reversed: alpha * np.expm1 => -alpha * np.expm1
            Your negative side comes out positive: you subtract exp(x) from 1, and not 1 from exp(x).
        sides-swapped: np.where(x > 0, x, alpha => np.where(x <= 0, x, alpha
            Your sides are swapped: the line belongs to the positive side, the exponential to the negative
            one.
        cut-at-alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))) => np.maximum(x, -alpha)
            Your negative side is a line that is cut off at -alpha. An ELU bends there, by exp(x).
        minus-one-missing: np.expm1(np.minimum(x, 0)) => np.exp(np.minimum(x, 0))
            Your curve jumps at 0: from the left it comes in at alpha instead of 0. Something is subtracted
            from exp(x).
        minus-one-outside: alpha * np.expm1(np.minimum(x, 0)) => alpha * np.exp(np.minimum(x, 0)) - 1
            alpha multiplies only exp(x) in your formula. The 1 belongs inside the bracket.
        alpha-in-the-exponent: alpha * np.expm1(np.minimum(x, 0)) => np.expm1(alpha * np.minimum(x, 0))
            Your alpha stands in the exponent. It is a factor in front of the bracket.
        if-for-where:
            np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))) => x if x > 0 else alpha * np.expm1(x)
            @ONE_TRUTH
        leaky-instead: alpha * np.expm1(np.minimum(x, 0)) => alpha * x
            Your negative side is a straight line. An ELU bends there and levels off at -alpha.
        """),
        named.rights("""
        exp minus one: np.expm1(np.minimum(x, 0)) => (np.exp(np.minimum(x, 0)) - 1)
        two halves:
            - np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
            + np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))
        caches x: by elu_keeping_x
        """),
        constant=("alpha", 0.7, 1.8),
    ),
    back(
        act.elu_backward,
        act.elu_forward,
        named.wrongs("""
        out-without-alpha: (out + alpha) => out
            On the negative side you multiply by out, which is negative. alpha * exp(x) is out plus something:
            solve out = alpha * (exp(x) - 1) for it.
        out-times-alpha: (out + alpha) => (alpha * out)
            On the negative side you multiply by alpha * out. Solve out = alpha * (exp(x) - 1) for alpha *
            exp(x): it is a sum.
        alpha-missing: (out + alpha) => (out / alpha + 1)
            Your slope on the negative side is exp(x). The factor alpha of the forward pass is missing.
        exp-of-the-output: (out + alpha) => (alpha * np.exp(out))
            Your slope is alpha * exp(out). It is alpha * exp(x), and out is not x.
        alpha-subtracted: (out + alpha) => (out - alpha)
            You subtract alpha from out, which leaves a negative slope. Solve out = alpha * (exp(x) - 1) for
            alpha * exp(x) once more.
        alpha-outside: (out + alpha) => (alpha * (out + 1))
            Your slope on the negative side is alpha * (out + 1). out has the factor alpha already: alpha *
            exp(x) is out + alpha.
        alpha-alone: (out + alpha) => alpha
            Your slope on the negative side is alpha, as of a straight line. It falls with exp(x) to the left.
        upstream-forgotten-on-the-left: dout * (out + alpha) => (out + alpha)
            On the negative side you return the slope alone. It is multiplied by dout there, too.
        upstream-forgotten-on-the-right: where(out > 0, dout, dout => where(out > 0, 1, dout
            On the positive side you return 1, the slope alone. It is multiplied by dout there, too.
        plus-one: (out + alpha) => (out + 1)
            out + 1 is the slope only for alpha = 1.
        brackets-missing: dout * (out + alpha) => dout * out + alpha
            On the negative side dout multiplies only a part of the slope: brackets are missing.
        dead-negatives: dout * (out + alpha) => 0 * dout
            Your negative side is dead. The ELU still has a slope there; that is its point.
        mask-from-dout: out > 0 => dout > 0
            @OF_DOUT
        upstream-forgotten:
            - np.where(out > 0, dout, dout * (out + alpha))
            + np.where(out > 0, 1, out + alpha).astype(dout.dtype)
            @UPSTREAM
        in-place-alias:
            - dx = np.where(out > 0, dout, dout * (out + alpha))
            + dx = dout
            + dx[out <= 0] *= (out + alpha)[out <= 0]
            @ALIAS
        both-branches-evaluated: by elu_back_both_branches with elu_keeping_x
            Your values are right, but np.where computes both sides for every entry: exp overflows where x is
            large, and NumPy warns. With out in the cache you need no exp at all.
        """),
        named.rights("""
        slope 1 at zero: out > 0 => out >= 0
        from x: by elu_back_from_x with elu_keeping_x
        a factor: np.where(out > 0, dout, dout * (out + alpha)) => dout * np.where(out > 0, 1, out + alpha)
        """),
        constant=("alpha", 0.7, 1.8),
        kink=patched(act.elu_backward, change="out > 0", into="out >= 0"),
    ),
)
