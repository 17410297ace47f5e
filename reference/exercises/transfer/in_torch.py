"""The truth of the unit a second time: the network as a function of its numbers, SGD by its formula.

Ours computes on the CPU and on the chosen device, and so does the oracle; its convolutions stand against
NumPy's.
"""

# mypy: disable-error-code="union-attr, no-untyped-call"
# torch declares the attributes of a module as `Tensor | Module`, and leaves `manual_seed` untyped.

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor, nn

from reference.exercises.transfer.inputs import BACKBONE, HEAD, batches, network
from reference.truth import transfer as tl
from reference.truth.oracle import Bound, Row
from stagewise.transfer.torch_making import make_network, tensor_of

SIZES = [6, 4, 5]
MOMENTUM, DECAY, HEAD_LR, BACKBONE_LR = 0.8, 0.01, 0.1, 0.01
STATISTICS = tuple(f"bn{k}.running_{what}" for k in (1, 2, 3) for what in ("mean", "var"))
STATE = (*BACKBONE, *HEAD, *STATISTICS)

# Over 400 draws in either dtype the worst error on a CPU was 34 machine epsilons. The convolutions of a GPU
# add in another order, and what one step loses is the next one's input.
TRAINING = Bound(
    1000, "thirty times the worst that three steps were seen to lose on a CPU, for a GPU's other order"
)
FORWARD = Bound(100, "three convolutions of up to 54 products each, added in another order")
EXACT = Bound(0, "a share of right answers is a ratio of two small whole numbers")


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    """The numbers of a network, three batches of different sizes, and a head for seven classes."""
    given, lesson = network(rng, width=3), batches(rng, SIZES)
    numbers = {**given["backbone"], **given["head"]}
    return {
        "numbers": numbers,
        "x": lesson["x"],
        "y": lesson["y"],
        "head": network(rng, classes=7, width=3)["head"],
    }


def _model(numbers: dict[str, Any], device: str, frozen: tuple[str, ...] = ()) -> nn.Module:
    parts = [{k: v for k, v in numbers.items() if k.startswith("fc.") is head} for head in (False, True)]
    data = {"backbone": parts[0], "head": parts[1], "frozen": frozen, "gradients": {}, "evaluating": ()}
    return make_network(data, []).to(device)


def _lesson(x: Any, y: Any) -> list[tuple[Tensor, Tensor]]:
    parts = zip(torch.split(torch.as_tensor(x), SIZES), torch.split(torch.as_tensor(y), SIZES), strict=True)
    return list(parts)


def _state(model: nn.Module) -> list[np.ndarray]:
    state = model.state_dict()
    return [state[name].cpu().numpy() for name in STATE]


def _trained(numbers: dict[str, Any], x: Any, y: Any, device: str, frozen: tuple[str, ...]) -> list[Any]:
    model = _model(numbers, device, frozen)
    optimizer = tl.make_optimizer(model, HEAD_LR, BACKBONE_LR, MOMENTUM, DECAY)
    loss = tl.train_epoch(model, _lesson(x, y), optimizer, device)
    return [np.asarray(loss, x.dtype), *_state(model)]


def train_everything(numbers: dict[str, Any], x: Any, y: Any, device: str) -> list[Any]:
    """Ours: the loss of an epoch, and all numbers after it."""
    return _trained(numbers, x, y, device, ())


def train_the_head(numbers: dict[str, Any], x: Any, y: Any, device: str) -> list[Any]:
    """Ours, with a frozen backbone."""
    return _trained(numbers, x, y, device, BACKBONE)


def train_a_new_head(numbers: dict[str, Any], x: Any, y: Any, head: dict[str, Any], device: str) -> list[Any]:
    """Ours: the same with a new head; then which entries can learn, and which moved."""
    model, optimizer = tl.prepare(_model(numbers, device), 7, True, HEAD_LR, BACKBONE_LR)
    model.to(torch.from_numpy(x).dtype)
    model.load_state_dict({name: tensor_of(value) for name, value in head.items()}, strict=False)
    losses: list[float] = []
    moved = tl.moved_by(model, lambda: losses.append(tl.train_epoch(model, _lesson(x, y), optimizer, device)))
    learning = {id(parameter) for parameter in tl.trainable_parameters(model)}
    able = [id(parameter) in learning for parameter in model.parameters()]
    return [np.asarray(losses[0], x.dtype), *_state(model), able, [name in moved for name in STATE]]


@contextmanager
def _fresh_head_of(x: Any) -> Iterator[None]:
    """A new linear layer draws the same numbers each time, in the dtype of x."""
    before = torch.get_default_dtype()
    with torch.random.fork_rng([]):
        torch.manual_seed(9)
        torch.set_default_dtype(torch.as_tensor(x).dtype)
        try:
            yield
        finally:
            torch.set_default_dtype(before)


