"""Random generators and functions that a student's function is handed, as plain data: a setting.

A check hands over only data. Where the student's function lives, `wrap` makes of them what it asks for: a
generator, or a function that answers as its description says and keeps a list of what it was asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

from stagewise.judge.compare import NUMBERS, STANDS_FOR, describe
from stagewise.judge.copying import copied, unchanged
from stagewise.modules import MODULES

RETURNS_DATA = True
Data = dict[str, Any]
Space = dict[str, tuple[float, float]]
_ROUNDING = 1e-6


def generator(seed: int) -> Data:
    """A np.random.Generator; a call moves its state on."""
    state = np.random.default_rng(seed).bit_generator.state
    return _described("generator", "a random generator", state=json.dumps(state))


def objective(peak: dict[str, float], bend: dict[str, float], lost: dict[str, float] | None = None) -> Data:
    """A function of settings: the score 1 - sum of bend (log10(setting) - peak)^2, NaN where a setting is
    above its `lost`."""
    return _described("objective", "a function", peak=peak, bend=bend, lost=lost or {}, asked=[])


def loss_of_strength(plain: float, slope: float, limit: float = math.inf) -> Data:
    """A function of the strength of a penalty: plain + slope strength; plain where the strength is 0, and
    infinite where it is above the limit."""
    return _described("loss of strength", "a function", plain=plain, slope=slope, limit=limit)


def training_step(losses: Sequence[float]) -> Data:
    """A function of x and y that returns these losses, one in each call, and the last one from then on."""
    return _described("training step", "a function", losses=list(losses), calls=0, batches=[])


def search(rounds: Sequence[tuple[Mapping[str, Sequence[float]], Sequence[float]]]) -> Data:
    """A function of a space that returns results: in each call those of the next round, from then on of the
    last one. A round is name -> how far up its range, in decades, each setting is (0: low, 1: high), and the
    scores."""
    return _described(
        "search",
        "a function",
        places=[{name: list(given) for name, given in places.items()} for places, _ in rounds],
        scores=[list(scores) for _, scores in rounds],
        asked=[],
    )


def polynomial(name: str, a: np.ndarray, c: np.ndarray) -> Data:
    """A function of arrays in the shape of a and c, one of POLYNOMIALS by its name; it returns a number."""
    return _described("polynomial", "a function", name=name, a=a, c=c)


POLYNOMIALS: dict[str, Callable[..., Any]] = {
    "quadratic": lambda x, a, c: np.sum(a * x**2 + c * x),
    "cubic": lambda x, a, c: np.sum(a * x**3 + c * x),
    "coupled": lambda x, a, c: np.sum(a * x) ** 2 + np.sum(c * x),
}


def modules(**kinds: str) -> Data:
    """A dict of pairs (forward, backward) by kind, each the one of stagewise.modules that has this name
    there."""
    return _described("modules", "a dict of modules", kinds=kinds)


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of data that calls `function` with what the data describes; what was asked of it meanwhile
    is written into its description."""

    @wraps(function)
    def of_data(*arguments: Any, **keywords: Any) -> Any:
        made: list[tuple[Data, Any]] = []
        here = [_made(value, made) for value in arguments]
        named = {name: _made(value, made) for name, value in keywords.items()}
        try:
            return function(*here, **named)
        finally:
            for data, thing in made:
                if data["kind"] == "generator":
                    data["state"] = json.dumps(thing.bit_generator.state)
                if data["kind"] == "modules":
                    data["kinds"] = _kinds_in(thing, data["kinds"])

    return of_data


def _described(kind: str, stands_for: str, **details: Any) -> Data:
    return {"kind": kind, STANDS_FOR: stands_for, **details}


def _made(data: Any, made: list[tuple[Data, Any]]) -> Any:
    kind = data.get("kind") if type(data) is dict else None
    if kind not in _MAKERS:
        return data
    thing = _MAKERS[kind](data)
    if callable(thing):
        thing.__qualname__ = thing.__name__  # what an error calls it: `evaluate`, and not where it is made
    made.append((data, thing))
    return thing


