"""Activation functions there and back, and three measurements of a deep stack of them.

Pairs follow CS231n: `f_forward(x) -> (out, cache)`, `f_backward(dout, cache) -> dx`, entry by entry on float
arrays of any shape whose dtype is kept. Only maxout has weights, and returns their gradients too.
Sources: Maas et al. 2013 (leaky ReLU), Clevert et al. 2015 (ELU, arXiv 1511.07289), Goodfellow et al. 2013
(maxout, arXiv 1302.4389), Hendrycks and Gimpel 2016 (GELU and SiLU, arXiv 1606.08415).
"""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Cache = Any


def sigmoid_forward(x: Array) -> tuple[Array, Cache]:
    """out = 1 / (1 + exp(-x)). Accurate and without a warning for any |x|: exp only meets numbers <= 0."""
    e = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1, e) / (1 + e)
    return out, out


def sigmoid_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout * out * (1 - out)."""
    out = cache
    dx: Array = dout * out * (1 - out)
    return dx


def tanh_forward(x: Array) -> tuple[Array, Cache]:
    """out = tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)), without a warning for any |x|."""
    out = np.tanh(x)
    return out, out


def tanh_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout * (1 - out^2)."""
    out = cache
    dx: Array = dout * (1 - out**2)
    return dx


def relu_forward(x: Array) -> tuple[Array, Cache]:
    """out = max(0, x)."""
    out = np.maximum(0, x)
    return out, x


def relu_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout where x > 0, otherwise 0. At x = 0 every slope from 0 to 1 is a subgradient; here it is 0."""
    x = cache
    dx: Array = dout * (x > 0)
    return dx


def leaky_relu_forward(x: Array, a: float = 0.01) -> tuple[Array, Cache]:
    """out = x where x > 0, otherwise a * x; a >= 0, also above 1."""
    out = np.where(x > 0, x, a * x)
    return out, (x, a)


def leaky_relu_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout where x > 0, otherwise a * dout. At x = 0 every slope between a and 1 is a subgradient."""
    x, a = cache
    dx = np.where(x > 0, dout, a * dout)
    return dx


def elu_forward(x: Array, alpha: float = 1.0) -> tuple[Array, Cache]:
    """out = x where x > 0, otherwise alpha * (exp(x) - 1); without a warning for any |x|."""
    out = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return out, (out, alpha)


def elu_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout where x > 0, otherwise dout * alpha * exp(x), and there alpha * exp(x) = out + alpha."""
    out, alpha = cache
    dx = np.where(out > 0, dout, dout * (out + alpha))
    return dx


def maxout_forward(x: Array, w: Array, b: Array) -> tuple[Array, Cache]:
    """The largest of K affine maps, for each unit. x: (N, D), w: (K, D, H), b: (K, H). Returns out: (N, H).

    z[k] = x @ w[k] + b[k], out[n, h] = max over k of z[k, n, h].
    """
    z = np.einsum("nd,kdh->knh", x, w) + b[:, None, :]
    winner = np.argmax(z, axis=0)
    out = np.max(z, axis=0)
    return out, (x, w, winner)


def maxout_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """The winner alone gets the gradient. dout: (N, H). Returns dx: (N, D), dw: (K, D, H), db: (K, H).

    dz[k] = dout where k won, otherwise 0; dx = sum over k of dz[k] @ w[k].T, dw[k] = x.T @ dz[k],
    db[k] = sum over n of dz[k].
    """
    x, w, winner = cache
    K = w.shape[0]
    won = winner == np.arange(K)[:, None, None]
    dz = dout * won
    dx = np.einsum("knh,kdh->nd", dz, w)
    dw = np.einsum("nd,knh->kdh", x, dz)
    db = np.sum(dz, axis=1)
    return dx, dw, db


def silu_forward(x: Array) -> tuple[Array, Cache]:
    """out = x * sigmoid(x), without a warning for any |x|; also called swish."""
    s, _ = sigmoid_forward(x)
    out = x * s
    return out, (x, s)


def silu_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout * (s + x * s * (1 - s)), s = sigmoid(x)."""
    x, s = cache
    dx: Array = dout * (s + x * s * (1 - s))
    return dx


def erf(x: Array) -> Array:
    """The error function, entry by entry, in the dtype of x."""
    out: Array = np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype)
    return out


def gelu_forward(x: Array) -> tuple[Array, Cache]:
    """out = x * Phi(x), Phi(x) = (1 + erf(x / sqrt(2))) / 2: the share of a normal curve below x."""
    phi_below = 0.5 * (1 + erf(x / math.sqrt(2)))
    out = x * phi_below
    return out, (x, phi_below)


def gelu_backward(dout: Array, cache: Cache) -> Array:
    """dx = dout * (Phi(x) + x * phi(x)), phi(x) = exp(-x^2 / 2) / sqrt(2 pi)."""
    x, phi_below = cache
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    dx: Array = dout * (phi_below + x * density)
    return dx


# Three measurements.


def saturated_fraction(x: Array, limit: float = 5.0) -> float:
    """The share of the entries of x, any shape, that lie outside the safe zone -limit <= x <= limit."""
    outside = np.abs(x) > limit
    return float(np.mean(outside))


def dead_fraction(out: Array) -> float:
    """The share of units that are dead: their output is 0 for every example. out: (N, H), of a ReLU layer."""
    dead = np.all(out == 0, axis=0)
    return float(np.mean(dead))


def gradient_norms(dout: Array, layers: list[dict[str, Array]]) -> Array:
    """How long the gradient of each layer's weights is. dout: (N, H_L), by the output of the last layer.

    layers: from first to last, each a dict of "x": (N, H_in), what entered it; "w": (H_in, H_out);
    "slope": (N, H_out), the derivative of its activation at z = x @ w. Returns (L,), first layer first.
    Backwards: dz = dout * slope, dw = x.T @ dz, norm = sqrt(sum dw^2), and dz @ w.T is the next dout.
    """
    norms = np.zeros(len(layers), dtype=dout.dtype)
    for i in reversed(range(len(layers))):
        layer = layers[i]
        dz = dout * layer["slope"]
        dw = layer["x"].T @ dz
        norms[i] = np.sqrt(np.sum(dw**2))
        dout = dz @ layer["w"].T
    return norms
