"""Recorded answers: what students' checks compare with, as JSON of numbers, names and sentences.

One file for each unit, `recorded/<unit>.json`. No code is in it: neither of a solution nor of a known
mistake.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np

from stagewise.checks.layout import lay_out
from stagewise.judge.asking import AskedCase, Chance
from stagewise.judge.compare import Tolerance
from stagewise.judge.fingerprint import RecordedMistake
from stagewise.judge.script import parse


@dataclass(frozen=True, slots=True)
class ExerciseRecording:
    """The visible cases of an exercise, in order, with the truth's answers; `calls`: the exercises before it
    that a right answer may call."""

    name: str
    points: float
    partners: tuple[str, ...]
    cases: tuple[AskedCase, ...]
    misconceptions: tuple[RecordedMistake, ...]
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitRecording:
    """A unit's exercises in the order of the notebook."""

    unit: str
    title: str
    exercises: Mapping[str, ExerciseRecording]


def folder() -> Traversable:
    """Where the recordings lie: one <unit>.json each."""
    return resources.files("stagewise") / "recorded"


class UnknownUnitError(LookupError):
    """No answers are recorded for a unit of that name."""


def units() -> tuple[str, ...]:
    """The names of the units that there are, sorted."""
    place = folder()
    return (
        tuple(sorted(f.name[:-5] for f in place.iterdir() if f.name.endswith(".json")))
        if place.is_dir()
        else ()
    )


@lru_cache(maxsize=32)
def load(unit: str) -> UnitRecording:
    """The recording of a unit that ships with the package; UnknownUnitError names those that there are."""
    if unit not in units():
        known = ", ".join(units()) or "none yet"
        raise UnknownUnitError(f"there is no unit {unit!r}; the units are: {known}")
    return read((folder() / f"{unit}.json").read_text(encoding="utf-8"))


def read(text: str) -> UnitRecording:
    """The inverse of dump."""
    data = json.loads(text)
    exercises = {one["name"]: _read_exercise(one) for one in data["exercises"]}
    return UnitRecording(data["unit"], data["title"], exercises)


def dump(recording: UnitRecording) -> str:
    """The recording as JSON, the same text every time."""
    return lay_out(as_data(recording))


def as_data(recording: UnitRecording) -> dict[str, Any]:
    """The recording as plain data."""
    return {
        "unit": recording.unit,
        "title": recording.title,
        "exercises": [_exercise_data(one) for one in recording.exercises.values()],
    }


