"""Is a value the expected one? Type first, then shape, NaN and infinity, the numbers, and then their dtype.

Only exact NumPy arrays, NumPy scalars and Python's own types are looked at. Anything else is of the wrong
type and is never asked anything: objects of a student may answer whatever they like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from stagewise.judge.decimals import are_rounded
from stagewise.judge.numerals import numeral, pair, small

_WHOLE = frozenset({int, *(np.dtype(code).type for code in np.typecodes["AllInteger"])})
_FLOATS = frozenset({float, complex, *(np.dtype(code).type for code in np.typecodes["AllFloat"])})
NUMBERS = _WHOLE | _FLOATS | {bool, np.bool_}  # the exact types of single numbers
_KINDS = {"b": "booleans", "i": "whole numbers", "u": "whole numbers", "f": "floats", "c": "complex numbers"}
_CALLABLES = (FunctionType, BuiltinFunctionType, MethodType, type)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a right answer may be off, and why that much.

    An entry passes when |got - expected| <= rtol * |expected| + stol * (max|expected| + scale). `rtol` is of
    the entry, `stol` of the largest entry (cancellation leaves noise of that size in small entries). `scale`
    is for outputs that cancel to nothing: the size of the terms that cancel, 0 when there is none.
    """

    rtol: float
    stol: float
    reason: str
    scale: float = 0.0
    decimals: bool = True  # whether an answer may be told to be rounded; a quantity that was measured is not


class Flaw(Enum):
    """What is wrong with a value, in the order of looking."""

    NONE = "none"
    TYPE = "type"
    SHAPE = "shape"
    NAN = "nan"
    VALUE = "value"
    DTYPE = "dtype"  # right values of another kind or width
    BROADCAST = "broadcast"  # right values in another form: (1, D) for (D,), a list for an array


RIGHT_IN_VALUE = frozenset({Flaw.NONE, Flaw.DTYPE, Flaw.BROADCAST})


@dataclass(frozen=True, slots=True)
class Comparison:
    """The flaw, the worst relative error (0 exact, inf when nothing could be compared), and a sentence.

    `outline` is the sentence for cases that must not become known: how much is wrong, where and in what way,
    without a value that was expected, and without anything that is worded or counted by the answer. `sides`
    are flaws of form and dtype, also where the values are wrong.
    """

    flaw: Flaw
    error: float
    message: str = ""
    outline: str = ""
    sides: frozenset[str] = frozenset()


class Opaque:
    """Base of stand-ins for objects of another process. `stands_for` is what to call them: "a function"."""

    stands_for = "an object that is neither a number nor an array"


STANDS_FOR = "stands_for"
"""A dict with a text under this key is an object's description; the text is what to call the object."""

ROUNDED = "they are rounded: return them as they come"
RIGHT_BUT = "the values are right, but "
_SHAPE_IS, _OTHER_SHAPE = "the shape is", "not their shape"
_ROUNDS_SHOW = 1e-3  # a larger tolerance leaves to chance what a few decimals would show
_INF = float("inf")
_AS_FAR = 1 - 1e-4
_MOST_AXES_TOLD = 4
_COMMA = " (a comma behind a single value makes a tuple: return it without)"


def compare(got: Any, expected: Any, tolerance: Tolerance, *, exact_dtype: bool = False) -> Comparison:
    """Compare `got` with `expected`, containers entry by entry; the first entry with a flaw is reported.

    `exact_dtype` asks for the very dtype (float32 stays float32), otherwise its kind is enough.
    """
    if type(expected) is np.ndarray or type(expected) in NUMBERS:
        return _compare_numbers(got, expected, tolerance, exact_dtype)
    if type(expected) is dict:
        return _compare_dicts(got, expected, tolerance, exact_dtype)
    if type(expected) in (list, tuple):
        return _compare_sequences(got, expected, tolerance, exact_dtype)
    if expected is not None and type(expected) not in (str, bytes):
        return _flawed(Flaw.TYPE, f"{describe(expected)} cannot be compared")
    if type(got) is not type(expected):
        return _of_wrong_type(got, expected)
    if got != expected:
        message = f"expected {expected!r}, got {_short(repr(got))}"
        return Comparison(Flaw.VALUE, _INF, message, "it is not what was expected")
    return Comparison(Flaw.NONE, 0.0)


