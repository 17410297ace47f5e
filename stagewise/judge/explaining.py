"""Which known mistake explains wrong answers: the one whose answers are the same, in all that it changes.

What is wrong beside the values (form, dtype, an argument written into, a warning) is taken away first: a
mistake in values may stand beside any of it. A mistake that leaves the values right needs right values and
all of its own flaws. First one mistake must explain all that is wrong in value; then one that explains whole
outputs may stand beside others. What could come of anything (nothing but zeros, ones or NaN) identifies no
mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stagewise.judge.asking import AskedCase
from stagewise.judge.fingerprint import CLOSE, NEAR, RecordedMistake, apart, is_measured
from stagewise.judge.grammar import output as parsed
from stagewise.judge.judging import HABITS, Judged, Observed, is_of_warning
from stagewise.judge.observing import is_dtype, quantity
from stagewise.judge.reordering import right_order
from stagewise.judge.report import Status
from stagewise.judge.script import RAISED, Failure, FailureKind, Played

_ROUNDINGS = 1e-5  # nearer than this is as near as can be: work in float32 on one processor or another
_PASSING = ("warned", "dtype")  # flaws that a mistake in values has in one precision and not in another
_BY_CHANCE = frozenset({"anything", "about"})  # what may be right in one run and wrong in another
Prints = Sequence[Mapping[str, Any]]


def recognise(judged: Judged, mistakes: Sequence[RecordedMistake]) -> RecordedMistake | None:
    """The recorded mistake that explains what was judged, or None; right answers need no explanation.

    Of all that fit, the one with the fewest flaws beside it, then the nearest, then the first: two mistakes
    may differ by less than a rounding.
    """
    if all(row.credit == 1 for row in judged.rows):
        return None
    for fit in (_whole, _part):
        found = [
            (*how, number) for number, one in enumerate(mistakes) if (how := fit(one.fingerprints, judged))
        ]
        if found:
            *_, first = min(found)
            return mistakes[int(first)]
    return None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is told of wrong answers: the name of a known mistake ("" for none), a sentence ("" where there is
    nothing to say), and further ones."""

    name: str
    says: str
    notes: tuple[str, ...]


def explained(
    function: str,
    cases: Sequence[AskedCase],
    played: Sequence[Played],
    judged: Judged,
    known: RecordedMistake | None,
) -> Explanation:
    """What is told of the answers: a known mistake, another order of the results, or what was measured first.
    A warning comes last, and first only where it may be the reason.

    The order comes before a mistake that does not explain all that is wrong.
    """
    wrong = {name for seen in judged.observed for name in seen.wrong}
    claimed = _claimed(known.fingerprints) if known is not None else frozenset[str]()
    order = right_order(function, cases, played) if wrong - claimed else ()
    if known is not None and not order:
        return Explanation(known.name, known.says, tuple(note.removesuffix(HABITS) for note in judged.notes))
    notes = [*([_of_order(order, cases)] if order else []), *judged.notes]
    aside = bool(notes) and is_of_warning(notes[0]) and _is_wrong_without_warning(judged)
    first, *others = ["", *notes] if aside or not notes else notes
    return Explanation("", first, tuple(others))


def _of_order(order: Sequence[str], cases: Sequence[AskedCase]) -> str:
    """The sentence about results that are right in that order; of those that nothing compares, as caches, it
    says nothing."""
    asked = {root for case in cases for name in case.shares for root in parsed(name).roots}
    known = [name for name in order if name in asked]
    if len(known) == len(order):
        return f"Your results are right, in another order: return {', '.join(order)}."
    named = f"{', '.join(known)} {'is' if len(known) == 1 else 'are'}"
    return f"Your {named} right, but at another place among the results: return {', '.join(order)}."


def _is_wrong_without_warning(judged: Judged) -> bool:
    """Whether values are wrong in a case in which nothing warned: then a warning is not what is wrong."""
    return any(seen.wrong and not any(kind == "warned" for kind, _ in seen.sides) for seen in judged.observed)


def _claimed(prints: Prints) -> frozenset[str]:
    """The outputs that a mistake changes in some case."""
    return frozenset(name for wanted in prints for name in wanted.get("outputs", ()))


def tells(prints: Prints, outputs: Collection[str]) -> bool:
    """Whether a mistake can be recognised by something; outputs: all that are asked of the exercise."""
    return _is_in_values(prints, outputs) or any(wanted.get("sides") or _dtypes(wanted) for wanted in prints)


def _whole(prints: Prints, judged: Judged) -> tuple[Any, ...] | None:
    """How well a mistake explains all that is wrong in value; None when it does not."""
    outputs = {name for case in judged.observed for name in case.outputs}
    found = _apart(prints, judged.observed, outputs)
    if found is None or not tells(prints, outputs):
        return None
    return sum(map(_others, prints, judged.observed)), found[0]


