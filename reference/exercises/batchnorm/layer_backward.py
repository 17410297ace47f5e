"""The whole backward pass, in steps and in closed form, on the cache of the student's own forward pass."""

from collections.abc import Sequence

import numpy as np

from reference.exercises.batchnorm.backward_forms import ALWAYS
from reference.exercises.batchnorm.backward_mistakes import BATCHNORM, IN_CLOSED_FORM
from reference.exercises.batchnorm.inputs import batch
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.exercise import Alternative, Case, Exercise, Function, Inputs, Misconception
from reference.kit.notation import Notation
from reference.kit.promises import Promise, keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import batchnorm as bn
from stagewise.judge.compare import Tolerance

SHARES = {"dx": 6.0, "dgamma": 1.0, "dbeta": 1.0}
MANY = "48,000 entries: difference quotients take too long"
CANCELS = Tolerance(
    rtol=1e-4,
    stol=2e-5,
    scale=1.0,
    reason="dx and dgamma are exactly zero here; rounding may leave something small beside dout, near 1",
)


def training(drawn: Inputs, **param: float) -> Inputs:
    """A batch in train mode and a random upstream gradient."""

    def inputs(rng: np.random.Generator) -> Drawn:
        values = drawn(rng)
        taken = {name: values[name] for name in ("x", "gamma", "beta", "dout")}
        return {**taken, "bn_param": {"mode": "train", **param}}

    return inputs


named = Notation(globals())


def _cases(name: str) -> tuple[Case | Promise, ...]:
    script = f"""
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        dx, dgamma, dbeta = {name}(dout, cache)
    """
    ask = probes.asker(script, SHARES, updates=("bn_param",))
    return (
        ask("6 examples, 4 features", training(batch(6, 4, spread=3.0)), weight=2, visible=True, main=True),
        ask("a nearly constant feature", training(batch(8, 3, flat=True)), visible=True, why=probes.FLAT),
        ask("5 examples, 7 features", training(batch(5, 7, spread=3.0)), weight=2, main=True),
        ask("16 examples, 3 features", training(batch(16, 3))),
        ask("a large eps", training(batch(6, 3), eps=0.5), weight=0.5, visible=True),
        ask("a large mean", training(batch(9, 4, offset=50.0)), weight=0.5),
        ask("one feature", training(batch(6, 1)), weight=0.5),
        ask("one example", training(batch(1, 5)), weight=0.5, tolerance=CANCELS, why="N = 1: dx is zero"),
        keeps_dtype(training(batch(6, 5)), visible=True, why=probes.DTYPE),
        pure(visible=True),
        takes_gaps(training(batch(7, 4))),
        ask(MANY, training(batch(16, 3000)), weight=0.5, main=True),
    )


def _layer(
    truth: Function, others: Sequence[Alternative], mistakes: Sequence[Misconception] = ()
) -> Exercise:
    there, known = (bn.batchnorm_forward,), (*BATCHNORM, *mistakes)
    return exercise(truth, _cases(truth.__name__), known, (*ALWAYS, *others), partners=there)


BACKWARD = _layer(
    bn.batchnorm_backward,
    named.rights("""
    the zero term of step 2 left out:
        dx1, dmu = batchnorm_backward_step2(dxmu1, dxmu2) => dx1, dmu = dxmu1 + dxmu2, -np.sum(dxmu1, axis=0)
    rows by broadcasting: dx2 = batchnorm_backward_step1(dmu, N) => dx2 = dmu / N
    the closed form: by bn.batchnorm_backward_alt
    """),
)
BACKWARD_ALT = _layer(
    bn.batchnorm_backward_alt,
    named.rights("""
    N taken out:
        - dx = gamma * ivar * (dout - dbeta / N - xhat * dgamma / N)
        + dx = gamma * ivar / N * (N * dout - dbeta - xhat * dgamma)
    dgamma without xhat in the cache: np.sum(dout * xhat, axis=0) => np.sum(dout * (cache[2] * ivar), axis=0)
    the ten steps: by bn.batchnorm_backward
    """),
    IN_CLOSED_FORM,
)
