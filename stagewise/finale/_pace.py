"""How long a step of training takes with a student's functions, and which of them takes most of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from stagewise.finale.ingredients import Recipe
from stagewise.finale.learning import BATCH, USUAL, Parts, Steps, network, undisturbed

_AROUND = ("graph_forward", "graph_backward")  # which call all others
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """step: seconds for one mini-batch, there and back; slowest: the function that takes most of them."""

    step: float
    slowest: str

    def __str__(self) -> str:
        took = f"{1000 * self.step:.1f} ms" if self.step < 0.1 else f"{self.step:.1f} s"
        return f"A step on {BATCH} digits takes {took}, most of it in {self.slowest}"


def pace_of(recipe: Recipe) -> Pace:
    """Measure a step of training, the quickest of three."""
    tries = [_measured(recipe) for _ in range(_TRIES)]
    return min(tries, key=lambda one: one.step)


def _measured(recipe: Recipe) -> Pace:
    spent: dict[str, float] = {}
    timed = {name: _timed(name, function, spent) for name, function in recipe.functions.items()}
    with undisturbed():
        watched = replace(recipe, functions=timed)
        parts, mine, steps = Parts(recipe, 0), network(watched, 0), Steps(watched, USUAL, 1)
        spent.clear()
        begun = time.perf_counter()
        grads = mine.gradients(parts.x[:BATCH], parts.y[:BATCH])[1]
        steps.next(mine.params, grads)
        took = time.perf_counter() - begun
    return Pace(took, max(spent, key=lambda name: 0.0 if name in _AROUND else spent[name]))


def _timed(name: str, function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - begun

    return timed
