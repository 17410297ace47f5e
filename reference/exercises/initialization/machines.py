"""The two halves of a Boltzmann machine: hidden given visible, visible given hidden."""

from typing import Any

import numpy as np

from reference.exercises.initialization.inputs import extreme, layer
from reference.kit.exercise import Exercise
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import initialization as init

OVERFLOW = (
    "Your values are right, but for large sums of one sign NumPy warns of an overflow. Write the sigmoid so "
    "that exp is only taken of numbers that are not positive."
)


def naive(z: Any) -> Any:
    """Overflows for large negative z, and is right."""
    return (1 / (1 + np.exp(-z))).astype(z.dtype)


def naive_hidden(v: Any, w: Any, c: Any) -> Any:
    """With an overflow."""
    return naive(v @ w + c)


def naive_visible(h: Any, w: Any, b: Any) -> Any:
    """With an overflow."""
    return naive(h @ w.T + b)


def other_form(v: Any, w: Any, c: Any) -> Any:
    """exp / (1 + exp): NaN for large sums."""
    e = np.exp(v @ w + c)
    return e / (1 + e)


def other_form_visible(h: Any, w: Any, b: Any) -> Any:
    """exp / (1 + exp): NaN for large sums."""
    return other_form(h, w.T, b)


def by_tanh(v: Any, w: Any, c: Any) -> Any:
    """sigmoid(z) = (1 + tanh(z / 2)) / 2."""
    return (0.5 * (1 + np.tanh((v @ w + c) / 2))).astype(v.dtype)


def by_tanh_visible(h: Any, w: Any, b: Any) -> Any:
    """sigmoid(z) = (1 + tanh(z / 2)) / 2."""
    return by_tanh(h, w.T, b)


def unit_by_unit(v: Any, w: Any, c: Any) -> Any:
    """Unit by unit, clipped sums."""
    p = np.empty((len(v), len(c)), v.dtype)
    for j in range(len(c)):
        p[:, j] = 1 / (1 + np.exp(-np.clip(v @ w[:, j] + c[j], -60, 60)))
    return p


def unit_by_unit_visible(h: Any, w: Any, b: Any) -> Any:
    """Unit by unit, clipped sums."""
    return unit_by_unit(h, w.T, b)


def _exercise(truth: Any, script: str, output: str, takes: str, mistakes: Any, others: Any) -> Exercise:
    ask = asker(script, output, takes=takes)
    return exercise(
        truth,
        (
            ask("5 examples, 6 visible, 3 hidden", layer(5, 6, 3), weight=2, visible=True, main=True),
            ask("large sums", extreme(3, 5, 4), visible=True, quiet=True).because(
                "sums of a thousand and more, of either sign: no overflow"
            ),
            keeps_dtype(layer(3, 4, 2), visible=True),
            ask("8 examples, 4 visible, 9 hidden", layer(8, 4, 9, 1.5), weight=2, main=True),
            ask("one example", layer(1, 7, 5), weight=0.5),
            takes_gaps(),
        ),
        mistakes,
        others,
    )


named = Notation(globals())
HIDDEN = _exercise(
    init.rbm_hidden,
    "p = rbm_hidden(v, w, c)",
    "p",
    "v w c",
    named.wrongs("""
    bias-missing: v @ w + c => v @ w
        Your hidden biases c are missing.
    bias-subtracted: v @ w + c => v @ w - c
        Your bias has the wrong sign.
    sigmoid-missing: sigmoid(v @ w + c) => v @ w + c
        You return the sums. A probability lies between 0 and 1: put them through the sigmoid.
    bias-behind-the-sigmoid: sigmoid(v @ w + c) => sigmoid(v @ w) + c
        You add the bias to the probability. It belongs to the sum, before the sigmoid.
    wrong-sign: sigmoid(v @ w + c) => sigmoid(-(v @ w + c))
        You return the probability to be 0. Asked is that to be 1.
    tanh-instead: sigmoid(v @ w + c) => np.tanh(v @ w + c)
        You use tanh, which goes from -1 to 1. A probability lies between 0 and 1.
    softmax-over-the-units:
        - p = sigmoid(v @ w + c)
        + e = np.exp(v @ w + c - np.max(v @ w + c, axis=1, keepdims=True))
        + p = e / np.sum(e, axis=1, keepdims=True)
        Your hidden units share a probability of 1, as classes do. Each is on or off by itself: a sigmoid
        each.
    thresholded: sigmoid(v @ w + c) => (sigmoid(v @ w + c) > 0.5).astype(v.dtype)
        You return zeros and ones. Asked are the probabilities.
    visible-rounded: v @ w + c => np.round(v) @ w + c
        You make zeros and ones of v first. It goes in as it is.
    summed-over-the-batch: sigmoid(v @ w + c) => sigmoid(np.sum(v, axis=0) @ w + c) * np.ones((len(v), 1))
        You add up the examples before the sigmoid. Each example has probabilities of its own.
    overflow-warns: by naive_hidden
        @OVERFLOW
    nan-for-large-sums: by other_form
        For large sums your answer is NaN: exp overflows, and infinity is divided by infinity.
    """),
    named.rights("""
    by tanh: by by_tanh
    unit by unit: by unit_by_unit
    einsum: v @ w + c => np.einsum("nd,dh->nh", v, w) + c
    """),
)
VISIBLE = _exercise(
    init.rbm_visible,
    "q = rbm_visible(h, w, b)",
    "q",
    "h w b",
    named.wrongs("""
    bias-missing: h @ w.T + b => h @ w.T
        Your visible biases b are missing.
    bias-subtracted: h @ w.T + b => h @ w.T - b
        Your bias has the wrong sign.
    sigmoid-missing: sigmoid(h @ w.T + b) => h @ w.T + b
        You return the sums. A probability lies between 0 and 1: put them through the sigmoid.
    bias-behind-the-sigmoid: sigmoid(h @ w.T + b) => sigmoid(h @ w.T) + b
        You add the bias to the probability. It belongs to the sum, before the sigmoid.
    tanh-instead: sigmoid(h @ w.T + b) => np.tanh(h @ w.T + b)
        You use tanh, which goes from -1 to 1. A probability lies between 0 and 1.
    sigmoid-twice: sigmoid(h @ w.T + b) => sigmoid(sigmoid(h @ w.T + b))
        Your sums go through the sigmoid twice.
    wrong-sign: sigmoid(h @ w.T + b) => sigmoid(-(h @ w.T + b))
        You return the probability to be 0. Asked is that to be 1.
    weights-not-transposed: h @ w.T => h @ w
        On the way back the sum is over the hidden units: the second index of w. Transpose it.
    reshaped-not-transposed: h @ w.T => h @ w.reshape(w.shape[::-1])
        You reshape w, which keeps the numbers in their order and puts them in other rows. Transpose it.
    thresholded: sigmoid(h @ w.T + b) => (sigmoid(h @ w.T + b) > 0.5).astype(h.dtype)
        You return zeros and ones. Asked are the probabilities.
    hidden-rounded: h @ w.T + b => np.round(h) @ w.T + b
        You make zeros and ones of h first. It goes in as it is.
    overflow-warns: by naive_visible
        @OVERFLOW
    nan-for-large-sums: by other_form_visible
        For large sums your answer is NaN: exp overflows, and infinity is divided by infinity.
    """),
    named.rights("""
    by tanh: by by_tanh_visible
    unit by unit: by unit_by_unit_visible
    einsum: h @ w.T + b => np.einsum("nh,dh->nd", h, w) + b
    """),
)
EXERCISES = (HIDDEN, VISIBLE)
