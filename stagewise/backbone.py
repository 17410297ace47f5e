"""Pretrained networks to transfer from: one ships with the package, one is torchvision's.

Weights are read from safetensors, which holds numbers only, and compared with the checksum in their model
card.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor, nn

WEIGHTS = "glyphs-backbone.safetensors"
CARD = "glyphs-backbone.json"
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
IMAGENET_SIDE = 224
_PROCESSORS = "https://download.pytorch.org/whl/cpu"


def load_backbone(name: str = "glyphs", *, pretrained: bool = True, seed: int = 0) -> nn.Module:
    """Return a network in training mode, its head under the name `fc`.

    name: "glyphs", the small network that has learned 26 letters (it ships with the package; input (N, 1, 16,
    16)), or "resnet18", torchvision's ResNet-18 that has learned the 1,000 ImageNet classes (input (N, 3,
    224, 224); torchvision downloads its 45 MB once). Pictures become input by `as_input(pictures, name)`.
    pretrained=False: the same architecture with random weights drawn from `seed`.

    Raises ImportError naming the extra to install, ValueError for another name, and RuntimeError when the
    shipped weights are damaged.
    """
    if name not in _LOADERS:
        raise ValueError(f"load_backbone knows {' and '.join(map(repr, _LOADERS))}, got {name!r}.")
    torch = _import("torch", "transfer")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _LOADERS[name](pretrained)


def as_input(pictures: np.ndarray, name: str = "glyphs") -> Tensor:
    """Turn grey pictures (N, 16, 16) in [0, 1] into the float32 tensor that a backbone was trained to see.

    Mean and standard deviation are those of the *source*, the letters or ImageNet: what the first layer
    expects. "glyphs": (N, 1, 16, 16); "resnet18": (N, 3, 224, 224), interpolated bilinearly, three equal
    channels. Raises ValueError for pictures of another shape or range.
    """
    if pictures.ndim != 3 or not pictures.size or pictures.min() < 0 or pictures.max() > 1:
        raise ValueError(
            "as_input needs grey pictures of shape (N, height, width) with ink from 0 to 1, "
            f"got {_told(pictures)}."
        )
    torch = _import("torch", "transfer")
    grey: Tensor = torch.from_numpy(np.ascontiguousarray(pictures, dtype=np.float32))[:, None]
    if name == "glyphs":
        source = card()["input"]
        return grey.sub(source["mean"]).div(source["std"])
    if name != "resnet18":
        raise ValueError(f"as_input knows {' and '.join(map(repr, _LOADERS))}, got {name!r}.")
    side = (IMAGENET_SIDE, IMAGENET_SIDE)
    large: Tensor = torch.nn.functional.interpolate(grey, side, mode="bilinear", antialias=False)
    mean, std = (torch.tensor(numbers).reshape(1, 3, 1, 1) for numbers in (IMAGENET_MEAN, IMAGENET_STD))
    return large.sub(mean).div(std)


@lru_cache(maxsize=1)
def card() -> dict[str, Any]:
    """Return the model card of the shipped backbone: how it was made, what it reaches, its checksum."""
    found: dict[str, Any] = json.loads((folder() / CARD).read_text(encoding="utf-8"))
    return found


def folder() -> Traversable:
    """Where weights and model card lie."""
    return resources.files("stagewise") / "weights"


def checked(data: bytes, sha256: str) -> bytes:
    """Return `data` if that is its checksum; RuntimeError with the remedy otherwise."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise RuntimeError(
            f"The backbone's weights should have the SHA-256 checksum {sha256},\nbut theirs is {found}.\n"
            "The file is damaged or was replaced: install stagewise again."
        )
    return data


def _load_glyphs(pretrained: bool) -> nn.Module:
    from stagewise.transfer.glyphnet import GlyphNet

    model = GlyphNet(card()["classes"], card()["width"])
    if pretrained:
        safetensors = _import("safetensors.torch", "transfer")
        data = checked((folder() / WEIGHTS).read_bytes(), card()["sha256"])
        model.load_state_dict(safetensors.load(data))
    return model


def _load_resnet18(pretrained: bool) -> nn.Module:
    models = _import("torchvision.models", "imagenet")
    found: nn.Module = models.resnet18(weights=models.ResNet18_Weights.IMAGENET1K_V1 if pretrained else None)
    return found


_LOADERS: dict[str, Callable[[bool], nn.Module]] = {"glyphs": _load_glyphs, "resnet18": _load_resnet18}


def _import(module: str, extra: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as missing:
        package = module.partition(".")[0]
        raise ImportError(
            f"This needs {package}, which is not installed for the Python that runs here.\n"
            f'"{sys.executable}" -m pip install {package} --index-url {_PROCESSORS}\n'
            f'"{sys.executable}" -m pip install "stagewise[{extra}]"\n'
            "Run these lines in a terminal, then restart the kernel. (The first spares you the gigabytes for "
            "graphics cards that pip fetches on Linux.)"
        ) from missing


def _told(pictures: np.ndarray) -> str:
    if pictures.ndim != 3 or not pictures.size:
        return f"shape {pictures.shape}"
    return f"values from {pictures.min():.3g} to {pictures.max():.3g}"
