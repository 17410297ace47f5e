"""SiLU and GELU, there and back: x times a gate between 0 and 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from reference import activations as act
from reference.drawn import only
from reference.exercise import Case, case, right, wrong
from reference.exercises.activations.inputs import entries
from reference.exercises.activations.pairs import back, there
from reference.exercises.activations.smooth import SPOILT, UPSTREAM, naive_sigmoid
from reference.variants import right_pair
from stagewise.compare import Tolerance

ONE_PART = "A part is missing: the slope of a product of two functions of x has two terms."

# The tanh form differs from the definition by at most 4.7e-4 in the value and 8.7e-4 in the slope, measured
# between -8 and 8; the drawn x reach at least 2, the slopes times dout about 1.
TANH_FORM_PASSES = Tolerance(
    rtol=1e-3,
    stol=1e-3,
    reason="the tanh form of GELU, in wide use, is off by up to 9e-4; one case of its own asks for the "
    "exact one",
)


def naive_silu(x: Any) -> Any:
    """The formula as it stands: right, but exp overflows and warns."""
    s, _ = naive_sigmoid(x)
    return x * s, (x, s)


def phi_by_erfc(x: Any) -> Any:
    """Phi(x) by the complementary error function."""
    return np.vectorize(lambda value: 0.5 * math.erfc(-value / math.sqrt(2)), otypes=[x.dtype])(x)


def _inner(x: Any) -> Any:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)


def gelu_by_tanh(x: Any) -> Any:
    """The approximation of Hendrycks and Gimpel."""
    return 0.5 * x * (1 + np.tanh(_inner(x))), x


def gelu_back_by_tanh(dout: Any, cache: Any) -> Any:
    """The derivative of the approximation at the x that `gelu_forward` cached."""
    x, _ = cache
    t = np.tanh(_inner(x))
    inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner_slope)


def gelu_caching_its_slope(x: Any) -> Any:
    """The slope computed on the way there."""
    below = 0.5 * act.erf(x / math.sqrt(2)) + 0.5
    return x * below, below + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _exact(script: str, compare: str, takes: str) -> Case:
    return case(
        "the exact formula",
        script,
        compare,
        only(takes, entries(6, 5, spread=1.5)),
        weight=1.5,
        visible=True,
        why="the definition with erf, not an approximation of it",
    )


EXERCISES = (
    there(
        act.silu_forward,
        (
            wrong(
                "overflow-warns",
                by=naive_silu,
                says="Your values are right, but NumPy warns of an overflow: x / (1 + exp(-x)) gives exp a "
                "large number when x is very negative. Your sigmoid_forward knows how to avoid that.",
            ),
            wrong(
                "gate-alone",
                change="x * s",
                into="s + 0 * x",
                says="You return the gate alone, the sigmoid. SiLU multiplies x by it.",
            ),
            wrong(
                "relu-instead",
                change="x * s",
                into="np.maximum(0, x)",
                says="Your gate is hard: 0 or 1. The gate of SiLU is the sigmoid of x.",
            ),
            wrong(
                "tanh-gate",
                change="x * s",
                into="x * np.tanh(x)",
                says="Your gate is tanh, so negative x come out positive. The gate of SiLU is the sigmoid.",
            ),
            wrong(
                "closed-gate",
                change="x * s",
                into="x * (1 - s)",
                says="Your gate closes where it should open: for large positive x the output must be close "
                "to x.",
            ),
            wrong(
                "gate-of-the-product",
                change="x * s",
                into="sigmoid_forward(x * x)[0] * x",
                says="Your gate gets x squared. It is the sigmoid of x itself.",
            ),
        ),
        (
            right("by tanh", change="x * s", into="0.5 * x * (1 + np.tanh(0.5 * x))"),
            right("caches the output too", change="return out, (x, s)", into="return out, (x, s, out)"),
        ),
    ),
    back(
        act.silu_backward,
        act.silu_forward,
        (
            wrong(
                "gate-held-fixed",
                change="(s + x * s * (1 - s))",
                into="s",
                says=ONE_PART + " You treat the gate as a constant.",
            ),
            wrong(
                "x-held-fixed",
                change="(s + x * s * (1 - s))",
                into="(x * s * (1 - s))",
                says=ONE_PART + " You treat the factor x as a constant.",
            ),
            wrong(
                "x-missing",
                change="x * s * (1 - s)",
                into="s * (1 - s)",
                says="Your second term misses the factor x, which stands before the gate in x * sigmoid(x).",
            ),
            wrong(
                "slope-of-the-sigmoid",
                change="(s + x * s * (1 - s))",
                into="s * (1 - s)",
                says="You return the slope of the sigmoid alone. SiLU is a product: x times the sigmoid.",
            ),
            wrong(
                "upstream-forgotten",
                change="dout * (s + x * s * (1 - s))",
                into="(s + x * s * (1 - s))",
                says=UPSTREAM,
            ),
            wrong(
                "writes-into-dout",
                change="dx: Array = dout * (s + x * s * (1 - s))",
                into="dx = dout\ndx *= s + x * s * (1 - s)",
                says=SPOILT,
            ),
        ),
        (
            right("factored", change="(s + x * s * (1 - s))", into="s * (1 + x * (1 - s))"),
            right("by the output", change="(s + x * s * (1 - s))", into="(s + (x * s) - (x * s) * s)"),
        ),
    ),
    there(
        act.gelu_forward,
        (
            wrong(
                "tanh-approximation",
                by=lambda x: (gelu_by_tanh(x)[0], (x, act.gelu_forward(x)[1][1])),
                says="Your values are those of the tanh approximation, off by up to 5e-4. Here the exact "
                "formula with erf is asked for.",
            ),
            wrong(
                "sigmoid-approximation",
                change="x * phi_below",
                into="x * sigmoid_forward(1.702 * x)[0]",
                says="Your gate is sigmoid(1.702 x), an approximation that is off by up to 0.02. Use erf.",
            ),
            wrong(
                "root-missing",
                change="x / math.sqrt(2)",
                into="x",
                says="Your gate is too steep: erf gets x divided by something in Phi(x).",
            ),
            wrong(
                "half-missing",
                change="0.5 * (1 + erf(x / math.sqrt(2)))",
                into="1 + erf(x / math.sqrt(2))",
                says="Your gate goes up to 2. A share lies between 0 and 1.",
            ),
            wrong(
                "one-missing",
                change="(1 + erf(x / math.sqrt(2)))",
                into="erf(x / math.sqrt(2))",
                says="Your gate goes from -1/2 to 1/2. erf is negative for negative x; a share is not.",
            ),
            wrong(
                "gate-alone",
                change="x * phi_below",
                into="phi_below",
                says="You return the gate Phi(x) alone. GELU multiplies x by it.",
            ),
        ),
        (
            right("by erfc", by=lambda x: (x * phi_by_erfc(x), (x, phi_by_erfc(x)))),
            right("half outside", change="x * phi_below", into="0.5 * x * (2 * phi_below)"),
        ),
        tolerance=TANH_FORM_PASSES,
        extra=(_exact("out, cache = gelu_forward(x)", "out", "x"),),
    ),
    back(
        act.gelu_backward,
        act.gelu_forward,
        (
            wrong(
                "tanh-approximation",
                by=gelu_back_by_tanh,
                says="Your slopes are those of the tanh approximation, off by up to 9e-4. Here the exact "
                "formula is asked for.",
            ),
            wrong(
                "gate-held-fixed",
                change="(phi_below + x * density)",
                into="phi_below",
                says=ONE_PART + " You treat the gate as a constant.",
            ),
            wrong(
                "x-held-fixed",
                change="(phi_below + x * density)",
                into="(x * density)",
                says=ONE_PART + " You treat the factor x as a constant.",
            ),
            wrong(
                "x-missing",
                change="x * density",
                into="density",
                says="Your second term misses the factor x, which stands before the gate in x * Phi(x).",
            ),
            wrong(
                "density-not-normalised",
                change="np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)",
                into="np.exp(-(x**2) / 2)",
                says="The area under your bell curve is not 1: its factor is missing.",
            ),
            wrong(
                "exponent-not-halved",
                change="-(x**2) / 2",
                into="-(x**2)",
                says="Your bell curve is too narrow: the exponent of the normal density has a factor of 1/2.",
            ),
            wrong(
                "factor-of-erf",
                change="math.sqrt(2 * math.pi)",
                into="math.sqrt(math.pi)",
                says="Your density has the factor of the slope of erf. The chain rule through x / sqrt(2) "
                "and the 1/2 in front change it.",
            ),
            wrong(
                "upstream-forgotten",
                change="dout * (phi_below + x * density)",
                into="phi_below + x * density",
                says=UPSTREAM,
            ),
        ),
        (
            right(
                "term by term",
                change="dout * (phi_below + x * density)",
                into="dout * phi_below + dout * x * density",
            ),
            right_pair(
                "slope in the cache",
                forward=gelu_caching_its_slope,
                backward=lambda dout, slope: dout * slope,
            ),
        ),
        tolerance=TANH_FORM_PASSES,
        extra=(_exact("out, cache = gelu_forward(x)\ndx = gelu_backward(dout, cache)", "dx", "x dout"),),
    ),
)
