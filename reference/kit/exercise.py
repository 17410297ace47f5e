"""What is asked, as data: units of exercises, their cases, known mistakes and other right ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from reference.kit.chance import Stated
from reference.kit.patching import calls, patched, substituted
from reference.kit.places import DefinitionError, Place, here
from stagewise.judge.compare import Tolerance
from stagewise.judge.grammar import output as parsed
from stagewise.judge.observing import quantity
from stagewise.judge.script import RAISED, Step, parse
from stagewise.judge.setting import observers

Function = Callable[..., Any]
Inputs = Callable[[np.random.Generator], dict[str, Any]]

COURSE = Tolerance(
    rtol=1e-4,
    stol=2e-5,
    reason="right work in float32 stays below a few 1e-5 of the largest entry; a gradient 0.05 % off fails",
)


@dataclass(frozen=True, eq=False)
class Case:
    """One probe: a script, what of it is compared (with shares), and a generator of its inputs.

    Visible cases are recorded for students; hidden ones are drawn when grading. An output that earns nothing
    in a `main` case earns nothing at all. A visible case that is not `graded` is for the student's check
    alone: a short one beside a long hidden one. `updates` names the inputs that the script is meant to
    change. `quiet` asks that nothing warns. `refusal` names the exception that ends the script; RAISED is
    compared then. `also` is a second right version of the truth: where both answer differently (a slope at a
    kink), every number between their answers is right. `stated` is by output, of quantities that chance
    changes: what they should be, whatever the truth's own run gave.
    """

    name: str
    steps: tuple[Step, ...]
    shares: Mapping[str, float]
    inputs: Inputs
    place: Place
    weight: float = 1.0
    tolerance: Tolerance = COURSE
    exact_dtype: bool = False
    visible: bool = False
    graded: bool = True
    main: bool = False
    updates: tuple[str, ...] = ()
    why: str = ""
    quiet: bool = False
    refusal: str = ""
    also: Function | None = None
    stated: Mapping[str, Stated] = field(default_factory=dict)

    def because(self, why: str) -> Case:
        """The same case with the reason why it is asked."""
        return replace(self, why=why)


@dataclass(frozen=True, eq=False)
class Variant:
    """Another version of a function: a change of the source of `of`, or `by`, a function in its place.

    Where `of` is none of the exercise's functions and the truth does not call it, it is another form of the
    truth and, changed, takes its place.
    """

    name: str
    of: Function | None
    change: str
    into: str
    by: Function | None
    place: Place

    def functions(self, exercise: Exercise) -> dict[str, Function]:
        """The exercise's functions by name with this version in place; DefinitionError when `change` fails.

        A changed function is new in each call: what an earlier run left in it (a default argument that is
        shared by all calls) must not reach the next one.
        """
        old = self.of or exercise.truth
        try:
            new = self.by if self.by is not None else patched(old, self.change, self.into)
        except ValueError as error:
            raise DefinitionError(
                self.place,
                f"{exercise.name}, {self.name!r}: {error}",
                f"copy the passage from the source of {old.__name__} as it is now",
            ) from None
        return substituted(exercise.functions, self.replaced(exercise), new)

    def replaced(self, exercise: Exercise) -> Function:
        """The function in whose place this version stands."""
        old = self.of or exercise.truth
        known = old in exercise.functions.values() or calls(exercise.truth, old)
        return old if known else exercise.truth


@dataclass(frozen=True, eq=False)
class Misconception(Variant):
    """A known mistake and its sentence for the student; `hidden_only`: why no visible case shows it, "" where
    one does. `teach` is a sentence for the lecture, "" where there is none."""

    says: str = ""
    hidden_only: str = ""
    teach: str = ""


@dataclass(frozen=True, eq=False)
class Alternative(Variant):
    """Another right way to write the function."""


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function that the student writes (`name`), with the truth, and its partners: other functions that
    the student has written and that the scripts call.

    `explained_pairs` lists misconceptions that cannot be told apart, each with the reason.
    `setting` names the module by which objects travel to the functions and back, see stagewise.judge.setting.
    """

    name: str
    truth: Function
    cases: tuple[Case, ...]
    misconceptions: tuple[Misconception, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    partners: tuple[Function, ...] = ()
    explained_pairs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    setting: str = ""

    def __post_init__(self) -> None:
        _validate(self)

    @cached_property
    def graded(self) -> tuple[Case, ...]:
        """The cases that a grader plays."""
        return tuple(case for case in self.cases if case.graded)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The truth and the partners by the names that the scripts use."""
        return {self.name: self.truth, **{partner.__name__: partner for partner in self.partners}}


@dataclass(frozen=True, eq=False)
class Unit:
    """A notebook's exercises, in its order.

    `oracle` gives the rows that hold the truth against torch, see reference.truth.oracle; `beyond_torch`
    names the exercises whose truth torch cannot confirm, each with the reason.
    """

    name: str
    title: str
    exercises: tuple[Exercise, ...]
    oracle: Callable[[], tuple[Any, ...]] | None = None
    beyond_torch: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _unique([exercise.name for exercise in self.exercises], f"unit {self.name}: exercise")

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name; LookupError names those that there are."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        raise LookupError(
            f"unit {self.name} has no exercise {name!r}; it has: {', '.join(e.name for e in self.exercises)}"
        )


def in_torch(package: str) -> Callable[[], tuple[Any, ...]]:
    """The ROWS of the package's module `in_torch`, which is imported when they are asked for."""
    return lambda: tuple(import_module(f"{package}.in_torch").ROWS)


def case(name: str, script: str, compare: str | Mapping[str, float], inputs: Inputs, **details: Any) -> Case:
    """A case; `compare` is "dx dgamma dbeta" (equal shares) or {output: share}. An output is a name, an entry
    or a quantity such as "zero_fraction(out)", see stagewise.observables. `details` are fields of Case, from
    `weight` on. DefinitionError when it makes no sense.
    """
    place = here()
    try:
        shares = dict.fromkeys(_outputs(compare), 1.0) if isinstance(compare, str) else dict(compare)
        one = Case(name, parse(script), shares, inputs, place, **details)
        _validate_outputs(one)
        _validate_worth(one)
    except ValueError as error:
        raise DefinitionError(place, f"case {name!r}: {error}", "correct the case") from None
    return one


def wrong(
    name: str,
    *,
    says: str,
    of: Function | None = None,
    change: str = "",
    into: str = "",
    by: Function | None = None,
    hidden_only: str = "",
    teach: str = "",
    place: Place | None = None,
) -> Misconception:
    """A known mistake: `change` of the source of `of` (default: the exercise's truth) `into` something else,
    or a whole function `by` in its place; `says` is the sentence for the student. `hidden_only` is the
    reason why students' checks need not see it, where only the hidden cases do. `teach` is what an instructor
    who finds that many hold it can say in the next lecture: no student sees it."""
    place = place or here()
    if not says.strip():
        raise DefinitionError(place, f"misconception {name!r} tells the student nothing", "add its sentence")
    _check_variant(place, name, change, by)
    return Misconception(name, of, change, into, by, place, says, hidden_only, teach)


def right(
    name: str,
    *,
    of: Function | None = None,
    change: str = "",
    into: str = "",
    by: Function | None = None,
    place: Place | None = None,
) -> Alternative:
    """Another right way, given like a known mistake."""
    place = place or here()
    _check_variant(place, name, change, by)
    return Alternative(name, of, change, into, by, place)


def _check_variant(place: Place, name: str, change: str, by: Function | None) -> None:
    if bool(change) == (by is not None):
        given = "both a change and a function" if change else "neither a change nor a function"
        raise DefinitionError(place, f"{name!r} has {given}", "give change= and into=, or by=")


def _validate_worth(one: Case) -> None:
    if one.weight <= 0 or not one.shares or min(one.shares.values()) <= 0:
        raise ValueError("weights and shares must be positive, and something must be compared")
    if not one.graded and (one.main or not one.visible):
        raise ValueError("a case that is not graded must be visible, and cannot be a gate")


def _outputs(text: str) -> list[str]:
    return re.findall(r"(?:\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\)|[^\s\[\]()])+", text)


def _validate_outputs(one: Case) -> None:
    targets = {target for step in one.steps for target in step.targets} - {"_"} | {RAISED}
    for output in one.shares:
        quantity(output)
        roots = parsed(output).roots
        if roots.isdisjoint(targets) and roots.isdisjoint(one.updates):
            raise ValueError(
                f"{output!r} is compared, but no step assigns {sorted(roots)[0]!r} and it is not among "
                "`updates`"
            )
    for output in one.stated:
        if output not in one.shares or quantity(output) is None:
            raise ValueError(f"{output!r} is stated, but it is no quantity that is compared")
    if bool(one.refusal) != (RAISED in one.shares) or (one.refusal and len(one.shares) > 1):
        raise ValueError(f"{RAISED!r} is compared where a refusal is asked for, and only there")


def _validate(exercise: Exercise) -> None:
    known = {exercise.name, *(partner.__name__ for partner in exercise.partners)}
    called = {step.function for one in exercise.cases for step in one.steps} - observers(exercise.setting)
    if called - known:
        raise ValueError(
            f"{exercise.name}: scripts call {sorted(called - known)}, neither the truth nor a partner"
        )
    if exercise.name not in called or known - called:
        raise ValueError(f"{exercise.name}: no script calls {sorted(known - called)}")
    if not any(one.visible for one in exercise.cases):
        raise ValueError(f"{exercise.name}: no case is visible, so students would have nothing to check with")
    if not exercise.graded:
        raise ValueError(f"{exercise.name}: no case is graded, so nothing could earn points")
    shares: dict[str, float] = {}
    for one in exercise.cases:
        for output, share in one.shares.items():
            if shares.setdefault(output, share) != share:
                raise ValueError(
                    f"{exercise.name}: {output!r} has one share in one case and another in {one.name!r}"
                )
    _unique([one.name for one in exercise.cases], f"{exercise.name}: case")
    variants = [v.name for v in (*exercise.misconceptions, *exercise.alternatives)]
    _unique(variants, f"{exercise.name}: misconception or alternative")


def _unique(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} {twice[0]!r} occurs twice")
