"""Inputs of the unit's cases, and the cases that every rule is asked.

No probe is degenerate: the learning rate makes a step about as long as w is, so that no mistake in the step
can hide behind w; gradients change from step to step and are between 0.3 and 2 in size, so that where epsilon
stands does not matter (it is asked by cases of its own); given states are far from zero and from each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, Function, Inputs, case
from reference.kit.probes import DTYPE, MEMORY
from reference.kit.promises import Promise, keeps_dtype, takes_gaps

AFRESH = "a call without a config starts with the defaults, and afresh"
PASSED_ON = (
    "what one call leaves in the config is what the next one starts from; a setting that is not given has "
    "its default"
)
KEPT = "the config that comes back holds the new state, and still the settings"
APART = (
    "a call without a config starts afresh: nothing of an earlier parameter may be left in a default or a "
    "global"
)
NEAR = "gradients of about 1e-08, next to which epsilon counts"
OTHER = "gradients of about 1e-5 and an epsilon of 1e-5"
NO_GRADIENT = "where dw has always been 0, the root is 0 as well"

Shape = tuple[int, ...]
Sampler = Callable[[np.random.Generator, Shape], np.ndarray]


@dataclass(frozen=True, slots=True)
class Rule:
    """An update rule (`truth`) as far as its cases need to know it.

    settings: its keys with values other than the defaults; state: its arrays, each with how a given one is
    drawn; counts: whether it counts its steps; rate: the default learning rate.
    """

    truth: Function
    settings: Mapping[str, float]
    state: Mapping[str, Sampler] = field(default_factory=dict)
    counts: bool = False
    rate: float = 1e-2

    @property
    def name(self) -> str:
        """What it is called."""
        return self.truth.__name__

    @property
    def compared(self) -> dict[str, float]:
        """The outputs and their shares: the new parameter counts most, and each array of the state."""
        return {"next_w": 4.0, **{f"config[{key!r}]": 1.0 for key in self.state}}


def signed(rng: np.random.Generator, low: float, high: float, shape: Shape) -> np.ndarray:
    """Numbers of either sign whose sizes are between low and high."""
    drawn: np.ndarray = rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)
    return drawn


def either_sign(low: float, high: float) -> Sampler:
    """A state of entries of either sign, between low and high in size."""
    return lambda rng, shape: signed(rng, low, high, shape)


def positive(low: float, high: float) -> Sampler:
    """A state of entries between low and high."""
    return lambda rng, shape: rng.uniform(low, high, shape)


def started(rule: Rule, shape: Shape, steps: int = 1, **settings: float) -> Inputs:
    """w, dw: (steps, *shape), and a config with settings and a state in the middle of a training."""

    def inputs(rng: np.random.Generator) -> Drawn:
        config: Drawn = {**rule.settings, **settings}
        for key, drawn in rule.state.items():
            config[key] = drawn(rng, shape)
        if rule.counts:
            config["t"] = int(rng.integers(3, 7))
        return {"w": signed(rng, 0.2, 1.5, shape), "dw": gradients(rng, steps, shape), "config": config}

    return inputs


def fresh(rule: Rule, shape: Shape, steps: int, config: Drawn | None = None) -> Inputs:
    """w, dw: (steps, *shape), and `config` unless it is None: settings at most, no state.

    w is as small as a few steps at the default rate are long.
    """

    def inputs(rng: np.random.Generator) -> Drawn:
        given = {} if config is None else {"config": dict(config)}
        rate = (config or {}).get("learning_rate", rule.rate)
        return {"w": signed(rng, rate, 5 * rate, shape), "dw": gradients(rng, steps, shape), **given}

    return inputs


def gradients(rng: np.random.Generator, steps: int, shape: Shape) -> np.ndarray:
    """One gradient a step, (steps, *shape); most entries keep their sign for the while, as in a training."""
    lasting = signed(rng, 0.6, 1.2, shape)
    drawn: np.ndarray = lasting * rng.uniform(0.5, 1.6, (steps, *shape))
    drawn[1::3] *= -1
    return drawn


def with_gradient(inputs: Inputs, change: Callable[[np.ndarray, np.random.Generator], np.ndarray]) -> Inputs:
    """The same with other gradients."""

    def changed(rng: np.random.Generator) -> Drawn:
        drawn = inputs(rng)
        return {**drawn, "dw": change(drawn["dw"], rng)}

    return changed


def tiny(size: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Gradients of about the size of epsilon."""
    return lambda dw, rng: signed(rng, size, 20 * size, dw.shape)


