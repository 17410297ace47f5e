"""The unit's truth in torch: the mask from the same stream, the rest by torch's operations and its autograd.

torch.nn.functional.dropout itself, whose p is the probability to DROP, draws from a stream of its own: what
survives is compared with it and, in test mode, everything.
"""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from reference.exercises.dropout.inputs import away_from_zero
from reference.exercises.dropout.montecarlo import network
from reference.truth import dropout as do
from reference.truth.oracle import Bound, Row, there, there_and_back, vjp

# Over 400 draws in either dtype the worst error, in units of the machine epsilon of the largest entry, was
# 1.2 for a mask and its product, 4.4 for a linear layer of up to 40 terms, 23 for probabilities of large
# scores. A GPU sums in another order: four times leaves room for that.
ENTRY = Bound(5, "four times the worst that one division and one product were seen to lose")
SUMS = Bound(18, "four times the worst that sums of up to 40 terms were seen to lose")
PASSES = Bound(92, "four times the worst that softmax of scores up to 50 was seen to lose")

_SHAPES = ((5, 3), (30,), (4, 6, 5), (1, 20), (40, 30))


def torch_p(p: float) -> float:
    """The p of torch.nn.Dropout, the probability to drop, for ours, the probability to KEEP."""
    return 1 - p


def entries(rng: np.random.Generator) -> dict[str, Any]:
    """x and dout of one of five shapes, p and a seed."""
    shape = _SHAPES[rng.integers(len(_SHAPES))]
    return {
        "x": away_from_zero(rng, *shape) * rng.uniform(0.5, 2, shape),
        "dout": rng.standard_normal(shape),
        "p": float(rng.uniform(0.2, 0.95)),
        "seed": int(rng.integers(10_000)),
    }


def layer(rng: np.random.Generator) -> dict[str, Any]:
    """x, w, b, dout of a linear layer, p and a seed."""
    N, D, H = (int(size) for size in rng.integers(1, 40, 3))
    return {
        "x": rng.standard_normal((N, D)),
        "w": rng.standard_normal((D, H)),
        "b": rng.standard_normal(H),
        "dout": rng.standard_normal((N, H)),
        "p": float(rng.uniform(0.2, 0.95)),
        "seed": int(rng.integers(10_000)),
    }


def several_passes(rng: np.random.Generator) -> dict[str, Any]:
    """x, a network, p, a seed and a number of passes."""
    return {
        "x": rng.standard_normal((6, 4)),
        **network(int(rng.integers(1000))),
        "p": float(rng.uniform(0.3, 0.9)),
        "seed": int(rng.integers(10_000)),
        "samples": 7,
    }


def _train(p: float, seed: int) -> dict[str, Any]:
    return {"p": p, "mode": "train", "seed": seed}


def dropped(x: Any, p: float, seed: int) -> Any:
    """Ours in train mode."""
    return do.dropout_forward(x, _train(p, seed))


def survivors(x: Any, p: float, seed: int) -> Any:
    """Ours: the factor of what is kept, and test mode."""
    big = np.ones((50, 50), dtype=x.dtype)
    out, _ = do.dropout_forward(big, _train(p, seed))
    return out.max(), do.dropout_forward(x, {"p": p, "mode": "test"})[0]


def vanilla(x: Any, p: float, seed: int) -> Any:
    """Ours: both modes of the first scheme."""
    test, _ = do.vanilla_dropout_forward(x, {"p": p, "mode": "test"})
    return do.vanilla_dropout_forward(x, _train(p, seed))[0], test


def connect(x: Any, w: Any, b: Any, p: float, seed: int) -> Any:
    """Ours: DropConnect in both modes."""
    test, _ = do.dropconnect_forward(x, w, b, {"p": p, "mode": "test"})
    return do.dropconnect_forward(x, w, b, _train(p, seed))[0], test


def connected(x: Any, w: Any, b: Any, p: float, seed: int) -> Any:
    """Ours: DropConnect in train mode."""
    return do.dropconnect_forward(x, w, b, _train(p, seed))


def predict(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, p: float, seed: int, samples: int) -> Any:
    """Ours: mean and spread, from a known place of the global stream."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        return do.mc_dropout_predict(x, {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"p": p}, samples)
    finally:
        np.random.set_state(before)


def mask(like: Any, p: float, stream: np.random.RandomState) -> Any:
    drawn = torch.from_numpy(stream.rand(*like.shape)).to(like.device)
    return (drawn < p).to(like.dtype)


def kept(like: Any, p: float, seed: int) -> Any:
    return mask(like, p, np.random.RandomState(seed))


def inverted(x: Any, p: float, seed: int) -> Any:
    return x * kept(x, p, seed) / p


def torchs_own(x: Any, p: float) -> Any:
    ones = torch.ones(50, 50, dtype=x.dtype, device=x.device)
    return functional.dropout(ones, torch_p(p)).max(), functional.dropout(x, torch_p(p), training=False)


def first_scheme(x: Any, p: float, seed: int) -> Any:
    return x * kept(x, p, seed), x * p


def weights_dropped(x: Any, w: Any, b: Any, p: float, seed: int) -> Any:
    return functional.linear(x, (w * kept(w, p, seed) / p).T, b)


def both_modes(x: Any, w: Any, b: Any, p: float, seed: int) -> Any:
    return weights_dropped(x, w, b, p, seed), functional.linear(x, w.T, b)


def passes(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, p: float, seed: int, samples: int) -> Any:
    stream, hidden = np.random.RandomState(seed), functional.relu(x @ w1 + b1)
    thinned = [hidden * mask(hidden, p, stream) / p for _ in range(samples)]
    each = torch.stack([functional.softmax(one @ w2 + b2, dim=1) for one in thinned])
    return each.mean(0), each.std(0, correction=0)


back = there_and_back(dropped, do.dropout_backward)
connect_back = there_and_back(connected, do.dropconnect_backward)
ROWS = (
    Row("dropout_forward", there(dropped), inverted, entries, ENTRY),
    Row("dropout_forward, torch's own", survivors, torchs_own, entries, ENTRY),
    Row("dropout_backward", back, vjp(inverted, "dout"), entries, ENTRY),
    Row("vanilla_dropout_forward", vanilla, first_scheme, entries, ENTRY),
    Row("dropconnect_forward", connect, both_modes, layer, SUMS),
    Row("dropconnect_backward", connect_back, vjp(weights_dropped, "dout"), layer, SUMS),
    Row("mc_dropout_predict", predict, passes, several_passes, PASSES),
)
