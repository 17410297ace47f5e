"""Functions and cases with expected values in, judged rows out; check and examine both judge here.

A case's row earns 1 for a right output and 0 for a wrong one. Each side flaw (a shape that only broadcasting
makes right, an argument written into, a warning where none may be) is named and takes a quarter of what is
left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stagewise.judge.asking import AskedCase
from stagewise.judge.between import settled
from stagewise.judge.blanks import blank_beside
from stagewise.judge.compare import (
    RIGHT_BUT,
    RIGHT_IN_VALUE,
    ROUNDED,
    Comparison,
    Flaw,
    compare,
    is_of_shape,
)
from stagewise.judge.copying import is_narrow
from stagewise.judge.grammar import Entry
from stagewise.judge.grammar import output as parsed
from stagewise.judge.observing import is_dtype, observe, quantity, says, told
from stagewise.judge.outline import kinds_of_warnings, outlined, remedy
from stagewise.judge.playing import calls, play_each
from stagewise.judge.report import Row, Status
from stagewise.judge.script import (
    RAISED,
    Failure,
    FailureKind,
    MissingEntry,
    Played,
    raised_by,
    text_of,
)
from stagewise.judge.setting import observers, placed

SIDE_FLAW = 0.75
HABITS = (
    ". np.zeros and np.ones without a dtype, np.sqrt of a Python number, and an array made of a list are"
    " float64: give them the dtype of what came in, or use np.zeros_like and math.sqrt"
)
_QUIETLY = "must run without a warning, and NumPy warned"
_UNFIT = "what was returned has another form than is asked for"
_NOTHING = Comparison(Flaw.TYPE, float("inf"))
_STATUS = {
    FailureKind.RAISED: Status.ERROR,
    FailureKind.UNFINISHED: Status.UNFINISHED,
    FailureKind.WRONG_COUNT: Status.FAILED,
    FailureKind.UNFIT: Status.FAILED,
}


@dataclass(frozen=True, slots=True)
class Observed:
    """What the functions answered in one case: each output's value or the failure that took its place, which
    of them are wrong in value, and what is wrong beside that, as pairs: a flaw of form or dtype and its
    output, "changed" and an input, "warned" and the kind of a warning in a quiet case. narrow: whether it
    began in float32; empty: outputs for which something that is nothing but zeros or ones was measured;
    parts: those that tell of one answer together.

    Where more than one answer is right, the expected one stands in place of the other.
    """

    outputs: dict[str, Any]
    wrong: frozenset[str] = frozenset()
    sides: frozenset[tuple[str, str]] = frozenset()
    narrow: bool = False
    empty: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows and observations in the order of the cases, the fraction earned (0 to 1), sentences about the side
    flaws, and the first failure of a step (its exception is kept)."""

    rows: tuple[Row, ...]
    observed: tuple[Observed, ...]
    fraction: float
    notes: tuple[str, ...] = ()
    failure: Failure | None = None


def judge(functions: Mapping[str, Callable[..., Any]], cases: Sequence[AskedCase]) -> Judged:
    """Play every case and judge each of its outputs.

    Functions are by the names that the scripts use. The first one is judged, the others are its partners:
    inputs that a partner writes into are not held against it.
    """
    return judge_played(next(iter(functions)), cases, played_with(functions, cases))


def played_with(functions: Mapping[str, Callable[..., Any]], cases: Sequence[AskedCase]) -> Sequence[Played]:
    """Every case played, each in its setting."""
    settings = {name: placed(functions, name) for name in calls(cases).settings}
    return play_each(settings, cases)


def judge_played(function: str, cases: Sequence[AskedCase], played: Sequence[Played]) -> Judged:
    """Judge what came of the cases, for the function of that name."""
    judged = [_judge_case(case, run, function) for case, run in zip(cases, played, strict=True)]
    rows = tuple(row for found, _, _ in judged for row in found)
    wrong = {output for _, seen, _ in judged for output in seen.wrong}
    notes = [note for _, _, notes in judged for note in notes if _is_of_all(note, wrong)]
    said = _told_once(sorted(notes, key=lambda note: is_of_warning(note[1])))
    failures = [
        run.failure
        for case, run in zip(cases, played, strict=True)
        if RAISED not in case.shares and not _is_of_ours(case, run.failure)
    ]
    failure = next((one for one in failures if one is not None), None)
    return Judged(rows, tuple(seen for _, seen, _ in judged), earned(cases, rows), said, failure)


