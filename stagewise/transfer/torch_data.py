"""Functions of torch objects as functions of plain data: checks hand over and compare only numbers and names.

`wrap` is put around a student's function where it lives: what describes a network, an optimizer, batches or
an action becomes one, and what comes of the call is described again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from types import GeneratorType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from stagewise.backbone import as_input, card
from stagewise.data.snapshots import snapshots
from stagewise.judge.compare import STANDS_FOR, describe
from stagewise.judge.copying import TooDeep, copied, unchanged
from stagewise.transfer.glyphnet import GlyphNet
from stagewise.transfer.torch_making import MAKERS, SETTINGS, Data, make_network

RETURNS_DATA = False
READS = 0.6
SEED = 9
UNCHANGED = ("backbone", "head", "frozen", "gradients")


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of data that calls `function` with torch objects and describes its result.

    Arguments that describe something (a dict with a "kind") become it; what the call did to a network or an
    optimizer is written back into its description, and a network that is returned tells how many steps an
    optimizer made meanwhile, if any. Every call draws the same random numbers: a grade must not
    depend on luck.
    """

    @wraps(function)
    def of_data(*arguments: Any, **keywords: Any) -> Any:
        world = World()
        here = [world.made(value) for value in arguments]
        named = {name: world.made(value) for name, value in keywords.items()}
        try:
            with _repeatable(), _counting() as steps:
                told = _told(world, function(*here, **named))
            return {**told, "steps": len(steps)} if steps and type(told) is dict and "head" in told else told
        finally:
            world.write_back()

    return of_data


def _told(world: World, result: Any) -> Any:
    try:
        return world.described(result)
    except RecursionError:
        raise TooDeep("data that hold themselves, or are nested too deep") from None


def describe_network(model: GlyphNet) -> Data:
    """A network as data: its numbers (the head's apart: a fresh one is random), what is frozen, evaluates, or
    has a gradient; and, said for reading, the head's shape, the model's own mode, which running statistics
    move in it, and which gradients an optimizer would find outside the head.
    """
    state = {name: _array(value) for name, value in model.state_dict().items()}
    named = dict(model.named_parameters())
    return {
        "kind": "network",
        STANDS_FOR: "a model",
        "backbone": {name: value for name, value in state.items() if not name.startswith("fc.")},
        "head": {name: value for name, value in state.items() if name.startswith("fc.")},
        "frozen": [name for name, parameter in named.items() if not parameter.requires_grad],
        "evaluating": [name or "the model" for name, module in model.named_modules() if not module.training],
        "gradients": {name: _array(p.grad) for name, p in named.items() if p.grad is not None},
        "head_shape": _head_shape(model),
        "mode": "training" if model.training else "evaluation",
        "statistics": {
            name: "move" if module.training else "stay"
            for name, module in model.named_modules()
            if isinstance(module, nn.BatchNorm2d)
        },
        "old_gradients": [
            f"{name}: {'numbers' if p.grad.any() else 'zeros'}"
            for name, p in named.items()
            if p.grad is not None and not name.startswith("fc.")
        ],
    }


def describe_optimizer(optimizer: torch.optim.Optimizer, name_of: Callable[[Tensor], str]) -> Data:
    """An optimizer as data: its kind, and for each parameter its settings (plain: without Nesterov, dampening
    and maximize) and its momentum, if it has one."""
    settings, velocity = {}, {}
    names = []
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            name = name_of(parameter)
            names.append(name)
            settings[name] = {key: float(group[key]) for key in SETTINGS if key in group}
            settings[name]["plain"] = not any(group.get(key) for key in ("nesterov", "maximize", "dampening"))
            moving = optimizer.state.get(parameter, {}).get("momentum_buffer")
            if moving is not None:
                velocity[name] = _array(moving)
    kind = type(optimizer).__name__
    return {
        "kind": kind,
        STANDS_FOR: f"an optimizer ({kind})",
        "parameters": sorted(names),
        "settings": settings,
        "velocity": velocity,
    }


@contextmanager
def _repeatable() -> Iterator[None]:
    """The same random numbers each time, and what is quick for small pictures: one thread, and PyTorch's own
    convolutions."""
    onednn: Any = torch.backends.mkldnn
    threads, enabled = torch.get_num_threads(), onednn.enabled
    torch.set_num_threads(1)
    onednn.enabled = False
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(SEED)  # torch.manual_seed also goes round all absent GPUs
            yield
    finally:
        torch.set_num_threads(threads)
        onednn.enabled = enabled


