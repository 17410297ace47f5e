"""Small networks, optimizers and batches as data, their numbers short in binary and so in recordings."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import torch

from reference.kit.exercise import Alternative, Case, Exercise, Function, Inputs, Misconception
from stagewise.judge.compare import STANDS_FOR
from stagewise.transfer.glyphnet import GlyphNet
from stagewise.transfer.torch_data import describe_network
from stagewise.transfer.torch_making import called_like_the_head, nested

Data = dict[str, Any]
BACKBONE = (
    *("conv1.weight", "bn1.weight", "bn1.bias"),
    *("conv2.weight", "bn2.weight", "bn2.bias"),
    *("conv3.weight", "bn3.weight", "bn3.bias"),
)
HEAD = ("fc.weight", "fc.bias")
EVERYTHING = (*BACKBONE, *HEAD)


def network(
    rng: np.random.Generator,
    *,
    width: int = 2,
    classes: int = 5,
    frozen: Collection[str] = (),
    gradients: Collection[str] = (),
    evaluating: Collection[str] = (),
    block: bool = False,
    like_the_head: bool = False,
    device: str = "",
) -> Data:
    """A network that looks trained: no weight is 0, no running statistic is the initial one.

    block: the layer bn2 is inside a block, as bn2.0. like_the_head: bn3 is, as bn3.fc. device: where it
    is, if not on the CPU; on "meta" it has no numbers.
    """
    model = GlyphNet(classes, width)
    if block:
        model.bn2 = nested(layer=model.bn2)
    if like_the_head:
        model.bn3 = called_like_the_head(layer=model.bn3)
    for name, value in model.state_dict().items():
        value.copy_(_numbers(rng, name, value))
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name not in frozen
        if name in gradients:
            parameter.grad = _numbers(rng, "gradient", parameter)
    for name, module in model.named_modules():
        module.training = (name or "the model") not in evaluating
    return {**describe_network(model.to(device)), "device": device} if device else describe_network(model)


def batches(
    rng: np.random.Generator,
    sizes: Sequence[int],
    *,
    classes: int = 5,
    once: bool = False,
    kind: str = "batches",
) -> Data:
    """Batches of those sizes; `once`: an iterator that can be gone through a single time; kind "batches
    elsewhere": not on the model's device."""
    n = sum(sizes)
    x = (rng.integers(-16, 17, (n, 1, 16, 16)) / 8).astype(np.float32)
    return {"kind": kind, "x": x, "y": rng.integers(0, classes, n), "sizes": list(sizes), "once": once}


def sgd(
    rng: np.random.Generator,
    model: Data,
    *,
    head_lr: float = 0.125,
    backbone_lr: float = 0.03125,
    momentum: float = 0.5,
    weight_decay: float = 0.0,
    moving: bool = False,
) -> Data:
    """An optimizer of the model's trainable parameters; `moving`: it has made steps, so it has momentum."""
    names = [name for name in (*HEAD, *BACKBONE) if name not in model["frozen"]]
    shared = {"momentum": momentum, "weight_decay": weight_decay, "plain": True}
    settings = {name: {"lr": head_lr if name in HEAD else backbone_lr, **shared} for name in names}
    numbers = {**model["backbone"], **model["head"]}
    velocity = {name: _short(rng, numbers[name].shape, 0.25) for name in names} if moving else {}
    return {
        "kind": "SGD",
        STANDS_FOR: "an optimizer (SGD)",
        "parameters": sorted(names),
        "settings": settings,
        "velocity": velocity,
    }


def exercise(
    truth: Function,
    cases: Sequence[Case],
    misconceptions: Sequence[Misconception],
    alternatives: Sequence[Alternative],
    explained_pairs: dict[tuple[str, str], str] | None = None,
) -> Exercise:
    """An exercise whose objects of torch travel as data."""
    return Exercise(
        truth.__name__,
        truth,
        tuple(cases),
        tuple(misconceptions),
        tuple(alternatives),
        explained_pairs=explained_pairs or {},
        setting="stagewise.transfer.torch_data",
    )


def given(*, num_classes: int | None = None, **how: Any) -> Inputs:
    """A network, and a number of classes where there is one."""
    asked = {} if num_classes is None else {"num_classes": num_classes}
    return lambda rng: {"model": network(rng, **how), **asked}


def _numbers(rng: np.random.Generator, name: str, like: torch.Tensor) -> torch.Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.tensor(3)
    shape = tuple(like.shape)
    positive = name.endswith("running_var") or (name.startswith("bn") and name.endswith("weight"))
    return torch.from_numpy(1 + _short(rng, shape, 0.5) if positive else _short(rng, shape, 0.75))


def _short(rng: np.random.Generator, shape: tuple[int, ...], most: float) -> np.ndarray:
    """Multiples of 1/256 up to `most`, none of them 0: exact in float32, and few digits in a text."""
    top = int(256 * most)
    numbers = rng.integers(1, top + 1, shape) * rng.choice([-1, 1], shape) / 256
    return np.asarray(numbers, dtype=np.float32)