def partly_zero(dw: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The first entries of every gradient are 0: nothing depends on that parameter."""
    changed = dw.copy()
    changed[..., 0] = 0.0
    return changed


def probe(rule: Rule, name: str, inputs: Inputs, steps: int = 1, given: bool = True, **options: Any) -> Case:
    """A case of `steps` calls, each with the config that came back; the first one gets one if `given`."""
    first = "w, dw[0], config" if given else "w, dw[0]"
    lines = [f"next_w, config = {rule.name}({first})"]
    lines += [f"next_w, config = {rule.name}(next_w, dw[{k}], config)" for k in range(1, steps)]
    updates = ("w", "config") if given else ("w",)
    return case(name, "\n".join(lines), rule.compared, inputs, updates=updates, **options)


def two_parameters(rule: Rule) -> Case:
    """Two parameters by turns, both without a config at first: neither may see the other's."""

    def inputs(rng: np.random.Generator) -> Drawn:
        own, other = fresh(rule, (3, 2), 2)(rng), fresh(rule, (3, 2), 2)(rng)
        return {**own, "other_w": other["w"], "other_dw": other["dw"]}

    script = f"""
        other_w1, other = {rule.name}(other_w, other_dw[0])
        next_w, config = {rule.name}(w, dw[0])
        other_w2, other = {rule.name}(other_w1, other_dw[1], other)
        next_w, config = {rule.name}(next_w, dw[1], config)
    """
    name, own = "two parameters, each with a config of its own", ("w", "other_w")
    return case(name, script, rule.compared, inputs, updates=own, visible=True, why=APART)


def ordinary(rule: Rule) -> tuple[Case | Promise, ...]:
    """What is asked of every rule with a state."""
    given, setting = dict(rule.settings), dict(list(rule.settings.items())[:2])
    ask = partial(probe, rule)
    bare, few = fresh(rule, (3, 2), 1), fresh(rule, (2, 2), 10, setting)
    return (
        ask("one step from a given state", started(rule, (4, 3)), weight=2, visible=True, main=True),
        ask("the first step, no config", bare, given=False, visible=True, why=AFRESH),
        ask("two steps, an empty config", fresh(rule, (3, 2), 2, {}), 2, visible=True),
        ask("ten steps, some settings given", few, 10, weight=2, visible=True, why=PASSED_ON),
        two_parameters(rule),
        keeps_dtype(fresh(rule, (3,), 1, {}), visible=True, why=DTYPE),
        ask("one step of a filter", started(rule, (2, 3, 2, 2)), weight=2, main=True),
        ask("five steps from a given state", started(rule, (3, 4), 5), 5, weight=2, visible=True, why=KEPT),
        ask("three steps, all settings given", fresh(rule, (5,), 3, given), 3),
        ask("a single number", started(rule, (1,), 2), 2, weight=0.5),
        takes_gaps(started(rule, (4, 3)), why=MEMORY),
    )


def epsilon_cases(rule: Rule) -> tuple[Case, ...]:
    """Where epsilon stands, with little weight, and that it is there at all."""
    small = {"learning_rate": 0.5}
    near = with_gradient(fresh(rule, (2, 4), 2, small), tiny(1e-8))
    other = with_gradient(fresh(rule, (3,), 1, {**small, "epsilon": 1e-5}), tiny(1e-5))
    none = with_gradient(fresh(rule, (2, 3), 3, small), partly_zero)
    ask = partial(probe, rule, visible=True)
    return (
        ask("a tiny gradient: where epsilon stands", near, 2, weight=0.4, why=NEAR),
        ask("a tiny gradient and another epsilon", other, weight=0.4, why=OTHER),
        ask("an entry that has no gradient", none, 3, weight=0.5, why=NO_GRADIENT),
    )


def no_momentum(rule: Rule) -> Case:
    """Two steps of plain gradient descent."""
    given = started(rule, (3, 2), 2, momentum=0.0)
    return probe(rule, "no momentum", given, 2, weight=0.5, why="0 is a setting like any other")