def _part(prints: Prints, judged: Judged) -> tuple[Any, ...] | None:
    """How well a mistake explains all the outputs that it changes, beside others that are wrong otherwise.

    First the one that explains most of them, then the one that explains the first. One that only ends calls
    otherwise has to explain all, and one that changes parts of an answer all of its wrong parts. An exception
    that comes also where the mistake answers has another reason than the mistake; what was measured on
    nothing but zeros or ones has none; and another output that holds but rounding may itself be the reason.
    """
    claimed = _claimed(prints)
    found = _apart(prints, judged.observed, claimed) if claimed else None
    wrong = list(dict.fromkeys(row.output for row in judged.rows if row.credit == 0))
    raised = {row.output for row in judged.rows if row.status is Status.ERROR}
    empty = {name for case in judged.observed for name in case.empty & case.wrong}
    parts = {name for case in judged.observed for name in case.parts}
    if (
        found is None
        or _ends(prints)
        or _fails_elsewhere(prints, judged.observed)
        or not _is_in_values(prints)
        or (raised - claimed and claimed <= raised)
        or not empty.isdisjoint(claimed)
        or not (parts.isdisjoint(claimed) or parts.intersection(wrong) <= claimed)
        or any(_comes_to_nothing(name, judged.observed) for name in set(wrong) - claimed)
    ):
        return None
    places = [wrong.index(name) for name in claimed if name in wrong]  # chance may have made one right
    return (-len(claimed), min(places), found[0]) if places else None


def _comes_to_nothing(name: str, seen: Sequence[Observed]) -> bool:
    """Whether an output, wherever it is wrong, is an array of floats that are nothing beside the others."""
    return all(_is_rounding(case.outputs[name], case) for case in seen if name in case.wrong)


def _is_rounding(value: Any, case: Observed) -> bool:
    numbers = [np.abs(one) for one in case.outputs.values() if type(one) is np.ndarray and is_measured(one)]
    size = max((float(one.max(initial=0.0)) for one in numbers), default=0.0)
    floats = type(value) is np.ndarray and value.dtype.kind == "f" and value.size > 0
    return floats and bool(np.all(np.abs(value) <= (NEAR if case.narrow else CLOSE) * size))


def _ends(prints: Prints) -> bool:
    """Whether all that a mistake changes is how calls end: by an exception, or by none."""
    changes = [item for wanted in prints for item in wanted.get("outputs", {}).items()]
    return all(name == RAISED or "ends" in one for name, one in changes)


def _fails_elsewhere(prints: Prints, seen: Sequence[Observed]) -> bool:
    """Whether calls end otherwise than they should, for outputs that are wrong only where a mistake changes
    nothing."""
    spoken, failing = set[str](), set[str]()
    for wanted, case in zip(prints, seen, strict=True):
        if wanted.get("outputs"):
            spoken |= case.wrong
        else:
            failing |= {name for name in case.wrong if name == RAISED or _raised(case.outputs[name])}
    return not failing <= spoken


def _raised(value: Any) -> bool:
    return type(value) is Failure and value.kind is FailureKind.RAISED


def _apart(prints: Prints, seen: Sequence[Observed], outputs: Collection[str]) -> tuple[float] | None:
    """The distance of the answers of these outputs; None when one differs in a case, or a flaw is missing.

    What is anything in one case of the mistake may by chance be measured as wrong in another one too.
    """
    changed = [item for wanted in prints for item in wanted.get("outputs", {}).items()]
    loose = {name for name, one in changed if "anything" in one and "fails" not in one}
    worst, in_values = 0.0, any(wanted.get("outputs", {}).keys() - _dtypes(wanted) for wanted in prints)
    for wanted, case in zip(prints, seen, strict=True):
        changes = wanted.get("outputs", {})
        chance = {name for name in loose if is_measured(case.outputs.get(name))}
        if any(name in outputs and not is_dtype(name) for name in case.wrong - changes.keys() - chance):
            return None
        needed = {side for side in _sides(wanted) if not in_values or not side[0].startswith(_PASSING)}
        if not needed <= case.sides:
            return None
        for name, one in changes.items():
            if "fails" in one and name in case.wrong and type(case.outputs[name]) is not Failure:
                return None
            asked = name in case.wrong or not _BY_CHANCE.isdisjoint(one)
            away = apart(one, case.outputs[name]) if asked else None
            if away is None:
                return None
            worst = max(worst, away)
    return (worst if worst > _ROUNDINGS else 0.0,)


def _others(wanted: Mapping[str, Any], case: Observed) -> int:
    """How many flaws a case has beside those of the mistake."""
    return len(case.sides - _sides(wanted)) + len(case.wrong - wanted.get("outputs", {}).keys())


def _sides(wanted: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset((kind, name) for kind, name in wanted.get("sides", ()))


def _dtypes(wanted: Mapping[str, Any]) -> frozenset[str]:
    """The outputs of a mistake that are dtypes."""
    return frozenset(filter(is_dtype, wanted.get("outputs", ())))


def _is_in_values(prints: Prints, outputs: Collection[str] = ()) -> bool:
    """Whether a mistake has wrong values that say something, beside whatever else is wrong.

    outputs: all that are asked, when everything else is known to be right. Then what could come of anything
    says something too, if it was measured, or if not all that is asked is alike.
    """
    told: dict[str, list[Mapping[str, Any]]] = {}
    for wanted in prints:
        for name, one in wanted.get("outputs", {}).items():
            if not is_dtype(name) and "anything" not in one:
                told.setdefault(name, []).append(one)
    if any("flat" not in one for found in told.values() for one in found):
        return True
    return bool(outputs) and any(
        quantity(name) is not None or len(told) < len(outputs) or _differ(found, len(prints))
        for name, found in told.items()
    )


def _differ(found: Sequence[Mapping[str, Any]], cases: int) -> bool:
    """Whether single numbers differ from case to case, or are right in some."""
    return all(one.get("shape", []) == [] for one in found) and (
        len(found) < cases or any(one != found[0] for one in found)
    )
