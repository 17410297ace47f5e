"""The cases of a layer that keeps entries of x: zeros, what survives, patterns, seeds, test mode.

p is never one half, where keeping and dropping look the same, and mostly not near 0.8, where a normal number
is smaller than p about as often as a uniform one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reference.exercises.dropout.inputs import entries, seeded
from reference.kit.chance import Stated, certain, share
from reference.kit.drawn import in_float32, only, strided
from reference.kit.exercise import Case, Inputs, case

SHARES = {
    "zero_fraction(out)": 3.0,
    "survivor_scale(out, x)": 4.0,
    "row_patterns(out)": 1.25,
    "column_patterns(out)": 1.25,
    "dtype_name(out)": 0.25,
    "agreement(out, again)": 0.75,
    "agreement(one, same)": 0.5,
    "agreement(one, other)": 0.25,
    "zero_fraction(test_out)": 1.25,
    "survivor_scale(test_out, x)": 2.0,
}
SCALED = ("zero_fraction(out)", "survivor_scale(out, x)")
KEPT = "p = {:g} is the probability to KEEP an entry; those that are kept {}"
NARROW = "x is float32, so out is as well; zeros and factor are the same as with float64"


def alike(p: float) -> float:
    """How often two independent masks agree at a place: both keep or both drop."""
    return p * p + (1 - p) * (1 - p)


def asking(
    outputs: Iterable[str], shares: Mapping[str, float], stated: Mapping[str, Stated]
) -> dict[str, Any]:
    """`compare` and `stated` of a case that asks for `outputs`, each with its share in the exercise."""
    asked = {output: shares[output] for output in outputs}
    return {"compare": asked, "stated": {output: stated[output] for output in asked if output in stated}}


def elementwise_cases(name: str, survivors: str, at_test: str) -> tuple[Case, ...]:
    """Those of `name(x, dropout_param)`. survivors: what becomes of the entries that are kept; at_test: of
    all."""
    call = f"{name}(x, dropout_param)"

    def train(
        title: str,
        shape: tuple[int, ...],
        p: float,
        outputs: tuple[str, ...],
        change: Any = None,
        **options: Any,
    ) -> Case:
        n = _size(shape)
        zeros = share(1 - p, n) if p < 1 else certain(0.0, n)
        inputs = only("x dropout_param", entries(*shape, p=p))
        why = NARROW if change is in_float32 else KEPT.format(p, survivors)
        return case(
            title,
            f"out, _ = {call}",
            inputs=change(inputs) if change else inputs,
            why=why,
            **asking(outputs, SHARES, {"zero_fraction(out)": zeros}),
            **options,
        )

    def twice(title: str, shape: tuple[int, ...], p: float, **options: Any) -> Case:
        output = "agreement(out, again)"
        return case(
            title,
            f"out, _ = {call}\nagain, _ = {call}",
            inputs=only("x dropout_param", entries(*shape, p=p)),
            why="without a seed, every call draws another mask",
            **asking((output,), SHARES, {output: share(alike(p), _size(shape))}),
            **options,
        )

    def seeds(title: str, shape: tuple[int, ...], p: float, **options: Any) -> Case:
        n = _size(shape)
        stated = {"agreement(one, same)": certain(1.0, n), "agreement(one, other)": share(alike(p), n)}
        first, third = f"{name}(x, seeded)", f"{name}(x, reseeded)"
        return case(
            title,
            f"one, _ = {first}\nsame, _ = {first}\nother, _ = {third}",
            inputs=_with_seeds(entries(*shape, p=p)),
            why="the same seed gives the same mask, another seed another mask",
            **asking(stated, SHARES, stated),
            **options,
        )

    def test(title: str, shape: tuple[int, ...], p: float, **options: Any) -> Case:
        stated = {"zero_fraction(test_out)": certain(0.0, _size(shape))}
        return case(
            title,
            f"test_out, _ = {call}",
            inputs=only("x dropout_param", entries(*shape, p=p, mode="test")),
            why=f"in test mode nothing is dropped, and every entry is {at_test}",
            **asking(("zero_fraction(test_out)", "survivor_scale(test_out, x)"), SHARES, stated),
            **options,
        )

    everything = (*SCALED, "row_patterns(out)", "column_patterns(out)")
    return (
        train("train, p = 0.6", (50, 60), 0.6, everything, weight=2, visible=True, main=True),
        twice("train, twice without a seed", (24, 30), 0.6, visible=True, main=True),
        seeds("train, with seeds", (24, 30), 0.6, visible=True, main=True),
        test("test, p = 0.6", (24, 30), 0.6, weight=2, visible=True, main=True),
        train("train, float32", (24, 30), 0.6, (*SCALED, "dtype_name(out)"), in_float32, visible=True),
        train("train, p = 0.3", (100, 120), 0.3, everything, weight=2, main=True),
        train("train, p = 0.9", (80, 100), 0.9, SCALED),
        train("train, p = 1", (6, 7), 1.0, SCALED, weight=0.5),
        train("train, three axes", (40, 12, 9), 0.35, (*SCALED, "row_patterns(out)")),
        train("train, one example", (1, 3000), 0.35, SCALED, weight=0.5),
        train("train, gaps in memory", (60, 70), 0.35, SCALED, strided, weight=0.5),
        twice("train, three axes, twice without a seed", (20, 12, 10), 0.35),
        seeds("train, with other seeds", (60, 80), 0.35),
        test("test, p = 0.3", (30, 40), 0.3, weight=2, main=True),
        test("test, one example", (1, 40), 0.85, weight=0.5),
    )


def _with_seeds(inputs: Inputs) -> Inputs:
    return only("x seeded reseeded", seeded("dropout_param", inputs))


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
