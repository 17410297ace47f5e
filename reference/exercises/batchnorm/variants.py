"""Other right ways to write a function, made from the function itself, and pairs that share a cache of
their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.exercise import Alternative, Exercise, Function, right


def usual(truth: Function) -> tuple[Alternative, ...]:
    """For a step: it computed in float32, and it computed feature by feature in a loop."""
    return (
        right("in float32", by=in_float32(truth)),
        right("feature by feature", by=feature_by_feature(truth)),
    )


def in_float32(function: Function) -> Function:
    """The function of arrays with all of its work, and its results, in float32."""

    def narrow(*arguments: Any) -> Any:
        return function(*(a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in arguments))

    return narrow


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


@dataclass(frozen=True, eq=False)
class Pair(Alternative):
    """A backward pass (`by`) and the forward pass whose cache it reads."""

    partner: Function | None = None

    def functions(self, exercise: Exercise) -> dict[str, Callable[..., Any]]:
        """Both in the places of the exercise's function and of its partner."""
        (partner,) = exercise.partners
        assert self.by is not None
        assert self.partner is not None
        return {exercise.name: self.by, partner.__name__: self.partner}


def pair(name: str, *, forward: Function, backward: Function) -> Pair:
    """Another right way to write both passes, with another cache."""
    return Pair(name, None, "", "", backward, partner=forward)


def parameters(function: Function) -> tuple[str, ...]:
    """The names of a function's arguments."""
    return tuple(inspect.signature(function).parameters)


def float32_layer(forward: Function) -> Function:
    """A layer's forward pass (x, gamma, beta, param) that works in float32, also in the running
    statistics."""

    def narrow(x: Any, gamma: Any, beta: Any, param: dict[str, Any]) -> Any:
        for key, value in param.items():
            param[key] = value.astype(np.float32) if isinstance(value, np.ndarray) else value
        return forward(*(a.astype(np.float32) for a in (x, gamma, beta)), param)

    return narrow
