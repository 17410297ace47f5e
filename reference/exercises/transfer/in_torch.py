"""The truth of the unit a second time: the network as a function of its numbers, SGD by its formula.

Ours runs on the CPU, the oracle on the chosen device, so a GPU row also says that the same code does the same
there.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from reference.exercises.transfer.inputs import BACKBONE, HEAD, batches, network
from reference.truth import transfer as tl
from reference.truth.oracle import Bound, Row
from stagewise.transfer.torch_making import make_network

SIZES = [6, 4, 5]
MOMENTUM, DECAY, HEAD_LR, BACKBONE_LR = 0.8, 0.01, 0.1, 0.01
STATISTICS = tuple(f"bn{k}.running_{what}" for k in (1, 2, 3) for what in ("mean", "var"))

# Over 400 draws in either dtype the worst error on a CPU was 34 machine epsilons. The convolutions of a GPU
# add in another order, and what one step loses is the next one's input.
TRAINING = Bound(
    1000, "thirty times the worst that three steps were seen to lose on a CPU, for a GPU's other order"
)
EXACT = Bound(0, "a share of right answers is a ratio of two small whole numbers")


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    """The numbers of a network, and three batches of different sizes."""
    given, lesson = network(rng, width=3), batches(rng, SIZES)
    numbers = {**given["backbone"], **given["head"]}
    return {"numbers": numbers, "x": lesson["x"], "y": lesson["y"]}


def _model(numbers: dict[str, Any], frozen: tuple[str, ...]) -> nn.Module:
    parts = [{k: v for k, v in numbers.items() if k.startswith("fc.") is head} for head in (False, True)]
    data = {"backbone": parts[0], "head": parts[1], "frozen": frozen, "gradients": {}, "evaluating": ()}
    return make_network(data, [])


def _lesson(x: Any, y: Any) -> list[tuple[Tensor, Tensor]]:
    parts = zip(torch.split(torch.as_tensor(x), SIZES), torch.split(torch.as_tensor(y), SIZES), strict=True)
    return list(parts)


def _trained(numbers: dict[str, Any], x: Any, y: Any, frozen: tuple[str, ...]) -> list[Any]:
    model = _model(numbers, frozen)
    optimizer = tl.make_optimizer(model, HEAD_LR, BACKBONE_LR, MOMENTUM, DECAY)
    loss = tl.train_epoch(model, _lesson(x, y), optimizer)
    state = model.state_dict()
    return [np.asarray(loss, x.dtype), *(state[name].numpy() for name in (*BACKBONE, *HEAD, *STATISTICS))]


def train_everything(numbers: dict[str, Any], x: Any, y: Any) -> list[Any]:
    """Ours: the loss of an epoch, and all numbers after it."""
    return _trained(numbers, x, y, ())


def train_the_head(numbers: dict[str, Any], x: Any, y: Any) -> list[Any]:
    """Ours, with a frozen backbone."""
    return _trained(numbers, x, y, BACKBONE)


def read(numbers: dict[str, Any], x: Any, y: Any) -> float:
    """Ours: evaluate."""
    return tl.evaluate(_model(numbers, ()), _lesson(x, y))


def _scores(state: dict[str, Tensor], x: Tensor, training: bool) -> Tensor:
    for k, pool in ((1, F.max_pool2d), (2, F.max_pool2d), (3, F.avg_pool2d)):
        x = F.conv2d(x, state[f"conv{k}.weight"], padding=1)
        mean, var = state[f"bn{k}.running_mean"], state[f"bn{k}.running_var"]
        x = F.batch_norm(x, mean, var, state[f"bn{k}.weight"], state[f"bn{k}.bias"], training)
        x = pool(F.relu(x), 2)
    return F.linear(x.flatten(1), state["fc.weight"], state["fc.bias"])


def _by_formula(numbers: dict[str, Tensor], x: Tensor, y: Tensor, learning: tuple[str, ...]) -> list[Any]:
    state = {name: value.detach().clone() for name, value in numbers.items()}
    velocity = {name: torch.zeros_like(state[name]) for name in learning}
    total = torch.zeros((), dtype=x.dtype, device=x.device)
    for a, b in _lesson(x, y):
        for name in learning:
            state[name].requires_grad_(True)
        loss = F.cross_entropy(_scores(state, a, training="bn1.weight" in learning), b)
        gradients = torch.autograd.grad(loss, [state[name] for name in learning])
        for name, gradient in zip(learning, gradients, strict=True):
            before = state[name].detach()
            velocity[name] = MOMENTUM * velocity[name] + gradient + DECAY * before
            state[name] = before - (HEAD_LR if name in HEAD else BACKBONE_LR) * velocity[name]
        total = total + loss.detach() * len(a)
    return [total / len(x), *(state[name] for name in (*BACKBONE, *HEAD, *STATISTICS))]


torch.backends.cudnn.allow_tf32 = False  # else a GPU's convolutions keep ten bits of float32


def everything(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> list[Any]:
    return _by_formula(numbers, x, y, (*BACKBONE, *HEAD))


def only_the_head(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> list[Any]:
    return _by_formula(numbers, x, y, HEAD)


def share(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    return (_scores(numbers, x, training=False).argmax(1) == y).double().mean()


ROWS = (
    Row("train_epoch, make_optimizer", train_everything, everything, drawn, TRAINING),
    Row("train_epoch, train_mode, frozen", train_the_head, only_the_head, drawn, TRAINING),
    Row("evaluate", read, share, drawn, EXACT),
)
