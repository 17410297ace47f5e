"""What can be told of a failure in the course's own words: for cases whose inputs must not become known.

An exception's type, text and traceback are the student's to choose, and their code holds the inputs when it
raises. So a type is told when it is one of Python's or NumPy's, and of a text what kind it is of.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable
from itertools import combinations

from stagewise.judge.script import Failure, FailureKind, MissingEntry, text_of

_LONGEST = 600
_NUMPYS = ("LinAlgError", "AxisError")
_FAMILIAR = frozenset((*_NUMPYS, "TimeIsUp")).union(
    name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)
)
_KINDS = (
    (r"(division by zero|float division by zero)", "division by zero"),
    (r"operands could not be broadcast together.*", "these shapes cannot be broadcast together"),
    (r"non-broadcastable output operand.*", "the result does not fit into the array that takes it"),
    (r"could not broadcast input array.*", "the array does not fit into the place that takes it"),
    (r"shapes .* not aligned.*|matmul: .*mismatch.*", "these shapes cannot be multiplied"),
    (r"cannot reshape array.*", "an array cannot be reshaped like that"),
    (r"axis .* is out of bounds.*", "there is no such axis"),
    (r"(index .*|list index|tuple index|string index) (is )?out of (bounds|range).*", "no such index"),
    (r"too many indices for array.*", "more indices than axes"),
    (r"setting an array element with a sequence.*", "an array's entry is given several values"),
    (r"The truth value of an array.*", "an array is used as one condition; use np.where or np.any"),
    (r"only (integer|length-1|0-dimensional|integer scalar) .*", "an array is used as one number"),
    (r"assignment destination is read-only", "this array cannot be written into"),
    (r"Cannot cast .*|ufunc '.*' output .* could not be cast.*", "the result does not fit this dtype"),
    (r"Singular matrix", "the matrix is singular"),
    (r"math domain error|math range error", "outside of what this function is defined for"),
    (r"data that hold themselves.*", "it leaves data that hold themselves"),
    (r"maximum recursion depth exceeded.*", "it calls itself without end"),
    (r"name '.*' is not defined.*", "a name that is not defined"),
    (r"cannot access local variable .*", "a variable is used before it has a value"),
    (r"module '.*' has no attribute .*", "the module has nothing of that name"),
    (r"'NoneType' object .*", "something is None here"),
    (r"'.*' object has no attribute .*", "there is no such attribute"),
    (r"'.*' object is not (callable|iterable|subscriptable).*", "something of the wrong type"),
    (r"'.*' object does not support item assignment", "this cannot be written into"),
    (r"(unsupported|bad) operand type.*|'.*' not supported between.*", "types do not go together"),
    (r".* missing .* required .*argument.*", "a call with too few arguments"),
    (r".* takes .* positional arguments? but .*", "a call with too many arguments"),
    (r".* got an unexpected keyword .*", "a call with an argument of another name"),
    (r"not enough values to unpack.*|too many values to unpack.*", "not as many values as names"),
    (r"not called: this check's time was used up before", "this check's time was used up before"),
    (r"stopped after .*", "stopped: it ran too long"),
    (r"No module named .*", "there is no such module here"),
    (r"cannot import name .*", "the module has nothing of that name"),
)


def outlined(failure: Failure) -> str:
    """The sentence about a failure that an answer cannot put anything into."""
    if failure.kind is FailureKind.UNFIT:
        return failure.outline
    if failure.kind is FailureKind.UNFINISHED:
        return "not written yet, or a return is missing"
    if failure.kind is FailureKind.WRONG_COUNT:
        return f"`{failure.step}`: not as many values were returned as this takes"
    if failure.exception is None or type(failure.exception) is MissingEntry:
        return f"`{failure.step}`: an entry that is looked up is not there"
    return f"`{failure.step}` raised {outlined_exception(failure.exception_name, text_of(failure.exception))}"


def outlined_exception(name: str, text: str) -> str:
    """The type, if it is a familiar one, and what kind of text it is.

    >>> outlined_exception("ValueError", "operands could not be broadcast together with shapes (3,) (4,)")
    'ValueError: these shapes cannot be broadcast together'
    >>> outlined_exception("Secret17", "0.25")
    'an exception of its own'
    """
    if name not in _FAMILIAR:
        return "an exception of its own"
    short = text[:_LONGEST]
    kind = next((told for pattern, told in _KINDS if re.fullmatch(pattern, short, re.DOTALL)), "")
    return f"{name}: {kind}" if kind else name


_KEEPDIMS = "keepdims=True keeps the axis of a sum or mean, as length 1"
_REMEDIES = (
    (
        r"The truth value of an array.*",
        "np.where and np.maximum choose entry by entry; if, max and min do not",
    ),
    (r"only (integer|length-1|0-dimensional) .*", "math works on single numbers, np on arrays"),
    (r"ufunc 'bitwise_xor' not supported.*|unsupported .* for \^:.*", "a power is written **, not ^"),
)


def remedy(failure: Failure) -> str:
    """What helps against an exception that says little to a beginner, in brackets; "" where nothing is."""
    text = text_of(failure.exception) if failure.exception else ""
    said = next((said for pattern, said in _REMEDIES if re.fullmatch(pattern, text, re.DOTALL)), "")
    said = said or (_KEEPDIMS if _lacks_an_axis(text) else "")
    return f" ({said})" if said else ""


def _lacks_an_axis(text: str) -> bool:
    """Whether a text is NumPy's of two shapes, one of which is the other one without some of its axes.

    >>> _lacks_an_axis("operands could not be broadcast together with shapes (6,4) (6,) ")
    True
    >>> _lacks_an_axis("operands could not be broadcast together with shapes (6,4) (4,3) ")
    False
    """
    if not text.startswith("operands could not be broadcast together"):
        return False
    shapes = [tuple(one.strip(",").split(",")) for one in re.findall(r"\((\d[\d,]*)\)", text[:_LONGEST])]
    if len(shapes) != 2:
        return False
    few, many = sorted(shapes, key=len)
    return len(few) < len(many) and few in combinations(many, len(few))


_WARNINGS = ("overflow", "divide by zero", "invalid value", "Mean of empty slice")


def kinds_of_warnings(texts: Iterable[str]) -> tuple[str, ...]:
    """Of which kinds NumPy's warnings are, each once; "something else" for a text that is none of NumPy's.

    >>> kinds_of_warnings(["overflow encountered in exp", "overflow encountered in power", "0.25"])
    ('overflow', 'something else')
    """
    kinds = (next((one for one in _WARNINGS if text.startswith(one)), "something else") for text in texts)
    return tuple(dict.fromkeys(kinds))
