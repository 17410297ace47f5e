"""The whole: a pretrained model made ready, taught a few digits, and the decision what to try first."""

# mypy: disable-error-code="union-attr, arg-type, index, no-untyped-call"
# torch declares the attributes of a module as `Tensor | Module`, and leaves `backward` untyped.

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from reference.exercises.transfer.inputs import BACKBONE, HEAD, exercise, network
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.truth import transfer as tl
from stagewise.data.handwriting import digits
from stagewise.data.snapshots import snapshots
from stagewise.transfer.glyphnet import GlyphNet


def frozen_first(
    model: nn.Module, num_classes: int, freeze: bool, head_lr: float, backbone_lr: float
) -> tuple[nn.Module, torch.optim.Optimizer]:
    """prepare that freezes before it replaces: a new head is trainable anyway."""
    if freeze:
        tl.freeze_backbone(model)
    tl.replace_head(model, num_classes)
    return model, tl.make_optimizer(model, head_lr, backbone_lr)


def written_out(
    model: nn.Module, num_classes: int, freeze: bool, head_lr: float, backbone_lr: float
) -> tuple[nn.Module, torch.optim.Optimizer]:
    """prepare without the functions before it."""
    model.fc = nn.Linear(model.fc.in_features, num_classes)
    rest = [p for name, p in model.named_parameters() if not name.startswith("fc.")]
    groups = [{"params": list(model.fc.parameters()), "lr": head_lr}]
    for parameter in rest:
        parameter.requires_grad_(not freeze)
    if not freeze:
        groups.append({"params": rest, "lr": backbone_lr})
    return model, torch.optim.SGD(groups, momentum=0.9)


def optimizer_first(
    model: nn.Module, num_classes: int, freeze: bool, head_lr: float, backbone_lr: float
) -> tuple[nn.Module, torch.optim.Optimizer]:
    """The trap of the order: the optimizer holds the head that is thrown away."""
    if freeze:
        tl.freeze_backbone(model)
    optimizer = tl.make_optimizer(model, head_lr, backbone_lr)
    return tl.replace_head(model, num_classes), optimizer


def frozen_last(
    model: nn.Module, num_classes: int, freeze: bool, head_lr: float, backbone_lr: float
) -> tuple[nn.Module, torch.optim.Optimizer]:
    """The trap of the order: the optimizer holds what is frozen afterwards."""
    tl.replace_head(model, num_classes)
    optimizer = tl.make_optimizer(model, head_lr, backbone_lr)
    return (tl.freeze_backbone(model) if freeze else model), optimizer


def optimizer_before_all(
    model: nn.Module, num_classes: int, freeze: bool, head_lr: float, backbone_lr: float
) -> tuple[nn.Module, torch.optim.Optimizer]:
    """Both traps of the order: the optimizer holds the old head, and what is frozen afterwards."""
    optimizer = tl.make_optimizer(model, head_lr, backbone_lr)
    tl.replace_head(model, num_classes)
    return (tl.freeze_backbone(model) if freeze else model), optimizer


def _asked(freeze: bool, **how: Any) -> Any:
    return lambda rng: {
        "model": network(rng, **how),
        "num_classes": int(rng.integers(2, 9)),
        "freeze": freeze,
        "head_lr": float(rng.integers(8, 32)) / 128,
        "backbone_lr": float(rng.integers(1, 8)) / 512,
    }


_prepare = asker(
    """
    out, optimizer = prepare(model, num_classes, freeze, head_lr, backbone_lr)
    found = renewed(out)
    """,
    {"found": 2, "optimizer['parameters']": 2, "optimizer['settings']": 1},
    updates=("model",),
)

