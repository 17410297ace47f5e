"""What remains to learn in a model, in which mode, and at which rates."""

# mypy: disable-error-code="union-attr, arg-type, index, no-untyped-call"
# torch declares the attributes of a module as `Tensor | Module`, and leaves `backward` untyped.

from typing import Any

import torch
from torch import nn

from reference.exercises.transfer.inputs import BACKBONE, EVERYTHING, HEAD, exercise, given, network
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.truth import transfer as tl


def with_a_loop(model: nn.Module) -> list[nn.Parameter]:
    """trainable_parameters, one by one."""
    found = []
    for _, parameter in model.named_parameters():
        if parameter.requires_grad:
            found.append(parameter)
    return found


_trainable = asker("found = trainable_parameters(model)", {"found": 1})

named = Notation(
    globals(),
    names=lambda model: [name for name, p in model.named_parameters() if p.requires_grad],
    pairs=lambda model: [(name, p) for name, p in model.named_parameters() if p.requires_grad],
    a_filter=lambda model: filter(lambda p: p.requires_grad, model.parameters()),
    filter=lambda model: list(filter(lambda p: p.requires_grad, model.parameters())),
)
TRAINABLE = exercise(
    tl.trainable_parameters,
    (
        _trainable("frozen backbone", given(frozen=BACKBONE), visible=True, main=True),
        _trainable("nothing frozen", given(), visible=True),
        _trainable("all frozen", given(frozen=EVERYTHING), weight=0.5),
        _trainable("some of each", given(width=3, frozen=(*BACKBONE[::2], HEAD[1]))),
    ),
    named.wrongs("""
    all-of-them:
        - if parameter.requires_grad
        You return all parameters. Asked for are those whose requires_grad is True.
    the-frozen-ones: if parameter.requires_grad => if not parameter.requires_grad
        You return the frozen parameters; asked for are the others.
    only-the-head: model.parameters() => model.fc.parameters()
        You look at the head only. Parameters of the backbone can be trainable too.
    backwards: in model.parameters() => in list(model.parameters())[::-1]
        Your list runs backwards. The order is that of model.parameters().
    copies: [parameter for => [parameter.detach().clone() for
        You return copies. An optimizer must get the model's own parameters, or it trains the copies.
    names: by names
        You return the parameters' names. An optimizer needs the parameters themselves.
    pairs: by pairs
        You return pairs of a name and a parameter, as named_parameters() gives them. Asked for are the
        parameters alone.
    a-generator:
        - [parameter for parameter in model.parameters() if parameter.requires_grad]
        + (parameter for parameter in model.parameters() if parameter.requires_grad)
        You return a generator, which is used up after one walk through it. Return a list.
    a-filter: by a_filter
        You return what filter() gives: an iterator, which is used up after one walk through it. Return a
        list.
    """),
    named.rights("""
    a loop: by with_a_loop
    filter: by filter
    """),
)


def flag_by_flag(model: nn.Module) -> nn.Module:
    """train_mode that sets each module's flag itself."""
    for module in model.modules():
        own = list(module.parameters())
        module.training = not isinstance(module, nn.BatchNorm2d) or any(p.requires_grad for p in own)
    return model


def children_only(model: nn.Module) -> nn.Module:
    """train_mode that does not look inside blocks."""
    model.train()
    for child in model.children():
        own = list(child.parameters())
        child.training = not isinstance(child, nn.BatchNorm2d) or any(p.requires_grad for p in own)
    return model


def every_frozen_layer(model: nn.Module) -> nn.Module:
    """train_mode that puts frozen convolutions into evaluation mode too."""
    model.train()
    for child in model.children():
        if not any(p.requires_grad for p in child.parameters()):
            child.eval()
    return model


def batchnorm_only(model: nn.Module) -> nn.Module:
    """train_mode that leaves the model's own flag as it was found, and those of all other layers."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(any(p.requires_grad for p in module.parameters()))
    return model


def frozen_layers_only(model: nn.Module) -> nn.Module:
    """train_mode that leaves all other modules as they were found."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d) and not any(p.requires_grad for p in module.parameters()):
            module.eval()
    return model


_mode = asker(
    """
    out = train_mode(model)
    others = resting(model)
    """,
    {"out['statistics']": 3, "others": 1},
    updates=("model",),
)
_BATCHNORM = ("bn1", "bn2", "bn3")

