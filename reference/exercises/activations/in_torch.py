"""The unit's truth in torch: torch's own activations, and their vector-Jacobian products by autograd."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from reference.exercises.activations.inputs import entries, large, pieces
from reference.exercises.activations.measures import stack, units
from reference.kit.exercise import Inputs
from reference.truth import activations as act
from reference.truth.oracle import Bound, Row, there, there_and_back, vjp

A, ALPHA = 0.2, 1.3

# Over 400 draws in either dtype the worst error, in units of the machine epsilon of the largest entry, was
# 9 for an activation (GELU in float32), 23 for maxout (a single output that nearly cancels) and 5 for the
# norms. A GPU's exp, tanh and erf may be off by one or two units more, its sums run in another order: four
# times leaves room for both.
ENTRY = Bound(36, "four times the worst that exp, tanh, erf and a few products were seen to lose")
SUMS = Bound(92, "four times the worst that a sum of ten terms was seen to lose when it nearly cancels")
DEEP = Bound(20, "four times the worst that up to nine products of matrices were seen to lose")

_SHAPES = ((5, 3), (4, 7), (3, 2, 4), (30,), (1, 6))
_SPREADS = (0.01, 1.0, 4.0)


def any_entries(rng: np.random.Generator) -> dict[str, Any]:
    """x and dout of one of five shapes: near 0, ordinary, wide, or far beyond what exp can take.

    One entry of each is ordinary, so that errors are not relative to the noise of saturated ones.
    """
    shape = _SHAPES[rng.integers(len(_SHAPES))]
    kinds: list[Inputs] = [entries(*shape, spread=spread) for spread in _SPREADS]
    values = [*kinds, large(*shape)][rng.integers(4)](rng)
    values["x"].flat[1], values["dout"].flat[1] = rng.uniform(-0.5, 0.5), 1.0
    return values


def any_pieces(rng: np.random.Generator) -> dict[str, Any]:
    """Two, three or five pieces of sizes up to 20."""
    N, D, K, H = (int(rng.choice(sizes)) for sizes in ((1, 6, 20), (2, 9), (2, 3, 5), (1, 7)))
    return pieces(N, D, K, H)(rng)


def any_stack(rng: np.random.Generator) -> dict[str, Any]:
    """One to nine layers."""
    depth = int(rng.integers(1, 10))
    return stack(int(rng.integers(2, 9)), tuple(int(n) for n in rng.integers(2, 8, depth + 1)))(rng)


def _of_x(oracle: Any) -> Any:
    """Called with x by name, as rows call their oracles."""
    return lambda x: oracle(x)


def saturated(x: Any) -> Any:
    return (x.abs() > 5).double().mean()


def dead(out: Any) -> Any:
    return (out.abs().amax(0) == 0).double().mean()


def torch_maxout(x: Any, w: Any, b: Any) -> Any:
    return torch.stack([x @ one + shift for one, shift in zip(w, b, strict=True)]).amax(0)


def norms(dout: Any, layers: Any) -> Any:
    """One loss per layer: the product of what follows it, linear in its weights, by autograd."""
    found = []
    for i, layer in enumerate(layers):
        leaf = layer["w"].clone().requires_grad_()
        h = layer["x"] @ leaf
        for later, following in zip(layers[i:], [*layers[i + 1 :], None], strict=True):
            h = h * later["slope"]
            h = h if following is None else h @ following["w"]
        (gradient,) = torch.autograd.grad(h, leaf, dout)
        found.append(torch.linalg.matrix_norm(gradient))
    return torch.stack(found)


elementwise: dict[str, tuple[Any, Any]] = {
    "sigmoid": (act.sigmoid_forward, torch.sigmoid),
    "tanh": (act.tanh_forward, torch.tanh),
    "relu": (act.relu_forward, functional.relu),
    "leaky_relu": (lambda x: act.leaky_relu_forward(x, A), lambda x: functional.leaky_relu(x, A)),
    "elu": (lambda x: act.elu_forward(x, ALPHA), lambda x: functional.elu(x, ALPHA)),
    "silu": (act.silu_forward, functional.silu),
    "gelu": (act.gelu_forward, functional.gelu),
}


def _there_and_back(name: str, forward: Any, oracle: Any) -> tuple[Row, Row]:
    back = there_and_back(forward, getattr(act, f"{name}_backward"))
    return (
        Row(f"{name}_forward", there(forward), _of_x(oracle), any_entries, ENTRY),
        Row(f"{name}_backward", back, vjp(_of_x(oracle), "dout"), any_entries, ENTRY),
    )


maxout_back = there_and_back(act.maxout_forward, act.maxout_backward)
ROWS = (
    *(row for name, pair in elementwise.items() for row in _there_and_back(name, *pair)),
    Row("maxout_forward", there(act.maxout_forward), torch_maxout, any_pieces, SUMS),
    Row("maxout_backward", maxout_back, vjp(torch_maxout, "dout"), any_pieces, SUMS),
    Row("erf", act.erf, _of_x(torch.erf), any_entries, ENTRY),
    Row("saturated_fraction", lambda x: act.saturated_fraction(x), saturated, any_entries, ENTRY),
    Row("dead_fraction", act.dead_fraction, dead, units(9, 12, dead=4, weak=1), ENTRY),
    Row("gradient_norms", act.gradient_norms, norms, any_stack, DEEP),
)
