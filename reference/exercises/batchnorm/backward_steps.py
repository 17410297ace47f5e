"""Steps 9 to 0 of the backward pass."""

from typing import Any

import numpy as np

from reference.exercises.batchnorm.forward_steps import KEEPDIMS
from reference.exercises.batchnorm.stages import stage
from reference.kit.notation import Notation
from reference.truth import batchnorm as bn

FLOAT32_LOST = (
    "Your values are right, but float32 comes back as float64. "
    "np.ones, for one, makes float64 rows unless it is told the dtype."
)
ONE_ROW = (
    "You return one row. The forward step took N rows together, "
    "so its gradient has N rows too, all alike: (N, D)."
)


def sums_by_adding_rows(dgammax: Any, xhat: Any, gamma: Any) -> Any:
    """Step 8 with a loop over the examples."""
    dgamma = np.zeros_like(gamma)
    dxhat = np.empty_like(dgammax)
    for i in range(len(dgammax)):
        dgamma += dgammax[i] * xhat[i]
        dxhat[i] = dgammax[i] * gamma
    return dxhat, dgamma


named = Notation(globals(), KEEPDIMS=KEEPDIMS)
STEPS = (
    stage(
        bn.batchnorm_backward_step9,
        {"dgammax": 1, "dbeta": 3},
        named.wrongs("""
        dbeta-averaged: np.sum(dout, axis=0) => np.mean(dout, axis=0)
            Your dbeta is a mean. beta was used in all N rows, and gradients of several uses add up.
        dbeta-not-summed: np.sum(dout, axis=0) => dout.copy()
            Your dbeta has one row for each example. beta has the shape (D,), so its gradient has it too: add
            up over the examples.
        sum-without-axis: np.sum(dout, axis=0) => np.sum(dout)
            Your dbeta is one number: the sum runs over the features as well. Name the axis.
        wrong-axis: np.sum(dout, axis=0) => np.sum(dout, axis=1)
            Your dbeta sums over the features. It has one entry per feature and sums over the examples.
        keepdims-shape: np.sum(dout, axis=0) => np.sum(dout, axis=0, keepdims=True)
            @KEEPDIMS
        """),
        named.rights("""
        dgammax is a copy: dgammax = dout => dgammax = dout.copy()
        times one: dgammax = dout => dgammax = dout * 1
        a product with ones: np.sum(dout, axis=0) => np.ones(len(dout), dout.dtype) @ dout
        """),
    ),
    stage(
        bn.batchnorm_backward_step8,
        {"dxhat": 1, "dgamma": 1},
        named.wrongs("""
        gamma-missing: dxhat = dgammax * gamma => dxhat = dgammax.copy()
            Your dxhat passes the gradient on unchanged. The forward step multiplied xhat by something.
        factors-swapped: dxhat = dgammax * gamma => dxhat = dgammax * xhat
            Your dxhat uses xhat itself. The local gradient of a product for one factor is the other factor.
        divided-by-gamma: dxhat = dgammax * gamma => dxhat = dgammax / gamma
            Your dxhat divides by gamma. The forward step multiplied by it, and so does the way back.
        upstream-forgotten: dxhat = dgammax * gamma => dxhat = np.ones_like(xhat) * gamma
            Your dxhat is the local gradient alone. The chain rule multiplies it by the gradient from above,
            dgammax.
        dgamma-with-gamma: np.sum(dgammax * xhat, axis=0) => np.sum(dgammax * xhat * gamma, axis=0)
            gamma counts in your dgamma. What gamma was multiplied by is xhat.
        dgamma-without-upstream: np.sum(dgammax * xhat, axis=0) => np.sum(xhat, axis=0)
            Your dgamma is the local gradient alone. The chain rule multiplies it by the gradient from above,
            dgammax.
        product-of-sums: np.sum(dgammax * xhat, axis=0) => np.sum(dgammax, axis=0) * np.sum(xhat, axis=0)
            You multiply two sums. Multiply entry by entry first, then add up.
        dgamma-without-xhat: np.sum(dgammax * xhat, axis=0) => np.sum(dgammax, axis=0)
            Your dgamma misses a factor: the local gradient for gamma is what gamma was multiplied by.
        dgamma-averaged: np.sum(dgammax * xhat, axis=0) => np.mean(dgammax * xhat, axis=0)
            Your dgamma is a mean. gamma was used in all N rows, and gradients of several uses add up.
        dgamma-not-summed: np.sum(dgammax * xhat, axis=0) => dgammax * xhat
            Your dgamma has one row for each example. gamma has the shape (D,): add up over the examples.
        sum-without-axis: np.sum(dgammax * xhat, axis=0) => np.sum(dgammax * xhat)
            Your dgamma is one number: the sum runs over the features as well. Name the axis.
        """),
        named.rights("""
        einsum: np.sum(dgammax * xhat, axis=0) => np.einsum("nd,nd->d", dgammax, xhat)
        row by row: by sums_by_adding_rows
        """),
    ),
    stage(
        bn.batchnorm_backward_step7,
        {"dxmu1": 1, "divar": 1},
        named.wrongs("""
        factors-swapped: dxmu1 = dxhat * ivar => dxmu1 = dxhat * xmu
            Your dxmu1 uses xmu itself. The local gradient of a product for one factor is the other factor.
        divides-by-ivar: dxmu1 = dxhat * ivar => dxmu1 = dxhat / ivar
            Your dxmu1 divides by ivar. The forward step multiplied by it, and so does the way back.
        divar-without-upstream: np.sum(dxhat * xmu, axis=0) => np.sum(xmu, axis=0)
            Your divar is the local gradient alone. The chain rule multiplies it by the gradient from above,
            dxhat.
        divar-averaged: np.sum(dxhat * xmu, axis=0) => np.mean(dxhat * xmu, axis=0)
            Your divar is a mean. ivar was used in all N rows, and gradients of several uses add up.
        divar-not-summed: np.sum(dxhat * xmu, axis=0) => dxhat * xmu
            Your divar has one row for each example. ivar has the shape (D,): add up over the examples.
        sum-without-axis: np.sum(dxhat * xmu, axis=0) => np.sum(dxhat * xmu)
            Your divar is one number: the sum runs over the features as well. Name the axis.
        divar-uses-xhat: np.sum(dxhat * xmu, axis=0) => np.sum(dxhat * xmu * ivar, axis=0)
            Your divar uses the normalised values. What ivar was multiplied by in step 7 is xmu.
        """),
        named.rights("""
        einsum: np.sum(dxhat * xmu, axis=0) => np.einsum("nd,nd->d", dxhat, xmu)
        a diagonal: np.sum(dxhat * xmu, axis=0) => np.diag(dxhat.T @ xmu).copy()
        """),
    ),
    stage(
        bn.batchnorm_backward_step6,
        {"dsqrtvar": 1},
        named.wrongs("""
        sign-reversed: -1 / sqrtvar**2 * divar => 1 / sqrtvar**2 * divar
            Your sign is wrong: when sqrtvar grows, its inverse shrinks.
        power-one: -1 / sqrtvar**2 * divar => -1 / sqrtvar * divar
            Your power is too small. Look at the derivative of 1/s with respect to s once more.
        halved: -1 / sqrtvar**2 * divar => -0.5 / sqrtvar**2 * divar
            A 1/2 is too much: it belongs to the root of step 5.
        multiplied: -1 / sqrtvar**2 * divar => -(sqrtvar**2) * divar
            You multiply by the square. Its exponent is negative.
        power-three: -1 / sqrtvar**2 * divar => -1 / sqrtvar**3 * divar
            Your power is too large. This step goes back through the inverse alone; the root is step 5.
        upstream-forgotten: -1 / sqrtvar**2 * divar => -1 / sqrtvar**2
            You return the local gradient alone. The chain rule multiplies it by the gradient from above,
            divar.
        logarithm-instead: -1 / sqrtvar**2 * divar => np.log(sqrtvar) * divar
            The logarithm is the integral of 1/s. What is asked is its derivative.
        """),
        named.rights("""
        a power: -1 / sqrtvar**2 * divar => -divar * sqrtvar**-2.0
        divided twice: -1 / sqrtvar**2 * divar => -divar / sqrtvar / sqrtvar
        """),
    ),
    stage(
        bn.batchnorm_backward_step5,
        {"dvar": 1},
        named.wrongs("""
        half-missing: 0.5 / np.sqrt(var + eps) * dsqrtvar => 1 / np.sqrt(var + eps) * dsqrtvar
            A factor is missing: the derivative of a root brings its exponent down.
        root-missing: 0.5 / np.sqrt(var + eps) * dsqrtvar => 0.5 / (var + eps) * dsqrtvar
            You divide by var + eps itself. In the derivative of a root a root remains.
        not-inverted: 0.5 / np.sqrt(var + eps) * dsqrtvar => 0.5 * np.sqrt(var + eps) * dsqrtvar
            You multiply by the root. Its exponent goes down by one, from 1/2 to a negative number.
        dvar-sign: 0.5 / np.sqrt(var + eps) * dsqrtvar => -0.5 / np.sqrt(var + eps) * dsqrtvar
            Your sign is wrong: a larger variance has a larger root. The minus of step 6 is in dsqrtvar.
        eps-outside: 0.5 / np.sqrt(var + eps) * dsqrtvar => 0.5 / (np.sqrt(var) + eps) * dsqrtvar
            Your eps stands behind the root. It stood under it in the forward step, so it stays there.
        eps-of-its-own: 0.5 / np.sqrt(var + eps) * dsqrtvar => 0.5 / np.sqrt(var + 1e-5) * dsqrtvar
            Your eps is always 1e-5. Take the one that is handed in.
        factor-2: 0.5 / np.sqrt(var + eps) * dsqrtvar => 2 / np.sqrt(var + eps) * dsqrtvar
            Your factor is 2. The exponent of a root is 1/2.
        power-too-low: 0.5 / np.sqrt(var + eps) * dsqrtvar => -0.5 / (var + eps) ** 1.5 * dsqrtvar
            You go back through the inverse of the root. The inverse was step 6, and this step the root alone.
        eps-missing: 0.5 / np.sqrt(var + eps) * dsqrtvar => 0.5 / np.sqrt(var) * dsqrtvar
            Your derivative forgets eps. It stood under the root in the forward step, so it stays there.
        upstream-forgotten: 0.5 / np.sqrt(var + eps) * dsqrtvar => 0.5 / np.sqrt(var + eps)
            You return the local gradient alone. The chain rule multiplies it by the gradient from above,
            dsqrtvar.
        """),
        named.rights("""
        a power: 0.5 / np.sqrt(var + eps) * dsqrtvar => dsqrtvar * 0.5 * (var + eps) ** -0.5
        one fraction: 0.5 / np.sqrt(var + eps) * dsqrtvar => dsqrtvar / (2 * np.sqrt(var + eps))
        """),
    ),
    stage(
        bn.batchnorm_backward_step4,
        {"dsq": 1},
        named.wrongs("""
        var-without-1/N: dvar / N => dvar
            Each row has the whole of dvar. The forward step divided by N, and a constant factor stays on the
            way back.
        one-row-only: np.ones((N, 1), dtype=dvar.dtype) * dvar / N => dvar / N
            @ONE_ROW
        rows-without-1/N-one-row: np.ones((N, 1), dtype=dvar.dtype) * dvar / N => dvar.copy()
            You pass dvar on as it is. Two things are missing: the factor of the mean, and the N rows.
        one-less: dvar / N => dvar / max(N - 1, 1)
            You divide by N - 1. The forward step divided by N.
        multiplied-by-N: dvar / N => dvar * N
            You multiply by N. The forward step divided by it, and the same factor stays on the way back.
        features-for-examples: dvar / N => dvar / len(dvar)
            You divide by the number of features. The mean ran over the N examples.
        float32-lost: np.ones((N, 1), dtype=dvar.dtype) * dvar / N => np.ones((N, 1)) * dvar / N
            @FLOAT32_LOST
        """),
        named.rights("""
        np.tile: np.ones((N, 1), dtype=dvar.dtype) * dvar / N => np.tile(dvar / N, (N, 1))
        np.broadcast_to: ones((N, 1), dtype=dvar.dtype) * dvar / N => broadcast_to(dvar / N, (N, len(dvar)))
        """),
    ),
    stage(
        bn.batchnorm_backward_step3,
        {"dxmu2": 1},
        named.wrongs("""
        factor-2-missing: 2 * xmu * dsq => xmu * dsq
            A factor is missing: the derivative of a square brings its exponent down.
        factor-one-half: 2 * xmu * dsq => 0.5 * xmu * dsq
            Your factor is 1/2. The derivative of a square brings down its exponent, 2.
        sizes: 2 * xmu * dsq => 2 * np.abs(xmu) * dsq
            You take absolute values. To the left of 0 a square falls.
        square-without-2: 2 * xmu * dsq => xmu**2 * dsq
            You multiply by the square itself. Its derivative is asked for.
        square-kept: 2 * xmu * dsq => 2 * xmu**2 * dsq
            Your power is too large: the derivative of a square is of the first power.
        upstream-forgotten: 2 * xmu * dsq => 2 * xmu
            You return the local gradient alone. The chain rule multiplies it by the gradient from above, dsq.
        local-gradient-forgotten: 2 * xmu * dsq => 2 * dsq
            Your result does not depend on xmu. The derivative of its square does.
        summed-already: 2 * xmu * dsq => np.sum(2 * xmu * dsq, axis=0)
            You sum over the examples. Squaring was entry by entry, so its gradient keeps the shape (N, D).
        """),
        named.rights("""
        twice: 2 * xmu * dsq => dsq * xmu + xmu * dsq
        doubled first: 2 * xmu * dsq => (xmu + xmu) * dsq
        """),
    ),
    stage(
        bn.batchnorm_backward_step2,
        {"dx1": 1, "dmu": 1},
        named.wrongs("""
        one-branch-only: dx1 = dxmu1 + dxmu2 => dx1 = dxmu1.copy()
            Your dx1 holds one of the two gradients of xmu. Two boxes used xmu, so two gradients add up.
        averaged: dx1 = dxmu1 + dxmu2 => dx1 = (dxmu1 + dxmu2) / 2; dxmu1, dxmu2 = dx1, 0
            You take the mean of the two gradients of xmu. Gradients of several uses add up.
        multiplied: dx1 = dxmu1 + dxmu2 => dx1 = dxmu1 * dxmu2
            You multiply the two gradients of xmu. Gradients of several uses add up.
        dmu-sign: -np.sum(dxmu1 + dxmu2, axis=0) => np.sum(dxmu1 + dxmu2, axis=0)
            The sign of your dmu is wrong: the forward step subtracted mu.
        dmu-averaged: -np.sum(dxmu1 + dxmu2, axis=0) => -np.mean(dxmu1 + dxmu2, axis=0)
            Your dmu is a mean. mu was subtracted from all N rows, and gradients of several uses add up. The
            1/N comes in step 1.
        dmu-not-summed: -np.sum(dxmu1 + dxmu2, axis=0) => -(dxmu1 + dxmu2)
            Your dmu has one row for each example. mu has the shape (D,): add up over the examples.
        sum-without-axis: -np.sum(dxmu1 + dxmu2, axis=0) => -np.sum(dxmu1 + dxmu2)
            Your dmu is one number: the sum runs over the features as well. Name the axis.
        keepdims-shape: -np.sum(dxmu1 + dxmu2, axis=0) => -np.sum(dxmu1 + dxmu2, axis=0, keepdims=True)
            @KEEPDIMS
        """),
        named.rights("""
        the zero term left out: -np.sum(dxmu1 + dxmu2, axis=0) => -np.sum(dxmu1, axis=0)
        two sums: -np.sum(dxmu1 + dxmu2, axis=0) => -dxmu1.sum(0) - dxmu2.sum(0)
        """),
    ),
    stage(
        bn.batchnorm_backward_step1,
        {"dx2": 1},
        named.wrongs("""
        mean-without-1/N: np.ones((N, 1), dtype=dmu.dtype) * dmu / N => np.ones((N, 1), dtype=dmu.dtype) * dmu
            Each row has the whole of dmu. The mean divided by N, and a constant factor stays on the way back.
        one-row-only: np.ones((N, 1), dtype=dmu.dtype) * dmu / N => dmu / N
            @ONE_ROW
        sign-reversed: dmu / N => -dmu / N
            Your sign is wrong. The minus of the subtraction is in dmu already, since step 2.
        scalar-dmu-mean: ((N, 1), dtype=dmu.dtype) * dmu => ((N, len(dmu)), dtype=dmu.dtype) * np.mean(dmu)
            You average dmu over the features. Each feature keeps its own entry.
        features-for-examples: dmu / N => dmu / len(dmu)
            You divide by the number of features. The mean ran over the N examples.
        float32-lost: np.ones((N, 1), dtype=dmu.dtype) * dmu / N => np.ones((N, 1)) * dmu / N
            @FLOAT32_LOST
        """),
        named.rights("""
        np.tile: np.ones((N, 1), dtype=dmu.dtype) * dmu / N => np.tile(dmu / N, (N, 1))
        np.stack: np.ones((N, 1), dtype=dmu.dtype) * dmu / N => np.stack([dmu / N] * N)
        """),
    ),
    stage(
        bn.batchnorm_backward_step0,
        {"dx": 1},
        named.wrongs("""
        one-branch-only: dx1 + dx2 => dx1.copy()
            Your dx holds one of the two gradients of x. Two boxes used x, so two gradients add up.
        mean-path-only: dx1 + dx2 => dx2.copy()
            Your dx holds only what came back through the mean. x also went straight into step 2.
        averaged: dx1 + dx2 => (dx1 + dx2) / 2
            You take the mean of the two gradients. Gradients of several uses add up.
        multiplied: dx1 + dx2 => dx1 * dx2
            You multiply the two gradients. Gradients of several uses add up.
        subtracted: dx1 + dx2 => dx1 - dx2
            You subtract. The minus of the centring is in dx2 already, since step 2.
        writes-into-dx1: return dx1 + dx2 => dx1 += dx2; return dx1
            Your values are right, but the function changes the dx1 of its caller. Make a new array.
        """),
        named.rights("""
        np.add: dx1 + dx2 => np.add(dx1, dx2)
        in place on a copy: return dx1 + dx2 => dx = dx1.copy(); dx += dx2; return dx
        """),
    ),
)
