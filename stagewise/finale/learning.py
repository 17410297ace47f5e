"""One training on digits by the recipe of the training unit, with the student's functions at every step."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

import numpy as np

from stagewise import data
from stagewise.finale.ingredients import CROPS, PENALTY, RULE, SCALING, SCHEDULE, STOPPING, Recipe
from stagewise.finale.network import Network, Params

Array = np.ndarray
HIDDEN, CLASSES, BATCH, PATIENCE = 100, 10, 50, 8
# Rates of plain descent where Adam is left out, the best of some tried: on scaled pixels, and on ink.
_PLAIN_RATES = {True: 1.0, False: 0.01}
SIDE = 8
_PAD, _SHIFTED = 1, 0.5
_MEMBERS = 100  # seeds from one member of an ensemble to the next


@dataclass(frozen=True, slots=True)
class Settings:
    """What is searched: the learning rate of Adam, and the strength of the L2 penalty."""

    learning_rate: float
    reg: float


USUAL = Settings(1e-3, 1e-4)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A training that is done. right: the share of the 300 test digits that are read correctly; val: that of
    the 300 for validation; losses: of each mini-batch, and val_losses: of each epoch; scores: (300, 10), of
    the test digits, and labels: (300,), theirs; reads: the network, from ink (N, 64), 0 to 16, to scores.
    """

    right: float
    val: float
    losses: Array
    val_losses: Array
    scores: Array
    labels: Array
    reads: Callable[[Array], Array]


class Parts:
    """The digits in three parts (of a seed), scaled by the student's function, and new copies to train on."""

    def __init__(self, recipe: Recipe, seed: int) -> None:
        raw = data.digits("raw", seed=seed)
        self._recipe, self._rng, self._ink = recipe, np.random.default_rng(seed), raw.x_train
        self.y, self.y_val, self.y_test = raw.y_train, raw.y_val, raw.y_test
        # Mean and spread are those of what the network trains on, shifted copies included.
        self._known = np.concatenate([self._ink, self._copies()]) if CROPS in recipe else self._ink
        self.x = self.scaled(self._ink)
        self.x_val, self.x_test = self.scaled(raw.x_val), self.scaled(raw.x_test)

    def epoch(self) -> Array:
        """The training digits (N, 64) for one epoch, half of them moved by up to a pixel."""
        if CROPS not in self._recipe:
            return self.x
        moved = self._rng.random((len(self._ink), 1)) < _SHIFTED
        return self.scaled(np.where(moved, self._copies(), self._ink))

    def _copies(self) -> Array:
        pictures = self._ink.reshape(-1, SIDE, SIDE)
        cut = self._recipe.functions["random_crop"](pictures, (SIDE, SIDE), self._rng, _PAD)
        return np.asarray(cut).reshape(len(cut), -1)

    def scaled(self, ink: Array) -> Array:
        """Ink (N, 64), 0 to 16, as the network is shown it."""
        if SCALING not in self._recipe:
            return ink
        return np.asarray(self._recipe.functions["preprocess"](self._known, ink)[1])


def network(recipe: Recipe, seed: int, hidden: int = HIDDEN) -> Network:
    """The network for digits before its first step."""
    return Network(recipe, SIDE * SIDE, CLASSES, hidden, seed)


def learn(recipe: Recipe, settings: Settings, seed: int, epochs: int, member: int = 0) -> Run:
    """Train a network. seed: of the split into parts, and of all chance; member: of several networks on one
    split, each with other weights and another order of the mini-batches."""
    with undisturbed():
        parts = Parts(recipe, seed)
        mine = network(recipe, seed + _MEMBERS * member)
        losses, val_losses = _train(mine, parts, settings, 1000 * (seed + _MEMBERS * member), epochs)
        scores, val = mine.scores(parts.x_test), mine.scores(parts.x_val)

    def reads(ink: Array) -> Array:
        with undisturbed():
            return mine.scores(parts.scaled(ink))

    right, right_val = read_right(scores, parts.y_test), read_right(val, parts.y_val)
    return Run(float(right.mean()), float(right_val.mean()), losses, val_losses, scores, parts.y_test, reads)


@contextmanager
def undisturbed() -> Iterator[None]:
    """For functions that run many thousand times: what they print or warn of goes nowhere, and no second
    thread waits for matrices as small as these."""
    from threadpoolctl import threadpool_limits  # which changes the environment when it is imported

    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
        threadpool_limits(limits=1, user_api="blas"),
        np.errstate(all="ignore"),
    ):
        yield


def read_right(scores: Array, labels: Array) -> Array:
    """Whether the largest score of each row is at the label; not where a score is not finite."""
    right: Array = (scores.argmax(axis=1) == labels) & np.isfinite(scores).all(axis=1)
    return right


def _train(mine: Network, parts: Parts, settings: Settings, seed: int, most: int) -> tuple[Array, Array]:
    """Train for `most` epochs or less. Returns each mini-batch's loss, and the validation loss after each
    epoch."""
    own, recipe = mine.recipe.functions, mine.recipe
    steps = Steps(recipe, settings, most * math.ceil(len(parts.y) / BATCH))
    losses, val_losses = list[float](), list[float]()
    kept = mine.state()
    for epoch in range(most):
        for x, y in own["minibatches"](parts.epoch(), parts.y, BATCH, seed + epoch):
            loss, grads = mine.gradients(x, y)
            losses.append(loss)
            if not math.isfinite(loss):
                return np.array(losses), np.array(val_losses)
            mine.params = steps.next(mine.params, grads)
        val_losses.append(mine.loss(parts.x_val, parts.y_val))
        if STOPPING in recipe:
            stop, best = own["early_stopping"](val_losses, PATIENCE)
            if best == epoch:
                kept = mine.state()
            if stop == epoch and epoch - best >= PATIENCE:
                break
    if STOPPING in recipe:
        mine.restore(kept)
    return np.array(losses), np.array(val_losses)


class Steps:
    """The student's update rule, with its state for each parameter, schedule and penalty."""

    def __init__(self, recipe: Recipe, settings: Settings, total: int) -> None:
        self._recipe, self._settings, self._total = recipe, settings, total
        self._configs: dict[str, dict[str, float]] = {}
        self._step = 0

    def next(self, params: Params, grads: Params) -> Params:
        """The parameters after one more step."""
        own, rate = self._recipe.functions, self._rate()
        if PENALTY in self._recipe:
            pulls = own["l2_penalty"](params, self._settings.reg)[1]
            grads = {name: grads[name] + pulls[name] for name in params}
        self._step += 1
        if RULE not in self._recipe:
            return {name: params[name] - rate * grads[name] for name in params}
        moved = {}
        for name, value in params.items():
            config = {**self._configs.get(name, {}), "learning_rate": rate}
            moved[name], self._configs[name] = own["adam"](value, grads[name], config)
        return moved

    def _rate(self) -> float:
        plain = _PLAIN_RATES[SCALING in self._recipe]
        base = self._settings.learning_rate if RULE in self._recipe else plain
        if SCHEDULE not in self._recipe:
            return base
        return float(self._recipe.functions["cosine_decay"](base, self._step, self._total))