def describe(value: Any) -> str:
    """What a value is, for a sentence: "a float array of shape (4, 3)", "a function", "None"."""
    kind = type(value)
    if kind is np.ndarray:
        return f"{_a(_kind_word(value))} array of shape {value.shape}"
    if value is None or value is Ellipsis:
        return "nothing (None)" if value is None else "an ellipsis (...)"
    if kind in NUMBERS:
        return "True or False" if np.asarray(value).dtype.kind == "b" else "a single number"
    if called(value):
        return _short(called(value))
    if kind in (list, tuple, dict, str):
        return f"a {kind.__name__}" + (f" of {len(value)}" if kind is not str else "")
    if issubclass(kind, Opaque):
        return str(value.stands_for)
    if kind in _CALLABLES:
        return "a function" if kind is not type else "a class"
    if kind.__module__.partition(".")[0] == "torch" and kind.__name__ in ("Tensor", "Parameter"):
        return "a torch tensor (a NumPy array is needed here: compute with np alone)"
    if issubclass(kind, np.ndarray):
        return f"an array of the special type {kind.__name__} (a plain array is needed: np.array(...))"
    return f"an object of type {kind.__name__}"


def kind_of(value: Any) -> str:
    """What a value is, in one of a few words that the value has no part in."""
    kind = type(value)
    if kind is np.ndarray:
        return "an array"
    if value is None or value is Ellipsis or kind in NUMBERS:
        return describe(value)
    if called(value):
        return "another object"
    if kind in (list, tuple, dict, str):
        return f"a {kind.__name__}"
    return "a function" if kind in _CALLABLES else "another object"


def is_of_shape(message: str) -> bool:
    """Whether a sentence tells of right values whose shape alone is another one."""
    return message.startswith((RIGHT_BUT + _SHAPE_IS, RIGHT_BUT + _OTHER_SHAPE))


def called(value: Any) -> str:
    """What the object that a value describes is called; "" when it describes none."""
    told = value.get(STANDS_FOR) if type(value) is dict else None
    return told if type(told) is str else ""


def _compare_dicts(got: Any, expected: dict[Any, Any], tolerance: Tolerance, exact_dtype: bool) -> Comparison:
    if type(got) is not dict or called(got) != called(expected):
        return _of_wrong_type(got, expected)
    missing = [key for key in expected if key not in got]
    if missing:
        return _flawed(Flaw.TYPE, f"the dict has no entry {', '.join(map(repr, missing))}")
    pairs = [(f"[{key!r}]", got[key], value) for key, value in expected.items()]
    return _first_flaw(pairs, tolerance, exact_dtype)


def _compare_sequences(got: Any, expected: Any, tolerance: Tolerance, exact_dtype: bool) -> Comparison:
    if type(expected) is tuple and type(got) is np.ndarray and got.ndim == 1 and _lengths(expected):
        got = list(got)  # a pair of numbers computed at once
    if type(got) not in (list, tuple):
        return _of_wrong_type(got, expected)
    if len(got) != len(expected):
        wanted = f"expected {len(expected)} entries, got"
        many = "more" if len(got) > len(expected) else "fewer"
        return Comparison(Flaw.SHAPE, _INF, f"{wanted} {len(got)}", f"{wanted} {many}")
    pairs = [(f"[{i}]", g, e) for i, (g, e) in enumerate(zip(got, expected, strict=True))]
    return _first_flaw(pairs, tolerance, exact_dtype)


def _first_flaw(pairs: list[tuple[str, Any, Any]], tolerance: Tolerance, exact_dtype: bool) -> Comparison:
    """The first entry with wrong values, else the first of another dtype, else the first in another form."""
    worst = 0.0
    sides = frozenset[str]()
    told: dict[Flaw, Comparison] = {}
    for place, got, expected in pairs:
        found = compare(got, expected, tolerance, exact_dtype=exact_dtype)
        worst, sides = max(worst, found.error), sides | found.sides
        flaw = found.flaw if found.flaw in RIGHT_IN_VALUE else Flaw.VALUE
        message, outline = f"entry {place}: {found.message}", f"entry {place}: {found.outline}"
        told.setdefault(flaw, replace(found, message=message, outline=outline))
    for flaw in (Flaw.VALUE, Flaw.DTYPE, Flaw.BROADCAST):
        if flaw in told:
            return replace(told[flaw], sides=sides)
    return Comparison(Flaw.NONE, worst)


