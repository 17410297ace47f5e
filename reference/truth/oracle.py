"""The truth a second time, by torch: values from torch's own operations, gradients from its autograd.

A unit names a function that makes its rows (`Unit.oracle`): each is a truth function, the same in torch,
seeded inputs, and how close the two must be. Every exercise's truth is confirmed by a row that has its name,
or the unit says why torch cannot (`Unit.beyond_torch`). torch is imported only there and when a row is
measured, so that units load without it."""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import product
from typing import Any

import numpy as np

from reference.kit import units
from reference.kit.exercise import Unit
from reference.kit.places import DefinitionError

Function = Callable[..., Any]
Inputs = Callable[[np.random.Generator], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bound:
    """How far truth and oracle may be apart: `units` times the machine epsilon of the dtype. `why` that
    much."""

    units: float
    why: str

    def of(self, dtype: str) -> float:
        """The bound on the relative error for "float32" or "float64"."""
        return self.units * float(np.finfo(dtype).eps)


@dataclass(frozen=True, slots=True)
class Row:
    """A truth function and its oracle. Each is called with those of the inputs that its signature names.

    A truth that computes with torch names `device`, too: where it has to.
    """

    name: str
    truth: Function
    oracle: Function
    inputs: Inputs
    bound: Bound


def rows(unit: str) -> tuple[Row, ...]:
    """The rows of a unit. ImportError without torch, DefinitionError for a truth that no row confirms."""
    return confirmed(units.load(unit))


def confirmed(unit: Unit) -> tuple[Row, ...]:
    """The rows of a unit, `rows` of a definition that is at hand."""
    found: tuple[Row, ...] = unit.oracle() if unit.oracle else ()
    named = {part for row in found for part in re.findall(r"\w+", row.name)}
    for exercise in unit.exercises:
        known, excused = exercise.name in named, bool(unit.beyond_torch.get(exercise.name, "").strip())
        if known == excused:
            problem = "confirmed by a row, and said to be beyond torch" if known else "confirmed by nothing"
            raise DefinitionError(
                exercise.cases[0].place,
                f"unit {unit.name}: the truth of {exercise.name} is {problem}",
                "give the unit's oracle a row with its name, or its reason in `beyond_torch`, one of the two",
            )
    return found


def all_rows(chosen: Sequence[str] = ()) -> dict[str, tuple[Row, ...]]:
    """The rows of the chosen units (default: every one), by name."""
    return {unit: rows(unit) for unit in chosen or units.names()}


def vjp(forward: Function, upstream: str) -> Function:
    """An oracle of a backward function: autograd through `forward`, a function of tensors.

    `upstream` names the inputs that are gradients of what `forward` returns, separated by spaces. The
    result has a gradient for each argument of `forward` that is an array, in their order."""
    names = tuple(inspect.signature(forward).parameters)

    def oracle(**inputs: Any) -> Any:
        import torch

        leaves = {name: _leaf(inputs[name]) for name in names}
        wanted = [leaf for leaf in leaves.values() if isinstance(leaf, torch.Tensor)]
        gradients = torch.autograd.grad(
            forward(**leaves), wanted, grad_outputs=[inputs[name] for name in upstream.split()]
        )
        return gradients if len(gradients) > 1 else gradients[0]

    return oracle


def there(forward: Function) -> Function:
    """What a forward pass returns, without its cache."""

    @wraps(forward)
    def out(**inputs: Any) -> Any:
        return forward(**inputs)[0]

    return out


def there_and_back(forward: Function, backward: Function) -> Function:
    """A backward pass from `dout`, on the cache of the forward pass."""
    names = tuple(inspect.signature(forward).parameters)

    def gradients(**inputs: Any) -> Any:
        return backward(inputs["dout"], forward(**{name: inputs[name] for name in names})[1])

    return gradients


def places(row: Row, device: str) -> list[tuple[str, str]]:
    """Where truth and oracle compute in turn: on the CPU, and on the device what can."""
    both = tuple(dict.fromkeys(("cpu", device)))
    return list(product(both if _names_device(row.truth) else ("cpu",), both))


def _names_device(function: Function) -> bool:
    return "device" in inspect.signature(function).parameters


def error(row: Row, *, dtype: str, ours: str, device: str, seed: int) -> float:
    """The worst relative error of one row on one draw of its inputs; inf where shapes or counts differ.

    The truth computes on the device `ours`, the oracle on `device`.

    Relative to the largest entry of each output: single entries may cancel to nothing in either computation.
    """
    drawn = row.inputs(np.random.default_rng([seed, zlib.crc32(row.name.encode())]))
    inputs = _cast(drawn, dtype)
    got = _listed(_call(row.truth, inputs | ({"device": ours} if _names_device(row.truth) else {})))
    wanted = _listed(_call(row.oracle, _to_torch(inputs, device)))
    if len(got) != len(wanted):
        return float("inf")
    return max(_apart(g, _to_numpy(w)) for g, w in zip(got, wanted, strict=True))


def _call(function: Function, inputs: Mapping[str, Any]) -> Any:
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return function(**inputs)
    return function(**{parameter.name: inputs[parameter.name] for parameter in parameters})


def _leaf(value: Any) -> Any:
    import torch

    return value.detach().clone().requires_grad_() if isinstance(value, torch.Tensor) else value


def _cast(value: Any, dtype: str) -> Any:
    """Float arrays in the dtype; dicts and lists entry by entry (and copied); anything else as it is."""
    if isinstance(value, dict):
        return {key: _cast(item, dtype) for key, item in value.items()}
    if isinstance(value, list):
        return [_cast(item, dtype) for item in value]
    return value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def _to_torch(value: Any, device: str) -> Any:
    import torch

    if isinstance(value, dict):
        return {key: _to_torch(item, device) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_torch(item, device) for item in value]
    return torch.tensor(value, device=device) if isinstance(value, np.ndarray) else value


def _to_numpy(value: Any) -> np.ndarray:
    return np.asarray(value.detach().cpu().numpy() if hasattr(value, "detach") else value)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def _apart(got: Any, wanted: np.ndarray) -> float:
    got = np.asarray(got)
    if got.shape != wanted.shape or got.dtype != wanted.dtype:
        return float("inf")
    if wanted.size == 0:
        return 0.0
    off = float(np.max(np.abs(got.astype(np.float64) - wanted.astype(np.float64))))
    size = float(np.max(np.abs(wanted.astype(np.float64))))
    if np.isnan(off) or (off > 0 and size == 0):
        return float("inf")
    return off / size if off else 0.0