@contextmanager
def _counting() -> Iterator[list[None]]:
    """An entry for each step that an optimizer makes."""
    steps: list[None] = []
    hook = register_optimizer_step_post_hook(lambda *_: steps.append(None))
    try:
        yield steps
    finally:
        hook.remove()


class World:
    """The torch objects of one call; optimizers and actions belong to its first network."""

    def __init__(self) -> None:
        self._networks: list[GlyphNet] = []
        self._descriptions: list[tuple[Data, Any]] = []
        self._graphs: list[bool] = []

    def made(self, data: Any) -> Any:
        """What the data describes; a value that describes nothing as it is."""
        kind = data.get("kind") if type(data) is dict else None
        if kind not in MAKERS:
            return data
        thing = MAKERS[kind](data, self._networks)
        if isinstance(thing, GlyphNet):
            self._networks.append(thing)
            thing.fc.register_forward_hook(lambda _, __, scores: self._graphs.append(scores.requires_grad))
        self._descriptions.append((data, thing))
        return thing

    def described(self, value: Any) -> Any:
        """A value as data. Parameters and what cannot be compared are named; other values stay."""
        kind = type(value)
        if kind is list or kind is tuple:
            return kind([self.described(item) for item in self._noted(value)])
        if kind is dict:
            if STANDS_FOR in value:
                return _named(describe(dict.fromkeys(range(len(value)))))
            return {key: self.described(item) for key, item in value.items()}
        if kind is GlyphNet:
            self._noted([value])
            return describe_network(value)
        if isinstance(value, torch.optim.Optimizer):
            return describe_optimizer(value, self._name)
        if isinstance(value, nn.Parameter):
            own, shape = self._own_name(value), tuple(value.shape)
            return _named(f"the parameter {own}" if own else f"a parameter of shape {shape}, not the model's")
        if isinstance(value, nn.Module):
            raise TypeError(f"returned a {kind.__name__}; asked for is the network that it was given")
        if isinstance(value, Tensor):
            return _named("a tensor that still holds its graph") if value.requires_grad else _array(value)
        if isinstance(value, Iterator):
            what = "a generator" if isinstance(value, GeneratorType) else f"an iterator ({kind.__name__})"
            return _named(f"{what}, used up after one walk through it")
        if isinstance(value, torch.device):
            return str(value) if value.index else value.type  # the first one is meant where none is numbered
        return value

    def write_back(self) -> None:
        """Bring the descriptions of networks and optimizers up to date."""
        for data, thing in self._descriptions:
            if data["kind"] in ("network", "SGD"):
                now = self.described(thing)
                if data["kind"] == "network" and any(self._graphs):
                    now["graphs"] = "kept"
                if not unchanged(data, now):
                    data.update(now)

    def _noted(self, values: Iterable[Any]) -> Iterable[Any]:
        """The values, their networks noted, so that an optimizer beside them finds its parameters' names."""
        self._networks += [value for value in values if type(value) is GlyphNet]
        return values

    def _name(self, parameter: Tensor) -> str:
        return self._own_name(parameter) or f"a stranger of shape {tuple(parameter.shape)}"

    def _own_name(self, parameter: Tensor) -> str:
        for network in self._networks:
            for name, own in network.named_parameters():
                if own is parameter:
                    return name
        return ""


def _named(what: str) -> Data:
    """What stands for an object of which only its name is told."""
    return {STANDS_FOR: what}


def _head_shape(model: GlyphNet) -> Data:
    """What a head is, linear (of whatever class) or something else, the sizes that it says and has, and its
    device where some of the model is not on the CPU."""
    head: Any = model.fc
    weight, bias = getattr(head, "weight", None), getattr(head, "bias", None)
    placed = {} if all(one.is_cpu for one in model.parameters()) else {"device": _device(weight)}
    return {
        "type": "Linear" if _is_linear(head) else type(head).__name__,
        "in_features": getattr(head, "in_features", None),
        "out_features": getattr(head, "out_features", None),
        "weight": list(weight.shape) if isinstance(weight, Tensor) else None,
        "bias": list(bias.shape) if isinstance(bias, Tensor) else None,
        **placed,
    }