named = Notation(globals(), undone_by_train=lambda model: every_frozen_layer(model).train())
TRAIN_MODE = exercise(
    tl.train_mode,
    (
        _mode("frozen backbone", given(frozen=BACKBONE), visible=True, main=True).because(
            "running statistics are no parameters: only the mode keeps them still"
        ),
        _mode(
            "nothing frozen, found in evaluation mode",
            given(evaluating=("the model", *_BATCHNORM)),
            visible=True,
            main=True,
        ),
        _mode("one layer frozen", given(frozen=("bn1.weight", "bn1.bias")), visible=True, weight=0.5).because(
            "the other layers learn, and use the batch's statistics"
        ),
        _mode(
            "a layer inside a block",
            given(block=True, frozen=("bn2.0.weight", "bn2.0.bias")),
            visible=True,
            weight=0.5,
        ),
        _mode("only the first layers frozen", given(width=3, frozen=BACKBONE[:3])),
        _mode(
            "one of two parameters frozen",
            given(frozen=("bn1.weight", "bn2.bias", "bn3.weight", "bn3.bias")),
            weight=0.5,
            why="a layer is frozen when none of its parameters can learn",
        ),
    ),
    named.wrongs("""
    statistics-drift: module.train(any(p.requires_grad for p in module.parameters())) => module.train()
        model.train() puts the frozen batchnorm layers into training mode too: their running mean and variance
        go on moving, although no parameter does.
        teach: Frozen parameters do not hold buffers still: print running_mean before and after one batch in
        train mode.
    nothing-set: model.train() => return model
        Your function sets nothing: every module stays in the mode in which you found it.
    batchnorm-spared: if isinstance(module, nn.BatchNorm2d): => if not isinstance(module, nn.BatchNorm2d):
        You put the layers that cannot learn into evaluation mode, all but the batchnorm layers, which are the
        only ones that are asked for.
    all-batchnorm-still: any(p.requires_grad for p in module.parameters()) => False
        You put every batchnorm layer into evaluation mode. Those that learn must use the batch's statistics.
    never-put-into-training: by frozen_layers_only
        You put the frozen batchnorm layers into evaluation mode, but nothing into training mode: a model that
        comes from an evaluation stays in it.
    batchnorm-layers-only: by batchnorm_only
        You set the batchnorm layers alone, and the model stays in the mode in which you found it. So would
        every other layer that works differently in training, dropout for one. Call model.train() first.
    undone-by-train: by undone_by_train
        The order is wrong: model.train() reaches every layer inside, so it undoes an earlier eval().
    children-only: by children_only
        You look at the model's children only. A batchnorm layer inside a block is not among them;
        model.modules() reaches every layer.
    every-frozen-layer: by every_frozen_layer
        You put every layer that cannot learn into evaluation mode. Only batchnorm layers are asked for: a
        dropout layer has no parameters at all, and would be switched off.
    any-for-all: any(p.requires_grad => all(p.requires_grad
        You treat a layer as frozen as soon as one of its parameters is. Frozen means that none can learn.
        hidden: the docstring defines frozen; whether it was read is what is graded
    """),
    named.rights("""
    flag by flag: by flag_by_flag
    two walks: for module in model.modules(): => for _, module in model.named_modules():
    """),
    {("statistics-drift", "undone-by-train"): "both end with every layer in training mode"},
)


def parameter_by_parameter(
    model: nn.Module, head_lr: float, backbone_lr: float, momentum: float = 0.9, weight_decay: float = 0.0
) -> torch.optim.Optimizer:
    """make_optimizer with a group for each parameter, backbone first."""
    groups = [
        {"params": [parameter], "lr": head_lr if name.startswith("fc.") else backbone_lr}
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    ]
    return torch.optim.SGD(groups, lr=backbone_lr, momentum=momentum, weight_decay=weight_decay)


def with_an_empty_group(
    model: nn.Module, head_lr: float, backbone_lr: float, momentum: float = 0.9, weight_decay: float = 0.0
) -> torch.optim.Optimizer:
    """make_optimizer that keeps the second group when nothing is in it."""
    head = [p for p in model.fc.parameters() if p.requires_grad]
    rest = [p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("fc.")]
    shared = {"momentum": momentum, "weight_decay": weight_decay}
    groups = [{"params": head, "lr": head_lr, **shared}, {"params": rest, "lr": backbone_lr, **shared}]
    return torch.optim.SGD(groups, lr=1.0)


_rates = asker(
    "optimizer = make_optimizer(model, head_lr, backbone_lr, momentum, weight_decay)",
    {"optimizer['parameters']": 2, "optimizer['settings']": 3},
)
_plain = asker(
    "optimizer = make_optimizer(model, 0.1, 0.01)", {"optimizer['parameters']": 2, "optimizer['settings']": 3}
)


