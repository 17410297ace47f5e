"""Clipping by the norm of all gradients together."""

from typing import Any

import numpy as np

from reference.exercises.optimizers.probes import signed
from reference.kit.drawn import Drawn, each_array, in_float32, strided
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.variants import exercise
from reference.truth import optimizers as opt


def network_gradients(low: float, high: float, max_norm: float) -> Inputs:
    """grads of two layers, their entries between low and high in size, and max_norm.

    The layers differ in size, so that their own norms differ from the common one and from each other.
    """

    def inputs(rng: np.random.Generator) -> Drawn:
        shapes = {"W0": (4, 5), "b0": (5,), "W1": (5, 3), "b1": (3,)}
        sizes = {"W0": 1.0, "b0": 0.3, "W1": 2.0, "b1": 0.5}
        grads = {name: sizes[name] * signed(rng, low, high, shape) for name, shape in shapes.items()}
        return {"grads": grads, "max_norm": max_norm}

    return inputs


def one_array(rng: np.random.Generator) -> Drawn:
    """A single parameter with four axes."""
    return {"grads": {"filter": signed(rng, 0.5, 3, (2, 3, 2, 2))}, "max_norm": 2.5}


def all_zero(rng: np.random.Generator) -> Drawn:
    """Gradients of zero."""
    return {"grads": {"W": np.zeros((3, 2)), "b": np.zeros(2)}, "max_norm": float(rng.uniform(0.5, 2))}


_clip = asker("clipped, norm = clip_gradient_norm(grads, max_norm)", {"clipped": 3.0, "norm": 1.0})


def in_float32_throughout(grads: Any, max_norm: Any) -> Any:
    """All in float32."""
    narrow = each_array(grads, lambda a: a.astype(np.float32))
    clipped, norm = opt.clip_gradient_norm(narrow, float(np.float32(max_norm)))
    return each_array(clipped, lambda a: a.astype(np.float32)), np.float32(norm)


def in_loops(grads: Any, max_norm: Any) -> Any:
    """Entry by entry."""
    norm = sum(entry * entry for g in grads.values() for entry in g.ravel()) ** 0.5
    clipped = {}
    for name, g in grads.items():
        clipped[name] = g.copy()
        if norm > max_norm:
            for place in np.ndindex(g.shape):
                clipped[name][place] = g[place] / norm * max_norm
    return clipped, norm


def as_torch_does(grads: Any, max_norm: Any) -> Any:
    """With torch's 1e-6 in the denominator, which changes the sixth digit at most."""
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads.values()])
    scale = min(1.0, max_norm / (norm + 1e-6))
    return {name: scale * g for name, g in grads.items()}, norm


NORM = "math.sqrt(sum(float(np.sum(g**2)) for g in grads.values()))"
named = Notation(globals())
CLIPPING = exercise(
    opt.clip_gradient_norm,
    (
        _clip("too long", network_gradients(0.5, 2, 3.0), weight=2, visible=True, main=True),
        _clip("short enough", network_gradients(0.05, 0.1, 3.0), weight=2.5, visible=True),
        _clip(
            "together too long, each short enough",
            network_gradients(0.25, 0.45, 2.6),
            weight=1.5,
            visible=True,
        ),
        _clip("zero", all_zero, weight=0.5, visible=True, why="a norm of 0"),
        _clip("much too long", network_gradients(50, 200, 0.7), weight=2, main=True),
        _clip("one parameter with four axes", one_array, weight=1),
        _clip("gaps in memory", strided(network_gradients(0.5, 2, 3.0)), weight=0.5),
        _clip("float32", in_float32(network_gradients(0.5, 2, 3.0)), weight=0.5),
    ),
    named.wrongs("""
    per-element-vs-norm: g * scale => np.clip(g, -max_norm, max_norm)
        You clip each entry by itself. That changes the direction of the gradient; here all entries are
        multiplied by one common factor.
    each-array-by-itself:
        - {name: g * scale for name, g in grads.items()}
        + {k: g * min(1.0, max_norm / max(np.linalg.norm(g), 1e-12)) for k, g in grads.items()}
        You clip each parameter by its own norm. The norm is that of all gradients together, and so is the
        factor: only then the direction of the whole step stays.
    always-rescaled: max_norm / norm if norm > max_norm else 1.0 => np.divide(max_norm, norm)
        You also lengthen gradients that are shorter than max_norm. Those stay as they are.
    no-root: @NORM => sum(float(np.sum(g**2)) for g in grads.values())
        Your norm is the sum of the squares. Its root is missing.
    sum-of-norms: @NORM => sum(float(np.linalg.norm(g)) for g in grads.values())
        You add up the norms of the parameters. Lengths at right angles do not add: add the squares, then take
        one root.
    largest-entry: @NORM => max(float(np.max(np.abs(g))) for g in grads.values())
        Your norm is the largest entry. The Euclidean one is meant: the root of the sum of all squares.
    norm-after: g in grads.items()}, norm => g in grads.items()}, norm * scale
        You return the norm after clipping. The one before is asked for: it tells you how often you clip.
    divides-by-the-norm: max_norm / norm if norm > max_norm else 1.0 => 1 / norm if norm > max_norm else 1.0
        Gradients that are too long get the length 1. They should get the length max_norm.
    factor-upside-down: max_norm / norm if => norm / max_norm if
        Your factor is above 1, so that long gradients become longer. It is the other fraction.
    shortens-the-short: norm > max_norm => 0 < norm < max_norm
        You rescale gradients that are short enough, and leave those that are too long: compare the other way.
    list-for-dict: {name: g * scale for name, g in grads.items()} => [g * scale for g in grads.values()]
        Your clipped gradients are a list. A dict with the names of grads is asked for.
    norms-of-matrices:
        - norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads.values()))
        + norm = math.sqrt(sum(float(np.linalg.norm(g, 2)) ** 2 for g in grads.values() if g.ndim < 3))
        np.linalg.norm of a matrix, with 2, is its largest singular value. The root of the sum of all squares
        is meant.
    writes-into-grads: g * scale => np.multiply(g, scale, out=g)
        Your values are right, but your function changes the arrays of its caller. Make new ones.
    """),
    named.rights("""
    in float32: by in_float32_throughout
    in loops: by in_loops
    as torch does, 1e-6 in the denominator: by as_torch_does
    """),
)
