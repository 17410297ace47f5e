"""Recorded answers that are the same on every machine, although processors differ in the last digits.

How wide a processor's vectors are, and whether it fuses multiplication and addition, changes sums and
exponentials by a rounding. So numbers are compared, not digits: an exercise whose recording says the same as
the one that there is keeps that one, whole; one number that really differs replaces all of the exercise. What
is kept is held against the truth as each machine computes it, at every build, so it cannot drift.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from stagewise.judge.fingerprint import CLOSE, NEAR

DRAWN = 1e-6  # inputs, and bounds of chance: no more than a rounding to float32
PRINTS = {True: NEAR / 10, False: CLOSE / 10}  # of a fingerprint of narrow work, and of another
SHARE = 0.1  # of what a right answer may be off
Data = Mapping[str, Any]


def without_rounding(new: Data, old: Data) -> dict[str, Any]:
    """The recording `new` (by stagewise.checks.recording.as_data), but what says the same as in `old`."""
    before = {one["name"]: one for one in old["exercises"]}
    exercises = [
        before[one["name"]] if one["name"] in before and _same_exercise(one, before[one["name"]]) else one
        for one in new["exercises"]
    ]
    return {**new, "exercises": exercises}


def _same_exercise(new: Data, old: Data) -> bool:
    return (
        _equal_but(new, old, "cases", "misconceptions")
        and len(new["cases"]) == len(old["cases"])
        and len(new["misconceptions"]) == len(old["misconceptions"])
        and all(map(_same_case, new["cases"], old["cases"]))
        and all(
            _same_mistake(one, other, new["cases"])
            for one, other in zip(new["misconceptions"], old["misconceptions"], strict=True)
        )
    )


def _same_case(new: Data, old: Data) -> bool:
    drawn = all(agree(new.get(part), old.get(part), DRAWN) for part in ("inputs", "chances"))
    return drawn and _equal_but(new, old, "inputs", "chances", "outputs", "also") and _same_answers(new, old)


def _same_answers(new: Data, old: Data) -> bool:
    if [one[:2] for one in new["outputs"]] != [one[:2] for one in old["outputs"]]:
        return False
    wanted, there = _answers(new), _answers(old)
    return wanted.keys() == there.keys() and all(
        agree(wanted[name, kind], there[name, kind], *_slack(new, name)) for name, kind in wanted
    )


def _answers(case: Data) -> dict[tuple[str, str], Any]:
    expected = {(name, "expected"): value for name, _, value in case["outputs"]}
    return expected | {(name, "also"): value for name, value in case.get("also", {}).items()}


def _slack(case: Data, output: str) -> tuple[float, float]:
    """How far a kept number may be off, relative to the largest one, and what is added to that one."""
    tolerance = case.get("chances", {}).get(output, case)["tolerance"]
    return min(NEAR / 2, SHARE * tolerance["stol"]), tolerance["scale"]


def _same_mistake(new: Data, old: Data, cases: list[Any]) -> bool:
    pairs = zip(new["fingerprints"], old["fingerprints"], cases, strict=True)
    return _equal_but(new, old, "fingerprints") and all(_same_print(*each) for each in pairs)


def _same_print(new: Data, old: Data, case: Data) -> bool:
    """Answers far smaller than the right one are noise: what cancels to 0 there differs in every digit."""
    ours, theirs = new.get("outputs", {}), old.get("outputs", {})
    if not _equal_but(new, old, "outputs") or ours.keys() != theirs.keys():
        return False
    size = {name: max(map(abs, _floats(value)), default=0.0) for name, _, value in case["outputs"]}
    return all(
        agree(one, theirs[name], PRINTS[_is_narrow(one)], NEAR * (size[name] + _slack(case, name)[1]))
        for name, one in ours.items()
    )


def _is_narrow(print_: Data) -> bool:
    """Whether float32 work, or chance, has gone into a fingerprint."""
    inside = [*print_.get("items", ()), *print_.get("entries", {}).values()]
    return "narrow" in print_ or "about" in print_ or any(map(_is_narrow, inside))


def agree(new: Any, old: Any, slack: float, scale: float = 0.0) -> bool:
    """Whether floats agree within `slack` of the largest beside them (and `scale`), and the rest exactly."""
    if type(new) is not type(old):
        return False
    if isinstance(new, dict):
        return new.keys() == old.keys() and all(
            agree(one, old[key], slack, scale) for key, one in new.items()
        )
    if isinstance(new, list):
        rest = [(one, other) for one, other in zip(new, old, strict=False) if type(one) is not float]
        return (
            len(new) == len(old)
            and all(agree(one, other, slack, scale) for one, other in rest)
            and _near(
                [one for one in new if type(one) is float],
                [one for one in old if type(one) is float],
                slack,
                scale,
            )
        )
    return _near([new], [old], slack, scale) if type(new) is float else bool(new == old)


def _near(new: list[float], old: list[float], slack: float, scale: float) -> bool:
    if len(new) != len(old):
        return False
    ours, theirs = np.array(new), np.array(old)
    off = np.max(np.abs(ours - theirs), initial=0.0)
    return bool(off <= slack * (np.max(np.abs(ours), initial=0.0) + scale))


def _floats(value: Any) -> Iterator[float]:
    if type(value) is float:
        yield value
    for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _floats(inside)


def _equal_but(new: Data, old: Data, *keys: str) -> bool:
    return {k: v for k, v in new.items() if k not in keys} == {k: v for k, v in old.items() if k not in keys}
