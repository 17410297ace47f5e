"""The unit's truth in torch: forward steps as torch writes them, backward steps as their vector-Jacobian
products by autograd, the whole layers by torch.nn.functional."""

from typing import Any

import numpy as np
import torch
from torch.nn.functional import batch_norm, layer_norm

from reference.exercises.batchnorm.inputs import batch, walk
from reference.truth import batchnorm as bn
from reference.truth.oracle import Bound, Row, there, there_and_back, vjp

# Five examples at least: of three, hardly anything of a gradient is left, and relative errors say little.
_SHAPES = ((5, 3), (5, 7), (16, 5), (64, 10), (9, 2), (6, 20))
MOMENTUM = 0.8
BATCHES = 3

# Over 400 draws in either dtype the worst error, in units of the machine epsilon, was 15 for a step (a
# sum of 64 terms that nearly cancel) and 126 for a whole layer. A GPU adds in another order; four times
# leaves room for that.
STEP = Bound(60, "four times the worst that one sum of up to 64 terms was seen to lose")
LAYER = Bound(500, "four times the worst that all steps together were seen to lose, with means far from zero")


def any_batch(rng: np.random.Generator) -> dict[str, Any]:
    """A batch of one of six shapes, ordinary, with a large mean, with a nearly constant feature, or a
    large eps."""
    return _batch_of(rng, *_SHAPES[rng.integers(len(_SHAPES))])


def any_examples(rng: np.random.Generator) -> dict[str, Any]:
    """The same with many features each, for layer normalisation."""
    D, N = _SHAPES[rng.integers(len(_SHAPES))]
    return _batch_of(rng, N, D)


def _batch_of(rng: np.random.Generator, N: int, D: int) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [{}, {"offset": 10.0}, {"flat": True}, {"eps": 1e-2}]
    return batch(N, D, **kinds[rng.integers(len(kinds))])(rng)


def graph(rng: np.random.Generator) -> dict[str, Any]:
    """All values of the graph for such a batch."""
    return walk(**any_batch(rng))


def several_batches(rng: np.random.Generator) -> dict[str, Any]:
    """Three training batches of one shape, and one for test mode."""
    drawn = any_batch(rng)
    more = rng.standard_normal((BATCHES, *drawn["x"].shape))
    return {**drawn, "batches": drawn["x"] + more, "x": drawn["x"] + more[0] * 0.5}


def in_test_mode(x: Any, gamma: Any, beta: Any, eps: float, batches: Any) -> Any:
    """Ours: out in test mode after the batches, and the running statistics that torch would then hold."""
    param = {"mode": "train", "eps": eps, "momentum": MOMENTUM}
    for one in batches:
        bn.batchnorm_forward(one, gamma, beta, param)
    out, _ = bn.batchnorm_forward(x, gamma, beta, {**param, "mode": "test"})
    N = x.shape[0]
    variance = bn.torch_running_var(param["running_var"], N, MOMENTUM, BATCHES)  # type: ignore[arg-type]
    return out, param["running_mean"], variance


def in_train_mode(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    """Ours in train mode."""
    return bn.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})


def layernorm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    """Ours, its settings by name."""
    return bn.layernorm_forward(x, gamma, beta, {"eps": eps})


def train_mode(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def test_mode(x: Any, gamma: Any, beta: Any, eps: float, batches: Any) -> Any:
    mean, var = torch.zeros_like(gamma), torch.ones_like(gamma)
    for one in batches:
        batch_norm(one, mean, var, training=True, momentum=bn.torch_momentum(MOMENTUM), eps=eps)
    # out uses torch's running variance as ours would be; the other two outputs are torch's own.
    biased = (var - MOMENTUM**BATCHES) * (x.shape[0] - 1) / x.shape[0]
    return batch_norm(x, mean, biased, gamma, beta, eps=eps), mean, var


def of_layer(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return layer_norm(x, gamma.shape, gamma, beta, eps)


def published(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    xmu = x - x.mean(0)
    return gamma * xmu / torch.sqrt((xmu**2).sum(0) + eps) + beta


def step(truth: Any, oracle: Any) -> Row:
    return Row(truth.__name__, truth, oracle, graph, STEP)


def back(truth: Any, forward: Any, upstream: str) -> Row:
    return Row(truth.__name__, truth, vjp(forward, upstream), graph, STEP)


def layer(name: str, truth: Any, oracle: Any, inputs: Any = any_batch) -> Row:
    return Row(name, truth, oracle, inputs, LAYER)


def gradients(name: str, forward: Any, backward: Any, oracle: Any, inputs: Any = any_batch) -> Row:
    return layer(name, there_and_back(forward, backward), vjp(oracle, "dout"), inputs)


ROWS = (
    step(bn.batchnorm_step1, lambda x: x.mean(0)),
    step(bn.batchnorm_step2, lambda x, mu: torch.sub(x, mu)),
    step(bn.batchnorm_step3, lambda xmu: torch.square(xmu)),
    step(bn.batchnorm_step4, lambda sq: sq.mean(0)),
    step(bn.batchnorm_step5, lambda var, eps: torch.sqrt(var + eps)),
    step(bn.batchnorm_step6, lambda sqrtvar: torch.reciprocal(sqrtvar)),
    step(bn.batchnorm_step7, lambda xmu, ivar: torch.mul(xmu, ivar)),
    step(bn.batchnorm_step8, lambda gamma, xhat: torch.mul(gamma, xhat)),
    step(bn.batchnorm_step9, lambda gammax, beta: torch.add(gammax, beta)),
    layer("batchnorm_forward, train", there(in_train_mode), train_mode),
    layer("batchnorm_forward, test", in_test_mode, test_mode, several_batches),
    back(bn.batchnorm_backward_step9, lambda gammax, beta: gammax + beta, "dout"),
    back(bn.batchnorm_backward_step8, lambda xhat, gamma: gamma * xhat, "dgammax"),
    back(bn.batchnorm_backward_step7, lambda xmu, ivar: xmu * ivar, "dxhat"),
    back(bn.batchnorm_backward_step6, lambda sqrtvar: 1 / sqrtvar, "divar"),
    back(bn.batchnorm_backward_step5, lambda var, eps: torch.sqrt(var + eps), "dsqrtvar"),
    back(bn.batchnorm_backward_step4, lambda sq: sq.mean(0), "dvar"),
    back(bn.batchnorm_backward_step3, lambda xmu: xmu**2, "dsq"),
    back(bn.batchnorm_backward_step2, lambda x, mu: (x - mu, x - mu), "dxmu1 dxmu2"),
    back(bn.batchnorm_backward_step1, lambda x: x.mean(0), "dmu"),
    back(bn.batchnorm_backward_step0, lambda x: (x * 1, x * 1), "dx1 dx2"),
    gradients("batchnorm_backward", in_train_mode, bn.batchnorm_backward, train_mode),
    gradients("batchnorm_backward_alt", in_train_mode, bn.batchnorm_backward_alt, train_mode),
    layer("published_forward", there(bn.published_forward), published),
    layer("repaired_forward", there(bn.repaired_forward), train_mode),
    gradients("published_backward, repaired_forward", bn.repaired_forward, bn.published_backward, train_mode),
    layer("layernorm_forward", there(layernorm), of_layer, any_examples),
    gradients("layernorm_backward", layernorm, bn.layernorm_backward, of_layer, any_examples),
)
