"""Drawn inputs of a case, changed: some of them left out or replaced, narrower numbers, gaps in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.kit.exercise import Inputs

Drawn = dict[str, Any]


def only(names: str, inputs: Inputs) -> Inputs:
    """Of the drawn values those that `names` lists, separated by spaces."""
    wanted = names.split()
    return lambda rng: {name: value for name, value in inputs(rng).items() if name in wanted}


def without(name: str, inputs: Inputs) -> Inputs:
    """The same without that value, and without that entry of each dict."""
    return lambda rng: {key: _less(value, name) for key, value in inputs(rng).items() if key != name}


def with_values(values: Mapping[str, Any], inputs: Inputs) -> Inputs:
    """The same with other values, and other entries of the dicts: of those that have such, or else of all."""

    def changed(rng: np.random.Generator) -> Drawn:
        drawn = dict(inputs(rng))
        for name, value in values.items():
            dicts = {key: one for key, one in drawn.items() if isinstance(one, dict)}
            owners = {key: one for key, one in dicts.items() if name in one} or dicts
            given = {key: {**one, name: value} for key, one in owners.items()}
            drawn |= {name: value} if name in drawn else given
        return drawn

    return changed


def in_float32(inputs: Inputs) -> Inputs:
    """The same in float32."""
    return lambda rng: narrowed(inputs(rng))


def strided(inputs: Inputs) -> Inputs:
    """The same with gaps in memory: every array is a part of a larger one."""
    return lambda rng: each_array(inputs(rng), _with_gaps)


def narrowed(value: Any) -> Any:
    """The data with each array of floats in float32; masks and indices stay what they are."""
    return each_array(value, lambda array: array.astype(np.float32) if array.dtype.kind == "f" else array)


def each_array(value: Any, change: Callable[[np.ndarray], np.ndarray]) -> Any:
    """The data with each array in it changed, also in dicts, lists and tuples."""
    if isinstance(value, dict):
        return {key: each_array(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(each_array(item, change) for item in value)
    return change(value) if isinstance(value, np.ndarray) else value


def _less(value: Any, name: str) -> Any:
    return {k: v for k, v in value.items() if k != name} if isinstance(value, dict) else value


def _with_gaps(array: np.ndarray) -> np.ndarray:
    room = np.zeros([2 * length for length in array.shape], array.dtype)
    view = room[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view
