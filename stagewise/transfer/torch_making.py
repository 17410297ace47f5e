"""Torch objects from the data that describes them; see torch_data for the other way."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from stagewise.backbone import as_input, load_backbone
from stagewise.transfer.elsewhere import waiting
from stagewise.transfer.glyphnet import GlyphNet

Data = dict[str, Any]
M = TypeVar("M", bound=nn.Module)
SETTINGS = ("lr", "momentum", "weight_decay")
_MOST_KEPT = 1_000  # classes times width, of networks that are remembered as patterns of others
INSIDE = "bn2.0.weight"
LIKE_THE_HEAD = "bn3.fc.weight"
Pairs = Iterable[tuple[Tensor, Tensor]]


def make_network(data: Data, _: list[GlyphNet]) -> GlyphNet:
    state = {**data["backbone"], **data["head"]}
    classes, width = _size(state)
    pattern = _kept if classes * width <= _MOST_KEPT else _made
    model = _blank(pattern(classes, width, torch.from_numpy(state["conv1.weight"]).dtype))
    if INSIDE in state:
        model.bn2 = nested(model.bn2)
    if LIKE_THE_HEAD in state:
        model.bn3 = called_like_the_head(model.bn3)
    model.load_state_dict({name: tensor_of(value) for name, value in state.items()})
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name not in data["frozen"]
        parameter.grad = tensor_of(data["gradients"][name]) if name in data["gradients"] else None
    for name, module in model.named_modules():
        module.training = (name or "the model") not in data["evaluating"]
    return model.to(data["device"]) if "device" in data else model


def nested(layer: nn.Module) -> Any:
    """The layer inside a block, as in larger networks; called bn2, its weight is INSIDE."""
    return nn.Sequential(layer)


def called_like_the_head(layer: nn.Module) -> Any:
    """The layer inside a block, under the name of the head; called bn3, its weight is
    LIKE_THE_HEAD."""
    return nn.Sequential(OrderedDict(fc=layer))


def _size(state: Data) -> tuple[int, int]:
    """Classes and width of the network that has these numbers; TypeError when they are not all there.

    The layers that grow most with either have to fit, so that no network is made that is larger than its
    description.
    """
    classes, width = len(state["fc.weight"]), len(state["conv1.weight"])
    layers = {"conv1": (width, 1, 3, 3), "conv3": (4 * width, 2 * width, 3, 3), "fc": (classes, 16 * width)}
    for name, shape in layers.items():
        found = state[f"{name}.weight"].shape
        if found != shape or not width:
            raise TypeError(f"{name}.weight has shape {found}, in a network of width {width} it is {shape}")
    return classes, width


def _made(classes: int, width: int, dtype: torch.dtype) -> GlyphNet:
    with torch.random.fork_rng(devices=[]):
        return GlyphNet(classes, width).to(dtype)


_kept = lru_cache(maxsize=8)(_made)


def _blank(pattern: M) -> M:
    """A module like `pattern` that shares nothing with it, its numbers yet to be loaded.

    Making one anew takes four times as long: layers draw the numbers that they begin with.
    """
    blank = copy.copy(pattern)
    kept = vars(blank)
    kept.update({name: value.copy() for name, value in kept.items() if isinstance(value, dict)})
    for name, parameter in blank.named_parameters(recurse=False):
        kept["_parameters"][name] = nn.Parameter(torch.empty_like(parameter))
    for name, buffer in blank.named_buffers(recurse=False):
        kept["_buffers"][name] = torch.empty_like(buffer)
    for name, module in blank.named_children():
        kept["_modules"][name] = _blank(module)
    return blank


def _make_optimizer(data: Data, networks: list[GlyphNet]) -> torch.optim.Optimizer:
    parameters = dict(networks[0].named_parameters())
    groups = [
        {"params": [parameters[name]], **{key: found[key] for key in SETTINGS}}
        for name, found in data["settings"].items()
    ]
    optimizer = torch.optim.SGD(groups, lr=0.0)
    for name, moving in data["velocity"].items():
        optimizer.state[parameters[name]]["momentum_buffer"] = tensor_of(moving)
    return optimizer


def _make_batches(data: Data, _: list[GlyphNet]) -> Pairs:
    x, y = torch.split(tensor_of(data["x"]), data["sizes"]), torch.split(tensor_of(data["y"]), data["sizes"])
    batches = zip(x, y, strict=True)
    return batches if data["once"] else list(batches)


def _make_waiting(data: Data, networks: list[GlyphNet]) -> Pairs:
    return waiting(_make_batches(data, networks))


def _make_pictures(data: Data, _: list[GlyphNet]) -> Pairs:
    x, y = as_input(data["pictures"] / np.float32(255)), tensor_of(data["y"])
    return list(zip(torch.split(x, data["size"]), torch.split(y, data["size"]), strict=True))


def _make_action(data: Data, networks: list[GlyphNet]) -> Callable[[], None]:
    calls: list[None] = []

    def action() -> None:
        state = networks[0].state_dict()
        for name, amount in data["adds"].items():
            state[name].add_(tensor_of(amount))
        if calls:
            state["bn3.bias"].add_(1)  # to be called once: the second call shows
        calls.append(None)

    return action


def _make_backbone(_: Data, __: list[GlyphNet]) -> nn.Module:
    return load_backbone()


def tensor_of(array: np.ndarray) -> Tensor:
    """A tensor with the numbers of an array, sharing nothing with it."""
    return torch.from_numpy(np.array(array))


MAKERS: dict[Any, Callable[[Data, list[GlyphNet]], Any]] = {
    "network": make_network,
    "SGD": _make_optimizer,
    "batches": _make_batches,
    "batches elsewhere": _make_waiting,
    "action": _make_action,
    "backbone": _make_backbone,
    "pictures": _make_pictures,
}
