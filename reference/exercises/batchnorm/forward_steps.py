"""Steps 1 to 9 of the forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import batchnorm as bn
from reference.exercise import right, wrong
from reference.exercises.batchnorm.stages import stage

KEEPDIMS = (
    "Your values are right, but the shape is (1, D): keepdims keeps an axis of length 1. "
    "What belongs to D features has the shape (D,)."
)


def mean_by_adding_rows(x: Any) -> Any:
    """Step 1 with a loop over the examples."""
    mu = np.zeros(x.shape[1], dtype=x.dtype)
    for row in x:
        mu = mu + row
    return mu / len(x)


def variance_by_adding_rows(sq: Any) -> Any:
    """Step 4 with a loop over the examples, each adding its share."""
    var = np.zeros(sq.shape[1], dtype=sq.dtype)
    for row in sq:
        var += row / len(sq)
    return var


STEPS = (
    stage(
        bn.batchnorm_step1,
        {"mu": 1},
        (
            wrong(
                "mean-is-a-sum",
                change="np.sum(x, axis=0) / N",
                into="np.sum(x, axis=0)",
                says="Your mean is a sum: it adds up the examples but never divides by their number N.",
            ),
            wrong(
                "wrong-axis",
                change="np.sum(x, axis=0) / N",
                into="np.mean(x, axis=1)",
                says="You average over the features of each example. Here each feature is averaged over "
                "the examples: "
                "look at which axis the rows are.",
            ),
            wrong(
                "mean-of-everything",
                change="np.sum(x, axis=0) / N",
                into="np.mean(x)",
                says="You get one mean for the whole array. Each feature needs its own, so the axis must "
                "be named.",
            ),
            wrong(
                "divided-by-D",
                change="np.sum(x, axis=0) / N",
                into="np.sum(x, axis=0) / x.shape[1]",
                says="You divide by the number of features D. The sum runs over examples, so count those.",
            ),
            wrong(
                "keepdims-shape",
                change="np.sum(x, axis=0) / N",
                into="np.mean(x, axis=0, keepdims=True)",
                says=KEEPDIMS,
            ),
        ),
        (
            right("np.mean", change="np.sum(x, axis=0) / N", into="np.mean(x, axis=0)"),
            right("a product with ones", change="np.sum(x, axis=0) / N", into="np.ones(N, x.dtype) @ x / N"),
            right("row by row", by=mean_by_adding_rows),
        ),
    ),
    stage(
        bn.batchnorm_step2,
        {"xmu": 1},
        (
            wrong(
                "sign-reversed",
                change="x - mu",
                into="mu - x",
                says="Your difference is the wrong way round: values above the mean must come out positive.",
            ),
            wrong(
                "mean-of-means",
                change="x - mu",
                into="x - np.mean(mu)",
                says="You subtract one number from everything. Each feature has its own mean, and mu holds "
                "all D of "
                "them.",
            ),
            wrong(
                "wrong-axis",
                change="x - mu",
                into="x - np.mean(x, axis=1, keepdims=True)",
                says="You subtract the mean of each example (a row). mu belongs to the features (columns).",
            ),
            wrong(
                "normalised-too-early",
                change="x - mu",
                into="(x - mu) / np.std(x, axis=0)",
                says="You divide by the standard deviation already. This step only centres; dividing is "
                "step 7.",
            ),
            wrong(
                "writes-into-x",
                change="return x - mu",
                into="x -= mu\nreturn x",
                says="Your values are right, but the function changes the x of its caller. Make a new "
                "array instead "
                "of subtracting in place.",
            ),
        ),
        (
            right("np.subtract", change="x - mu", into="np.subtract(x, mu)"),
            right("in place on a copy", change="return x - mu", into="x = x.copy()\nx -= mu\nreturn x"),
        ),
    ),
    stage(
        bn.batchnorm_step3,
        {"sq": 1},
        (
            wrong(
                "doubled-not-squared",
                change="xmu**2",
                into="xmu * 2",
                says="Your entries are doubled, not squared: `*` multiplies, a power needs another operator.",
            ),
            wrong(
                "absolute-value",
                change="xmu**2",
                into="np.abs(xmu)",
                says="You take absolute values. The variance needs squares.",
            ),
            wrong(
                "summed-already",
                change="xmu**2",
                into="np.sum(xmu**2, axis=0)",
                says="You sum over the examples already. This step squares each entry and keeps the shape "
                "(N, D); "
                "summing is step 4.",
            ),
            wrong(
                "matrix-product",
                change="xmu**2",
                into="xmu @ xmu.T",
                says="You form a matrix product. Squaring here is entry by entry.",
            ),
        ),
        (
            right("a product", change="xmu**2", into="xmu * xmu"),
            right("np.square", change="xmu**2", into="np.square(xmu)"),
            right("squared distance", change="xmu**2", into="np.abs(xmu) ** 2.0"),
        ),
    ),
    stage(
        bn.batchnorm_step4,
        {"var": 1},
        (
            wrong(
                "variance-is-a-sum",
                change="np.sum(sq, axis=0) / N",
                into="np.sum(sq, axis=0)",
                says="Your variance adds up the squares but never divides by N.",
            ),
            wrong(
                "normalise-with-ddof1",
                change="np.sum(sq, axis=0) / N",
                into="np.sum(sq, axis=0) / (N - 1)",
                says="You divide by N - 1, which estimates the variance of a population. Here the batch "
                "itself is "
                "meant: the divisor is N.",
            ),
            wrong(
                "wrong-axis",
                change="np.sum(sq, axis=0) / N",
                into="np.mean(sq, axis=1)",
                says="You average over the features of each example. The variance of a feature averages "
                "over the "
                "examples: look at the axis.",
            ),
            wrong(
                "mean-of-everything",
                change="np.sum(sq, axis=0) / N",
                into="np.mean(sq)",
                says="You get one variance for the whole array. Each feature needs its own, so the axis must "
                "be named.",
            ),
            wrong(
                "variance-of-the-squares",
                change="np.sum(sq, axis=0) / N",
                into="np.var(sq, axis=0)",
                says="You take the variance of numbers that are squared distances already. What is left to "
                "do is "
                "their mean.",
            ),
            wrong(
                "root-too-early",
                change="np.sum(sq, axis=0) / N",
                into="np.sqrt(np.mean(sq, axis=0))",
                says="You take the root already and return a standard deviation. The root is step 5.",
            ),
            wrong(
                "keepdims-shape",
                change="np.sum(sq, axis=0) / N",
                into="np.mean(sq, axis=0, keepdims=True)",
                says=KEEPDIMS,
            ),
        ),
        (
            right("np.mean", change="np.sum(sq, axis=0) / N", into="np.mean(sq, axis=0)"),
            right("each share first", change="np.sum(sq, axis=0) / N", into="np.sum(sq / N, axis=0)"),
            right("row by row", by=variance_by_adding_rows),
        ),
    ),
    stage(
        bn.batchnorm_step5,
        {"sqrtvar": 1},
        (
            wrong(
                "eps-outside-sqrt",
                change="np.sqrt(var + eps)",
                into="np.sqrt(var) + eps",
                says="Your eps stands behind the root. It belongs under it, next to the variance: a "
                "feature that "
                "hardly varies shows the difference.",
            ),
            wrong(
                "eps-missing",
                change="np.sqrt(var + eps)",
                into="np.sqrt(var)",
                says="Your root does not use eps, so a constant feature will be divided by zero.",
            ),
            wrong(
                "root-missing",
                change="np.sqrt(var + eps)",
                into="var + eps",
                says="You return the variance with eps added, but not its root.",
            ),
            wrong(
                "std-of-var",
                change="np.sqrt(var + eps)",
                into="np.std(var + eps)",
                says="np.std measures how much the D variances differ from each other. What is asked is "
                "the root of "
                "each of them.",
            ),
            wrong(
                "eps-squared",
                change="np.sqrt(var + eps)",
                into="np.sqrt(var + eps**2)",
                says="You add eps squared under the root. It is eps itself that is added to the variance.",
            ),
        ),
        (
            right("a power", change="np.sqrt(var + eps)", into="(var + eps) ** 0.5"),
            right("eps first", change="np.sqrt(var + eps)", into="np.power(eps + var, 0.5)"),
        ),
    ),
    stage(
        bn.batchnorm_step6,
        {"ivar": 1},
        (
            wrong(
                "divide-by-variance",
                change="1 / sqrtvar",
                into="1 / sqrtvar**2",
                says="You invert the variance. The name ivar misleads: the inverse of the root, sqrtvar, "
                "is meant.",
            ),
            wrong(
                "not-inverted",
                change="1 / sqrtvar",
                into="sqrtvar",
                says="You return sqrtvar as it came. What is asked is one divided by it.",
            ),
            wrong(
                "root-again",
                change="1 / sqrtvar",
                into="1 / np.sqrt(sqrtvar)",
                says="You take a second root. sqrtvar is a root already and only has to be inverted.",
            ),
            wrong(
                "sign-reversed",
                change="1 / sqrtvar",
                into="-sqrtvar",
                says="You change the sign. The inverse here is the one of multiplication, not of addition.",
            ),
            wrong(
                "eps-counted-twice",
                change="1 / sqrtvar",
                into="1 / (sqrtvar + 1e-5)",
                says="You add a small number once more before dividing. eps is inside sqrtvar already, "
                "since step 5.",
            ),
        ),
        (
            right("a power", change="1 / sqrtvar", into="sqrtvar**-1.0"),
            right("np.reciprocal", change="1 / sqrtvar", into="np.reciprocal(sqrtvar)"),
        ),
    ),
    stage(
        bn.batchnorm_step7,
        {"xhat": 1},
        (
            wrong(
                "divides-by-ivar",
                change="xmu * ivar",
                into="xmu / ivar",
                says="You divide by ivar, which is an inverse already: dividing by it multiplies by the "
                "standard "
                "deviation.",
            ),
            wrong(
                "divide-by-variance",
                change="xmu * ivar",
                into="xmu * ivar**2",
                says="You use ivar twice and so divide by the variance. The spread becomes 1 if you divide "
                "by the "
                "standard deviation, once.",
            ),
            wrong(
                "broadcast-along-rows",
                change="xmu * ivar",
                into="xmu * ivar[:, None]",
                says="You give each example a factor. ivar has one factor for each feature: (D,) "
                "broadcasts along "
                "the rows without any reshaping.",
            ),
            wrong(
                "one-factor-for-all",
                change="xmu * ivar",
                into="xmu * np.mean(ivar)",
                says="You scale all features by one number. Each feature has its own entry of ivar.",
            ),
            wrong(
                "writes-into-xmu",
                change="return xmu * ivar",
                into="xmu *= ivar\nreturn xmu",
                says="Your values are right, but the function changes the xmu of its caller, which the way "
                "back "
                "still needs. Make a new array.",
            ),
        ),
        (
            right("one column after the other", change="xmu * ivar", into="(xmu.T * ivar[:, None]).T"),
            right("a diagonal matrix", change="xmu * ivar", into="xmu @ np.diag(ivar)"),
        ),
    ),
    stage(
        bn.batchnorm_step8,
        {"gammax": 1},
        (
            wrong(
                "gamma-missing",
                change="gamma * xhat",
                into="xhat.copy()",
                says="Your result is xhat itself: gamma is not used.",
            ),
            wrong(
                "gamma-added",
                change="gamma * xhat",
                into="gamma + xhat",
                says="You add gamma. It is the scale, so it multiplies; the shift comes in step 9.",
            ),
            wrong(
                "matrix-product",
                change="gamma * xhat",
                into="xhat @ gamma",
                says="You form a matrix product, which sums over the features. Scaling is entry by entry "
                "and keeps "
                "the shape (N, D).",
            ),
            wrong(
                "divided-by-gamma",
                change="gamma * xhat",
                into="xhat / gamma",
                says="You divide by gamma. A larger gamma must make the spread larger.",
            ),
        ),
        (
            right("the other way round", change="gamma * xhat", into="xhat * gamma"),
            right("einsum", change="gamma * xhat", into='np.einsum("d,nd->nd", gamma, xhat)'),
        ),
    ),
    stage(
        bn.batchnorm_step9,
        {"out": 1},
        (
            wrong(
                "beta-sign",
                change="gammax + beta",
                into="gammax - beta",
                says="You subtract beta. The shift is added.",
            ),
            wrong(
                "beta-missing",
                change="gammax + beta",
                into="gammax.copy()",
                says="Your result is gammax itself: beta is not used.",
            ),
            wrong(
                "beta-multiplied",
                change="gammax + beta",
                into="gammax * beta",
                says="You multiply by beta. Scaling was step 8; beta shifts.",
            ),
            wrong(
                "one-shift-for-all",
                change="gammax + beta",
                into="gammax + np.mean(beta)",
                says="You shift all features by one number. Each feature has its own entry of beta.",
            ),
            wrong(
                "writes-into-gammax",
                change="return gammax + beta",
                into="gammax += beta\nreturn gammax",
                says="Your values are right, but the function changes the gammax of its caller. Make a new "
                "array.",
            ),
        ),
        (
            right("np.add", change="gammax + beta", into="np.add(gammax, beta)"),
            right(
                "in place on a copy",
                change="return gammax + beta",
                into="out = np.array(gammax)\nout += beta\nreturn out",
            ),
        ),
    ),
)
