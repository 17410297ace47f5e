"""Steps 9 to 0 of the backward pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import batchnorm as bn
from reference.exercise import right, wrong
from reference.exercises.batchnorm.forward_steps import KEEPDIMS
from reference.exercises.batchnorm.stages import stage

FLOAT32_LOST = (
    "Your values are right, but float32 comes back as float64: "
    "np.ones makes float64 rows unless it is told the dtype."
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


STEPS = (
    stage(
        bn.batchnorm_backward_step9,
        {"dgammax": 1, "dbeta": 3},
        (
            wrong(
                "dbeta-averaged",
                change="np.sum(dout, axis=0)",
                into="np.mean(dout, axis=0)",
                says="Your dbeta is a mean. beta was used in all N rows, and gradients of several uses add "
                "up.",
            ),
            wrong(
                "dbeta-not-summed",
                change="np.sum(dout, axis=0)",
                into="dout.copy()",
                says="Your dbeta has one row for each example. beta has the shape (D,), so its gradient "
                "has it too: "
                "add up over the examples.",
            ),
            wrong(
                "sum-without-axis",
                change="np.sum(dout, axis=0)",
                into="np.sum(dout)",
                says="Your dbeta is one number: the sum runs over the features as well. Name the axis.",
            ),
            wrong(
                "wrong-axis",
                change="np.sum(dout, axis=0)",
                into="np.sum(dout, axis=1)",
                says="Your dbeta sums over the features. It has one entry per feature and sums over the "
                "examples.",
            ),
            wrong(
                "keepdims-shape",
                change="np.sum(dout, axis=0)",
                into="np.sum(dout, axis=0, keepdims=True)",
                says=KEEPDIMS,
            ),
        ),
        (
            right("dgammax is a copy", change="dgammax = dout", into="dgammax = dout.copy()"),
            right("times one", change="dgammax = dout", into="dgammax = dout * 1"),
            right(
                "a product with ones",
                change="np.sum(dout, axis=0)",
                into="np.ones(len(dout), dout.dtype) @ dout",
            ),
        ),
    ),
    stage(
        bn.batchnorm_backward_step8,
        {"dxhat": 1, "dgamma": 1},
        (
            wrong(
                "gamma-missing",
                change="dxhat = dgammax * gamma",
                into="dxhat = dgammax.copy()",
                says="Your dxhat passes the gradient on unchanged. The forward step multiplied xhat by "
                "something.",
            ),
            wrong(
                "factors-swapped",
                change="dxhat = dgammax * gamma",
                into="dxhat = dgammax * xhat",
                says="Your dxhat uses xhat itself. The local gradient of a product for one factor is the "
                "other factor.",
            ),
            wrong(
                "dgamma-without-xhat",
                change="np.sum(dgammax * xhat, axis=0)",
                into="np.sum(dgammax, axis=0)",
                says="Your dgamma misses a factor: the local gradient for gamma is what gamma was "
                "multiplied by.",
            ),
            wrong(
                "dgamma-averaged",
                change="np.sum(dgammax * xhat, axis=0)",
                into="np.mean(dgammax * xhat, axis=0)",
                says="Your dgamma is a mean. gamma was used in all N rows, and gradients of several uses "
                "add up.",
            ),
            wrong(
                "dgamma-not-summed",
                change="np.sum(dgammax * xhat, axis=0)",
                into="dgammax * xhat",
                says="Your dgamma has one row for each example. gamma has the shape (D,): add up over the "
                "examples.",
            ),
            wrong(
                "sum-without-axis",
                change="np.sum(dgammax * xhat, axis=0)",
                into="np.sum(dgammax * xhat)",
                says="Your dgamma is one number: the sum runs over the features as well. Name the axis.",
            ),
        ),
        (
            right(
                "einsum", change="np.sum(dgammax * xhat, axis=0)", into='np.einsum("nd,nd->d", dgammax, xhat)'
            ),
            right("row by row", by=sums_by_adding_rows),
        ),
    ),
    stage(
        bn.batchnorm_backward_step7,
        {"dxmu1": 1, "divar": 1},
        (
            wrong(
                "factors-swapped",
                change="dxmu1 = dxhat * ivar",
                into="dxmu1 = dxhat * xmu",
                says="Your dxmu1 uses xmu itself. The local gradient of a product for one factor is the "
                "other factor.",
            ),
            wrong(
                "divides-by-ivar",
                change="dxmu1 = dxhat * ivar",
                into="dxmu1 = dxhat / ivar",
                says="Your dxmu1 divides by ivar. The forward step multiplied by it, and so does the way "
                "back.",
            ),
            wrong(
                "divar-averaged",
                change="np.sum(dxhat * xmu, axis=0)",
                into="np.mean(dxhat * xmu, axis=0)",
                says="Your divar is a mean. ivar was used in all N rows, and gradients of several uses add "
                "up.",
            ),
            wrong(
                "divar-not-summed",
                change="np.sum(dxhat * xmu, axis=0)",
                into="dxhat * xmu",
                says="Your divar has one row for each example. ivar has the shape (D,): add up over the "
                "examples.",
            ),
            wrong(
                "sum-without-axis",
                change="np.sum(dxhat * xmu, axis=0)",
                into="np.sum(dxhat * xmu)",
                says="Your divar is one number: the sum runs over the features as well. Name the axis.",
            ),
            wrong(
                "divar-uses-xhat",
                change="np.sum(dxhat * xmu, axis=0)",
                into="np.sum(dxhat * xmu * ivar, axis=0)",
                says="Your divar uses the normalised values. What ivar was multiplied by in step 7 is xmu.",
            ),
        ),
        (
            right("einsum", change="np.sum(dxhat * xmu, axis=0)", into='np.einsum("nd,nd->d", dxhat, xmu)'),
            right("a diagonal", change="np.sum(dxhat * xmu, axis=0)", into="np.diag(dxhat.T @ xmu).copy()"),
        ),
    ),
    stage(
        bn.batchnorm_backward_step6,
        {"dsqrtvar": 1},
        (
            wrong(
                "sign-reversed",
                change="-1 / sqrtvar**2 * divar",
                into="1 / sqrtvar**2 * divar",
                says="Your sign is wrong: when sqrtvar grows, its inverse shrinks.",
            ),
            wrong(
                "power-one",
                change="-1 / sqrtvar**2 * divar",
                into="-1 / sqrtvar * divar",
                says="Your power is too small. Look at the derivative of 1/s with respect to s once more.",
            ),
            wrong(
                "power-three",
                change="-1 / sqrtvar**2 * divar",
                into="-1 / sqrtvar**3 * divar",
                says="Your power is too large. This step goes back through the inverse alone; the root is "
                "step 5.",
            ),
            wrong(
                "upstream-forgotten",
                change="-1 / sqrtvar**2 * divar",
                into="-1 / sqrtvar**2",
                says="You return the local gradient alone. The chain rule multiplies it by the gradient "
                "from above, "
                "divar.",
            ),
            wrong(
                "logarithm-instead",
                change="-1 / sqrtvar**2 * divar",
                into="np.log(sqrtvar) * divar",
                says="The logarithm is the integral of 1/s. What is asked is its derivative.",
            ),
        ),
        (
            right("a power", change="-1 / sqrtvar**2 * divar", into="-divar * sqrtvar**-2.0"),
            right("divided twice", change="-1 / sqrtvar**2 * divar", into="-divar / sqrtvar / sqrtvar"),
        ),
    ),
    stage(
        bn.batchnorm_backward_step5,
        {"dvar": 1},
        (
            wrong(
                "half-missing",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="1 / np.sqrt(var + eps) * dsqrtvar",
                says="A factor is missing: the derivative of a root brings its exponent down.",
            ),
            wrong(
                "root-missing",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="0.5 / (var + eps) * dsqrtvar",
                says="You divide by var + eps itself. In the derivative of a root a root remains.",
            ),
            wrong(
                "not-inverted",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="0.5 * np.sqrt(var + eps) * dsqrtvar",
                says="You multiply by the root. Its exponent goes down by one, from 1/2 to a negative "
                "number.",
            ),
            wrong(
                "dvar-sign",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="-0.5 / np.sqrt(var + eps) * dsqrtvar",
                says="Your sign is wrong: a larger variance has a larger root. The minus of step 6 is in "
                "dsqrtvar.",
            ),
            wrong(
                "eps-missing",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="0.5 / np.sqrt(var) * dsqrtvar",
                says="Your derivative forgets eps. It stood under the root in the forward step, so it "
                "stays there.",
            ),
            wrong(
                "upstream-forgotten",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="0.5 / np.sqrt(var + eps)",
                says="You return the local gradient alone. The chain rule multiplies it by the gradient "
                "from above, "
                "dsqrtvar.",
            ),
        ),
        (
            right(
                "a power",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="dsqrtvar * 0.5 * (var + eps) ** -0.5",
            ),
            right(
                "one fraction",
                change="0.5 / np.sqrt(var + eps) * dsqrtvar",
                into="dsqrtvar / (2 * np.sqrt(var + eps))",
            ),
        ),
    ),
    stage(
        bn.batchnorm_backward_step4,
        {"dsq": 1},
        (
            wrong(
                "var-without-1/N",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="np.ones((N, 1), dtype=dvar.dtype) * dvar",
                says="Each row has the whole of dvar. The forward step divided by N, and a constant factor "
                "stays on "
                "the way back.",
            ),
            wrong(
                "one-row-only",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="dvar / N",
                says=ONE_ROW,
            ),
            wrong(
                "rows-without-1/N-one-row",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="dvar.copy()",
                says="You pass dvar on as it is. Two things are missing: the factor of the mean, and the N "
                "rows.",
            ),
            wrong(
                "multiplied-by-N",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="np.ones((N, 1), dtype=dvar.dtype) * dvar * N",
                says="You multiply by N. The forward step divided by it, and the same factor stays on the "
                "way back.",
            ),
            wrong(
                "features-for-examples",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="np.ones((N, 1), dtype=dvar.dtype) * dvar / len(dvar)",
                says="You divide by the number of features. The mean ran over the N examples.",
            ),
            wrong(
                "float32-lost",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="np.ones((N, 1)) * dvar / N",
                says=FLOAT32_LOST,
            ),
        ),
        (
            right(
                "np.tile",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="np.tile(dvar / N, (N, 1))",
            ),
            right(
                "np.broadcast_to",
                change="np.ones((N, 1), dtype=dvar.dtype) * dvar / N",
                into="np.broadcast_to(dvar / N, (N, len(dvar)))",
            ),
        ),
    ),
    stage(
        bn.batchnorm_backward_step3,
        {"dxmu2": 1},
        (
            wrong(
                "factor-2-missing",
                change="2 * xmu * dsq",
                into="xmu * dsq",
                says="A factor is missing: the derivative of a square brings its exponent down.",
            ),
            wrong(
                "square-kept",
                change="2 * xmu * dsq",
                into="2 * xmu**2 * dsq",
                says="Your power is too large: the derivative of a square is of the first power.",
            ),
            wrong(
                "upstream-forgotten",
                change="2 * xmu * dsq",
                into="2 * xmu",
                says="You return the local gradient alone. The chain rule multiplies it by the gradient "
                "from above, "
                "dsq.",
            ),
            wrong(
                "local-gradient-forgotten",
                change="2 * xmu * dsq",
                into="2 * dsq",
                says="Your result does not depend on xmu. The derivative of its square does.",
            ),
            wrong(
                "summed-already",
                change="2 * xmu * dsq",
                into="np.sum(2 * xmu * dsq, axis=0)",
                says="You sum over the examples. Squaring was entry by entry, so its gradient keeps the "
                "shape (N, D).",
            ),
        ),
        (
            right("twice", change="2 * xmu * dsq", into="dsq * xmu + xmu * dsq"),
            right("doubled first", change="2 * xmu * dsq", into="(xmu + xmu) * dsq"),
        ),
    ),
    stage(
        bn.batchnorm_backward_step2,
        {"dx1": 1, "dmu": 1},
        (
            wrong(
                "one-branch-only",
                change="dx1 = dxmu1 + dxmu2",
                into="dx1 = dxmu1.copy()",
                says="Your dx1 holds one of the two gradients of xmu. Two boxes used xmu, so two gradients "
                "add up.",
            ),
            wrong(
                "dmu-sign",
                change="-np.sum(dxmu1 + dxmu2, axis=0)",
                into="np.sum(dxmu1 + dxmu2, axis=0)",
                says="The sign of your dmu is wrong: the forward step subtracted mu.",
            ),
            wrong(
                "dmu-averaged",
                change="-np.sum(dxmu1 + dxmu2, axis=0)",
                into="-np.mean(dxmu1 + dxmu2, axis=0)",
                says="Your dmu is a mean. mu was subtracted from all N rows, and gradients of several uses "
                "add up. "
                "The 1/N comes in step 1.",
            ),
            wrong(
                "dmu-not-summed",
                change="-np.sum(dxmu1 + dxmu2, axis=0)",
                into="-(dxmu1 + dxmu2)",
                says="Your dmu has one row for each example. mu has the shape (D,): add up over the "
                "examples.",
            ),
            wrong(
                "sum-without-axis",
                change="-np.sum(dxmu1 + dxmu2, axis=0)",
                into="-np.sum(dxmu1 + dxmu2)",
                says="Your dmu is one number: the sum runs over the features as well. Name the axis.",
            ),
            wrong(
                "keepdims-shape",
                change="-np.sum(dxmu1 + dxmu2, axis=0)",
                into="-np.sum(dxmu1 + dxmu2, axis=0, keepdims=True)",
                says=KEEPDIMS,
            ),
        ),
        (
            right(
                "the zero term left out",
                change="-np.sum(dxmu1 + dxmu2, axis=0)",
                into="-np.sum(dxmu1, axis=0)",
            ),
            right("two sums", change="-np.sum(dxmu1 + dxmu2, axis=0)", into="-dxmu1.sum(0) - dxmu2.sum(0)"),
        ),
    ),
    stage(
        bn.batchnorm_backward_step1,
        {"dx2": 1},
        (
            wrong(
                "mean-without-1/N",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.ones((N, 1), dtype=dmu.dtype) * dmu",
                says="Each row has the whole of dmu. The mean divided by N, and a constant factor stays on "
                "the way "
                "back.",
            ),
            wrong(
                "one-row-only",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="dmu / N",
                says=ONE_ROW,
            ),
            wrong(
                "sign-reversed",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.ones((N, 1), dtype=dmu.dtype) * -dmu / N",
                says="Your sign is wrong. The minus of the subtraction is in dmu already, since step 2.",
            ),
            wrong(
                "scalar-dmu-mean",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.ones((N, len(dmu)), dtype=dmu.dtype) * np.mean(dmu) / N",
                says="You average dmu over the features. Each feature keeps its own entry.",
            ),
            wrong(
                "features-for-examples",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.ones((N, 1), dtype=dmu.dtype) * dmu / len(dmu)",
                says="You divide by the number of features. The mean ran over the N examples.",
            ),
            wrong(
                "float32-lost",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.ones((N, 1)) * dmu / N",
                says=FLOAT32_LOST,
            ),
        ),
        (
            right(
                "np.tile",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.tile(dmu / N, (N, 1))",
            ),
            right(
                "np.stack",
                change="np.ones((N, 1), dtype=dmu.dtype) * dmu / N",
                into="np.stack([dmu / N] * N)",
            ),
        ),
    ),
    stage(
        bn.batchnorm_backward_step0,
        {"dx": 1},
        (
            wrong(
                "one-branch-only",
                change="dx1 + dx2",
                into="dx1.copy()",
                says="Your dx holds one of the two gradients of x. Two boxes used x, so two gradients add "
                "up.",
            ),
            wrong(
                "mean-path-only",
                change="dx1 + dx2",
                into="dx2.copy()",
                says="Your dx holds only what came back through the mean. x also went straight into step 2.",
            ),
            wrong(
                "averaged",
                change="dx1 + dx2",
                into="(dx1 + dx2) / 2",
                says="You take the mean of the two gradients. Gradients of several uses add up.",
            ),
            wrong(
                "subtracted",
                change="dx1 + dx2",
                into="dx1 - dx2",
                says="You subtract. The minus of the centring is in dx2 already, since step 2.",
            ),
            wrong(
                "writes-into-dx1",
                change="return dx1 + dx2",
                into="dx1 += dx2\nreturn dx1",
                says="Your values are right, but the function changes the dx1 of its caller. Make a new "
                "array.",
            ),
        ),
        (
            right("np.add", change="dx1 + dx2", into="np.add(dx1, dx2)"),
            right(
                "in place on a copy", change="return dx1 + dx2", into="dx = dx1.copy()\ndx += dx2\nreturn dx"
            ),
        ),
    ),
)
