"""What prepares a model: a device, a new head, what is frozen."""

# mypy: disable-error-code="union-attr, arg-type, index, no-untyped-call"
# torch declares the attributes of a module as `Tensor | Module`, and leaves `backward` untyped.

import copy
from typing import Any

import torch
from torch import nn

from reference.exercises.transfer.inputs import BACKBONE, EVERYTHING, exercise, given
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.truth import transfer as tl


def _devices(*available: str) -> Any:
    return lambda rng: {"available": list(available)}


_device = asker("device = pick_device(available)", {"device": 1})

NEW_HEAD = "model.fc = nn.Linear(old.in_features, num_classes, device=old.weight.device)"
named = Notation(
    globals(),
    cuda_whatever_is_listed=lambda available: torch.device("cuda"),
    whether_there_is_cuda=lambda available: "cuda" in available,
    the_first_listed=lambda available: torch.device(next(iter(available), "cpu")),
    one_expression=lambda available: torch.device(
        next((kind for kind in ("cuda", "mps") if kind in available), "cpu")
    ),
)
DEVICE = exercise(
    tl.pick_device,
    (
        _device("a machine with CUDA", _devices("cpu", "cuda"), visible=True, main=True),
        _device("a machine without", _devices("cpu"), visible=True, main=True),
        _device("an Apple machine", _devices("mps", "cpu"), visible=True),
        _device("both kinds, CUDA last", _devices("cpu", "mps", "cuda")),
        _device("both kinds, CUDA first", _devices("cuda", "mps", "cpu")),
        _device("nothing listed", _devices()),
    ),
    named.wrongs("""
    always-the-cpu: return torch.device(kind) => return torch.device('cpu')
        Your answer is the CPU, whatever `available` lists. The answer has to come from that argument: asking
        torch tells only about the machine on which the check runs.
    always-cuda: return torch.device("cpu") => return torch.device("cuda")
        You return CUDA also where `available` does not list it: the first .to(device) would raise an error
        there.
    cuda-whatever-is-listed: by cuda_whatever_is_listed
        Your answer is CUDA, whatever `available` lists. The answer has to come from that argument: asking
        torch tells only about the machine on which the check runs.
    whether-there-is-cuda: by whether_there_is_cuda
        You return True or False. Asked for is the device itself: torch.device("cuda") or another.
    the-first-listed: by the_first_listed
        You take the first kind that is listed. The list has no order: look for the best kind in it.
    mps-before-cuda: ("cuda", "mps") => ("mps", "cuda")
        Your order is "mps" before "cuda"; where both are there, "cuda" is asked for.
        hidden: the order is told in the docstring, and no machine has both
    """),
    named.rights("""
    its name as a string: return torch.device(kind) => return kind
    one expression: by one_expression
    """),
)


def through_a_named_layer(model: nn.Module, num_classes: int) -> nn.Module:
    """replace_head that reads the number of features off the old weights."""
    head = nn.Linear(model.fc.weight.shape[1], num_classes).to(model.fc.weight.device)
    setattr(model, "fc", head)  # noqa: B010 - one of the ways in which it is written
    return model


def on_a_copy(model: nn.Module, num_classes: int) -> nn.Module:
    """replace_head that leaves its own model alone."""
    return tl.replace_head(copy.deepcopy(model), num_classes)


def with_no_bias_yet(model: nn.Module, num_classes: int) -> nn.Module:
    """replace_head with random weights and a bias of zeros."""
    nn.init.zeros_(tl.replace_head(model, num_classes).fc.bias)
    return model


def with_zeros(model: nn.Module, num_classes: int) -> nn.Module:
    """replace_head with a head of zeros."""
    tl.replace_head(model, num_classes)
    nn.init.zeros_(model.fc.weight)
    nn.init.zeros_(model.fc.bias)
    return model


_head = asker(
    """
    new = replace_head(model, num_classes)
    found = renewed(new)
    numbers = head_numbers(model, new)
    """,
    {"found": 3, "numbers": 1},
    updates=("model",),
)
_head_there = asker(
    "new = replace_head(model, num_classes)\nfound = renewed(new)", {"found": 3}, updates=("model",)
)

named = Notation(globals())
REPLACE_HEAD = exercise(
    tl.replace_head,
    (
        _head("five classes to three", given(num_classes=3), visible=True, main=True),
        _head("a wider network", given(width=3, classes=4, num_classes=7), main=True).because(
            "the number of features is the old head's, not a fixed number"
        ),
        _head("one class", given(num_classes=1), weight=0.5),
        _head("a frozen model", given(frozen=EVERYTHING, num_classes=6), weight=0.5).because(
            "the new head can learn, whatever was frozen"
        ),
        _head_there("a model on another device", given(num_classes=4, device="meta"), visible=True).because(
            "as on a GPU: the new head is where the old one was"
        ),
    ),
    named.wrongs("""
    out-features-edited: @NEW_HEAD => model.fc.out_features = num_classes
        You changed the number out_features of the old layer. It is only a label: the weight matrix has as
        many rows as before. Assign a new nn.Linear to model.fc.
    fixed-in-features: old.in_features, num_classes => 256, num_classes
        You wrote down the number of features. It depends on the network: take it from the old head's
        in_features.
    stacked-on-the-old-head:
        @NEW_HEAD => model.fc = nn.Sequential(old, nn.Linear(old.out_features, num_classes))
        You put a layer on top of the old head. It then sees the scores of the old classes instead of the
        features: replace the old head.
    under-another-name: @NEW_HEAD => model.head = nn.Linear(old.in_features, num_classes)
        Your new layer is there, but under a name that forward() does not use. The head is model.fc.
    constant-weights: by with_zeros
        All weights of your new head are the same number. Asked for are random ones: nn.Linear draws
        them by itself.
    a-copy: by on_a_copy
        You put the new head on a copy, and the model that you were given keeps its old one. Change
        it in place.
    left-on-the-cpu: num_classes, device=old.weight.device => num_classes
        Your new head is on the CPU, wherever the old one was. With the model on a GPU the next forward pass
        fails: tell nn.Linear the device of the old weights.
    without-bias: num_classes, device= => num_classes, bias=False, device=
        Your head has no bias. A linear layer here has weights and a bias.
    a-new-network: @NEW_HEAD => model = type(model)(num_classes, model.conv1.out_channels)
        You built a new network: its head fits, but everything the backbone had learned is gone.
    inputs-and-outputs-swapped: old.in_features, num_classes => num_classes, old.in_features
        Your layer takes num_classes numbers and gives as many as there are features. nn.Linear wants the
        number of inputs first.
    """),
    named.rights("""
    size of the old weights: by through_a_named_layer
    no initial bias: by with_no_bias_yet
    in float64: device=old.weight.device => device=old.weight.device, dtype=torch.float64
    """),
)


