"""One step of contrastive divergence. The random numbers are handed in, so that answers can be compared."""

from typing import Any

import numpy as np

from reference.exercises.initialization.inputs import divergence
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import initialization as init


def example_by_example(v: Any, rbm: Any, u: Any) -> Any:
    """Sums over the examples, in a loop, and means at the end."""
    w, b, c = rbm["w"], rbm["b"], rbm["c"]
    sums = [np.zeros_like(w), np.zeros_like(b), np.zeros_like(c)]
    for row, draw in zip(v, u, strict=True):
        p = init.rbm_hidden(row, w, c)
        back = init.rbm_visible(np.where(draw < p, 1.0, 0.0).astype(v.dtype), w, b)
        again = init.rbm_hidden(back, w, c)
        sums[0] += np.outer(row, p) - np.outer(back, again)
        sums[1] += row - back
        sums[2] += p - again
    return tuple(total / len(v) for total in sums)


_ask = asker("dw, db, dc = cd1_gradient(v, rbm, u)", {"dw": 3, "db": 1, "dc": 1.5})
named = Notation(globals())
CD1 = exercise(
    init.cd1_gradient,
    (
        _ask(
            "6 examples, 5 visible, 4 hidden", divergence(6, 5, 4), weight=2, visible=True, main=True
        ).because("all randomness is in u: nothing is drawn here"),
        _ask("9 examples, 3 visible, 7 hidden", divergence(9, 3, 7), weight=2, visible=True, main=True),
        _ask("one example", divergence(1, 6, 3), visible=True, why="N = 1: every mean is the thing itself"),
        keeps_dtype(divergence(4, 3, 2), visible=True),
        pure(divergence(4, 3, 2), visible=True),
        _ask("12 examples, 8 visible, 5 hidden", divergence(12, 8, 5, 1.5), weight=2, main=True),
        _ask("small weights", divergence(7, 6, 5, 0.01)),
        takes_gaps(),
    ),
    named.wrongs("""
    weights-summed: (v.T @ p - v1.T @ p1) / len(v) => v.T @ p - v1.T @ p1
        Your biases are averaged over the batch and your weights are summed: both need the same 1/N.
        teach: All parts of a gradient are means over the same batch: double the batch, and none of them may
        grow.
    everything-summed:
        - dw = (v.T @ p - v1.T @ p1) / len(v)
        - db = np.mean(v - v1, axis=0)
        - dc = np.mean(p - p1, axis=0)
        + dw = v.T @ p - v1.T @ p1
        + db = np.sum(v - v1, axis=0)
        + dc = np.sum(p - p1, axis=0)
        You add up the examples, so the step grows with the batch. The docstring takes the mean: divide by
        N.
    biases-summed:
        - db = np.mean(v - v1, axis=0)
        - dc = np.mean(p - p1, axis=0)
        + db = np.sum(v - v1, axis=0)
        + dc = np.sum(p - p1, axis=0)
        Your weights are averaged over the batch and your biases are summed: both need the same 1/N.
    data-alone: v.T @ p - v1.T @ p1 => v.T @ p
        Your dw holds what the data show. What the machine imagines, v' and p', is taken away from it.
    data-twice: v1.T @ p1 => v.T @ p1
        Your second product pairs the data with p'. It is the reconstruction v' that belongs to it.
    divided-by-D: (v.T @ p - v1.T @ p1) / len(v) => (v.T @ p - v1.T @ p1) / v.shape[1]
        You divide dw by the number of pixels. It is a mean over the N examples.
    no-sampling: h = (u < p).astype(v.dtype) => h = p
        Your reconstruction is driven by probabilities. The hidden units should be 0 or 1 there, decided
        by u.
    threshold-for-sampling: (u < p) => (p > 0.5)
        You decide the hidden units by one half: u is not used. A unit with probability 0.6 is on in six
        cases out of ten, not always.
    sampled-the-wrong-way: (u < p) => (u > p)
        Your hidden units are 1 where u is above p, which happens with probability 1 - p.
    negative-phase-not-recomputed: p1 = rbm_hidden(v1, w, c) => p1 = p
        The hidden probabilities of your second half are those of the data. Compute them again, from the
        reconstruction.
    sample-in-the-second-half: p1 = rbm_hidden(v1, w, c) => p1 = h
        In your second half the reconstruction is paired with the sample that made it. Compute the hidden
        probabilities again, from the reconstruction.
    samples-in-the-first-product: (v.T @ p - v1.T @ p1) => (v.T @ h - v1.T @ p1)
        Your first product uses the samples. The docstring takes the probabilities p: fewer random
        numbers, and so a calmer gradient.
    bias-from-samples: np.mean(p - p1, axis=0) => np.mean(h - p1, axis=0)
        Your dc uses the samples. The docstring takes the probabilities p, as dw does.
    samples-everywhere:
        - dw = (v.T @ p - v1.T @ p1) / len(v)
        - db = np.mean(v - v1, axis=0)
        - dc = np.mean(p - p1, axis=0)
        + dw = (v.T @ h - v1.T @ p1) / len(v)
        + db = np.mean(v - v1, axis=0)
        + dc = np.mean(h - p1, axis=0)
        You use the samples in dw and dc. They only drive the reconstruction; the docstring takes the
        probabilities p there.
    reconstruction-rounded: v1 = rbm_visible(h, w, b) => v1 = np.round(rbm_visible(h, w, b))
        You make zeros and ones of the reconstruction. The docstring leaves it as probabilities.
    descent:
        - dw = (v.T @ p - v1.T @ p1) / len(v)
        - db = np.mean(v - v1, axis=0)
        - dc = np.mean(p - p1, axis=0)
        + dw = (v1.T @ p1 - v.T @ p) / len(v)
        + db = np.mean(v1 - v, axis=0)
        + dc = np.mean(p1 - p, axis=0)
        All of your signs are reversed. This direction is added to the parameters: what the data show
        comes first, what the machine dreams up is taken away.
    biases-not-averaged: np.mean(v - v1, axis=0) => v - v1
        Your db has a row for each example. Take the mean over them.
    mean-over-the-units:
        - dc = np.mean(p - p1, axis=0)
        + dc = np.mean(p - p1) * np.ones_like(c)
        Your dc is one number for all hidden units. Each has a bias of its own.
    biases-swapped: return dw, db, dc => return dw, dc, db
        Your two biases are in the wrong order: dw, db (visible), dc (hidden).
    outer-product-of-means:
        - dw = (v.T @ p - v1.T @ p1) / len(v)
        + first = np.outer(np.mean(v, axis=0), np.mean(p, axis=0))
        + dw = first - np.outer(np.mean(v1, axis=0), np.mean(p1, axis=0))
        You multiply means. The mean of the products is asked for: multiply in each example, then average.
    """),
    named.rights("""
    example by example: by example_by_example
    einsum:
        - dw = (v.T @ p - v1.T @ p1) / len(v)
        + dw = (np.einsum("ni,nj->ij", v, p) - np.einsum("ni,nj->ij", v1, p1)) / len(v)
    divided first: (v.T @ p - v1.T @ p1) / len(v) => v.T / len(v) @ p - v1.T / len(v) @ p1
    """),
)
EXERCISES = (CD1,)