def _make_generator(data: Data) -> np.random.Generator:
    bits = np.random.PCG64(0)
    bits.state = json.loads(data["state"])
    return np.random.Generator(bits)


def _make_objective(data: Data) -> Callable[[Any], float]:
    def evaluate(settings: Any) -> float:
        data["asked"].append(copied(_a_dict(settings, "evaluate", data["peak"])))
        return score(data, settings)

    return evaluate


def score(data: Data, settings: dict[str, float]) -> float:
    """What an objective says of settings."""
    if any(settings[name] > bound for name, bound in data["lost"].items()):
        return math.nan
    off = {name: math.log10(settings[name]) - peak for name, peak in data["peak"].items()}
    return float(1 - sum(data["bend"][name] * off[name] ** 2 for name in off))


def _make_loss(data: Data) -> Callable[[float], float]:
    def loss_of(strength: float) -> float:
        if strength > data["limit"]:
            return math.inf
        return float(data["plain"] + data["slope"] * strength if strength else data["plain"])

    return loss_of


def _make_step(data: Data) -> Callable[[Any, Any], float]:
    def step(x: Any, y: Any) -> float:
        batch = [copied(x), copied(y)]
        if not data["batches"] or not unchanged(batch, data["batches"][-1]):
            data["batches"].append(batch)
        data["calls"] += 1
        return float(data["losses"][min(data["calls"], len(data["losses"])) - 1])

    return step


def _make_search(data: Data) -> Callable[[Any], list[tuple[dict[str, float], float]]]:
    def search(space: Any) -> list[tuple[dict[str, float], float]]:
        data["asked"].append(copied(_a_dict(space, "search", data["places"][0])))
        number = min(len(data["asked"]), len(data["scores"])) - 1
        places, scores = data["places"][number], data["scores"][number]
        settings = [
            {
                name: float(space[name][0] * (space[name][1] / space[name][0]) ** up[i])
                for name, up in places.items()
            }
            for i in range(len(scores))
        ]
        return list(zip(settings, scores, strict=True))

    return search


def _make_polynomial(data: Data) -> Callable[[Any], float]:
    return lambda x: float(POLYNOMIALS[data["name"]](x, data["a"], data["c"]))


def _make_modules(data: Data) -> dict[str, Any]:
    return {kind: MODULES[name] for kind, name in data["kinds"].items()}


def _kinds_in(modules: dict[Any, Any], kinds: dict[str, str]) -> dict[str, str]:
    """The kinds that are still what they were made as; an entry "changed" where there are others."""
    kept = {kind: name for kind, name in kinds.items() if modules.get(kind) is MODULES[name]}
    return kept if len(modules) == len(kept) else {**kept, "changed": ""}


_MAKERS: dict[Any, Callable[[Data], Any]] = {
    "generator": _make_generator,
    "objective": _make_objective,
    "loss of strength": _make_loss,
    "training step": _make_step,
    "search": _make_search,
    "polynomial": _make_polynomial,
    "modules": _make_modules,
}


def _a_dict(value: Any, name: str, wanted: Any) -> dict[str, Any]:
    if type(value) is not dict or any(key not in value for key in wanted):
        keys = ", ".join(repr(key) for key in wanted)
        raise TypeError(f"{name} takes one dict with the entries {keys}, and was given {describe(value)}")
    return value


def drawn(numbers: Any, low: float, high: float) -> str:
    """What a draw is ("a float array of shape (5,), none outside"): its form, and whether its numbers are
    from low to high, but for rounding."""
    values = np.array([numbers]) if type(numbers) in NUMBERS else _numbers(numbers)
    if not values.size:
        return f"{describe(values)}, no numbers"
    inside = ((values >= low * (1 - _ROUNDING)) & (values <= high * (1 + _ROUNDING))).all()
    if type(numbers) in NUMBERS:
        return f"{describe(numbers)}, no array, {'not ' if inside else ''}outside"
    if len(_different(values)) < min(values.size, 2):
        end = _near(values[:1], np.array([low])) or _near(values[:1], np.array([high]))
        where = " at an end" if end else "" if inside else " and outside"
        return f"{describe(values)}, one number, repeated{where}"
    ends = f"from about {values.min():.1f} to about {values.max():.1f}"
    return f"{describe(values)}, {'none outside' if inside else ends}"