def module_by_module(model: nn.Module) -> nn.Module:
    """freeze_backbone over the model's children."""
    for name, child in model.named_children():
        for parameter in child.parameters():
            parameter.requires_grad_(name == "fc")
            parameter.grad = None
    return model


def freeze_and_evaluate(model: nn.Module) -> nn.Module:
    """freeze_backbone that also puts the backbone into evaluation mode, which the next train() undoes."""
    model.requires_grad_(False)
    model.zero_grad(set_to_none=True)
    model.eval()
    model.fc.requires_grad_(True)
    return model


_SCRIPT = """
before = snapshot(model)
out = freeze_backbone(model)
changed = changes(before, model)
"""
_FROZEN = {"out['frozen']": 2, "changed": 1}
_freeze = asker(_SCRIPT, _FROZEN, updates=("model",))
_after_a_step = asker(_SCRIPT, {**_FROZEN, "out['old_gradients']": 1}, updates=("model",))

FREEZE = exercise(
    tl.freeze_backbone,
    (
        _freeze("a fresh model", given(), visible=True, main=True),
        _after_a_step("after a step of training", given(gradients=EVERYTHING), visible=True).because(
            "a parameter that still has a gradient is still moved"
        ),
        _after_a_step(
            "a layer of the backbone called bn3.fc",
            given(like_the_head=True, gradients=("bn3.fc.weight",)),
            visible=True,
            weight=0.5,
        ).because("outside model.fc is what does not belong to it, whatever it is called"),
        _freeze("frozen already, head too", given(frozen=EVERYTHING), weight=0.5).because(
            "the head can learn afterwards, whatever was frozen before"
        ),
        _after_a_step("half frozen", given(width=3, frozen=BACKBONE[:4], gradients=BACKBONE[4:])),
    ),
    named.wrongs("""
    misspelt: parameter.requires_grad = in_head => parameter.require_grad = in_head
        You set require_grad. The attribute is called requires_grad; Python accepts any other name without a
        word, and nothing is frozen.
        teach: Python takes any name for a new attribute: after freezing, count the parameters that still ask
        for a gradient.
    fc-anywhere-in-the-name: in_head = name.startswith("fc.") => in_head = "fc" in name
        You go by the letters fc anywhere in a name. A layer of the backbone may have them, too: the
        parameters of model.fc are those whose names begin with "fc.".
    froze-everything: parameter.requires_grad = in_head => parameter.requires_grad = False
        You froze the head too: nothing is left that could learn.
    froze-the-head-instead: parameter.requires_grad = in_head => parameter.requires_grad = not in_head
        It is the other way round: you froze the head and left the backbone to learn.
    stale-gradients:
        - if not in_head:
        -     parameter.grad = None
        + pass
        You froze the parameters, but their old gradients are still there, and an optimizer moves what has a
        gradient. Set .grad = None.
    weights-of-zero:
        - parameter.requires_grad = in_head
        + parameter.requires_grad = in_head
        + parameter.data *= in_head
        You changed the backbone's numbers. Freezing keeps them as they are.
    gradients-of-zero: parameter.grad = None => parameter.grad = torch.zeros_like(parameter)
        You set the gradients to zero. With weight decay or momentum a zero gradient still moves a parameter;
        .grad = None does not.
    batchnorm-left-out: in_head = name.startswith("fc.") => in_head = "conv" not in name
        You froze the convolutions but not the weights and biases of the batchnorm layers.
    evaluation-mode-only:
        - for name, parameter in model.named_parameters():
        -     in_head = name.startswith("fc.")
        -     parameter.requires_grad = in_head
        -     if not in_head:
        -         parameter.grad = None
        + model.eval()
        Nothing is frozen: every parameter still has requires_grad = True. A misspelt name (require_grad)
        freezes nothing, and eval() changes how layers compute, not what learns.
    """),
    named.rights("""
    over the children: by module_by_module
    evaluation mode too: by freeze_and_evaluate
    """),
    {
        (
            "misspelt",
            "evaluation-mode-only",
        ): "both leave every parameter as it was; the sentence names the likelier"
    },
)

EXERCISES = (DEVICE, REPLACE_HEAD, FREEZE)
