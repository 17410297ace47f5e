"""The unit's truth in torch: its own rules, free energies and their autograd.

The direction of contrastive divergence is minus the gradient of mean(F(v) - F(v')), with the free energy
F(v) = -b v - sum of softplus(c + v w), at a reconstruction v' that is held constant.
"""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from reference.exercises.initialization import inputs
from reference.truth import initialization as init
from reference.truth.oracle import Bound, Row

# Over 400 draws in either dtype the worst error, in units of the machine epsilon of the largest entry, was
# 2.6 for one product, 20 for statistics of a stack, 2.1 for a sum and a sigmoid, 86 for a difference that may
# cancel to little, 7.3 for a few steps. A GPU sums in another order: four times leaves room for that.
PRODUCT = Bound(11, "four times the worst that one product and one quotient were seen to lose")
STACK = Bound(80, "four times the worst that the statistics of five layers were seen to lose")
ENTRY = Bound(9, "four times the worst that a sum and a sigmoid were seen to lose")
GAP = Bound(345, "four times the worst that the difference of two nearly equal means was seen to lose")
STEPS = Bound(30, "four times the worst that a few steps were seen to lose")


def sizes(rng: np.random.Generator) -> dict[str, Any]:
    """fan_in, fan_out, a value, a seed, and an array whose dtype counts."""
    fan_in, fan_out = (int(size) for size in rng.integers(1, 60, 2))
    return {
        "fan_in": fan_in,
        "fan_out": fan_out,
        "value": float(rng.normal()),
        "seed": int(rng.integers(10_000)),
        "like": np.zeros(1),
    }


def _unscaled(fan_in: int, fan_out: int, seed: int) -> Any:
    return np.random.RandomState(seed).randn(fan_in, fan_out)


def _ours(rule: Any) -> Any:
    def deviation(fan_in: int, fan_out: int, seed: int, like: Any) -> Any:
        before = np.random.get_state()
        try:
            w = rule(fan_in, fan_out, seed=seed)
        finally:
            np.random.set_state(before)
        return (w / _unscaled(fan_in, fan_out, seed)).astype(like.dtype)

    return deviation


def _theirs(rule: Any) -> Any:
    """What torch multiplied normal numbers by, in our layout: its weights are (fan_out, fan_in).

    They are drawn on the CPU: a GPU has another stream, and the number that they are multiplied by is the
    host's in either case.
    """

    def deviation(fan_in: int, fan_out: int, seed: int, like: Any) -> Any:
        drawn = []
        for fill in (rule, torch.nn.init.normal_):
            stream = torch.Generator().manual_seed(seed)
            drawn.append(fill(torch.empty(fan_out, fan_in, dtype=torch.float64), generator=stream))
        return (drawn[0] / drawn[1]).T.to(like)

    return deviation


def _he(w: Any, generator: Any) -> Any:
    return torch.nn.init.kaiming_normal_(w, nonlinearity="relu", generator=generator)


def _small(w: Any, generator: Any) -> Any:
    return torch.nn.init.normal_(w, std=0.01, generator=generator)


def _filled(value: float, fan_in: int, fan_out: int, like: Any) -> Any:
    return torch.nn.init.constant_(torch.empty(fan_in, fan_out, dtype=like.dtype, device=like.device), value)


def zero_ours(fan_in: int, fan_out: int, like: Any) -> Any:
    return init.zero_init(fan_in, fan_out).astype(like.dtype)


def zero_theirs(fan_in: int, fan_out: int, like: Any) -> Any:
    return _filled(0.0, fan_in, fan_out, like)


def constant_ours(fan_in: int, fan_out: int, value: float, like: Any) -> Any:
    return init.constant_init(fan_in, fan_out, value).astype(like.dtype)


def constant_theirs(fan_in: int, fan_out: int, value: float, like: Any) -> Any:
    return _filled(value, fan_in, fan_out, like)


def grouped(rng: np.random.Generator) -> dict[str, Any]:
    """A gradient with copies of its columns."""
    return inputs.columns(int(rng.integers(2, 7)), tuple(int(n) for n in rng.integers(1, 4, 5)))(rng)


def different(dw: Any) -> Any:
    """How many columns have no equal to their left."""
    rounded = (dw / dw.abs().max() * 1e5).round()
    equal = (rounded[:, :, None] == rounded[:, None, :]).all(dim=0)
    return (~equal.triu(diagonal=1).any(dim=0)).sum()


def layers(rng: np.random.Generator) -> dict[str, Any]:
    """x, a stack of weights and one of the two activations."""
    shape = tuple(int(size) for size in rng.integers(3, 12, int(rng.integers(2, 6))))
    return inputs.stack(int(rng.integers(1, 9)), shape, ("tanh", "relu")[rng.integers(2)], 1.3)(rng)


def statistics(x: Any, weights: Any, activation: str) -> Any:
    outputs = []
    for w in weights:
        x = getattr(torch, activation)(functional.linear(x, w.T))
        outputs.append(x)
    return torch.stack([h.mean() for h in outputs]), torch.stack([h.std(correction=0) for h in outputs])


def one_layer(rng: np.random.Generator) -> dict[str, Any]:
    """v, h, w, b, c."""
    N, D, H = (int(size) for size in rng.integers(1, 13, 3))
    return inputs.layer(N, D, H)(rng)


def hidden(v: Any, w: Any, c: Any) -> Any:
    return torch.sigmoid(functional.linear(v, w.T, c))


def visible(h: Any, w: Any, b: Any) -> Any:
    return torch.sigmoid(functional.linear(h, w, b))