named = Notation(
    globals(),
    not_two_values=lambda *given, **named: tl.prepare(*given, **named)[0],
    optimizer_comes_first=lambda *given, **named: tl.prepare(*given, **named)[::-1],
)
PREPARE = exercise(
    tl.prepare,
    (
        _prepare("frozen backbone", _asked(True), visible=True, main=True),
        _prepare("everything learns", _asked(False), visible=True, main=True),
        _prepare("a wider network", _asked(True, width=3, classes=9)),
        _prepare("after training on something else", _asked(True, gradients=(*BACKBONE, *HEAD)), weight=0.5),
    ),
    named.wrongs("""
    head-after-optimizer: by optimizer_first
        The optimizer was built before the head was replaced: it holds the parameters of the old head, which
        is no longer part of the model, and the new head never learns. Build the optimizer last.
    optimizer-before-all: by optimizer_before_all
        The optimizer was built first of all: it holds the old head, which is no longer part of the model, and
        a backbone that is frozen afterwards. Build the optimizer last.
    frozen-after-optimizer: by frozen_last
        The optimizer was built before the backbone was frozen, so it still holds the backbone's parameters.
        Build the optimizer last.
    not-two-values: by not_two_values
        Your prepare does not return the two things that are asked for: the model, and after it the optimizer.
    optimizer-comes-first: by optimizer_comes_first
        You return the optimizer first. Asked for is the model, and after it the optimizer.
    never-frozen:
        - if freeze:
        -     model = freeze_backbone(model)
        + pass
        You ignore freeze=True: the backbone still learns.
    always-frozen:
        - if freeze:
        -     model = freeze_backbone(model)
        + model = freeze_backbone(model)
        You freeze the backbone also with freeze=False.
    frozen-the-wrong-way-round: if freeze: => if not freeze:
        You freeze the backbone with freeze=False, and not with freeze=True.
    rates-swapped: make_optimizer(model, head_lr, backbone_lr) => make_optimizer(model, backbone_lr, head_lr)
        The rates are swapped: head_lr comes first.
    no-momentum:
        - make_optimizer(model, head_lr, backbone_lr)
        + make_optimizer(model, head_lr, backbone_lr, momentum=0.0)
        You switch the momentum off. make_optimizer has a momentum of its own.
    optimizer-alone:
        model = replace_head(model, num_classes) => return model, make_optimizer(model, head_lr, backbone_lr)
        You make an optimizer, and the model is as it was: no new head, nothing frozen.
    old-head-kept: model = replace_head(model, num_classes) => pass
        The head is still the old one: it tells the classes of the source task apart.
    one-rate: make_optimizer(model, head_lr, backbone_lr) => make_optimizer(model, head_lr, head_lr)
        Head and backbone get the same rate: pass backbone_lr on.
    """),
    named.rights("""
    frozen first: by frozen_first
    written out: by written_out
    """),
)


def frozen_features(model: nn.Module, given: Sequence[tuple[Tensor, Tensor]], epochs: int) -> nn.Module:
    """learn_digits with the backbone frozen."""
    model, optimizer = tl.prepare(model, 10, True, 0.05, 0.0)
    for _ in range(epochs):
        tl.train_epoch(model, given, optimizer)
    return model


def with_adam(model: nn.Module, given: Sequence[tuple[Tensor, Tensor]], epochs: int) -> nn.Module:
    """learn_digits with another optimizer, head first and then everything."""
    tl.freeze_backbone(tl.replace_head(model, 10))
    optimizer: torch.optim.Optimizer = torch.optim.Adam(model.fc.parameters(), lr=0.01)
    for epoch in range(epochs):
        if epoch == epochs // 2:
            model.requires_grad_(True)
            optimizer = torch.optim.Adam(model.parameters(), lr=0.0005)
        tl.train_epoch(model, given, optimizer)
    return model


def from_scratch(model: nn.Module, given: Sequence[tuple[Tensor, Tensor]], epochs: int) -> nn.Module:
    """learn_digits that forgets what the backbone knew."""
    return tl.learn_digits(GlyphNet(26), given, epochs)


