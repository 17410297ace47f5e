"""Other right ways to write a step or a layer, made from the function itself."""

import inspect
from typing import Any

import numpy as np

from reference.kit.drawn import narrowed
from reference.kit.exercise import Alternative, Function, right
from reference.kit.variants import in_float32


def usual(truth: Function) -> tuple[Alternative, ...]:
    """For a step: it computed in float32, and it computed feature by feature in a loop."""
    return (
        right("in float32", by=in_float32(truth)),
        right("feature by feature", by=feature_by_feature(truth)),
    )


def feature_by_feature(function: Function) -> Function:
    """The function of arrays called with one feature (the last axis) at a time, its results put together."""

    def looped(*arguments: Any) -> Any:
        D = next(a for a in arguments if isinstance(a, np.ndarray)).shape[-1]
        columns = [
            function(*(a[..., d : d + 1] if isinstance(a, np.ndarray) else a for a in arguments))
            for d in range(D)
        ]
        if isinstance(columns[0], tuple):
            return tuple(np.concatenate(parts, axis=-1) for parts in zip(*columns, strict=True))
        return np.concatenate(columns, axis=-1)

    return looped


def parameters(function: Function) -> tuple[str, ...]:
    """The names of a function's arguments."""
    return tuple(inspect.signature(function).parameters)


def float32_layer(forward: Function) -> Function:
    """A layer's forward pass (x, gamma, beta, param) that works in float32, also in the running
    statistics."""

    def narrow(x: Any, gamma: Any, beta: Any, param: dict[str, Any]) -> Any:
        kept = narrowed(param)
        found = forward(*narrowed([x, gamma, beta]), kept)
        if param.get("mode") == "train":
            param.update(kept)
        return found

    return narrow
