"""The unit's truth in torch: the random numbers from the same stream, the rest by torch's operations."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from reference.exercises.regularization.curves import two_curves
from reference.exercises.regularization.ensembles import said
from reference.exercises.regularization.penalties import network
from reference.exercises.regularization.pooling import pooled
from reference.kit.drawn import Drawn
from reference.truth import regularization as re
from reference.truth.oracle import Bound, Row, there, there_and_back, vjp

ENTRIES = Bound(16, "a sum of a few dozen numbers in another order")
EXACT = Bound(0, "one of the given numbers, or a difference of two")
POWERS = Bound(16, "an exponential, a sum of five and a mean")
MIXED = Bound(16, "a mean of 36 numbers in another order, and three operations")


def listed(penalty: Callable[..., Any]) -> Callable[..., Any]:
    """Ours: the loss and the gradients of a penalty, one after the other."""

    def penalised(params: Any, reg: float, ratio: float) -> Any:
        more = (ratio,) if penalty is re.elastic_net_penalty else ()
        loss, grads = penalty(params, reg, *more)
        return np.asarray(loss), *grads.values()

    return penalised


def by_autograd(value: Callable[[Any, float, float], Any]) -> Callable[..., Any]:
    """The same by torch; `value` is the penalty of one matrix."""

    def penalised(params: Any, reg: float, ratio: float) -> Any:
        leaves = {name: tensor.clone().requires_grad_() for name, tensor in params.items()}
        parts = [value(leaf, reg, ratio) for name, leaf in leaves.items() if name[0] == "W"]
        loss = torch.stack(parts).sum()
        grads = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
        return loss.detach(), *grads

    return penalised


def ridge(w: Any, reg: float, ratio: float) -> Any:
    return reg / 2 * torch.linalg.vector_norm(w) ** 2


def lasso(w: Any, reg: float, ratio: float) -> Any:
    return reg * torch.linalg.vector_norm(w, ord=1)


def net(w: Any, reg: float, ratio: float) -> Any:
    return lasso(w, reg * ratio, 0) + ridge(w, reg * (1 - ratio), 0)


def pictures(rng: np.random.Generator) -> Drawn:
    """Pictures in colour, and a seed."""
    return {"x": rng.uniform(0, 1, (5, 3, 4, 3)), "seed": int(rng.integers(10_000))}


def jittered(x: Any, seed: int) -> Any:
    """Ours."""
    return re.color_jitter(x, np.random.default_rng(seed), 0.7, 0.3)


def jittered_in_torch(x: Any, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    drawn = [rng.uniform(1 - 0.7, 1 + 0.7, (5, 1, 1, 1)), rng.uniform(-0.3, 0.3, (5, 1, 1, 3))]
    c, s = (torch.tensor(one, dtype=x.dtype, device=x.device) for one in drawn)
    m = x.flatten(1).mean(dim=1).reshape(-1, 1, 1, 1)
    return torch.lerp(m, x, c).add(s).clamp(0, 1)


def lines(rng: np.random.Generator) -> Drawn:
    """Numbers of rows and of regions, and a seed."""
    count = int(rng.integers(2, 40))
    return {
        "end": int(rng.integers(count, 2 * count + 1)),
        "count": count,
        "seed": int(rng.integers(10_000)),
    }


def bounded(end: int, count: int, seed: int) -> Any:
    """Ours: boundaries of both kinds."""
    kinds = ("random", "pseudorandom")
    return [re.pooling_boundaries(end, count, np.random.default_rng(seed), kind) for kind in kinds]


def bounded_in_torch(end: int, count: int, seed: int) -> Any:
    steps = torch.ones(count, dtype=torch.int64)
    steps[2 * count - end :] = 2
    order = torch.tensor(np.random.default_rng(seed).permutation(count))
    at_random = torch.cat([torch.zeros(1, dtype=torch.int64), steps[order].cumsum(0)])
    u = np.random.default_rng(seed).random()
    raised = torch.ceil(torch.arange(count + 1, dtype=torch.float64).add(u).mul(end / count))
    return [at_random, (raised - raised[0]).long()]


def in_regions(rng: np.random.Generator) -> Drawn:
    """Pictures and overlapping regions, whose boundaries stay on the CPU as plain numbers."""
    drawn = pooled(3, 2, "2112", "11221", True)(rng)
    param = drawn["pool_param"]
    return {**drawn, "pool_param": {**param, "rows": param["rows"].tolist(), "cols": param["cols"].tolist()}}


def pooled_in_torch(x: Any, pool_param: Any) -> Any:
    a, b = pool_param["rows"], pool_param["cols"]
    more = int(pool_param["overlapping"])
    rows = [
        [x[:, i : k + more, j : m + more].flatten(1, 2).amax(dim=1) for j, m in pairwise(b)]
        for i, k in pairwise(a)
    ]
    return torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)


def gap_in_torch(train_losses: Any, val_losses: Any) -> Any:
    return torch.sub(val_losses, train_losses), val_losses.min(dim=0).indices


def together(scores: Any) -> Any:
    probabilities = torch.softmax(scores, dim=2).mean(dim=0)
    return probabilities.max(dim=1).indices, probabilities


_PARAMS = network(reg=0.7, ratio=0.3)
_BACK = there_and_back(re.fractional_max_pool_forward, re.fractional_max_pool_backward)
ROWS = (
    Row("overfitting_gap", re.overfitting_gap, gap_in_torch, two_curves(20, 7), EXACT),
    Row("l2_penalty", listed(re.l2_penalty), by_autograd(ridge), _PARAMS, ENTRIES),
    Row("l1_penalty", listed(re.l1_penalty), by_autograd(lasso), _PARAMS, ENTRIES),
    Row("elastic_net_penalty", listed(re.elastic_net_penalty), by_autograd(net), _PARAMS, ENTRIES),
    Row("color_jitter", jittered, jittered_in_torch, pictures, MIXED),
    Row("pooling_boundaries", bounded, bounded_in_torch, lines, EXACT),
    Row(
        "fractional_max_pool_forward",
        there(re.fractional_max_pool_forward),
        pooled_in_torch,
        in_regions,
        EXACT,
    ),
    Row("fractional_max_pool_backward", _BACK, vjp(pooled_in_torch, "dout"), in_regions, ENTRIES),
    Row("ensemble_predict", re.ensemble_predict, together, said(4, 6, 5), POWERS),
)