def encode(value: Any) -> Any:
    """A value as strict JSON; TypeError for anything but numbers, strings, None, arrays and their
    containers."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if np.isfinite(value) else {"float": repr(value)}
    if kind is np.ndarray and value.dtype.kind in "biuf":
        return _encode_array(value)
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return {"scalar": value.dtype.name, "data": _entries(np.asarray(value))[0]}
    if kind is tuple:
        return {"tuple": [encode(item) for item in value]}
    if kind is list:
        return [encode(item) for item in value]
    if kind is dict and all(type(key) is str for key in value):
        return {"dict": [[key, encode(item)] for key, item in value.items()]}  # their order may matter
    raise TypeError(
        f"a recording holds numbers, strings, None, arrays and containers of them, not {kind.__name__}"
    )


def decode(data: Any) -> Any:
    """The inverse of encode; a non-contiguous array is non-contiguous again, with other strides."""
    if type(data) is list:
        return [decode(item) for item in data]
    if type(data) is not dict:
        return data
    if "dtype" in data:
        return _decode_array(data)
    if "scalar" in data:
        return np.dtype(data["scalar"]).type(data["data"])
    if "float" in data:
        return float(data["float"])
    if "tuple" in data:
        return tuple(decode(item) for item in data["tuple"])
    return {key: decode(item) for key, item in data["dict"]}


def _entries(array: np.ndarray) -> list[Any]:
    flat = array.ravel()
    if flat.dtype == np.float32:
        return [_narrow(x) for x in flat]
    return [repr(x) if type(x) is float and not np.isfinite(x) else x for x in flat.tolist()]


def _narrow(x: np.float32) -> float | str:
    """The shortest number that is `x` again in float32."""
    return float(str(x)) if np.isfinite(x) else str(x)


def _encode_array(array: np.ndarray) -> dict[str, Any]:
    data = {"dtype": array.dtype.name, "shape": list(array.shape), "data": _entries(array)}
    return data if array.flags.c_contiguous else {**data, "noncontiguous": True}


def _decode_array(data: dict[str, Any]) -> np.ndarray:
    array = np.array(data["data"], dtype=data["dtype"]).reshape(data["shape"])
    if not data.get("noncontiguous"):
        return array
    room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    room[..., ::2] = array
    return room[..., ::2]


def _exercise_data(one: ExerciseRecording) -> dict[str, Any]:
    return {
        "name": one.name,
        "points": one.points,
        "partners": list(one.partners),
        **({"calls": list(one.calls)} if one.calls else {}),
        "cases": [_case_data(case) for case in one.cases],
        "misconceptions": [
            {
                "name": m.name,
                "says": m.says,
                "fingerprints": [dict(one) for one in m.fingerprints],
            }
            for m in one.misconceptions
        ],
    }


def _case_data(case: AskedCase) -> dict[str, Any]:
    return {
        "name": case.name,
        "script": [step.text for step in case.steps],
        "inputs": {name: encode(value) for name, value in case.inputs.items()},
        "outputs": [[name, share, encode(case.expected[name])] for name, share in case.shares.items()],
        "weight": case.weight,
        "tolerance": _tolerance_data(case.tolerance),
        "exact_dtype": case.exact_dtype,
        "updates": list(case.updates),
        "main": case.main,
        "why": case.why,
        "quiet": case.quiet,
        **({"also": {name: encode(value) for name, value in case.also.items()}} if case.also else {}),
        **({"setting": case.setting} if case.setting else {}),
        **_chances_data(case.chances),
    }


def _read_exercise(data: dict[str, Any]) -> ExerciseRecording:
    mistakes = tuple(
        RecordedMistake(m["name"], m["says"], tuple(m["fingerprints"])) for m in data["misconceptions"]
    )
    cases = tuple(_read_case(case) for case in data["cases"])
    partners, calls = tuple(data["partners"]), tuple(data.get("calls", ()))
    return ExerciseRecording(data["name"], data["points"], partners, cases, mistakes, calls)


def _tolerance_data(one: Tolerance) -> dict[str, Any]:
    return {"rtol": one.rtol, "stol": one.stol, "scale": one.scale, "reason": one.reason}


def _chances_data(chances: Mapping[str, Chance]) -> dict[str, Any]:
    data = {
        name: {"tolerance": _tolerance_data(one.tolerance), "slack": one.slack}
        for name, one in chances.items()
    }
    return {"chances": data} if data else {}


def _read_chance(data: dict[str, Any]) -> Chance:
    return Chance(Tolerance(**data["tolerance"]), data["slack"])


def _read_case(data: dict[str, Any]) -> AskedCase:
    return AskedCase(
        name=data["name"],
        steps=parse("\n".join(data["script"])),
        inputs={name: decode(value) for name, value in data["inputs"].items()},
        expected={name: decode(value) for name, _, value in data["outputs"]},
        shares={name: share for name, share, _ in data["outputs"]},
        weight=data["weight"],
        tolerance=Tolerance(**data["tolerance"]),
        exact_dtype=data["exact_dtype"],
        updates=tuple(data["updates"]),
        main=data["main"],
        why=data["why"],
        quiet=data["quiet"],
        also={name: decode(value) for name, value in data.get("also", {}).items()},
        setting=data.get("setting", ""),
        chances={name: _read_chance(one) for name, one in data.get("chances", {}).items()},
    )