def _is_of_all(note: tuple[str, str], wrong: Collection[str]) -> bool:
    """Whether a sentence about an output holds beyond its case: that a shape alone is wrong may be by the
    chance of a length of 1, where the values of other cases are wrong."""
    output, said = note
    return not (output in wrong and is_of_shape(said))


def is_of_warning(note: str) -> bool:
    """Whether a sentence tells of a warning where none may be."""
    return _QUIETLY in note


def _told_once(notes: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Sentences, each once, behind the outputs that they are about; what gives right values another dtype."""
    outputs: dict[str, list[str]] = {}
    for output, said in notes:
        outputs.setdefault(said, []).append(output)
    about = {said: ", ".join(dict.fromkeys(filter(None, names))) for said, names in outputs.items()}
    return tuple(
        (f"{names}: {said}" if names else said) + (HABITS if said.endswith("comes back as float64") else "")
        for said, names in about.items()
    )


def earned(cases: Sequence[AskedCase], rows: Sequence[Row]) -> float:
    """The fraction of the points, from rows in the order of cases and outputs.

    Each output's credit is averaged over its cases by weight; outputs are averaged by share. Where values are
    asked and none of them earns anything, an exception or a dtype does not either.
    """
    credits: dict[str, list[tuple[float, float, bool]]] = {}
    shares: dict[str, float] = {}
    left = iter(rows)
    for case in cases:
        for output, share in case.shares.items():
            shares.setdefault(output, share)
            credits.setdefault(output, []).append((case.weight, next(left).credit, case.main))
    worth = {output: shares[output] * _averaged(found) for output, found in credits.items()}
    values = [one for output, one in worth.items() if output != RAISED and not is_dtype(output)]
    if not worth or (values and not any(values)):
        return 0.0
    return sum(worth.values()) / sum(shares.values())


def _averaged(credits: list[tuple[float, float, bool]]) -> float:
    if any(main and credit == 0 for _, credit, main in credits):
        return 0.0
    if all(credit == 1 for _, credit, _ in credits):
        return 1.0
    return sum(weight * credit for weight, credit, _ in credits) / sum(weight for weight, _, _ in credits)


def answered(case: AskedCase, run: Played, output: str, measured: dict[str, Any]) -> Any:
    """What a run answers as one of the outputs of a case, or the Failure that took its place.

    measured: what was measured in this run before.
    """
    if output == RAISED:
        return raised_by(run)
    try:
        value = observe(run.values, output, measured)
    except MissingEntry as missing:
        if run.failure is None and all(run.values.get(root, root) is None for root in parsed(output).roots):
            return None  # nothing was returned, so it has no entries either
        return run.failure or Failure(output, FailureKind.RAISED, str(missing), missing)
    # After a failed step an entry of an input may hold anything: the script did not get to update it.
    cut_short = run.failure is not None and not parsed(output).roots.isdisjoint(case.updates)
    if cut_short:
        return run.failure
    return settled(value, case.expected[output], case.also[output]) if output in case.also else value


def _judge_case(
    case: AskedCase, run: Played, function: str
) -> tuple[list[Row], Observed, list[tuple[str, str]]]:
    measured: dict[str, Any] = {}
    changed = tuple(name for writer, name in run.changed if writer == function)
    warned = kinds_of_warnings(run.warned) if case.quiet and function in run.warners else ()
    flaws = [f"{name} was changed by your function; work on a copy of it" for name in changed]
    if warned:
        flaws.append(f"the case '{case.name}' {_QUIETLY} ({warned[0]})")
    rows, outputs, wrong, sides = [], {}, set[str](), set[tuple[str, str]]()
    notes = [("", said) for said in flaws]
    for output in case.shares:
        value = outputs[output] = answered(case, run, output, measured)
        row, found = _judge_output(case, output, value, case.expected[output], flaws)
        rows.append(row)
        if found.flaw not in RIGHT_IN_VALUE:
            wrong.add(output)
            notes += [(output, RIGHT_BUT + ROUNDED)] if "rounded" in found.sides else []
        elif found.flaw is not Flaw.NONE:
            notes.append((output, found.message))
        sides.update((flaw, output) for flaw in found.sides)
    sides.update(("changed", name) for name in changed)
    sides.update(("warned", kind) for kind in warned)
    rows, blank = _with_blanks(case, run, rows)
    notes += blank
    empty = frozenset(output for output in wrong if _is_empty(output, run.values, case.inputs))
    seen = Observed(outputs, frozenset(wrong), frozenset(sides), is_narrow(case.inputs), empty, _parts(case))
    return rows, seen, notes


def _with_blanks(case: AskedCase, run: Played, rows: list[Row]) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows, those that are None beside right ones as wrong ones, and the sentences about these."""
    right = [row.output for row in rows if row.credit]
    told = {
        row.output: said
        for row in rows
        if row.status is Status.UNFINISHED
        and (said := blank_beside(case.steps, run.values, row.output, right))
    }
    found = [
        replace(row, status=Status.FAILED, message=told[row.output], outline=told[row.output])
        if row.output in told
        else row
        for row in rows
    ]
    return found, [("", said) for said in told.values()]


def _parts(case: AskedCase) -> frozenset[str]:
    """The outputs that tell of one answer together: entries of what a step returned, and what the setting's
    observers say, who look at it from several sides."""
    ours, said, returned = observers(case.setting), set[str](), set[str]()
    for step in case.steps:
        (said if step.function in ours else returned).update(step.targets)
    found = ((output, parsed(output)) for output in case.shares)
    return frozenset(
        output
        for output, one in found
        if not said.isdisjoint(one.roots) or (isinstance(one, Entry) and one.keys and one.root in returned)
    )


def _is_empty(output: str, values: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Whether something that an output is measured on is an array of zeros or ones alone."""
    measured = parsed(output).roots - inputs.keys() if quantity(output) is not None else ()
    arrays = [values[root] for root in measured if type(values.get(root)) is np.ndarray]
    return any(bool(array.size) and bool(np.all(array == 0) or np.all(array == 1)) for array in arrays)


def _judge_output(
    case: AskedCase, output: str, value: Any, expected: Any, flaws: list[str]
) -> tuple[Row, Comparison]:
    if type(value) is Failure:
        if _is_of_ours(case, value):
            said = _because(text_of(value.exception), case) if value.exception else value.message
            return Row(case.name, output, Status.FAILED, message=said, outline=_UNFIT), _NOTHING
        status, outline = _STATUS[value.kind], outlined(value)
        message, outline = value.message.rstrip() + remedy(value), outline + remedy(value)
        return Row(case.name, output, status, message=message, outline=outline), _NOTHING
    if expected is not None and (value is None or value is Ellipsis):
        message = (
            f"{output} is still {value!r}: not written yet, or a return is missing (print returns nothing)"
        )
        return Row(case.name, output, Status.UNFINISHED, message=message, outline=message), _NOTHING
    tolerance = case.tolerance_of(output)
    if quantity(output) is not None:
        tolerance = replace(tolerance, decimals=False)
    found = compare(value, expected, tolerance, exact_dtype=case.exact_dtype)
    allowed = tolerance.rtol or tolerance.stol
    error = found.error if found.error != float("inf") else None
    if found.flaw not in (Flaw.NONE, Flaw.BROADCAST):
        message, outline = _because(_said(case, output, value, found), case), _outline(case, output, found)
        return Row(case.name, output, Status.FAILED, error, allowed, message, outline=outline), found
    named = ([found.message] if found.flaw is Flaw.BROADCAST else []) + flaws
    status = Status.FAILED if named else Status.PASSED
    said = "; ".join(named)  # by the names of inputs and the expected lengths: nothing that is an answer's
    row = Row(case.name, output, status, error, allowed, said, SIDE_FLAW ** len(named), outline=said)
    return row, found


def _is_of_ours(case: AskedCase, failure: Failure | None) -> bool:
    """Whether an observer of the setting refused what a student's function had returned."""
    if failure is None or failure.kind is not FailureKind.RAISED or not case.setting:
        return False
    ours = observers(case.setting)
    return any(step.text == failure.step and step.function in ours for step in case.steps)


def _said(case: AskedCase, output: str, value: Any, found: Comparison) -> str:
    measured = quantity(output)
    if measured is None:
        return found.message
    chance = case.chances[output].tolerance if output in case.chances else None
    sentence = told(output, value, case.expected[output], chance)
    return sentence or f"{says(measured)}: {found.message}"


def _outline(case: AskedCase, output: str, found: Comparison) -> str:
    measured = quantity(output)
    return _because(found.outline if measured is None else f"{says(measured)}: {found.outline}", case)


def _because(message: str, case: AskedCase) -> str:
    return f"{message} (this case probes: {case.why})" if case.why else message