def distinct(numbers: Any) -> int:
    """How many different numbers there are; two that differ by a rounding are one."""
    return len(_different(_numbers(numbers)))


def close_neighbours(numbers: Any) -> np.ndarray:
    """In order of size and on a scale of decades, 1 for each gap between neighbours that is less than half as
    wide as the mean gap, else 0. Of independent uniform draws a share of 1 - exp(-1/2) = 0.39 is."""
    with np.errstate(all="ignore"):
        gaps = np.diff(np.sort(np.log10(_numbers(numbers).ravel())))
    gaps[gaps < _ROUNDING] = 0
    return np.asarray(gaps < np.mean(gaps) / 2, dtype=float) if gaps.size else gaps


def rises(numbers: Any) -> np.ndarray:
    """Two by two, 1 where the second number is the larger one by more than a rounding, else 0. Of independent
    draws half are."""
    values = _numbers(numbers).ravel()
    first, second = values[: len(values) - 1 : 2], values[1::2]
    return np.asarray(second - first > _ROUNDING * np.abs(first), dtype=float)


def repeated(first: Any, same: Any, later: Any) -> str:
    """How draws agree: the first with that of an equal generator, and with a later one of its own."""
    one, *others = (copied(_numbers(numbers)) for numbers in (first, same, later))
    if not np.isfinite(one).all() or len(_different(one)) < 2:
        return "not several numbers"
    equal, again = ("the same" if _near(one, other) else "others" for other in others)
    return f"an equal generator draws {equal}, a second call {again}"


def column(results: Any, name: str) -> np.ndarray:
    """The settings of that name in a list of pairs (settings, score)."""
    return np.array([float(settings[name]) for settings, _ in _pairs(results)])


def counted(results: Any) -> int:
    """How many results there are."""
    return len(_pairs(results))


def same_side(one: np.ndarray, other: np.ndarray, middle: np.ndarray, other_middle: np.ndarray) -> np.ndarray:
    """1 where both numbers are below their middles or both are not, and 0 elsewhere."""
    return np.asarray((one < middle[0]) == (other < other_middle[0]), dtype=float)


def scored(results: Any, evaluate: Data) -> str:
    """Whether each score is that of its settings, and each settings were tried once, in this order."""
    pairs = _pairs(results)
    settings = [one for one, _ in pairs]
    for one, got in pairs:
        expected = score(evaluate, one)
        if not (got == expected or abs(got - expected) < 1e-9 or (math.isnan(got) and math.isnan(expected))):
            return "a score is not that of its settings"
    if not pairs:
        return "no results"
    if len(evaluate["asked"]) != len(settings):
        return f"{len(evaluate['asked'])} calls of evaluate for {len(settings)} results"
    if all(map(_near_settings, settings, evaluate["asked"])):
        return "each score is that of its settings"
    return _moved(pairs, evaluate["asked"])


def _moved(pairs: list[tuple[dict[str, float], float]], asked: list[dict[str, float]]) -> str:
    """In what results differ from what was tried, one for one."""
    left = list(asked)
    for settings, _ in pairs:
        place = next((i for i, one in enumerate(left) if _near_settings(settings, one)), None)
        if place is None:
            return "settings are not those that were tried"
        del left[place]
    scores = [got for _, got in pairs if not math.isnan(got)]
    if len(set(scores)) > 1 and scores in (sorted(scores), sorted(scores, reverse=True)):
        return "the results are in the order of their scores"
    return "the results are in another order than they were tried"


def rows(part: Any, x: np.ndarray, name: str, size: int | None = None) -> np.ndarray:
    """For each example of a part, which is called so, the number of the row of x that it is, or -1; size: how
    many it should have."""
    known = {row.tobytes(): number for number, row in enumerate(x)}
    if type(part) is not np.ndarray or part.shape[1:] != x.shape[1:] or part.dtype != x.dtype:
        raise TypeError(f"{name} should be an array of rows of x, and is {describe(part)}")
    if size is not None and len(part) != size:
        raise TypeError(f"{name} should have {size} examples, and has {len(part)}")
    return np.array([float(known.get(row.tobytes(), -1)) for row in part])


