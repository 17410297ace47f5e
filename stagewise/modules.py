"""Small modules to build networks of: pairs (forward, backward), by their kind.

`out, cache = forward(*inputs)`; `backward(dout, cache)` is a tuple with a gradient for each input, in their
order. None of them changes its arguments. MODULES has

    affine(x, w, b)             x w + b; x: (N, D), w: (D, M), b: (M,)
    relu(x), tanh(x)            entry by entry
    add(a, b), multiply(a, b)   entry by entry, a and b of one shape
    concat(a, b)                side by side: (N, A) and (N, B) make (N, A + B)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from stagewise import training

Array = np.ndarray
Gradients = tuple[Array, ...]


def _affine(x: Array, w: Array, b: Array) -> tuple[Array, Any]:
    return training.affine(x, w, b, {})


def _of_one(backward: Callable[[Array, Any], Array]) -> Callable[[Array, Any], Gradients]:
    """A backward pass with one gradient, as a tuple."""

    def gradients(dout: Array, cache: Any) -> Gradients:
        return (backward(dout, cache),)

    return gradients


def _add(a: Array, b: Array) -> tuple[Array, None]:
    return a + b, None


def _add_back(dout: Array, cache: None) -> Gradients:
    return dout, dout


def _multiply(a: Array, b: Array) -> tuple[Array, Gradients]:
    return a * b, (a, b)


def _multiply_back(dout: Array, cache: Gradients) -> Gradients:
    a, b = cache
    return dout * b, dout * a


def _concat(a: Array, b: Array) -> tuple[Array, int]:
    return np.concatenate([a, b], axis=1), a.shape[1]


def _concat_back(dout: Array, width: int) -> Gradients:
    return dout[:, :width], dout[:, width:]


MODULES: dict[str, tuple[Callable[..., tuple[Array, Any]], Callable[[Array, Any], Gradients]]] = {
    "affine": (_affine, training.affine_back),
    "relu": (training.relu, _of_one(training.relu_back)),
    "tanh": (training.tanh, _of_one(training.tanh_back)),
    "add": (_add, _add_back),
    "multiply": (_multiply, _multiply_back),
    "concat": (_concat, _concat_back),
}