def _device(tensor: Any) -> str | None:
    return tensor.device.type if isinstance(tensor, Tensor) else None


def _is_linear(head: Any) -> bool:
    return isinstance(head, nn.Linear) and type(head).forward is nn.Linear.forward


def reading(network: Data) -> str:
    """How well a network reads photographed digits that it has not seen: "reads" (60 % or more) or "reads
    little" (chance is 10 %). A network of another width, or with another head than for ten classes, is told.
    """
    network = _expected(network)
    classes, kind = len(network["head"].get("fc.weight", ())), str(network["head_shape"]["type"])
    if kind != "Linear" or classes != 10:
        return f"its head is a {kind:.40} for {classes} classes, not a Linear for 10"
    width = len(network["backbone"]["conv1.weight"])
    if width != card()["width"]:
        return f"its layers are of width {width}, not {card()['width']}"
    x, y = _unseen()
    model = make_network({**network, "frozen": (), "gradients": {}, "evaluating": ()}, []).eval()
    with _repeatable(), torch.no_grad():
        share = float((model(x).argmax(dim=1) == y).double().mean())
    return "reads" if share >= READS else "reads little"


@lru_cache(maxsize=1)
def _unseen() -> tuple[Tensor, Tensor]:
    pictures = snapshots()
    return as_input(pictures.x_test), torch.from_numpy(pictures.y_test)


def passes(network: Data, level: str) -> Any:
    """How many steps an optimizer made to get to a network that reads, or 0; the level of one that does not
    read after some."""
    steps = _expected(network).get("steps", 0)
    return steps if level == "reads" or not steps else level


def snapshot(network: Data) -> Data:
    """The network as it is now."""
    found: Data = copied(_expected(network))
    return found


def changes(before: Data, network: Data) -> str:
    """What of a network is not as it was: its numbers, what is frozen, gradients."""
    return _differing(before, network, UNCHANGED)


def leaving(result: Any, before: Data, network: Data) -> list[Any]:
    """A result, and what of a network is not as it was; modes count."""
    return [result, _differing(before, network, (*UNCHANGED, "evaluating"))]


def plainly(result: Any) -> list[Any]:
    """A result, and whether it is a Python number or a tensor."""
    return [result, "a tensor" if type(result) is np.ndarray else "a number"]


def scored(result: Any, network: Data) -> list[Any]:
    """The same, and whether the network's scores were computed with a graph."""
    return [*plainly(result), f"{'with' if 'graphs' in _expected(network) else 'without'} a graph"]


def _differing(before: Data, network: Data, keys: Iterable[str]) -> str:
    now = _expected(network)
    return ", ".join(key for key in keys if not unchanged(now.get(key), before.get(key))) or "nothing"


def resting(network: Data) -> str:
    """The modules in evaluation mode that are no batchnorm layers."""
    moving = _expected(network)["statistics"]
    return ", ".join(name for name in network["evaluating"] if name not in moving) or "none"


def renewed(network: Data) -> Data:
    """What a network with a fresh head must have in common with every other one."""
    return {key: _expected(network)[key] for key in ("head_shape", "frozen", "backbone")}


def head_numbers(network: Data, returned: Data) -> str:
    """Whether a head's weights are random, for how many classes they are, and whether the network that was
    returned has the same."""
    head = _expected(network)["head"]
    weights = head.get("fc.weight", ())
    random = len(np.unique(weights)) > 1
    found = f"{'different' if random else 'equal'} weights for {len(weights)} classes"
    return (
        found if unchanged(_expected(returned)["head"], head) else f"{found}, in what was returned other ones"
    )


def _expected(value: Any) -> Data:
    if type(value) is not dict or value.get("kind") != "network":
        raise TypeError(f"asked for is the network, and here is {describe(value)}")
    return value


OBSERVERS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (reading, passes, snapshot, changes, leaving, plainly, scored, resting, renewed, head_numbers)
}


def _array(tensor: Tensor) -> np.ndarray:
    if tensor.is_meta:  # a device whose tensors have a shape and no numbers
        return np.zeros(tensor.shape, str(tensor.dtype).removeprefix("torch."))
    return np.array(tensor.detach().cpu().numpy())
