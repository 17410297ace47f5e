"""Other versions of whole functions: in float32, entry by entry, and pairs with a cache of their own; and the
exercise that has the first of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.kit.drawn import narrowed
from reference.kit.exercise import Alternative, Case, Exercise, Function, Misconception, right
from reference.kit.places import Place, here
from reference.kit.promises import Promise, promised


def in_float32(function: Function) -> Function:
    """The function with all of its work, and its results, in float32."""
    return lambda *arguments: function(*map(narrowed, arguments))


def entry_by_entry(forward: Function) -> Function:
    """A layer's forward pass that is elementwise in its first argument, in a loop; its cache is a list."""

    def looped(x: Any, *others: Any) -> Any:
        out, caches = np.empty_like(x), []
        for place in np.ndindex(x.shape):
            value, cache = forward(x[place].reshape(1), *others)
            out[place] = value[0]
            caches.append(cache)
        return out, caches

    return looped


def back_entry_by_entry(backward: Function) -> Function:
    """The backward pass that goes with `entry_by_entry`."""

    def looped(dout: Any, caches: Any) -> Any:
        dx = np.empty_like(dout)
        for place, cache in zip(np.ndindex(dout.shape), caches, strict=True):
            dx[place] = backward(dout[place].reshape(1), cache)[0]
        return dx

    return looped


@dataclass(frozen=True, eq=False)
class Pair(Alternative):
    """A backward pass (`by`) and the forward pass whose cache it reads."""

    partner: Function | None = None

    def functions(self, exercise: Exercise) -> dict[str, Callable[..., Any]]:
        """Both in the places of the exercise's function and of its partner."""
        return _both(exercise, self.by, self.partner)


@dataclass(frozen=True, eq=False)
class WrongPair(Misconception):
    """A wrong backward pass (`by`) that reads the cache of a right forward pass of its own."""

    partner: Function | None = None

    def functions(self, exercise: Exercise) -> dict[str, Callable[..., Any]]:
        """Both in the places of the exercise's function and of its partner."""
        return _both(exercise, self.by, self.partner)


def _both(
    exercise: Exercise, backward: Function | None, forward: Function | None
) -> dict[str, Callable[..., Any]]:
    (partner,) = exercise.partners
    assert backward is not None
    assert forward is not None
    return {exercise.name: backward, partner.__name__: forward}


def right_pair(
    name: str, *, forward: Function | None, backward: Function | None, place: Place | None = None
) -> Pair:
    """Another right way to write both passes, with another cache."""
    return Pair(name, None, "", "", backward, place or here(), partner=forward)


def wrong_pair(
    name: str,
    *,
    forward: Function | None,
    backward: Function | None,
    says: str,
    teach: str = "",
    place: Place | None = None,
) -> WrongPair:
    """A known mistake in the backward pass that needs another cache than the truth's."""
    return WrongPair(name, None, "", "", backward, place or here(), says, teach=teach, partner=forward)


def exercise(
    truth: Function,
    cases: Sequence[Case | Promise],
    misconceptions: Sequence[Misconception],
    alternatives: Sequence[Alternative],
    *,
    partners: Sequence[Function] = (),
    explained_pairs: Mapping[tuple[str, str], str] | None = None,
    setting: str = "",
) -> Exercise:
    """An exercise named after its truth. The truth in float32 is among its right ways, whichever else are
    given, unless one of those says itself what work "in float32" is, or a setting changes what travels."""
    narrow = right("in float32", by=in_float32(truth))
    known = bool(setting) or any(one.name == narrow.name for one in alternatives)
    return Exercise(
        truth.__name__,
        truth,
        promised(cases),
        tuple(misconceptions),
        (*alternatives,) if known else (narrow, *alternatives),
        tuple(partners),
        explained_pairs or {},
        setting,
    )
