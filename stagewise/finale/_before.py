"""Before the first step: the loss by chance, the gradients against measured ones, ten pictures by heart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stagewise import gradients
from stagewise.finale.ingredients import DROPOUT, Recipe
from stagewise.finale.learning import CLASSES, USUAL, Parts, Steps, network, undisturbed
from stagewise.finale.network import Network
from stagewise.finale.work import Work

_FEW, _NARROW = 20, 6  # digits and hidden units of the small network whose gradients are measured
_ALLOWED = 1e-5
_SEED, _STEPS = 1, 200


@dataclass(frozen=True, slots=True)
class Before:
    """What was found, a line for each question; error: of the gradients, relative to measured ones."""

    lines: tuple[str, ...]
    error: float


def before_training(work: Work, recipe: Recipe) -> Before:
    """Ask the network what the training unit asks of one, with the student's functions where they are
    right."""
    with undisturbed():
        return _before(work, recipe.without(DROPOUT))  # which draws anew in each call


def _before(work: Work, plain: Recipe) -> Before:
    parts = Parts(plain, _SEED)
    whole = network(plain, _SEED)
    count = sum(value.size for value in whole.params.values())
    error = gradient_error(work, network(plain, _SEED, _NARROW), parts.x[:_FEW], parts.y[:_FEW])
    lines = (
        f"{count:,} parameters: {', '.join(f'{name} {value.shape}' for name, value in whole.params.items())}",
        _first_loss(work, whole, parts),
        _gradients(work, error),
        _by_heart(work, plain, parts),
    )
    return Before(tuple(line for line in lines if line), error)


def gradient_error(work: Work, mine: Network, x: Any, y: Any) -> float:
    """The relative error of the gradients of all parameters together, against central differences."""
    measure = work.function("foundations", "numerical_gradient") or gradients.numerical_gradient
    analytic, numeric = [], []
    found = mine.gradients(x, y)[1]
    for name, value in list(mine.params.items()):

        def loss_of(changed: Any, name: str = name) -> float:
            mine.params[name] = changed
            return mine.loss(x, y, "train")

        numeric.append(np.ravel(measure(loss_of, value.copy())))
        mine.params[name] = value
        analytic.append(np.ravel(found[name]))
    return gradients.relative_error(np.concatenate(analytic), np.concatenate(numeric))


def _gradients(work: Work, error: float) -> str:
    own = work.function("foundations", "numerical_gradient")
    by = (
        "your numerical_gradient" if own else "central differences (your numerical_gradient is not right yet)"
    )
    right = "they agree" if error < _ALLOWED else f"that is more than {_ALLOWED:g}: look at what is in"
    return f"Gradients of every parameter against {by}: relative error {error:.1e}; {right}"


def _first_loss(work: Work, mine: Network, parts: Parts) -> str:
    own, ask = (work.function("training", name) for name in ("expected_initial_loss", "check_initial_loss"))
    loss = mine.loss(parts.x, parts.y, "train")
    expected = float(own(CLASSES)) if own else float(np.log(CLASSES))
    told = f"Loss before the first step: {loss:.3f}; ln {CLASSES} = {expected:.3f}"
    pull = mine.recipe.functions.get("l2_penalty")
    if ask is None or pull is None:
        return told

    def loss_of(strength: float) -> float:
        return loss + float(pull(mine.params, strength)[0])

    found = ask(loss_of, CLASSES)
    yes = {True: "yes", False: "no"}
    return (
        f"{told}. Your check_initial_loss: by chance, {yes[bool(found['chance'])]}; "
        f"penalty connected, {yes[bool(found['penalty'])]}"
    )


def _by_heart(work: Work, recipe: Recipe, parts: Parts) -> str:
    ask = work.function("training", "overfit_tiny_batch")
    if ask is None:
        return ""
    mine, steps = network(recipe, _SEED), Steps(recipe, USUAL, 10 * _STEPS)

    def step(x: Any, y: Any) -> float:
        loss, grads = mine.gradients(x, y)
        mine.params = steps.next(mine.params, grads)
        return loss

    reached, losses = ask(step, parts.x, parts.y, 10, _STEPS)
    if reached:
        return f"Ten pictures by heart: loss {losses[-1]:.3f} after {len(losses)} steps"
    return f"Ten pictures by heart: not within {_STEPS} steps, the loss is {losses[-1]:.3f}"