def learn(numbers: dict[str, Any], x: Any, y: Any) -> list[Any]:
    """Ours: all numbers after one lesson on ten classes."""
    with _fresh_head_of(x):
        return _state(tl.learn_digits(_model(numbers, "cpu"), _lesson(x, y), 1))


def read(numbers: dict[str, Any], x: Any, y: Any, device: str) -> float:
    """Ours: evaluate."""
    return tl.evaluate(_model(numbers, device), _lesson(x, y), device)


def scores_in_numpy(numbers: dict[str, Any], x: Any) -> Any:
    """The scores in evaluation mode, without torch."""
    for k, pooled in ((1, np.max), (2, np.max), (3, np.mean)):
        windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
        x = np.einsum("nchwij,fcij->nfhw", windows, numbers[f"conv{k}.weight"])
        entries = ("running_mean", "running_var", "weight", "bias")
        mean, var, gain, shift = (numbers[f"bn{k}.{entry}"][:, None, None] for entry in entries)
        x = (x - mean) / np.sqrt(var + 1e-5) * gain + shift
        n, features, height, width = x.shape
        tiles = np.maximum(x, 0).reshape(n, features, height // 2, 2, width // 2, 2)
        x = pooled(tiles, axis=(3, 5))
    return x.reshape(len(x), -1) @ numbers["fc.weight"].T + numbers["fc.bias"]


def _scores(state: dict[str, Tensor], x: Tensor, training: bool) -> Tensor:
    for k, pool in ((1, F.max_pool2d), (2, F.max_pool2d), (3, F.avg_pool2d)):
        x = F.conv2d(x, state[f"conv{k}.weight"], padding=1)
        mean, var = state[f"bn{k}.running_mean"], state[f"bn{k}.running_var"]
        x = F.batch_norm(x, mean, var, state[f"bn{k}.weight"], state[f"bn{k}.bias"], training)
        x = pool(F.relu(x), 2)
    return F.linear(x.flatten(1), state["fc.weight"], state["fc.bias"])


def _by_formula(
    numbers: dict[str, Tensor],
    x: Tensor,
    y: Tensor,
    learning: tuple[str, ...],
    rates: tuple[float, float] = (HEAD_LR, BACKBONE_LR),
    momentum: float = MOMENTUM,
    decay: float = DECAY,
) -> list[Any]:
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
            velocity[name] = momentum * velocity[name] + gradient + decay * before
            state[name] = before - rates[name not in HEAD] * velocity[name]
        total = total + loss.detach() * len(a)
    return [total / len(x), *(state[name] for name in STATE)]


def everything(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> list[Any]:
    return _by_formula(numbers, x, y, (*BACKBONE, *HEAD))


def only_the_head(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> list[Any]:
    return _by_formula(numbers, x, y, HEAD)


def only_a_new_head(numbers: dict[str, Tensor], x: Tensor, y: Tensor, head: dict[str, Tensor]) -> list[Any]:
    after = _by_formula({**numbers, **head}, x, y, HEAD, momentum=0.9, decay=0.0)
    return [*after, [name in HEAD for name in (*BACKBONE, *HEAD)], [name in HEAD for name in STATE]]


def ten_classes(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> list[Any]:
    with _fresh_head_of(x):
        head = nn.Linear(numbers["fc.weight"].shape[1], 10).to(x.device)
    fresh = {f"fc.{name}": value for name, value in head.state_dict().items()}
    rates = (0.03, 0.003)
    return _by_formula({**numbers, **fresh}, x, y, (*BACKBONE, *HEAD), rates, momentum=0.9, decay=0.0)[1:]


def scores(numbers: dict[str, Tensor], x: Tensor) -> Tensor:
    return _scores(numbers, x, training=False)


def share(numbers: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    return (scores(numbers, x).argmax(1) == y).double().mean()


ROWS = (
    Row("convolutions in NumPy", scores_in_numpy, scores, drawn, FORWARD),
    Row("train_epoch, make_optimizer", train_everything, everything, drawn, TRAINING),
    Row("train_epoch, train_mode, frozen", train_the_head, only_the_head, drawn, TRAINING),
    Row(
        "replace_head, freeze_backbone, prepare, trainable_parameters, moved_by",
        train_a_new_head,
        only_a_new_head,
        drawn,
        TRAINING,
    ),
    Row("learn_digits", learn, ten_classes, drawn, TRAINING),
    Row("evaluate", read, share, drawn, EXACT),
)
