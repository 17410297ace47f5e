"""The network of a student's own functions: its first checks, the search, the trainings, and what each
ingredient is worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from stagewise.data.handwriting import TRAIN
from stagewise.finale import _pictures
from stagewise.finale._before import Before, before_training
from stagewise.finale._pace import Pace, pace_of
from stagewise.finale._worth import Mean, mean_of
from stagewise.finale.ingredients import (
    ENSEMBLE,
    INGREDIENTS,
    RULE,
    SEARCH,
    Ingredient,
    Recipe,
    first_to_finish,
    lacks,
    recipe_of,
)
from stagewise.finale.learning import BATCH, SIDE, USUAL, Run, Settings, learn
from stagewise.finale.work import Work
from stagewise.interactive import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SPACE = {"learning_rate": (1e-3, 1e-1), "reg": (1e-6, 1e-1)}
ROUNDS, TRIALS, SHRINK, SHORT = 2, 4, 0.5, 4  # of a search; SHORT: epochs of each of its trainings
MEMBERS = 3
ALL = "all of them at once"
_LEAST = 2  # splits
_PATIENCE = 20

Shown = TypeVar("Shown", bound=Callable[..., Any])
Trials = list[tuple[dict[str, float], float]]


def _with_network(show: Shown) -> Shown:
    """Say what to finish first, where there can be no network yet."""

    @wraps(show)
    def shown(self: Experiment, *given: Any) -> Any:
        missing = first_to_finish(self.work)
        if missing:
            return "\n".join(["○ The network cannot do without these; finish them first:", *_listed(missing)])
        return self.too_slow() or show(self, *given)

    return shown  # type: ignore[return-value]


def _listed(sentences: Any) -> list[str]:
    return [f"  · {one}" for one in sentences]


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


@dataclass(frozen=True, slots=True)
class Split:
    """What was searched and trained on one split of the digits: the trials, what they led to, the run."""

    seed: int
    trials: Trials
    settings: Settings
    run: Run


class Experiment:
    """One network, trained on several splits of the digits; each result is computed when it is first asked
    for.

    work: what `collect` found. splits: how many times the digits are parted anew and a network is trained.
    epochs: of a training. seconds: after so long no further split is begun in leave_one_out; where searches
    and trainings would take twenty times as long, that is told and nothing is trained. ValueError for fewer
    than two splits or no epoch.
    """

    def __init__(self, work: Work, *, splits: int = 5, epochs: int = 20, seconds: float = 40.0) -> None:
        if splits < _LEAST or epochs < 1:
            raise ValueError(
                f"an experiment needs at least {_LEAST} splits, for their spread, and an epoch; it was given "
                f"splits={splits}, epochs={epochs}: give more."
            )
        self.work = work
        self._count, self._epochs, self._seconds = splits, epochs, seconds

    @cached_property
    def recipe(self) -> Recipe:
        """The ingredients whose functions are right."""
        return recipe_of(self.work)

    @cached_property
    def before(self) -> Before:
        """What is asked of the network before its first step."""
        return before_training(self.work, self.recipe)

    @cached_property
    def pace(self) -> Pace:
        """How long a step takes."""
        return pace_of(self.recipe)

    def too_slow(self) -> str:
        """What to mend where the searches and trainings would take very long; "" where they do not."""
        if self._training() <= _PATIENCE * self._seconds:
            return ""
        return (
            f"○ {self.pace}: the searches and trainings would take {_duration(self._training())}. Write "
            f"{self.pace.slowest} without a loop over examples, or give Experiment fewer epochs."
        )

    def _training(self) -> float:
        """Seconds that all searches and trainings take, about."""
        epochs = self._count * (ROUNDS * TRIALS * SHORT + self._epochs)
        return epochs * math.ceil(TRAIN / BATCH) * self.pace.step

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """A search and a training for each split."""
        return tuple(self._split(seed) for seed in counted(range(self._count), "splits"))

    @cached_property
    def accuracy(self) -> Mean:
        """The share of test digits that are read correctly, over the splits."""
        return mean_of([one.run.right for one in self.splits])

    @cached_property
    def together(self) -> Mean | None:
        """What an ensemble reads more of the test digits than its first member; None without the function."""
        if ENSEMBLE not in self.recipe:
            return None
        vote = self.recipe.functions["ensemble_predict"]
        gains = []
        for one in counted(self.splits, "ensembles"):
            others = [
                learn(self.recipe, one.settings, one.seed, self._epochs, member)
                for member in range(1, MEMBERS)
            ]
            labels, _ = vote(np.array([one.run.scores, *(other.scores for other in others)]))
            gains.append(float(np.mean(labels == one.run.labels)) - one.run.right)
        return mean_of(gains)

    @cached_property
    def worth(self) -> Mapping[str, Mean]:
        """Ingredient -> what is lost without it, as a share of the test digits, in pairs by split."""
        variants = self._variants()
        gains: dict[str, list[float]] = {name: [] for name in variants}
        runs = [(one, name) for one in self.splits for name in variants]
        begun = time.monotonic()
        for done, (one, name) in enumerate(counted(runs, "trainings"), start=1):
            recipe, settings = variants[name]
            run = learn(recipe, settings or one.settings, one.seed, self._epochs)
            gains[name].append(one.run.right - run.right)
            whole, rest = divmod(done, len(variants))
            spent = time.monotonic() - begun
            if not rest and whole >= _LEAST and spent * (whole + 1) / whole > self._seconds:
                break
        return {name: mean_of(some) for name, some in gains.items()}

    def parts(self) -> str:
        """The ingredients, and whether each is in; what is missing in their functions."""
        lines = [f"{'':2}{'ingredient':28}{'your functions'}"]
        for one in INGREDIENTS:
            mark = "✓" if one in self.recipe else "○"
            names = ", ".join(name for some in one.functions.values() for name in some)
            lines.append(f"{mark:2}{one.name:28}{names} ({', '.join(one.functions)})")
        out = [lack for one in INGREDIENTS if one.without for lack in lacks(self.work, one)]
        if out:
            lines += ["", "Left out, until they are right:", *_listed(out)]
        missing = first_to_finish(self.work)
        if missing:
            lines += ["", "The network cannot do without these; finish them first:", *_listed(missing)]
        return "\n".join(lines)

    @_with_network
    def first_checks(self) -> str:
        """What the training unit asks before the first step, of this network."""
        pace = f"{self.pace}; the searches and trainings below will take about {_duration(self._training())}"
        return "\n".join([*self.before.lines, pace])

    @_with_network
    def search(self) -> Figure | str:
        """The trials of the searches, and what they chose."""
        if SEARCH not in self.recipe or RULE not in self.recipe:
            return f"No search yet: the rate is {USUAL.learning_rate:g}, the penalty {USUAL.reg:g}."
        return _pictures.trials([one.trials for one in self.splits], [one.settings for one in self.splits])

    @_with_network
    def train(self) -> Figure:
        """The curves of all trainings, and what the networks read at the end."""
        diagnose = self.work.function("training", "diagnose_learning_rate")
        return _pictures.trainings([one.run for one in self.splits], self.accuracy, diagnose)

    @_with_network
    def misread(self) -> Any:
        """The test digits that the network of the first split reads wrongly."""
        return _pictures.misread(self.splits[0].seed, self.splits[0].run)

    @_with_network
    def read(self, picture: Any) -> Figure | str:
        """What the networks of all splits read together in a picture (8, 8) or (1, 8, 8), ink 0 to 1, by the
        student's ensemble_predict. ValueError for another shape.
        """
        missing = list(lacks(self.work, ENSEMBLE))
        if missing:
            return "\n".join(["○ To read together, the networks need this:", *_listed(missing)])
        shown = np.asarray(picture, dtype=float)
        if shown.size != SIDE * SIDE:
            raise ValueError(
                f"read was asked for the digit in one picture of {SIDE} by {SIDE}, and was given the shape "
                f"{shown.shape}: make it with data.drawn."
            )
        scores = np.array([one.run.reads(16 * shown.reshape(1, -1)) for one in self.splits])
        _, probabilities = self.recipe.functions["ensemble_predict"](scores)
        return _pictures.read(shown.reshape(SIDE, SIDE), np.asarray(probabilities)[0], len(self.splits))

    @_with_network
    def leave_one_out(self) -> Figure:
        """What is lost without each ingredient, and what an ensemble adds."""
        return _pictures.worth(self.worth, self.together, MEMBERS, self.accuracy)

    def _split(self, seed: int) -> Split:
        trials, settings = self._search(seed)
        return Split(seed, trials, settings, learn(self.recipe, settings, seed, self._epochs))

    def _search(self, seed: int) -> tuple[Trials, Settings]:
        if SEARCH not in self.recipe or RULE not in self.recipe:
            return [], USUAL
        own, rng, trials = self.recipe.functions, np.random.default_rng(seed), []

        def evaluate(settings: dict[str, float]) -> float:
            found = learn(self.recipe, Settings(settings["learning_rate"], settings["reg"]), seed, SHORT)
            trials.append((dict(settings), found.val))
            return found.val

        def search(space: Any) -> Any:
            return own["random_search"](evaluate, space, TRIALS, rng)

        best, _ = own["coarse_to_fine"](search, SPACE, ROUNDS, SHRINK)
        return trials, Settings(float(best[0]["learning_rate"]), float(best[0]["reg"]))

    def _variants(self) -> dict[str, tuple[Recipe, Settings | None]]:
        """Name -> the recipe with one ingredient left out, and its settings if they are not those found."""
        found: dict[str, tuple[Recipe, Settings | None]] = {
            one.name: (self.recipe.without(one), USUAL if one is SEARCH else None)
            for one in INGREDIENTS
            if one.without and one in self.recipe and one is not ENSEMBLE and _counts(one, self.recipe)
        }
        needed = frozenset(one.name for one in INGREDIENTS if not one.without)
        return found | {ALL: (replace(self.recipe, inside=needed), None)}


def _counts(one: Ingredient, recipe: Recipe) -> bool:
    """Whether leaving it out changes anything: a search for Adam's rate does so only with Adam."""
    return one is not SEARCH or RULE in recipe