def parted(x_train: Any, y_train: Any, x_val: Any, y_val: Any, x: np.ndarray, y: np.ndarray) -> str:
    """What became of examples (rows of x and labels of y, all of them different) in two parts."""
    train, val = rows(x_train, x, "x_train"), rows(x_val, x, "x_val")
    if (np.concatenate([train, val]) < 0).any():
        return "examples that are not rows of x"
    both = np.isin(val, train)
    facts = {
        "in both parts": both.any(),
        "all of the validation part": both.all() and len(val) > 1,
        "twice in a part": len(np.unique(train)) < len(train) or len(np.unique(val)) < len(val),
        "missing": len(np.union1d(train, val)) < len(x),
    }
    found = ", ".join(name for name, so in facts.items() if so)
    left = len(train) - (len(x) - len(val))
    rest = "the rest" if left == 0 else "fewer" if left < 0 else "more than the rest"
    sizes = f"{len(val)} examples for validation, {rest} for training, {found or 'each once'}"
    return f"{sizes}; labels {_labelled(y_train, train, y)} and {_labelled(y_val, val, y)}"


def _labelled(labels: Any, found: np.ndarray, y: np.ndarray) -> str:
    if type(labels) is not np.ndarray or labels.shape != found.shape:
        return f"in {describe(labels)}"
    if not np.isin(labels, y).all():
        return "that are not in y"
    return "their own" if (labels == y[found.astype(int)]).all() else "of other examples"


def common(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """1 for each of some numbers that is among the others, and 0 elsewhere."""
    return np.isin(some, others).astype(float)


def names(found: Any) -> str:
    """The names in a dict, in alphabetical order."""
    if type(found) is not dict or not all(type(name) is str for name in found):
        raise TypeError(f"asked for is a dict of names, and here is {describe(found)}")
    return ", ".join(sorted(found))


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether arrays have the same numbers, but for rounding."""
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=_ROUNDING, atol=0))


def _near_settings(one: dict[str, float], other: dict[str, float]) -> bool:
    same_names = one.keys() == other.keys()
    return same_names and all(math.isclose(one[name], other[name], rel_tol=_ROUNDING) for name in one)


def _different(numbers: np.ndarray) -> np.ndarray:
    """The numbers in order, without those that are the one before them but for a rounding."""
    ordered = np.unique(numbers).astype(np.float64)
    rounding = 8 * np.finfo(numbers.dtype if numbers.dtype.kind == "f" else np.float64).eps
    again = np.isclose(ordered[1:], ordered[:-1], rtol=rounding, atol=0)
    return np.asarray(ordered[~np.concatenate([np.zeros(min(1, ordered.size), bool), again])])


def _numbers(value: Any) -> np.ndarray:
    if type(value) is not np.ndarray or value.dtype.kind not in "iuf":
        raise TypeError(f"asked for is an array of numbers, and here is {describe(value)}")
    return value


def _pairs(results: Any) -> list[tuple[dict[str, float], float]]:
    fits = type(results) in (list, tuple) and all(
        type(one) in (list, tuple) and len(one) == 2 and type(one[0]) is dict for one in results
    )
    if not fits:
        raise TypeError(f"asked for are pairs (settings, score), and here is {_listed(results)}")
    return list(results)


def _listed(results: Any) -> str:
    """What stands there for results: "a list of 3, which begins with a single number"."""
    if type(results) not in (list, tuple) or not results:
        return describe(results)
    pair = type(results[0]) in (list, tuple) and len(results[0]) == 2
    inside = f" ({' and '.join(map(describe, results[0]))})" if pair else ""
    return f"{describe(results)}, which begins with {describe(results[0])}{inside}"


OBSERVERS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        *(drawn, distinct, close_neighbours, rises, repeated, column, counted, same_side, scored),
        *(rows, parted, common, names),
    )
}
