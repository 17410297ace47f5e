"""SiLU and GELU, there and back: x times a gate between 0 and 1."""

import math
from typing import Any

import numpy as np

from reference.exercises.activations.inputs import entries
from reference.exercises.activations.pairs import back, there
from reference.exercises.activations.smooth import CACHE, SPOILT, UPSTREAM, naive_sigmoid
from reference.kit.exercise import Case
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.truth import activations as act
from stagewise.judge.compare import Tolerance

# The tanh form differs from the definition by at most 4.7e-4 in the value and 8.7e-4 in the slope, measured
# between -8 and 8; the drawn x reach at least 2, the slopes times dout about 1.
TANH_FORM_PASSES = Tolerance(
    rtol=1e-3,
    stol=1e-3,
    reason="the tanh form of GELU, in wide use, is off by up to 9e-4; one case of its own asks for the "
    "exact one",
)

TWO_TERMS = "A part is missing: the slope of a product of two functions of x has two terms. You treat "
GATE_FIXED, X_FIXED = TWO_TERMS + "the gate as a constant.", TWO_TERMS + "the factor x as a constant."
BRACKETS = "Your dout multiplies the first of the two terms only: brackets are missing."
WIDE_ROOT = (
    "Your values are right, but float32 comes back as float64. np.sqrt of a number, for one, is a float64, "
    "and so is what it divides: math.sqrt gives a plain number, which leaves the array's dtype as it is."
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
    why = "the definition with erf, not an approximation of it"
    ask = asker(script, compare, takes=takes)
    return ask("the exact formula", entries(6, 5, spread=1.5), weight=1.5, visible=True, why=why)


named = Notation(
    globals(),
    UPSTREAM=UPSTREAM,
    SPOILT=SPOILT,
    CACHE=CACHE,
    tanh_approximation=lambda x: (gelu_by_tanh(x)[0], (x, act.gelu_forward(x)[1][1])),
    by_erfc=lambda x: (x * phi_by_erfc(x), (x, phi_by_erfc(x))),
    slope_in_the_cache_back=lambda dout, slope: dout * slope,
)
EXERCISES = (
    there(
        act.silu_forward,
        named.wrongs("""
        overflow-warns: by naive_silu
            Your values are right, but NumPy warns of an overflow: x / (1 + exp(-x)) gives exp a large number
            when x is very negative. Your sigmoid_forward knows how to avoid that.
        gate-alone: x * s => s + 0 * x
            You return the gate alone, the sigmoid. SiLU multiplies x by it.
        pair-for-gate: s, _ = sigmoid_forward(x) => s = np.array(sigmoid_forward(x))
            Your gate holds two arrays: sigmoid_forward returns out and cache, and only the first is the gate.
        relu-before-the-gate: x * s => np.maximum(0, x) * s
            Your negative side is 0. SiLU lets a little of it through: x itself is multiplied by the gate.
        added: x * s => x + s
            You add the gate. SiLU multiplies x by it.
        relu-instead: x * s => np.maximum(0, x)
            Your gate is hard: 0 or 1. The gate of SiLU is the sigmoid of x.
        tanh-gate: x * s => x * np.tanh(x)
            Your gate is tanh, so negative x come out positive. The gate of SiLU is the sigmoid.
        closed-gate: x * s => x * (1 - s)
            Your gate closes where it should open: for large positive x the output must be close to x.
        gate-of-the-product: x * s => sigmoid_forward(x * x)[0] * x
            Your gate gets x squared. It is the sigmoid of x itself.
        """),
        named.rights("""
        by tanh: x * s => 0.5 * x * (1 + np.tanh(0.5 * x))
        caches the output too: return out, (x, s) => return out, (x, s, out)
        """),
    ),
    back(
        act.silu_backward,
        act.silu_forward,
        named.wrongs("""
        gate-held-fixed: (s + x * s * (1 - s)) => s
            @GATE_FIXED
        x-held-fixed: (s + x * s * (1 - s)) => (x * s * (1 - s))
            @X_FIXED
        sign-reversed: s + x * s => s - x * s
            Your second term is subtracted. The slope of a product is a sum.
        gate-missing: x * s * (1 - s) => x * (1 - s)
            Your second term misses the factor s: the slope of the gate is s * (1 - s).
        one-for-the-gate: (s + x * s => (1 + x * s
            Your first term is 1. There the gate s itself stands: the factor x has the slope 1, and is
            multiplied by the gate.
        x-missing: x * s * (1 - s) => s * (1 - s)
            Your second term misses the factor x, which stands before the gate in x * sigmoid(x).
        slope-of-the-sigmoid: (s + x * s * (1 - s)) => s * (1 - s)
            You return the slope of the sigmoid alone. SiLU is a product: x times the sigmoid.
        upstream-forgotten: dout * (s + x * s * (1 - s)) => (s + x * s * (1 - s))
            @UPSTREAM
        brackets-missing: dout * (s + x * s * (1 - s)) => dout * s + x * s * (1 - s)
            @BRACKETS
        writes-into-dout: dx: Array = dout * (s + x * s * (1 - s)) => dx = dout; dx *= s + x * s * (1 - s)
            @SPOILT
        spoils-the-cache: dx: Array = dout * (s + x * s * (1 - s)) => s *= 1 + x * (1 - s); dx = dout * s
            @CACHE
        """),
        named.rights("""
        factored: (s + x * s * (1 - s)) => s * (1 + x * (1 - s))
        by the output: (s + x * s * (1 - s)) => (s + (x * s) - (x * s) * s)
        """),
    ),
    there(
        act.gelu_forward,
        named.wrongs("""
        tanh-approximation: by tanh_approximation
            Your values are those of the tanh approximation, off by up to 5e-4. Here the exact formula with
            erf is asked for.
        sigmoid-approximation: x * phi_below => x * sigmoid_forward(1.702 * x)[0]
            Your gate is sigmoid(1.702 x), an approximation that is off by up to 0.02. Use erf.
        root-missing: x / math.sqrt(2) => x
            Your gate is too steep: erf gets x divided by something in Phi(x).
        halved-for-root: x / math.sqrt(2) => x / 2
            Your gate is too flat: erf gets x / 2. It is x divided by the root of 2.
        bracket-missing: 0.5 * (1 + erf(x / math.sqrt(2))) => 0.5 * 1 + erf(x / math.sqrt(2))
            Your gate goes from -1/2 to 3/2: the 1/2 multiplies only the 1. Brackets are missing.
        closed-gate: 1 + erf => 1 - erf
            Your gate closes where it should open: for large positive x the output must be close to x.
        silu-instead: x * phi_below => x * sigmoid_forward(x)[0]
            Your gate is the sigmoid: that is SiLU. The gate of GELU is Phi(x), with erf.
        density-for-share:
            - phi_below = 0.5 * (1 + erf(x / math.sqrt(2)))
            + phi_below = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
            Your gate is the density of the normal distribution, the bell. Phi(x) is the share below x.
        half-missing: 0.5 * (1 + erf(x / math.sqrt(2))) => 1 + erf(x / math.sqrt(2))
            Your gate goes up to 2. A share lies between 0 and 1.
        one-missing: (1 + erf(x / math.sqrt(2))) => erf(x / math.sqrt(2))
            Your gate goes from -1/2 to 1/2. erf is negative for negative x; a share is not.
        float32-lost: math.sqrt(2) => np.sqrt(2)
            @WIDE_ROOT
        gate-alone: x * phi_below => phi_below
            You return the gate Phi(x) alone. GELU multiplies x by it.
        """),
        named.rights("""
        by erfc: by by_erfc
        half outside: x * phi_below => 0.5 * x * (2 * phi_below)
        """),
        tolerance=TANH_FORM_PASSES,
        extra=(_exact("out, cache = gelu_forward(x)", "out", "x"),),
    ),
    back(
        act.gelu_backward,
        act.gelu_forward,
        named.wrongs("""
        tanh-approximation: by gelu_back_by_tanh
            Your slopes are those of the tanh approximation, off by up to 9e-4. Here the exact formula is
            asked for.
        gate-held-fixed: (phi_below + x * density) => phi_below
            @GATE_FIXED
        x-held-fixed: (phi_below + x * density) => (x * density)
            @X_FIXED
        x-missing: x * density => density
            Your second term misses the factor x, which stands before the gate in x * Phi(x).
        density-not-normalised: np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi) => np.exp(-(x**2) / 2)
            The area under your bell curve is not 1: its factor is missing.
        root-missing: math.sqrt(2 * math.pi) => (2 * math.pi)
            Your bell curve is divided by 2 pi. It is the root of that.
        root-of-two-alone: math.sqrt(2 * math.pi) => (math.sqrt(2) * math.pi)
            Your bell curve is divided by sqrt(2) and by pi. It is the root of 2 pi.
        times-pi: math.sqrt(2 * math.pi) => math.sqrt(2) * math.pi
            Your bell curve is divided by sqrt(2) and multiplied by pi. It is divided by the root of 2 pi:
            brackets are missing.
        gate-as-a-sigmoid: x * density => x * phi_below * (1 - phi_below)
            Your slope of the gate is that of a sigmoid, s * (1 - s). The slope of Phi is the normal density.
        sign-reversed: phi_below + x * density => phi_below - x * density
            Your second term is subtracted. The slope of a product is a sum.
        exponent-not-halved: -(x**2) / 2 => -(x**2)
            Your bell curve is too narrow: the exponent of the normal density has a factor of 1/2.
        factor-of-erf: math.sqrt(2 * math.pi) => math.sqrt(math.pi)
            Your density has the factor of the slope of erf. The chain rule through x / sqrt(2) and the 1/2 in
            front change it.
        upstream-forgotten: dout * (phi_below + x * density) => phi_below + x * density
            @UPSTREAM
        brackets-missing: dout * (phi_below + x * density) => dout * phi_below + x * density
            @BRACKETS
        spoils-the-cache:
            - dx: Array = dout * (phi_below + x * density)
            + phi_below += x * density
            + dx: Array = dout * phi_below
            @CACHE
        float32-lost: math.sqrt(2 * math.pi) => np.sqrt(2 * np.pi)
            @WIDE_ROOT
        """),
        named.rights("""
        term by term: dout * (phi_below + x * density) => dout * phi_below + dout * x * density
        slope in the cache: by slope_in_the_cache_back with gelu_caching_its_slope
        """),
        tolerance=TANH_FORM_PASSES,
        extra=(_exact("out, cache = gelu_forward(x)\ndx = gelu_backward(dout, cache)", "dx", "x dout"),),
    ),
)