def _asked(**frozen: Any) -> Any:
    return lambda rng: {
        "model": network(rng, **frozen),
        "head_lr": float(rng.integers(8, 32)) / 128,
        "backbone_lr": float(rng.integers(1, 8)) / 512,
        "momentum": float(rng.integers(8, 15)) / 16,
        "weight_decay": float(rng.integers(1, 9)) / 4096,
    }


named = Notation(
    globals(),
    adam_with_one_rate=lambda model, head_lr, backbone_lr, momentum=0.9, weight_decay=0.0: torch.optim.Adam(
        tl.trainable_parameters(model), lr=head_lr
    ),
    all_in_one_group=lambda model, head_lr, backbone_lr, momentum=0.9, weight_decay=0.0: torch.optim.SGD(
        model.parameters(), lr=head_lr, momentum=momentum, weight_decay=weight_decay
    ),
)
MAKE_OPTIMIZER = exercise(
    tl.make_optimizer,
    (
        _rates("everything learns", _asked(), visible=True, main=True),
        _rates("frozen backbone", _asked(frozen=BACKBONE), visible=True, main=True),
        _rates("some layers frozen", _asked(width=3, frozen=BACKBONE[:6])),
        _plain("momentum and decay left out", given(), visible=True, weight=0.5),
        _rates(
            "a layer of the backbone called bn3.fc", _asked(like_the_head=True), visible=True, weight=0.5
        ).because("the head is model.fc, whatever other layers are called"),
        _rates("half a head", _asked(frozen=("fc.bias", *BACKBONE[:3])), weight=0.5),
    ),
    named.wrongs("""
    fc-anywhere-in-the-name:
        - head = trainable_parameters(model.fc)
        + head = [p for name, p in model.named_parameters() if "fc" in name and p.requires_grad]
        You go by the letters fc anywhere in a name. A layer of the backbone may have them, too: the
        parameters of model.fc are those whose names begin with "fc.".
    one-rate:
        - groups.append({"params": backbone, "lr": backbone_lr})
        + groups.append({"params": backbone, "lr": head_lr})
        Head and backbone learn at the same rate. The head's large rate would overwrite what the backbone has
        learned.
    adam-with-one-rate: by adam_with_one_rate
        This is Adam, with one rate for all. Asked for is torch.optim.SGD, with momentum, and a group each for
        head and backbone.
    all-in-one-group: by all_in_one_group
        You gave all of model.parameters() one rate. Head and backbone need a group each, and frozen
        parameters belong into neither.
    rates-swapped:
        - groups = [{"params": head, "lr": head_lr}]
        - if backbone:
        -     groups.append({"params": backbone, "lr": backbone_lr})
        + groups = [{"params": head, "lr": backbone_lr}]
        + if backbone:
        +     groups.append({"params": backbone, "lr": head_lr})
        The rates are swapped: the new head gets the backbone's rate, the backbone the head's.
    frozen-ones-too: trainable_parameters(model) => model.parameters()
        Your optimizer holds frozen parameters too. Weight decay, momentum and old gradients can move them:
        give it only what requires a gradient.
    backbone-not-registered:
        - if backbone:
        -     groups.append({"params": backbone, "lr": backbone_lr})
        + pass
        The optimizer holds the head only. The backbone's parameters require gradients and get them, but
        nobody takes a step with them.
    momentum-forgotten: momentum=momentum, weight_decay => weight_decay
        You do not pass the momentum on, and SGD's default is 0.
    nesterov: momentum=momentum, weight => momentum=momentum, nesterov=True, weight
        Your optimizer is no plain SGD with momentum: Nesterov's momentum, dampening or maximize is switched
        on.
    momentum-fixed: momentum=momentum, weight => momentum=0.9, weight
        Your momentum is always 0.9. Pass on the one that is handed in.
    decay-forgotten: momentum, weight_decay=weight_decay => momentum
        You do not pass the weight decay on, and SGD's default is 0.
    rates-only: head_lr, momentum=momentum, weight_decay=weight_decay => head_lr
        You pass on the rates, but neither the momentum nor the weight decay: SGD's default for both is 0.
    adam:
        - torch.optim.SGD(groups, lr=head_lr, momentum=momentum, weight_decay=weight_decay)
        + torch.optim.Adam(groups, lr=head_lr, weight_decay=weight_decay)
        This is Adam. Asked for is torch.optim.SGD, with momentum.
    """),
    named.rights("""
    a group for each parameter: by parameter_by_parameter
    an empty second group: by with_an_empty_group
    """),
)

EXERCISES = (TRAINABLE, TRAIN_MODE, MAKE_OPTIMIZER)
