"""Torch objects from the data that describes them; see torch_data for the other way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from stagewise.backbone import as_input, load_backbone
from stagewise.glyphnet import GlyphNet

Data = dict[str, Any]
Pairs = Iterable[tuple[Tensor, Tensor]]


def make_network(data: Data, _: list[GlyphNet]) -> GlyphNet:
    first, weight = data["backbone"]["conv1.weight"], data["head"]["fc.weight"]
    with torch.random.fork_rng(devices=[]):
        model = GlyphNet(len(weight), len(first)).to(torch.from_numpy(first).dtype)
    model.load_state_dict(
        {name: tensor_of(value) for name, value in {**data["backbone"], **data["head"]}.items()}
    )
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name not in data["frozen"]
        parameter.grad = tensor_of(data["gradients"][name]) if name in data["gradients"] else None
    for name, module in model.named_modules():
        module.training = (name or "the model") not in data["evaluating"]
    return model


def _make_optimizer(data: Data, networks: list[GlyphNet]) -> torch.optim.Optimizer:
    parameters = dict(networks[0].named_parameters())
    groups = [{"params": [parameters[name]], **found} for name, found in data["settings"].items()]
    optimizer = torch.optim.SGD(groups, lr=0.0)
    for name, moving in data["velocity"].items():
        optimizer.state[parameters[name]]["momentum_buffer"] = tensor_of(moving)
    return optimizer


def _make_batches(data: Data, _: list[GlyphNet]) -> Pairs:
    x, y = torch.split(tensor_of(data["x"]), data["sizes"]), torch.split(tensor_of(data["y"]), data["sizes"])
    batches = zip(x, y, strict=True)
    return batches if data["once"] else list(batches)


def _make_pictures(data: Data, _: list[GlyphNet]) -> Pairs:
    x, y = as_input(data["pictures"] / np.float32(255)), tensor_of(data["y"])
    return list(zip(torch.split(x, data["size"]), torch.split(y, data["size"]), strict=True))


def _make_action(data: Data, networks: list[GlyphNet]) -> Callable[[], None]:
    def action() -> None:
        state = networks[0].state_dict()
        for name, amount in data["adds"].items():
            state[name].add_(tensor_of(amount))

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
    "action": _make_action,
    "backbone": _make_backbone,
    "pictures": _make_pictures,
}
