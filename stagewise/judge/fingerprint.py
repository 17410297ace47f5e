"""Recognising the answers of a known mistake without storing them, let alone the mistake.

Of an array that is wrong its shape, its kind, where it is NaN or infinite, and two random projections are
kept. What comes out differently each time is kept as it came, with how far another run may be from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from stagewise.judge.asking import Chance
from stagewise.judge.compare import NUMBERS
from stagewise.judge.judging import Observed
from stagewise.judge.observing import is_share, quantity
from stagewise.judge.script import Failure, FailureKind

NEAR = 1e-4  # apart that work in float32 may be from other work in float32, of the size of an answer
CLOSE = 1e-9  # in float64: one formula in two forms, and not yet an epsilon that is small beside the rest
DIGITS = {NEAR: 6, CLOSE: 11}  # of projections: more than they are compared to
DECIMALS = 6  # of what chance changes
_SEED = 20260
NO_CHANCES: Mapping[str, Chance] = MappingProxyType({})
_KINDS = {"b": "b", "i": "i", "u": "i", "f": "f", "c": "c"}


def fingerprint(value: Any, narrow: bool = False) -> dict[str, Any]:
    """A JSON-able fingerprint of a wrong output (or of the Failure in its place).

    narrow: whether float32 work went into it.
    """
    kind = type(value)
    if kind is Failure:
        return {"ends": _checksum(value.ending)}
    if kind is np.ndarray or (kind in NUMBERS and kind not in (bool, np.bool_)):
        return _of_array(np.asarray(value), narrow)
    if kind in (list, tuple):
        return {"items": [fingerprint(item, narrow) for item in value]}
    if kind is dict:
        return {"entries": {str(key): fingerprint(item, narrow) for key, item in value.items()}}
    if kind in (str, bool, np.bool_) or value is None:
        return {"is": _checksum(repr(bool(value) if kind is np.bool_ else value))}
    return {"opaque": True}


def anything(values: Sequence[Any], wrong: Sequence[Any]) -> dict[str, Any]:
    """The fingerprint of what comes out differently each time: how the runs ended that failed, and whether
    all that were `wrong` did."""
    endings = sorted({_checksum(value.ending) for value in values if type(value) is Failure})
    fails = bool(wrong) and all(type(value) is Failure for value in wrong)
    return {
        "anything": True,
        **({"endings": endings} if endings else {}),
        **({"fails": True} if fails else {}),
    }


def apart(wanted: Mapping[str, Any], value: Any) -> float | None:
    """How far the projections of `value` are from `wanted`; None when they are far or something else differs.

    A shape may differ by axes of length 1.
    """
    if "anything" in wanted:
        # A mistake that answers just this comes first; one that never ended so did not end so by chance.
        fits = type(value) is not Failure or _checksum(value.ending) in wanted.get("endings", ())
        return NEAR if fits else None
    if "about" in wanted:
        nothing = np.ndim(value) > 0 and not np.any(value) and np.any(wanted["about"])
        return None if nothing else chance_apart(value, wanted["about"], wanted["within"])
    if "projections" in wanted:
        return _array_apart(wanted, value)
    if "items" in wanted and type(value) in (list, tuple) and len(wanted["items"]) == len(value):
        return _worst(list(zip(wanted["items"], value, strict=True)))
    if "entries" in wanted and type(value) is dict:
        named = {str(key): item for key, item in value.items()}
        same = wanted["entries"].keys() == named.keys()
        return _worst([(one, named[key]) for key, one in wanted["entries"].items()]) if same else None
    known = {key: one for key, one in wanted.items() if key != "flat"}
    return 0.0 if "opaque" not in wanted and fingerprint(value) == known else None


def chance_apart(one: Any, other: Any, slack: float) -> float | None:
    """How far two runs of one function are apart, on the scale of `apart`; None when it cannot be one
    function."""
    if type(one) is Failure or not (is_measured(one) and np.shape(one) == np.shape(other)):
        return None
    with np.errstate(all="ignore"):
        off = float(np.max(np.abs(np.subtract(one, other)), initial=0.0))
    return NEAR * off / slack if off <= slack else None


def is_measured(value: Any) -> bool:
    """Whether a value is a number or an array of numbers, all finite: chance may have made it another one."""
    numbers = type(value) in NUMBERS or (type(value) is np.ndarray and value.dtype.kind in "biuf")
    return numbers and bool(np.isfinite(value).all())


def about(value: Any, slack: float, flat: bool = False) -> dict[str, Any]:
    """The fingerprint of what chance changes by at most `slack`."""
    found = {"about": np.round(value, DECIMALS).tolist(), "within": float(f"{slack:.3g}")}
    return {**found, **({"flat": True} if flat else {})}


def observed_fingerprint(observed: Observed, chances: Mapping[str, Chance] = NO_CHANCES) -> dict[str, Any]:
    """The fingerprint of what is wrong in one case: outputs that are wrong in value, and flaws beside.

    chances: those of the case, by output. What could come of anything is `flat`: it must match, but
    identifies nothing by itself.
    """
    outputs = {
        name: _of_output(name, observed, chances) for name in observed.outputs if name in observed.wrong
    }
    return {
        **({"outputs": outputs} if outputs else {}),
        **({"sides": sorted(map(list, observed.sides))} if observed.sides else {}),
    }


@dataclass(frozen=True, slots=True)
class RecordedMistake:
    """A known mistake: its name, its sentence for the student, and what is wrong in each case."""

    name: str
    says: str
    fingerprints: tuple[Mapping[str, Any], ...]


def _of_output(name: str, observed: Observed, chances: Mapping[str, Chance]) -> dict[str, Any]:
    value = observed.outputs[name]
    if name in chances and is_measured(value):
        return about(value, chances[name].slack, is_flat(name, value))
    found = fingerprint(value, observed.narrow)
    found.pop("flat", None)
    return {**found, **({"flat": True} if is_flat(name, value) else {})}


def is_flat(name: str, value: Any) -> bool:
    """Whether a wrong output is nothing but zeros, ones or NaN, nothing yet, or could not be measured.

    A quantity that is a factor may well be 1.
    """
    if type(value) is Failure:
        return value.kind in (FailureKind.UNFINISHED, FailureKind.UNFIT)
    if type(value) is not np.ndarray and type(value) not in NUMBERS:
        return False
    array = np.asarray(value)
    if array.dtype.kind not in _KINDS:
        return False
    if quantity(name) is not None and not is_share(name) and type(value) is float and value == 1:
        return False
    return bool((array == 0).all() or (array == 1).all() or not np.isfinite(array).any())


def _worst(pairs: Sequence[tuple[Mapping[str, Any], Any]]) -> float | None:
    worst = 0.0
    for wanted, value in pairs:
        away = apart(wanted, value)
        if away is None:
            return None
        worst = max(worst, away)
    return worst


def _array_apart(wanted: Mapping[str, Any], value: Any) -> float | None:
    if type(value) is not np.ndarray and type(value) not in NUMBERS:
        return None
    array = np.asarray(value)
    if [n for n in wanted["shape"] if n != 1] != [n for n in array.shape if n != 1]:
        return None
    narrow = "narrow" in wanted or _is_narrow(array)
    found = _of_array(array, narrow)
    if any(wanted.get(key) != found.get(key) for key in ("kind", "pattern")):
        return None
    numbers, _ = _regular(array)
    with np.errstate(all="ignore"):
        off = float(np.max(np.abs(np.subtract(wanted["projections"], found["projections"]))))
        size = float(np.min(np.abs(_weights(numbers.size)) @ np.abs(numbers)))
        away = 0.0 if off == 0 else off / size if size else np.inf
    return away if away <= (NEAR if narrow else CLOSE) else None


def _is_narrow(array: np.ndarray) -> bool:
    """Whether all numbers are float32: by dtype, or because the work was done in it."""
    if array.dtype.kind != "f":
        return False
    with np.errstate(all="ignore"):
        return bool(np.array_equal(array.astype(np.float32), array, equal_nan=True))


def _of_array(array: np.ndarray, narrow: bool) -> dict[str, Any]:
    if array.dtype.kind not in _KINDS:
        return {"opaque": True}
    numbers, pattern = _regular(array)
    with np.errstate(all="ignore"):
        projections = np.nan_to_num(_weights(numbers.size) @ numbers)
    narrow = narrow or array.dtype in (np.float32, np.float16)
    digits = DIGITS[NEAR if narrow else CLOSE]
    return {
        "shape": list(array.shape),
        "kind": _KINDS[array.dtype.kind],
        **({"pattern": pattern} if pattern else {}),
        **({"narrow": True} if narrow else {}),
        "projections": [float(f"{one:.{digits}g}") for one in projections],
    }


def _regular(array: np.ndarray) -> tuple[np.ndarray, int]:
    """The entries as floats with 0 for NaN and infinity, and a checksum of where those are (0 for
    nowhere)."""
    flat = array.ravel()
    numbers = np.concatenate([flat.real, flat.imag]) if flat.dtype.kind == "c" else flat
    numbers = numbers.astype(np.float64)
    finite = np.isfinite(numbers)
    if finite.all():
        return numbers, 0
    odd = np.where(np.isnan(numbers), 1, np.where(finite, 0, np.where(numbers > 0, 2, 3)))
    return np.where(finite, numbers, 0.0), zlib.crc32(odd.astype(np.uint8).tobytes())


@lru_cache(maxsize=256)
def _weights(size: int) -> np.ndarray:
    """Two rows of weights of both signs, none near 0: no entry goes unseen."""
    rng = np.random.default_rng([_SEED, size])
    signs = rng.choice([-1.0, 1.0], (2, size))
    weights: np.ndarray = signs * rng.uniform(0.5, 1.5, (2, size))
    return weights


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))
