"""What a script's outputs are: values that it left behind, or quantities measured on those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stagewise.judge.compare import NUMBERS, Tolerance, describe, kind_of
from stagewise.judge.grammar import Entry, Quantity, output
from stagewise.judge.numerals import numeral
from stagewise.judge.script import Failure, FailureKind, pick
from stagewise.observables import OBSERVABLES, Observable, Unobservable

_ROUNDING = 1e-6


def observe(values: Mapping[str, Any], wanted: str, measured: dict[str, Any] | None = None) -> Any:
    """The value of an output; a Failure when a quantity cannot be measured on what is there.

    measured: quantities of these values that are known already, by their text; new ones are added.
    MissingEntry when an entry is not there. ValueError when the text is no output or no such quantity exists.
    """
    return _observe(values, output(wanted), {} if measured is None else measured)


def quantity(wanted: str) -> Quantity | None:
    """The quantity that an output is, None for a plain value. ValueError when there is none of that name."""
    found = output(wanted)
    return _known(found) if isinstance(found, Quantity) else None


def is_dtype(wanted: str) -> bool:
    """Whether an output is the dtype of something."""
    found = quantity(wanted)
    return found is not None and found.measure == "dtype_name"


def is_share(wanted: str) -> bool:
    """Whether an output is a quantity that cannot be less than 0 or more than 1."""
    found = quantity(wanted)
    return found is not None and _observable(found).share


def told(wanted: str, got: Any, expected: Any, chance: Tolerance | None) -> str:
    """A sentence about a wrong quantity; '' when its comparison says more.

    chance: within which a right answer's differs by chance, None for one that is always the same.
    """
    found = quantity(wanted)
    numbers = type(got) in NUMBERS and type(expected) in NUMBERS
    if found is None or not (numbers or type(expected) is str):
        return ""
    clause = ""
    slack = chance.stol * (abs(expected) + chance.scale) if chance is not None else 0.0
    if slack > _ROUNDING:
        least, most = (0, 1) if _observable(found).share else (-np.inf, np.inf)
        low, high = max(expected - slack, least), min(expected + slack, most)
        clause = f", by chance from {numeral(low, 3)} to {numeral(high, 3)}"
    return f"{says(found)}: expected {_shown(expected)}{clause}; got {_shown(got)}"


def says(one: Entry | Quantity) -> str:
    """What an output is called in a sentence."""
    if isinstance(one, Entry):
        return one.text
    return _observable(one).says.format(*map(says, one.arguments))


def _observe(values: Mapping[str, Any], wanted: Entry | Quantity, measured: dict[str, Any]) -> Any:
    if isinstance(wanted, Entry):
        return pick(values, wanted)
    if wanted.text not in measured:
        measured[wanted.text] = _measured(values, wanted, measured)
    return measured[wanted.text]


def _measured(values: Mapping[str, Any], wanted: Quantity, measured: dict[str, Any]) -> Any:
    arguments = []
    for one in wanted.arguments:
        value = _observe(values, one, measured)
        unfit = value if type(value) is Failure else _unfit(value, one, wanted)
        if unfit is not None:
            return unfit
        arguments.append(value)
    try:
        with np.errstate(all="ignore"):
            return _observable(wanted).measure(*arguments)
    except Unobservable as reason:
        named = [says(one) for one in wanted.arguments]
        message, outline = str(reason).format(*named), reason.outline.format(*named)
    except (ValueError, IndexError, np.linalg.LinAlgError):
        message = outline = f"{says(wanted)} cannot be measured"
    return Failure(wanted.text, FailureKind.UNFIT, message, outline=outline)


def _unfit(value: Any, one: Entry | Quantity, wanted: Quantity) -> Failure | None:
    """Why nothing can be measured on a value: it is no array of numbers."""
    if value is None or value is Ellipsis:
        message = f"{one.text} is still {value!r}: not written yet, or a return is missing"
        return Failure(wanted.text, FailureKind.UNFINISHED, message)
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.ndim:
        odd = f"{one.text} has entries that are NaN or infinite"
        return None if np.isfinite(value).all() else Failure(wanted.text, FailureKind.UNFIT, odd, outline=odd)
    needed = f"{one.text} should be an array of floats, and is"
    return Failure(
        wanted.text,
        FailureKind.UNFIT,
        f"{needed} {describe(value)}",
        outline=f"{needed} {kind_of(value)}" if type(value) is not np.ndarray else f"{needed} another one",
    )


def _known(found: Quantity) -> Quantity:
    _observable(found)
    for argument in found.arguments:
        if isinstance(argument, Quantity):
            _known(argument)
    return found


def _observable(found: Quantity) -> Observable:
    if found.measure not in OBSERVABLES:
        raise ValueError(f"there is no quantity {found.measure!r}; there are: {', '.join(OBSERVABLES)}")
    return OBSERVABLES[found.measure]


def _shown(value: Any) -> str:
    if value != value:
        return "nan, so there is no such number"
    return numeral(value) if type(value) is not str and type(value) in NUMBERS - {bool} else str(value)
