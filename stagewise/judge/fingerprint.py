"""Recognising the answers of a known mistake without storing them, let alone the mistake.

A fingerprint of an array is its shape, its kind, where it is NaN or infinite, and two random projections.
What comes out differently each time is kept as it came, with how far another run may be from it.
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
from stagewise.judge.explaining import explanation
from stagewise.judge.judging import Judged, Observed
from stagewise.judge.script import Failure

NEAR = 1e-4  # float32 work is recognised too
DIGITS, DECIMALS = 8, 6  # of projections, and of what chance changes: far more than they are compared to
_SEED = 20260
ANYTHING = object()  # in place of an answer that differs from run to run
NO_CHANCES: Mapping[str, Chance] = MappingProxyType({})
_KINDS = {"b": "b", "i": "i", "u": "i", "f": "f", "c": "c"}


def fingerprint(value: Any) -> dict[str, Any]:
    """A JSON-able fingerprint of an output (or of the Failure in its place)."""
    kind = type(value)
    if value is ANYTHING:
        return {"anything": True}
    if kind is Failure:
        return {"raises": value.ending}
    if kind is np.ndarray or (kind in NUMBERS and kind not in (bool, np.bool_)):
        return _of_array(np.asarray(value))
    if kind in (list, tuple):
        return {"items": [fingerprint(item) for item in value]}
    if kind is dict:
        return {"entries": {str(key): fingerprint(item) for key, item in value.items()}}
    if kind in (str, bool, np.bool_) or value is None:
        return {"is": zlib.crc32(repr(bool(value) if kind is np.bool_ else value).encode())}
    return {"opaque": True}


def apart(wanted: Mapping[str, Any], value: Any, strict: bool = True) -> float | None:
    """How far the projections of `value` are from `wanted`; None when they are far or something else differs.

    Without `strict` a shape may differ by axes of length 1.
    """
    if "anything" in wanted:
        return NEAR  # a mistake that answers just this comes first
    if "about" in wanted:
        return chance_apart(value, wanted["about"], wanted["within"])
    found = fingerprint(value)
    if found.keys() != wanted.keys() or "opaque" in found:
        return None
    if "projections" in found:
        return _array_apart(wanted, found, np.asarray(value), strict)
    if "items" in found:
        pairs = list(zip(wanted["items"], value, strict=False))
        return _worst(pairs, strict) if len(wanted["items"]) == len(value) else None
    if "entries" in found:
        named = {str(key): item for key, item in value.items()}
        pairs = [(one, named.get(key)) for key, one in wanted["entries"].items()]
        return _worst(pairs, strict) if wanted["entries"].keys() == named.keys() else None
    return 0.0 if found == dict(wanted) else None


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


def observed_fingerprint(observed: Observed, chances: Mapping[str, Chance] = NO_CHANCES) -> dict[str, Any]:
    """The fingerprint of one case: its outputs, the inputs written into, whether it warned.

    chances: those of the case, by output.
    """
    outputs = {
        name: {"about": np.round(value, DECIMALS).tolist(), "within": chances[name].slack}
        if name in chances and is_measured(value)
        else fingerprint(value)
        for name, value in observed.outputs.items()
    }
    return {
        "outputs": outputs,
        **({"changed": sorted(observed.changed)} if observed.changed else {}),
        **({"warned": True} if observed.warned else {}),
    }


@dataclass(frozen=True, slots=True)
class RecordedMistake:
    """A known mistake: its name, its sentence for the student, one fingerprint per case, and the outputs
    whose values it gets wrong."""

    name: str
    says: str
    fingerprints: tuple[Mapping[str, Any], ...]
    wrong_outputs: frozenset[str]


def recognise(judged: Judged, mistakes: Sequence[RecordedMistake]) -> RecordedMistake | None:
    """The recorded mistake that explains what was judged, or None."""

    def distance(mistake: RecordedMistake, strict: bool, only: str) -> float | None:
        pairs = zip(mistake.fingerprints, judged.observed, strict=True)
        worst = 0.0
        for wanted, seen in pairs:
            away = _case_apart(wanted, seen, strict, only)
            if away is None:
                return None
            worst = max(worst, away)
        return worst

    return explanation(judged.rows, mistakes, distance)


def _case_apart(wanted: Mapping[str, Any], seen: Observed, strict: bool, only: str) -> float | None:
    if strict and _side_effects(wanted) != (sorted(seen.changed), seen.warned):
        return None
    pairs = [(one, seen.outputs[name]) for name, one in wanted["outputs"].items() if only in ("", name)]
    return _worst(pairs, strict)


def _side_effects(wanted: Mapping[str, Any]) -> tuple[list[str], bool]:
    return wanted.get("changed", []), wanted.get("warned", False)


def _worst(pairs: Sequence[tuple[Mapping[str, Any], Any]], strict: bool) -> float | None:
    worst = 0.0
    for wanted, value in pairs:
        away = apart(wanted, value, strict)
        if away is None:
            return None
        worst = max(worst, away)
    return worst


def _array_apart(
    wanted: Mapping[str, Any], found: Mapping[str, Any], array: np.ndarray, strict: bool
) -> float | None:
    shapes = [[n for n in print_["shape"] if strict or n != 1] for print_ in (wanted, found)]
    if shapes[0] != shapes[1] or any(wanted.get(key) != found.get(key) for key in ("kind", "pattern")):
        return None
    numbers, _ = _regular(array)
    with np.errstate(all="ignore"):
        off = float(np.max(np.abs(np.subtract(wanted["projections"], found["projections"]))))
        size = float(np.min(np.abs(_weights(numbers.size)) @ np.abs(numbers)))
        away = 0.0 if off == 0 else off / size if size else np.inf
    return away if away <= NEAR else None


def _of_array(array: np.ndarray) -> dict[str, Any]:
    if array.dtype.kind not in _KINDS:
        return {"opaque": True}
    numbers, pattern = _regular(array)
    with np.errstate(all="ignore"):
        projections = np.nan_to_num(_weights(numbers.size) @ numbers)
    return {
        "shape": list(array.shape),
        "kind": _KINDS[array.dtype.kind],
        **({"pattern": pattern} if pattern else {}),
        "projections": [float(f"{one:.{DIGITS}g}") for one in projections],
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
