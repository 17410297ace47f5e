"""Transfer learning: a new head on a trained backbone, what may move, at which rate, and what must not.

A model is any torch module whose last layer is a linear one named `fc`: the course's GlyphNet, torchvision's
ResNets. Everything else is its backbone. The code is the same on every device.
"""

# mypy: disable-error-code="union-attr, arg-type, no-untyped-call"
# torch declares the attributes of a module as `Tensor | Module`, and leaves `backward` untyped.

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

Batches = Iterable[tuple[Tensor, Tensor]]


def pick_device(available: Collection[str]) -> torch.device:
    """The best of the kinds of device that are there: "cuda" before "mps" before "cpu".

    available: kinds of device, e.g. ["cpu", "cuda"], in any order; "cpu" is always among them.
    Returns a torch.device (its name will do).
    """
    for kind in ("cuda", "mps"):
        if kind in available:
            return torch.device(kind)
    return torch.device("cpu")


def replace_head(model: nn.Module, num_classes: int) -> nn.Module:
    """Give the model a fresh linear head for `num_classes` classes; the backbone stays as it is.

    The new `model.fc` is an nn.Linear with bias and random weights; it takes as many features as the old one,
    on the old one's device. Changes the model in place and returns it.
    """
    old = model.fc
    model.fc = nn.Linear(old.in_features, num_classes, device=old.weight.device)
    return model


def freeze_backbone(model: nn.Module) -> nn.Module:
    """Let the head learn and nothing else.

    Every parameter outside `model.fc`: requires_grad = False, and .grad = None, because an optimizer moves
    whatever has a gradient, also an old one. Every parameter of `model.fc`: requires_grad = True. Changes the
    model in place and returns it.
    """
    for name, parameter in model.named_parameters():
        in_head = name.startswith("fc.")
        parameter.requires_grad = in_head
        if not in_head:
            parameter.grad = None
    return model


def trainable_parameters(model: nn.Module) -> list[nn.Parameter]:
    """The model's own parameters (not copies) that require a gradient, in the order of model.parameters()."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def train_mode(model: nn.Module) -> nn.Module:
    """Put the model into training mode, all but its frozen batchnorm layers, which go into evaluation mode.

    A batchnorm layer is frozen when none of its own parameters requires a gradient. In training mode it would
    normalise with the batch and move its running mean and variance, which no optimizer and no requires_grad
    controls. Changes the model in place and returns it.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(any(p.requires_grad for p in module.parameters()))
    return model


def make_optimizer(
    model: nn.Module, head_lr: float, backbone_lr: float, momentum: float = 0.9, weight_decay: float = 0.0
) -> torch.optim.Optimizer:
    """SGD with one rate for the head and another for the backbone, over the trainable parameters only.

    Two parameter groups: first the parameters of `model.fc` with head_lr, then all other trainable ones with
    backbone_lr; the second group may be left out when nothing is in it. Momentum and weight decay hold for
    both.
    """
    head = trainable_parameters(model.fc)
    in_head = {id(parameter) for parameter in head}
    backbone = [p for p in trainable_parameters(model) if id(p) not in in_head]
    groups = [{"params": head, "lr": head_lr}]
    if backbone:
        groups.append({"params": backbone, "lr": backbone_lr})
    return torch.optim.SGD(groups, lr=head_lr, momentum=momentum, weight_decay=weight_decay)


def prepare(
    model: nn.Module, num_classes: int, freeze: bool, head_lr: float, backbone_lr: float
) -> tuple[nn.Module, torch.optim.Optimizer]:
    """Make a pretrained model ready for a new task: (model, optimizer).

    A new head for `num_classes`; with freeze=True a frozen backbone; then the optimizer of make_optimizer,
    which must hold the parameters of the *new* head.
    """
    model = replace_head(model, num_classes)
    if freeze:
        model = freeze_backbone(model)
    return model, make_optimizer(model, head_lr, backbone_lr)


def train_epoch(
    model: nn.Module, batches: Batches, optimizer: torch.optim.Optimizer, device: str | torch.device = "cpu"
) -> float:
    """Train on every batch once, with the cross-entropy of the model's scores; return the mean loss.

    batches: an iterable of (x, y), read once; x: (N, ...) input, y: (N,) int64 labels. Both are moved to
    `device`, where the model already is. Training mode as in train_mode. The mean is over examples, whatever
    the sizes of the batches; it is a Python float, so that no graph is kept.
    """
    train_mode(model)
    total, count = 0.0, 0
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count


def evaluate(model: nn.Module, batches: Batches, device: str | torch.device = "cpu") -> float:
    """Share of the examples whose largest score is at their label, a Python float in [0, 1].

    batches: as in train_epoch. Scores are computed in evaluation mode, without gradients. Every module is
    left in the mode in which it was found, and nothing else of the model changes.
    """
    modes = {module: module.training for module in model.modules()}
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            x, y = x.to(device), y.to(device)
            right += int((model(x).argmax(dim=1) == y).sum())
            count += len(y)
    for module, training in modes.items():
        module.training = training
    return right / count


def moved_by(model: nn.Module, action: Callable[[], object]) -> list[str]:
    """Names of the entries of model.state_dict() that differ in any number after `action()`, in their order.

    The state dict holds parameters and running statistics; its tensors are the model's own memory, not
    copies.
    """
    before = {name: value.clone() for name, value in model.state_dict().items()}
    action()
    return [name for name, value in model.state_dict().items() if not torch.equal(value, before[name])]


def learn_digits(model: nn.Module, batches: Sequence[tuple[Tensor, Tensor]], epochs: int) -> nn.Module:
    """Teach a pretrained model ten new classes from a few examples.

    Goes through the batches `epochs` times, with one step of an optimizer for each of them.

    Returns the model. How is yours to choose; here all layers learn, the backbone ten times slower than the
    head.
    """
    model, optimizer = prepare(model, 10, freeze=False, head_lr=0.03, backbone_lr=0.003)
    for _ in range(epochs):
        train_epoch(model, batches, optimizer)
    return model


def choose_strategy(per_class: int, similarity: float) -> str:
    """What to try first with `per_class` labelled examples of each class and a target like the source or not.

    similarity: from 0 (nothing in common) to 1 (the same kind of picture); similar means at least 0.5. Few
    examples means fewer than 10 a class.

                       similar         not similar few            "frozen"        "collect"  (more examples:
                       neither transfer nor a new network works yet) more           "fine-tune"     "scratch"
    """
    few, similar = per_class < 10, similarity >= 0.5
    if similar:
        return "frozen" if few else "fine-tune"
    return "collect" if few else "scratch"