def _compare_numbers(got: Any, expected: Any, tolerance: Tolerance, exact_dtype: bool) -> Comparison:
    listed = type(got) in (list, tuple) and type(expected) is np.ndarray and _lengths(got) == expected.shape
    if type(got) is not np.ndarray and type(got) not in NUMBERS and not (listed and np.size(expected)):
        return _of_wrong_type(got, expected)
    given, wanted = np.asarray(got), np.asarray(expected)
    if given.dtype.kind not in _KINDS:
        came = f"expected {describe(expected)}, got an array of"
        return Comparison(Flaw.TYPE, _INF, f"{came} dtype {given.dtype}", f"{came} something else")
    squeezed = given.shape != wanted.shape
    if squeezed and _squeezed(given.shape) != _squeezed(wanted.shape):
        return _of_wrong_shape(given, wanted)
    placed = given.reshape(wanted.shape)
    found = _compare_values(placed, wanted, tolerance)
    types = (type(got), type(expected))
    dtype = "" if listed else _another_dtype(given.dtype, wanted.dtype, types, exact_dtype)
    sides = {f"dtype {given.dtype}": (Flaw.DTYPE, dtype)} if dtype else {}
    if squeezed:
        came = f"{_SHAPE_IS} {given.shape}" if _is_near(given, wanted) else _OTHER_SHAPE
        sides[f"shape {given.shape}"] = Flaw.BROADCAST, f"{came}; expected {_shape_words(wanted)}"
    if listed:
        form = f"they come in {describe(got)}; expected an array: np.array(...)"
        sides[type(got).__name__] = Flaw.BROADCAST, form
    exact = max(tolerance.rtol, tolerance.stol) <= _ROUNDS_SHOW and tolerance.scale == 0
    if exact and tolerance.decimals and are_rounded(placed, wanted):
        sides["rounded"] = Flaw.BROADCAST, ROUNDED
    return _beside(found, sides)


def _beside(found: Comparison, sides: Mapping[str, tuple[Flaw, str]]) -> Comparison:
    """The comparison of values, and what is wrong beside them: told where the values are right."""
    if found.flaw is not Flaw.NONE or not sides:
        return replace(found, sides=frozenset(sides))
    message = f"{RIGHT_BUT}{'; and '.join(said for _, said in sides.values())}"
    return Comparison(next(iter(sides.values()))[0], found.error, message, message, frozenset(sides))


def _lengths(got: Any) -> tuple[int, ...] | None:
    """The shape of numbers in lists or tuples, which may hold arrays; None of anything else."""
    if type(got) in NUMBERS:
        return ()
    if type(got) is np.ndarray:
        return got.shape if got.dtype.kind in _KINDS else None
    if type(got) not in (list, tuple):
        return None
    inner = {_lengths(item) for item in got}
    (only,) = inner if len(inner) == 1 else (None,)
    return None if only is None else (len(got), *only)


def _another_dtype(given: np.dtype[Any], wanted: np.dtype[Any], types: tuple[type, type], exact: bool) -> str:
    """What is wrong with the dtype of right values, "" when nothing is."""
    # A loss of `0` where 0.0 is expected is right; an array of integers where floats are expected is not.
    whole = types[0] in _WHOLE and types[1] in _FLOATS
    if _family(given) != _family(wanted) and not whole:
        return f"they are {_KINDS[given.kind]} (dtype {given}); expected {_KINDS[wanted.kind]}"
    if exact and given != wanted and not {int, float, bool} & set(types):
        return f"{wanted} comes back as {given}"
    return ""


def _compare_values(given: np.ndarray, wanted: np.ndarray, tolerance: Tolerance) -> Comparison:
    if wanted.dtype.kind in "biu":
        return _compare_exactly(given, wanted)
    return _compare_floats(given, wanted, tolerance)


def _compare_exactly(given: np.ndarray, wanted: np.ndarray) -> Comparison:
    wrong = given != wanted
    count = int(np.count_nonzero(wrong))
    if not count:
        return Comparison(Flaw.NONE, 0.0)
    place = np.unravel_index(int(np.argmax(wrong)), wanted.shape)
    outline = f"{_entries(count, wanted)} wrong{_at('the first', place)}"
    said = f"expected {wanted[place]}, got {given[place]}"
    return Comparison(Flaw.VALUE, _INF, f"{outline}: {said}", outline)


def _compare_floats(given: np.ndarray, wanted: np.ndarray, tolerance: Tolerance) -> Comparison:
    if wanted.size == 0:
        return Comparison(Flaw.NONE, 0.0)
    work = np.complex128 if "c" in (given.dtype.kind, wanted.dtype.kind) else np.float64
    got, want = given.astype(work), wanted.astype(work)
    regular = np.isfinite(want)
    if not (regular.all() and np.isfinite(got).all()):
        alike = (got == want) | (np.isnan(got) & np.isnan(want))
        odd = np.where(regular, ~np.isfinite(got), ~alike)
        if odd.any():
            return _of_odd_numbers(got, want, odd)
        got, want = np.where(regular, got, 0), np.where(regular, want, 0)
    return _compare_finite(got, want, tolerance, given.dtype)