def _lesson(epochs: int) -> Any:
    """Five photographs of each digit, as bytes, in batches of ten."""

    def drawn(rng: np.random.Generator) -> dict[str, Any]:
        labels = digits().y_train
        chosen = rng.permutation(
            np.concatenate([rng.choice(np.flatnonzero(labels == k), 5, replace=False) for k in range(10)])
        )
        pictures = np.round(255 * snapshots().x_train[chosen]).astype(np.uint8)
        lesson = {"kind": "pictures", "pictures": pictures, "y": labels[chosen], "size": 10}
        return {"model": {"kind": "backbone"}, "batches": lesson, "epochs": epochs}

    return drawn


_learn = asker(
    """
    trained = learn_digits(model, batches, epochs)
    level = reading(trained)
    steps = passes(trained, level)
    """,
    {"level": 1, "steps": 0.25},
    updates=("model",),
)

named = Notation(globals())
LEARN_DIGITS = exercise(
    tl.learn_digits,
    (
        _learn("five photographs of each digit", _lesson(epochs=6), visible=True, graded=False),
        _learn("five other photographs of each digit", _lesson(epochs=6), main=True),
    ),
    named.wrongs("""
    not-trained: train_epoch(model, batches, optimizer) => pass
        Your model has a new head that was never trained: no optimizer made a step.
    from-scratch: by from_scratch
        Your model was trained, and reads as little as one that starts from random weights. Look at what the
        optimizer holds, at the rates and the number of epochs, and whether the pretrained backbone is used
        and not moved far.
    old-head: prepare(model, 10, => prepare(model, 26,
        Your head has another number of classes than the ten digits.
    """),
    named.rights("""
    frozen features: by frozen_features
    Adam, head first: by with_adam
    """),
)

_choose = asker("first = choose_strategy(per_class, similarity)", {"first": 1})


def _situation(per_class: int, similarity: float) -> Any:
    return lambda rng: {"per_class": per_class, "similarity": similarity}


def by_table(per_class: int, similarity: float) -> str:
    """choose_strategy as a look-up."""
    rows = {
        (True, True): "frozen",
        (True, False): "collect",
        (False, True): "fine-tune",
        (False, False): "scratch",
    }
    return rows[per_class < 10, similarity >= 0.5]


def by_cases(per_class: int, similarity: float) -> str:
    """choose_strategy with one condition a line."""
    if per_class >= 10 and similarity >= 0.5:
        return "fine-tune"
    if per_class >= 10:
        return "scratch"
    return "frozen" if not similarity < 0.5 else "collect"


STRATEGY = exercise(
    tl.choose_strategy,
    (
        _choose("few and similar", _situation(5, 0.9), visible=True, main=True),
        _choose("many and similar", _situation(100, 0.8), visible=True),
        _choose("few and different", _situation(3, 0.1), visible=True),
        _choose("many and different", _situation(200, 0.2), visible=True, main=True),
        _choose(
            "ten, half similar", _situation(10, 0.5), visible=True, why="fewer than 10 is few; 0.5 is similar"
        ),
        _choose("nine, just below similar", _situation(9, 0.49)),
        _choose("one, the same task", _situation(1, 1.0)),
    ),
    named.wrongs("""
    similarity-ignored: similar = per_class < 10, similarity >= 0.5 => similar = per_class < 10, True
        You look at the number of examples only. On a target that has nothing in common with the source,
        transfer was worse than a new network.
    size-ignored: few, similar = per_class < 10 => few, similar = True
        You look at the similarity only. With many examples more of the network can learn.
    similar-the-wrong-way-round: similarity >= 0.5 => similarity < 0.5
        You take a target that is similar for one that is not.
    frozen-and-fine-tuned-swapped: "frozen" if few else "fine-tune" => "fine-tune" if few else "frozen"
        Few examples cannot move thirty thousand weights well: freeze with few, fine-tune with many.
    ten-is-few: per_class < 10 => per_class <= 10
        You take ten examples a class as few; few means fewer than 10.
    half-is-not-similar: similarity >= 0.5 => similarity > 0.5
        You take a similarity of 0.5 as different; similar means at least 0.5.
    """),
    named.rights("""
    a look-up: by by_table
    one by one: by by_cases
    """),
)

EXERCISES = (PREPARE, LEARN_DIGITS, STRATEGY)
