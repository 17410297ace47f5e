"""The exercise l2_penalty."""

import numpy as np

from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from tests.sample.truth import l2_penalty


def weights(*shape, size=1.0):
    """W with no entry near 0, and a strength."""
    return lambda rng: {
        "W": size * rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2, shape),
        "strength": float(rng.uniform(0.2, 0.8)),
    }


def in_loops(W, strength):
    """Entry by entry."""
    loss, dW = 0.0, np.empty_like(W)
    for place in np.ndindex(W.shape):
        loss += strength / 2 * W[place] ** 2
        dW[place] = strength * W[place]
    return loss, dW


ask = probes.asker("loss, dW = l2_penalty(W, strength)", {"loss": 1, "dW": 1})
named = Notation(globals())
PENALTY = exercise(
    l2_penalty,
    (
        ask("4 features, 3 classes", weights(4, 3), weight=2, visible=True, main=True),
        keeps_dtype(weights(3, 5), visible=True, exact_dtype=False),
        ask("6 features, 5 classes", weights(6, 5), weight=2, main=True),
        ask("tiny weights", weights(3, 4, size=1e-5), weight=0.5, why="a small penalty is not none"),
        ask("one class", weights(5, 1), weight=0.5),
        takes_gaps(weights(4, 5), why=probes.MEMORY),
    ),
    named.wrongs("""
    half-missing: 0.5 * strength => strength
        Your loss is twice too large: the formula halves it, so that no 2 is left in the gradient.
    two-in-the-gradient: dW = strength * W => dW = 2 * strength * W
        Your dW has the 2 of the square. The 1/2 in front of the loss takes it away.
    strength-missing: dW = strength * W => dW = W.copy()
        Your dW does not depend on the strength. The loss is multiplied by it, and so is its gradient.
    a-mean: np.sum(W**2) => np.mean(W**2)
        Your loss is a mean over the weights. The formula adds their squares up.
    """),
    named.rights("""
    in loops: by in_loops
    np.vdot: np.sum(W**2) => np.vdot(W, W)
    """),
)