def _compare_finite(
    got: np.ndarray, want: np.ndarray, tolerance: Tolerance, dtype: np.dtype[Any]
) -> Comparison:
    with np.errstate(all="ignore"):
        off, size = np.abs(got - want), np.abs(want)
        largest = float(size.max()) + tolerance.scale
        allowed = size * tolerance.rtol + largest * tolerance.stol
        missed = ~(off <= allowed)
        # Relative to what is allowed and then times rtol: the same number, also where rtol is 0.
        ratio = np.where(off == 0, 0.0, off / allowed)
    most = float(ratio.max())
    error = most * (tolerance.rtol or tolerance.stol)
    if not missed.any():
        return Comparison(Flaw.NONE, error)
    # The first of those as far off: a wrong factor is off by the same ratio everywhere, but for roundings.
    place = np.unravel_index(int(np.argmax(~(ratio < most * _AS_FAR))), want.shape)
    expected, given = pair(want[place], got[place], _rounding(dtype))
    off_by, where = f"{_entries(int(np.count_nonzero(missed)), want)} off", _at("worst", place)
    message = (
        f"{off_by}, relative error {small(error)} "
        f"(allowed {tolerance.rtol or tolerance.stol:.0e}){where}: expected {expected}, got {given}"
    )
    return Comparison(Flaw.VALUE, error, message, off_by + where)


def _of_odd_numbers(got: np.ndarray, want: np.ndarray, odd: np.ndarray) -> Comparison:
    place = np.unravel_index(int(np.argmax(odd)), want.shape)
    how = (
        "NaN or infinite where a number belongs"
        if np.isfinite(want[place])
        else "not as infinite as expected"
    )
    outline = f"{_entries(int(np.count_nonzero(odd)), want)} {how}{_at('the first', place)}"
    said = f"expected {numeral(want[place])}, got {numeral(got[place])}"
    return Comparison(Flaw.NAN, _INF, f"{outline}: {said}", outline)


def _of_wrong_type(got: Any, expected: Any) -> Comparison:
    wanted = f"expected {describe(expected)}, got"
    hint = _COMMA if type(got) is tuple and len(got) == 1 else ""
    return Comparison(Flaw.TYPE, _INF, f"{wanted} {describe(got)}{hint}", f"{wanted} {kind_of(got)}{hint}")


def _of_wrong_shape(given: np.ndarray, wanted: np.ndarray) -> Comparison:
    hint = " (that is its transpose)" if given.ndim > 1 and given.shape == wanted.shape[::-1] else ""
    message = f"expected {_shape_words(wanted)}, got {_shape_words(given)}{hint}"
    outline = message if _is_near(given, wanted) else f"expected {_shape_words(wanted)}, got another one"
    return Comparison(Flaw.SHAPE, _INF, message, outline)


def _is_near(given: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether a shape is one of the few that are made of the lengths of the expected one."""
    return given.ndim <= _MOST_AXES_TOLD and {0, 1, *wanted.shape} >= set(given.shape)


def _flawed(flaw: Flaw, message: str) -> Comparison:
    """A comparison whose sentence has no part of the answer in it that could be worded freely."""
    return Comparison(flaw, _INF, message, message)


def _shape_words(wanted: np.ndarray) -> str:
    return "a single number" if wanted.ndim == 0 else f"shape {wanted.shape}"


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)


def _family(dtype: np.dtype[Any]) -> str:
    return "i" if dtype.kind in "iu" else dtype.kind


def _kind_word(array: np.ndarray) -> str:
    words = {"b": "boolean", "i": "integer", "u": "integer", "f": "float", "c": "complex"}
    return words.get(array.dtype.kind, str(array.dtype))


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _entries(count: int, array: np.ndarray) -> str:
    if array.ndim == 0:
        return "the number is"
    return f"{count} of {array.size} entries " + ("is" if count == 1 else "are")


def _at(word: str, place: tuple[Any, ...]) -> str:
    return f"; {word} at [{', '.join(str(int(i)) for i in place)}]" if place else ""


def _rounding(dtype: np.dtype[Any]) -> float:
    """The relative one of a number of that type, 0 where all numbers are exact."""
    return float(np.finfo(dtype).eps) if dtype.kind in "fc" else 0.0


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
