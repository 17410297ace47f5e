"""The scheme of the first paper: drop in training, scale at test time."""

from typing import Any

import numpy as np

from reference.exercises.dropout.inverted import NOT_DRAWN_APART, OVERWRITES_X, known_mode
from reference.exercises.dropout.masks import elementwise_cases
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from reference.truth import dropout as do

named = Notation(globals(), OVERWRITES_X=OVERWRITES_X)
MISTAKES = (
    *named.wrongs("""
    keep-vs-drop: kept = np.random.rand(*x.shape) < p => kept = np.random.rand(*x.shape) > p
        In training your p is the probability to DROP. Here p is the probability to KEEP: for p = 0.6 a share
        of 0.4 becomes zero.
    scaled-twice: factor = kept.astype(x.dtype) => factor = (kept / p).astype(x.dtype)
        You divide by p in training, and your test mode scales as well: one of the two is enough. In this
        scheme training only drops.
    inverted-instead: by do.dropout_forward
        You divide by p in training, as inverted dropout does. Here it is the other scheme: training only
        drops, and test mode multiplies by p.
    multiply-by-p: factor = kept.astype(x.dtype) => factor = (kept * p).astype(x.dtype)
        You multiply by p in training, where the dropped entries lower the mean already. In this scheme
        training only drops.
    scaled-in-training: factor = kept.astype(x.dtype) => factor = np.full(x.shape, p, dtype=x.dtype)
        Nothing is dropped in training: you multiply by p in both modes. Training drops, and test mode has the
        factor.
    masked-at-test-too:
        - factor = np.full(x.shape, p, dtype=x.dtype)
        + factor = (p * (np.random.rand(*x.shape) < p)).astype(x.dtype)
        You still drop entries in test mode, besides the factor p. Test mode has the factor alone.
    test-unscaled: factor = np.full(x.shape, p, dtype=x.dtype) => factor = np.ones_like(x)
        In test mode nothing is dropped and your output is x itself, larger than the mean in training. Test
        mode has to make up for that.
    test-divided-by-p: np.full(x.shape, p, dtype=x.dtype) => np.full(x.shape, 1 / p, dtype=x.dtype)
        You divide by p in test mode, which makes the output larger still. In training only a share of p came
        through: test mode has to match that.
    test-scaled-by-drop: np.full(x.shape, p, dtype=x.dtype) => np.full(x.shape, 1 - p, dtype=x.dtype)
        In test mode you multiply by 1 - p, the probability to drop. A share of p came through in training.
    dtype-lost-at-test: np.full(x.shape, p, dtype=x.dtype) => np.full(x.shape, p)
        In test mode float32 comes back as float64. np.full, for one, makes float64 unless it is told a dtype.
    writes-into-x: out = x * factor => x *= factor; out = x
        @OVERWRITES_X
    """),
    *NOT_DRAWN_APART,
)


def with_loops(x: Any, dropout_param: Any) -> Any:
    """Entry by entry, the numbers from a generator of its own."""
    rng = np.random.default_rng(dropout_param.get("seed"))
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        if known_mode(dropout_param) == "test":
            out[place] = x[place] * dropout_param["p"]
        elif rng.random() < dropout_param["p"]:
            out[place] = x[place]
    return out, None


FORWARD = exercise(
    do.vanilla_dropout_forward,
    elementwise_cases("vanilla_dropout_forward", "stay as they are", "multiplied by p"),
    MISTAKES,
    named.rights("""
    loops, a generator of its own: by with_loops
    rand > 1 - p: kept = np.random.rand(*x.shape) < p => kept = np.random.rand(*x.shape) > 1 - p
    np.where: factor = kept.astype(x.dtype) => factor = np.where(kept, 1, 0).astype(x.dtype)
    the expected value of the mask:
        factor = np.full(x.shape, p, dtype=x.dtype) => factor = np.asarray(0 * (1 - p) + 1 * p, dtype=x.dtype)
    """),
)
EXERCISES = (FORWARD,)
