"""Steps 1 to 9 of the forward pass."""

from typing import Any

import numpy as np

from reference.exercises.batchnorm.stages import stage
from reference.kit.notation import Notation
from reference.truth import batchnorm as bn

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


named = Notation(globals())
STEPS = (
    stage(
        bn.batchnorm_step1,
        {"mu": 1},
        named.wrongs("""
        mean-is-a-sum: np.sum(x, axis=0) / N => np.sum(x, axis=0)
            Your mean is a sum: it adds up the examples but never divides by their number N.
        wrong-axis: np.sum(x, axis=0) / N => np.mean(x, axis=1)
            You average over the features of each example. Here each feature is averaged over the examples:
            look at which axis the rows are.
        mean-of-everything: np.sum(x, axis=0) / N => np.mean(x)
            You get one mean for the whole array. Each feature needs its own, so the axis must be named.
        divided-by-one-less: np.sum(x, axis=0) / N => np.sum(x, axis=0) / (N - 1)
            You divide by N - 1. That is done with variances; a mean of N numbers is their sum divided by N.
        median: np.sum(x, axis=0) / N => np.median(x, axis=0)
            You take the median. The mean is the sum of all examples, divided by their number.
        divided-by-D: np.sum(x, axis=0) / N => np.sum(x, axis=0) / x.shape[1]
            You divide by the number of features D. The sum runs over examples, so count those.
        keepdims-shape: np.sum(x, axis=0) / N => np.mean(x, axis=0, keepdims=True)
            @KEEPDIMS
        """),
        named.rights("""
        np.mean: np.sum(x, axis=0) / N => np.mean(x, axis=0)
        a product with ones: np.sum(x, axis=0) / N => np.ones(N, x.dtype) @ x / N
        row by row: by mean_by_adding_rows
        """),
    ),
    stage(
        bn.batchnorm_step2,
        {"xmu": 1},
        named.wrongs("""
        sign-reversed: x - mu => mu - x
            Your difference is the wrong way round: values above the mean must come out positive.
        added: x - mu => x + mu
            You add mu. Centring subtracts it.
        distances: x - mu => np.abs(x - mu)
            You take absolute values. What lies below the mean keeps its sign.
        own-mean: x - mu => x - np.mean(x, axis=0)
            You compute the mean of x once more. Subtract the mu that is handed in.
        mean-of-means: x - mu => x - np.mean(mu)
            You subtract one number from everything. Each feature has its own mean, and mu holds all D of
            them.
        wrong-axis: x - mu => x - np.mean(x, axis=1, keepdims=True)
            You subtract the mean of each example (a row). mu belongs to the features (columns).
        normalised-too-early: x - mu => (x - mu) / np.std(x, axis=0)
            You divide by the standard deviation already. This step only centres; dividing is step 7.
        writes-into-x: return x - mu => x -= mu; return x
            Your values are right, but the function changes the x of its caller. Make a new array instead of
            subtracting in place.
        """),
        named.rights("""
        np.subtract: x - mu => np.subtract(x, mu)
        in place on a copy: return x - mu => x = x.copy(); x -= mu; return x
        """),
        foreign="mu",
    ),
    stage(
        bn.batchnorm_step3,
        {"sq": 1},
        named.wrongs("""
        doubled-not-squared: xmu**2 => xmu * 2
            Your entries are doubled, not squared: `*` multiplies, a power needs another operator.
        absolute-value: xmu**2 => np.abs(xmu)
            You take absolute values. The variance needs squares.
        exponential: xmu**2 => 2**xmu
            You raise 2 to the power of each entry. Each entry is raised to the power of 2.
        cubed: xmu**2 => xmu**3
            You take the third power.
        summed-already: xmu**2 => np.sum(xmu**2, axis=0)
            You sum over the examples already. This step squares each entry and keeps the shape (N, D);
            summing is step 4.
        matrix-product: xmu**2 => xmu @ xmu.T
            You form a matrix product. Squaring here is entry by entry.
        """),
        named.rights("""
        a product: xmu**2 => xmu * xmu
        np.square: xmu**2 => np.square(xmu)
        squared distance: xmu**2 => np.abs(xmu) ** 2.0
        """),
    ),
    stage(
        bn.batchnorm_step4,
        {"var": 1},
        named.wrongs("""
        variance-is-a-sum: np.sum(sq, axis=0) / N => np.sum(sq, axis=0)
            Your variance adds up the squares but never divides by N.
            teach: A variance is a mean of squares: without 1/N it grows with the batch, and the output
            shrinks like one over the root of N.
        normalise-with-ddof1: np.sum(sq, axis=0) / N => np.sum(sq, axis=0) / (N - 1)
            You divide by N - 1, which estimates the variance of a population. Here the batch itself is meant:
            the divisor is N.
        wrong-axis: np.sum(sq, axis=0) / N => np.mean(sq, axis=1)
            You average over the features of each example. The variance of a feature averages over the
            examples: look at the axis.
        mean-of-everything: np.sum(sq, axis=0) / N => np.mean(sq)
            You get one variance for the whole array. Each feature needs its own, so the axis must be named.
        variance-of-the-squares: np.sum(sq, axis=0) / N => np.var(sq, axis=0)
            You take the variance of numbers that are squared distances already. What is left to do is their
            mean.
        divided-by-D: np.sum(sq, axis=0) / N => np.sum(sq, axis=0) / sq.shape[1]
            You divide by the number of features. The sum runs over examples, so count those.
        spread-of-the-squares: np.sum(sq, axis=0) / N => np.std(sq, axis=0)
            You take the standard deviation of numbers that are squared distances already. What is left to do
            is their mean.
        squared-again: np.sum(sq, axis=0) / N => np.mean(sq**2, axis=0)
            You square once more. sq holds squares already.
        root-too-early: np.sum(sq, axis=0) / N => np.sqrt(np.mean(sq, axis=0))
            You take the root already and return a standard deviation. The root is step 5.
        keepdims-shape: np.sum(sq, axis=0) / N => np.mean(sq, axis=0, keepdims=True)
            @KEEPDIMS
        """),
        named.rights("""
        np.mean: np.sum(sq, axis=0) / N => np.mean(sq, axis=0)
        each share first: np.sum(sq, axis=0) / N => np.sum(sq / N, axis=0)
        row by row: by variance_by_adding_rows
        """),
    ),
    stage(
        bn.batchnorm_step5,
        {"sqrtvar": 1},
        named.wrongs("""
        eps-outside-sqrt: np.sqrt(var + eps) => np.sqrt(var) + eps
            Your eps stands behind the root. It belongs under it, next to the variance: a feature that hardly
            varies shows the difference.
        eps-missing: np.sqrt(var + eps) => np.sqrt(var)
            Your root does not use eps, so a constant feature will be divided by zero.
        eps-of-its-own: np.sqrt(var + eps) => np.sqrt(var + 1e-5)
            Your eps is always 1e-5. Take the one that is handed in.
        eps-smaller: np.sqrt(var + eps) => np.sqrt(var + 1e-8)
            Your eps is a number of your own. Take the one that is handed in.
        larger-of-both: np.sqrt(var + eps) => np.sqrt(np.maximum(var, eps))
            You take the larger one of var and eps. They are added.
        eps-subtracted: np.sqrt(var + eps) => np.sqrt(var - eps)
            You subtract eps. It is added, so that the root is never of something too small.
        inverted-already: np.sqrt(var + eps) => 1 / np.sqrt(var + eps)
            You invert already. That is step 6; this one ends with the root.
        root-missing: np.sqrt(var + eps) => var + eps
            You return the variance with eps added, but not its root.
        std-of-var: np.sqrt(var + eps) => np.std(var + eps)
            np.std measures how much the D variances differ from each other. What is asked is the root of each
            of them.
        eps-squared: np.sqrt(var + eps) => np.sqrt(var + eps**2)
            You add eps squared under the root. It is eps itself that is added to the variance.
        """),
        named.rights("""
        a power: np.sqrt(var + eps) => (var + eps) ** 0.5
        eps first: np.sqrt(var + eps) => np.power(eps + var, 0.5)
        """),
    ),
    stage(
        bn.batchnorm_step6,
        {"ivar": 1},
        named.wrongs("""
        divide-by-variance: 1 / sqrtvar => 1 / sqrtvar**2
            You invert the variance. The name ivar misleads: the inverse of the root, sqrtvar, is meant.
        not-inverted: 1 / sqrtvar => sqrtvar
            You return sqrtvar as it came. What is asked is one divided by it.
        derivative: 1 / sqrtvar => -1 / sqrtvar**2
            You return the derivative of the inverse, which the way back needs. Here it is the inverse itself.
        root-again: 1 / sqrtvar => 1 / np.sqrt(sqrtvar)
            You take a second root. sqrtvar is a root already and only has to be inverted.
        sign-reversed: 1 / sqrtvar => -sqrtvar
            You change the sign. The inverse here is the one of multiplication, not of addition.
        eps-counted-twice: 1 / sqrtvar => 1 / (sqrtvar + 1e-5)
            You add a small number once more before dividing. eps is inside sqrtvar already, since step 5.
        """),
        named.rights("""
        a power: 1 / sqrtvar => sqrtvar**-1.0
        np.reciprocal: 1 / sqrtvar => np.reciprocal(sqrtvar)
        """),
    ),
    stage(
        bn.batchnorm_step7,
        {"xhat": 1},
        named.wrongs("""
        divides-by-ivar: xmu * ivar => xmu / ivar
            You divide by ivar, which is an inverse already: dividing by it multiplies by the standard
            deviation.
        divide-by-variance: xmu * ivar => xmu * ivar**2
            You use ivar twice and so divide by the variance. The spread becomes 1 if you divide by the
            standard deviation, once.
        broadcast-along-rows: xmu * ivar => xmu * ivar[:, None]
            You give each example a factor. ivar has one factor for each feature: (D,) broadcasts along the
            rows without any reshaping.
        own-spread: xmu * ivar => xmu / np.sqrt(np.var(xmu, axis=0) + 1e-5)
            You compute the spread of xmu once more. Multiply by the ivar that is handed in.
        root-of-ivar: xmu * ivar => xmu * np.sqrt(ivar)
            You take a root of ivar. It is the inverse of a root already.
        subtracted: xmu * ivar => xmu - ivar
            You subtract ivar. It is a factor.
        one-factor-for-all: xmu * ivar => xmu * np.mean(ivar)
            You scale all features by one number. Each feature has its own entry of ivar.
        writes-into-xmu: return xmu * ivar => xmu *= ivar; return xmu
            Your values are right, but the function changes the xmu of its caller, which the way back still
            needs. Make a new array.
        """),
        named.rights("""
        one column after the other: xmu * ivar => (xmu.T * ivar[:, None]).T
        a diagonal matrix: xmu * ivar => xmu @ np.diag(ivar)
        """),
        foreign="ivar",
    ),
    stage(
        bn.batchnorm_step8,
        {"gammax": 1},
        named.wrongs("""
        gamma-missing: gamma * xhat => xhat.copy()
            Your result is xhat itself: gamma is not used.
        gamma-added: gamma * xhat => gamma + xhat
            You add gamma. It is the scale, so it multiplies; the shift comes in step 9.
        matrix-product: gamma * xhat => xhat @ gamma
            You form a matrix product, which sums over the features. Scaling is entry by entry and keeps the
            shape (N, D).
        gamma-squared: gamma * xhat => gamma**2 * xhat
            gamma counts twice. It multiplies once.
        size-of-gamma: gamma * xhat => np.abs(gamma) * xhat
            You take the absolute value of gamma. It may be negative.
        one-gamma-for-all: gamma * xhat => gamma[0] * xhat
            You scale all features by one number. Each feature has its own entry of gamma.
        divided-by-gamma: gamma * xhat => xhat / gamma
            You divide by gamma. A larger gamma must make the spread larger.
        """),
        named.rights("""
        the other way round: gamma * xhat => xhat * gamma
        einsum: gamma * xhat => np.einsum("d,nd->nd", gamma, xhat)
        """),
    ),
    stage(
        bn.batchnorm_step9,
        {"out": 1},
        named.wrongs("""
        beta-sign: gammax + beta => gammax - beta
            You subtract beta. The shift is added.
        beta-missing: gammax + beta => gammax.copy()
            Your result is gammax itself: beta is not used.
        beta-multiplied: gammax + beta => gammax * beta
            You multiply by beta. Scaling was step 8; beta shifts.
        sum-of-beta: gammax + beta => gammax + np.sum(beta)
            You add up beta. Each feature has its own entry.
        one-shift-for-all: gammax + beta => gammax + np.mean(beta)
            You shift all features by one number. Each feature has its own entry of beta.
        writes-into-gammax: return gammax + beta => gammax += beta; return gammax
            Your values are right, but the function changes the gammax of its caller. Make a new array.
        """),
        named.rights("""
        np.add: gammax + beta => np.add(gammax, beta)
        in place on a copy: return gammax + beta => out = np.array(gammax); out += beta; return out
        """),
    ),
)