def one_step(rng: np.random.Generator) -> dict[str, Any]:
    """v, rbm, u."""
    N, D, H = (int(size) for size in rng.integers(2, 10, 3))
    return inputs.divergence(N, D, H)(rng)


def free_energy(v: Any, w: Any, b: Any, c: Any) -> Any:
    return -(v @ b) - functional.softplus(c + v @ w).sum(dim=1)


def direction(v: Any, rbm: Any, u: Any) -> Any:
    leaves = [rbm[name].detach().clone().requires_grad_() for name in ("w", "b", "c")]
    w, b, c = leaves
    with torch.no_grad():
        back = visible((u < hidden(v, w, c)).to(v.dtype), w, b)
    gap = (free_energy(v, *leaves) - free_energy(back, *leaves)).mean()
    return tuple(-one for one in torch.autograd.grad(gap, leaves))


def stack(rng: np.random.Generator) -> dict[str, Any]:
    """v, machines, draws, learning_rate and batch_size."""
    N, D, *more = (int(size) for size in rng.integers(2, 7, 4))
    return inputs.training(N, D, tuple(more), 2, rate=0.5, batch=3)(rng)


def machine(rng: np.random.Generator) -> dict[str, Any]:
    """v, rbm, u, learning_rate and batch_size."""
    return inputs.alone(stack)(rng)


def _learned(v: Any, rbm: Any, u: Any, learning_rate: float, batch_size: int) -> Any:
    names, errors = ("w", "b", "c"), []
    for draws in u:
        for rows in torch.split(torch.arange(len(v), device=v.device), batch_size):
            moves = direction(v[rows], rbm, draws[rows])
            rbm = {name: rbm[name] + learning_rate * move for name, move in zip(names, moves, strict=True)}
        back = visible(hidden(v, rbm["w"], rbm["c"]), rbm["w"], rbm["b"])
        errors.append(functional.mse_loss(back, v))
    return rbm, torch.stack(errors)


def train_ours(v: Any, rbm: Any, u: Any, learning_rate: float, batch_size: int) -> Any:
    trained, errors = init.rbm_train(v, rbm, u, learning_rate, batch_size)
    return *(trained[name] for name in ("w", "b", "c")), errors


def train_theirs(v: Any, rbm: Any, u: Any, learning_rate: float, batch_size: int) -> Any:
    trained, errors = _learned(v, rbm, u, learning_rate, batch_size)
    return *(trained[name] for name in ("w", "b", "c")), errors


def stack_ours(v: Any, rbms: Any, draws: Any, learning_rate: float, batch_size: int) -> Any:
    found = init.pretrain_stack(v, rbms, draws, learning_rate, batch_size)
    return [one[name] for one in found for name in ("w", "b", "c")]


def stack_theirs(v: Any, rbms: Any, draws: Any, learning_rate: float, batch_size: int) -> Any:
    found = []
    for rbm, u in zip(rbms, draws, strict=True):
        one, _ = _learned(v, rbm, u, learning_rate, batch_size)
        v = hidden(v, one["w"], one["c"])
        found += [one[name] for name in ("w", "b", "c")]
    return found


def classifier(rng: np.random.Generator) -> dict[str, Any]:
    """layers, x, y, learning_rate."""
    shape = tuple(int(size) for size in rng.integers(2, 8, int(rng.integers(2, 5))))
    return inputs.network(int(rng.integers(1, 9)), shape)(rng)


def tune_ours(layers: Any, x: Any, y: Any, learning_rate: float) -> Any:
    loss, tuned = init.fine_tune_step(layers, x, y, learning_rate)
    return [np.asarray(loss, x.dtype), *(one[name] for one in tuned for name in ("w", "b"))]


def tune_theirs(layers: Any, x: Any, y: Any, learning_rate: float) -> Any:
    leaves = [one[name].detach().clone().requires_grad_() for one in layers for name in ("w", "b")]
    pairs = list(zip(leaves[::2], leaves[1::2], strict=True))
    a = x
    for w, b in pairs[:-1]:
        a = torch.sigmoid(functional.linear(a, w.T, b))
    loss = functional.cross_entropy(functional.linear(a, pairs[-1][0].T, pairs[-1][1]), y)
    optimizer = torch.optim.SGD(leaves, lr=learning_rate)
    for leaf, gradient in zip(leaves, torch.autograd.grad(loss, leaves), strict=True):
        leaf.grad = gradient
    optimizer.step()
    return [loss, *leaves]


ROWS = (
    Row("zero_init", zero_ours, zero_theirs, sizes, PRODUCT),
    Row("constant_init", constant_ours, constant_theirs, sizes, PRODUCT),
    Row("symmetry", init.symmetry, different, grouped, PRODUCT),
    Row("small_random_init", _ours(init.small_random_init), _theirs(_small), sizes, PRODUCT),
    Row("xavier_init", _ours(init.xavier_init), _theirs(torch.nn.init.xavier_normal_), sizes, PRODUCT),
    Row("he_init", _ours(init.he_init), _theirs(_he), sizes, PRODUCT),
    Row("activation_statistics", init.activation_statistics, statistics, layers, STACK),
    Row("rbm_hidden", init.rbm_hidden, hidden, one_layer, ENTRY),
    Row("rbm_visible", init.rbm_visible, visible, one_layer, ENTRY),
    Row("cd1_gradient", init.cd1_gradient, direction, one_step, GAP),
    Row("rbm_train", train_ours, train_theirs, machine, STEPS),
    Row("pretrain_stack", stack_ours, stack_theirs, stack, STEPS),
    Row("fine_tune_step", tune_ours, tune_theirs, classifier, STEPS),
)
