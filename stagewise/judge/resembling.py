"""In what simple way wrong answers resemble the right ones: swapped, transposed, of another dtype, all by one
factor too large. Whatever is said was so in every case in which the answer is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import NUMBERS, Flaw, compare
from stagewise.judge.judging import Judged
from stagewise.judge.numerals import numeral

Pair = tuple[AskedCase, Any]  # a case, and what was answered in it
_PLAIN_FACTORS = (-1.0, 2.0, 0.5, -2.0, -0.5)
_FEWEST = 3  # entries by which a common factor is one


def resemblance(cases: Sequence[AskedCase], judged: Judged) -> str:
    """A sentence about the first wrong output that resembles what it should be; "" when none does."""
    outputs = list(dict.fromkeys(row.output for row in judged.rows if row.credit < 1))
    for output in outputs:
        pairs = [
            (case, seen.outputs[output])
            for case, seen in zip(cases, judged.observed, strict=True)
            if output in case.shares and not _fits(case, output, seen.outputs[output])
        ]
        said = next((one for one in _sayings(output, pairs) if one), "") if pairs else ""
        if said:
            return said
    return ""


def _sayings(output: str, pairs: Sequence[Pair]) -> Iterator[str]:
    yield _other_output(output, pairs)
    if all(type(got) is np.ndarray and type(case.expected[output]) is np.ndarray for case, got in pairs):
        if _everywhere(output, pairs, lambda got, wanted: got.T if got.ndim > 1 else None):
            yield f"`{output}` is the transpose of what is expected."
        if _everywhere(output, pairs, _reshaped):
            yield f"`{output}` has the right numbers in another shape."
        if _everywhere(output, pairs, lambda got, wanted: got.astype(wanted.dtype)):
            yield f"`{output}` has the right numbers in another dtype."
        yield _factor(output, pairs)


def _other_output(output: str, pairs: Sequence[Pair]) -> str:
    """Whether what stands at its place is another output."""
    others = [name for name in pairs[0][0].expected if name != output]
    for other in others:
        if all(other in case.expected and _fits(case, other, got) for case, got in pairs) and all(
            not _fits(case, other, case.expected[output]) for case, _ in pairs
        ):
            return f"What is returned as `{output}` is `{other}`: look at the order of what you return."
    return ""


def _everywhere(output: str, pairs: Sequence[Pair], change: Callable[[Any, Any], Any]) -> bool:
    with np.errstate(all="ignore"):
        changed = [(case, change(got, case.expected[output])) for case, got in pairs]
    return all(got is not None and _fits(case, output, got) for case, got in changed)


def _reshaped(got: np.ndarray, wanted: np.ndarray) -> np.ndarray | None:
    return got.reshape(wanted.shape) if got.size == wanted.size else None


def _factor(output: str, pairs: Sequence[Pair]) -> str:
    """Whether each entry is what is expected times one number, and which one that is."""
    factors = [_ratio(case, output, got) for case, got in pairs]
    if any(factor is None for factor in factors):
        return ""
    known = [factor for factor in factors if factor is not None]
    for plain in _PLAIN_FACTORS:
        if np.allclose(known, plain, rtol=1e-4):
            return f"Every entry of `{output}` is {numeral(plain)} times what is expected."
    for name in _sizes(pairs[0][0]):
        sizes = [_sizes(case).get(name, np.nan) for case, _ in pairs]
        if np.allclose(known, sizes, rtol=1e-4):
            return f"Every entry of `{output}` is {name} times what is expected."
        if np.allclose(np.multiply(known, sizes), 1, rtol=1e-4):
            return f"Every entry of `{output}` is what is expected divided by {name}."
    return ""


def _ratio(case: AskedCase, output: str, got: Any) -> float | None:
    wanted = case.expected[output]
    if got.shape != wanted.shape or wanted.size < _FEWEST or got.dtype.kind != "f":
        return None
    if not (np.isfinite(got).all() and np.isfinite(wanted).all() and np.any(wanted)):
        return None
    ratio = float(np.vdot(wanted, got) / np.vdot(wanted, wanted))
    near = abs(ratio) > 1e-6 and abs(ratio - 1) > 1e-3 and _fits(case, output, got / ratio)
    return ratio if near else None


def _sizes(case: AskedCase) -> dict[str, float]:
    """Numbers that a case's inputs hold, and how long their axes are, by what a sentence calls them."""
    found: dict[str, float] = {}
    for name, value in _flat(case.inputs):
        if type(value) in NUMBERS and type(value) is not bool and np.isreal(value) and value not in (0, 1):
            found[f"`{name}`"] = float(value)
            found[f"(1 - `{name}`)"] = 1 - float(value)
        elif type(value) is np.ndarray:
            for axis, length in enumerate(value.shape):
                if length > 1:
                    found[f"`{name}.shape[{axis}]`"] = length
    return found


def _flat(inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in inputs.items():
        if type(value) is dict:
            yield from ((f"{name}[{key!r}]", item) for key, item in value.items())
        else:
            yield name, value


def _fits(case: AskedCase, output: str, got: Any) -> bool:
    """Whether a value is the one that is expected of an output."""
    found = compare(got, case.expected[output], case.tolerance_of(output), exact_dtype=case.exact_dtype)
    return found.flaw is Flaw.NONE
