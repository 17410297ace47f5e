"""What the network at the end is made of: each ingredient, the functions that it takes, and what stands in
its place where it is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stagewise.finale.work import Work

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Ingredient:
    """functions: unit -> the exercises it is made of. without: what happens where it is left out; "" where
    the network cannot do without it."""

    name: str
    functions: Mapping[str, tuple[str, ...]]
    without: str = ""


LAYERS = Ingredient("layers", {"foundations": ("affine_forward", "affine_backward")})
LOSS = Ingredient("loss", {"foundations": ("softmax_loss",)})
BATCHES = Ingredient("mini-batches", {"foundations": ("minibatches",)})
GRAPH = Ingredient("the way there and back", {"modules": ("graph_forward", "graph_backward")})
SCALING = Ingredient("centred and scaled pixels", {"training": ("preprocess",)}, "ink from 0 to 16 as it is")
BEND = Ingredient(
    "ReLU", {"activations": ("relu_forward", "relu_backward")}, "nothing behind the first layer"
)
START = Ingredient("He's start", {"initialization": ("he_init",)}, "weights of standard deviation 0.01")
NORM = Ingredient("batch normalisation", {"batchnorm": ("batchnorm_forward", "batchnorm_backward")}, "none")
DROPOUT = Ingredient("dropout", {"dropout": ("dropout_forward", "dropout_backward")}, "none")
BLOCK = Ingredient(
    "residual block", {"modules": ("residual_forward", "residual_backward")}, "one hidden layer alone"
)
PENALTY = Ingredient("L2 penalty", {"regularization": ("l2_penalty",)}, "none")
CROPS = Ingredient("shifted pictures", {"regularization": ("random_crop",)}, "the pictures as they are")
STOPPING = Ingredient(
    "early stopping", {"regularization": ("early_stopping",)}, "all epochs, and the weights of the last one"
)
RULE = Ingredient("Adam", {"optimizers": ("adam",)}, "plain descent at a rate of 1")
SCHEDULE = Ingredient("cosine decay", {"optimizers": ("cosine_decay",)}, "the same rate in all steps")
SEARCH = Ingredient(
    "search from coarse to fine",
    {"training": ("random_search", "coarse_to_fine")},
    "Adam's usual rate of 0.001",
)
ENSEMBLE = Ingredient("ensemble", {"regularization": ("ensemble_predict",)}, "one network")

INGREDIENTS = (
    LAYERS, BEND, LOSS, BATCHES, GRAPH, START, SCALING, NORM, DROPOUT, BLOCK, PENALTY, CROPS, STOPPING, RULE,
    SCHEDULE, SEARCH, ENSEMBLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """functions: those of the student that are right; inside: the ingredients that are in use."""

    functions: Functions
    inside: frozenset[str]

    def __contains__(self, ingredient: Ingredient) -> bool:
        return ingredient.name in self.inside

    def without(self, ingredient: Ingredient) -> Recipe:
        """The recipe with one ingredient left out."""
        return replace(self, inside=self.inside - {ingredient.name})


def recipe_of(work: Work) -> Recipe:
    """The recipe with every ingredient whose functions pass their visible check."""
    functions = {
        name: function
        for one in INGREDIENTS
        for unit, names in one.functions.items()
        for name in names
        if (function := work.function(unit, name)) is not None
    }
    return Recipe(functions, frozenset(one.name for one in INGREDIENTS if not list(lacks(work, one))))


def lacks(work: Work, ingredient: Ingredient) -> Iterator[str]:
    """A sentence for each function of the ingredient that is missing or wrong."""
    for unit, names in ingredient.functions.items():
        yield from (work.lack(unit, name) for name in names if work.function(unit, name) is None)


def first_to_finish(work: Work) -> tuple[str, ...]:
    """What the network cannot do without and has not got, a sentence each."""
    return tuple(lack for one in INGREDIENTS if not one.without for lack in lacks(work, one))
