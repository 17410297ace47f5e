"""check(f): a student's function against the recorded answers, said in a small table."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, redirect_stderr
from dataclasses import replace
from difflib import get_close_matches
from types import FrameType
from typing import Any

from stagewise.checks import recording, session
from stagewise.checks.cells import overtaken, undefined
from stagewise.checks.limits import limited
from stagewise.checks.naming import name_of
from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import describe as describe_value
from stagewise.judge.explaining import explained, recognise
from stagewise.judge.judging import Judged, judge, judge_played, played_with
from stagewise.judge.notebooks import Here, Notebook
from stagewise.judge.observing import is_dtype
from stagewise.judge.report import Report, Status, overall
from stagewise.judge.reproach import judged_once, wrong_below
from stagewise.judge.script import FailureKind
from stagewise.judge.setting import observers
from stagewise.judge.student_traceback import describe, students_only
from stagewise.show import display
from stagewise.show.render import to_text

_OFTEN = 2  # failures in a row after which a check mentions hint


class CheckFailed(Exception):  # noqa: N818 - it tells a result, and only where a result must be an exception
    """What nbgrader's Validate button sees of a check that did not pass; its text is the table."""


def check(f: Callable[..., Any], *partners: Callable[..., Any]) -> None:
    """Compare your function with the recorded answers and show a table: one line per case.

    f: the function itself, `check(batchnorm_step1)`; the name of the variable that holds it, or else its
    own, tells the exercise. partners: your other functions that the exercise calls,
    `check(batchnorm_backward, batchnorm_forward)`. Returns nothing and raises nothing (an interruption
    passes): what the function did is in the table. Only while nbgrader validates a notebook, a check that is
    not passed raises CheckFailed: Validate counts exceptions, and takes whatever is written to sys.stderr
    for one, which therefore goes to sys.stdout.
    """
    __tracebackhide__ = True  # IPython shows no frame that has this
    try:
        with redirect_stderr(sys.stdout) if _validating() else nullcontext():
            report = _asked((f, *partners), sys._getframe(1))
    except KeyboardInterrupt as stopped:
        raise stopped.with_traceback(students_only(stopped.__traceback__)) from None
    if isinstance(report, str):
        display.say(report)
    else:
        attempt = session.remember(report, f)
        shown = _with_way_out(report) if attempt.failures >= _OFTEN else report
        display.show(_of_former_cell(shown, f))
    if _validating() and (isinstance(report, str) or report.status is not Status.PASSED):
        raise CheckFailed(report if isinstance(report, str) else to_text(report))


def _asked(given: tuple[Callable[..., Any], ...], caller: FrameType) -> Report | str:
    """Return the report on the first function, or what is wrong with the question."""
    found = found_exercise(given, caller)
    if isinstance(found, str):
        return found
    _, exercise, functions = found
    return _missing_partners(exercise, functions) or compared(*found)


def _with_way_out(report: Report) -> Report:
    """The report with a word about hint(f)."""
    note = f"Stuck? `hint({report.exercise})` looks for the line to change (`from stagewise import hint`)"
    return replace(report, notes=(*report.notes, note))


def _of_former_cell(report: Report, f: Callable[..., Any]) -> Report:
    """The report, with a word about a later cell that was to define the function and did not."""
    told = overtaken(f)
    if not told:
        return report
    return (
        replace(report, notes=(told, *report.notes)) if report.diagnosis else replace(report, diagnosis=told)
    )


def found_exercise(
    given: tuple[Callable[..., Any], ...], caller: FrameType
) -> tuple[str, ExerciseRecording, dict[str, Callable[..., Any]]] | str:
    """The unit and the exercise of the first function, and all functions by name; or what is wrong with the
    question. caller: where the functions stand under their names."""
    variables = {**caller.f_globals, **caller.f_locals}
    names = [name_of(function, _known_names(), variables) for function in given]
    found = _misuse(given, names) or _find(names[0])
    return found if isinstance(found, str) else (*found, dict(zip(names, given, strict=True)))


def _known_names() -> set[str]:
    """The names of all exercises that may be meant, and of the functions that they call."""
    current = session.current()
    units = [current] if current is not None else [recording.load(unit) for unit in recording.units()]
    return {name for unit in units for one in unit.exercises.values() for name in (one.name, *one.partners)}


def _validating() -> bool:
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


@limited
def compared(unit: str, exercise: ExerciseRecording, functions: Mapping[str, Callable[..., Any]]) -> Report:
    """Judge `functions` on the visible cases of an exercise."""
    played = played_with(functions, exercise.cases)
    judged = judge_played(exercise.name, exercise.cases, played)
    status = overall(judged.rows)
    wrong = status in (Status.FAILED, Status.ERROR)
    known = recognise(judged, exercise.misconceptions) if wrong else None
    told = explained(exercise.name, exercise.cases, played, judged, known)
    return Report(
        unit=unit,
        exercise=exercise.name,
        kind="check",
        rows=judged.rows,
        status=status,
        misconception=told.name,
        diagnosis=told.says,
        max_points=exercise.points,
        notes=(*told.notes, *(_pointers(unit, exercise, functions, judged) if wrong else ())),
        traceback=_traceback(judged),
    )


def _pointers(
    unit: str, exercise: ExerciseRecording, functions: Mapping[str, Callable[..., Any]], judged: Judged
) -> Iterator[str]:
    """Say which call went wrong, and which of the other functions does not pass its own check."""
    yield from _failing_call(exercise.cases, judged)
    if judged.failure and (unknown := undefined(judged.failure.exception)):
        yield unknown
    known = recording.load(unit).exercises
    ours = {row.output for row in judged.rows if row.credit < 1}
    for name in exercise.partners:
        alone = known.get(name)
        if not alone or alone.partners:
            continue
        wrong = _wrong_outputs(alone, functions)
        # A dtype spoils no number that is made of it.
        if wrong and (any(map(is_dtype, ours)) or not all(map(is_dtype, wrong))):
            yield f"Your {name} is wrong, and this exercise runs on what it returns: mend that first"
    yield from _own_slips(exercise, functions, known)


def _own_slips(
    exercise: ExerciseRecording,
    functions: Mapping[str, Callable[..., Any]],
    known: Mapping[str, ExerciseRecording],
) -> Iterator[str]:
    """Say which function of the student's, that this one calls, does not pass its own check."""
    world = getattr(functions[exercise.name], "__globals__", {})
    notebook = Here({**world, **functions})
    named = notebook.named_by(exercise.name) if exercise.calls else frozenset()
    wrong = [name for name in known if name in exercise.calls and name in named]
    wrong = [name for name in wrong if _is_wrong(known[name], notebook)]
    if wrong:
        yield wrong_below(wrong)
        yield judged_once(wrong)


def _is_wrong(alone: ExerciseRecording, notebook: Notebook) -> bool:
    mine = {name: notebook.function(name) for name in (alone.name, *alone.partners)}
    there = {name: function for name, function in mine.items() if function is not None}
    return len(there) == len(mine) and bool(_wrong_outputs(alone, there))


def _wrong_outputs(alone: ExerciseRecording, functions: Mapping[str, Callable[..., Any]]) -> set[str]:
    """The outputs in which a function does not pass its own check."""
    asked = {name: functions[name] for name in (alone.name, *alone.partners)}
    return {row.output for row in judge(asked, alone.cases).rows if row.credit < 1}


def _failing_call(cases: tuple[AskedCase, ...], judged: Judged) -> tuple[str, ...]:
    """Say which call went wrong first, as the line that a student can type."""
    if judged.failure is not None and judged.failure.kind is not FailureKind.UNFINISHED:
        return (f"The call that went wrong: `{judged.failure.step}`",)
    first = next(row.case for row in judged.rows if row.status in (Status.FAILED, Status.ERROR))
    steps = next(case.steps for case in cases if case.name == first)
    return (f"The case “{first}” calls " + ", then ".join(f"`{step.text}`" for step in steps),)


def _traceback(judged: Judged) -> str:
    failure = judged.failure
    if failure is None or failure.kind is not FailureKind.RAISED or failure.exception is None:
        return ""
    return describe(failure.exception)


def _misuse(functions: tuple[Any, ...], names: list[str]) -> str:
    """Return what is wrong with the arguments of check, '' when nothing is."""
    for function, name in zip(functions, names, strict=True):
        if not callable(function):
            return (
                f"check was given {describe_value(function)}, not a function.\n"
                "Write the name of your function alone, without calling it: check(f), not check(f(x))."
            )
        if name in ("", "<lambda>"):
            return (
                "check finds the exercise by the function's name, and this one has none.\n"
                "Define it with def, or assign it to a variable of the exercise's name."
            )
    return ""


def _find(name: str) -> tuple[str, ExerciseRecording] | str:
    """Return the unit and exercise of that name, or a message for the student."""
    current = session.current()
    if current is not None and name in current.exercises:
        return current.unit, current.exercises[name]
    holders = [unit for unit in recording.units() if name in recording.load(unit).exercises]
    if current is None and len(holders) == 1:
        return holders[0], recording.load(holders[0]).exercises[name]
    if holders:
        first = " or ".join(f'begin("{unit}")' for unit in holders)
        return (
            f"{name} is an exercise of: {', '.join(holders)}.\nSay which unit you work on: run {first} first."
        )
    return _unknown(name, current)


def _unknown(name: str, current: UnitRecording | None) -> str:
    units = [current] if current is not None else [recording.load(unit) for unit in recording.units()]
    names = [exercise for unit in units for exercise in unit.exercises]
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    where = f"the unit {current.unit}" if current is not None else "the course"
    told = f"Did you mean {' or '.join(near)}?" if near else f"The exercises: {', '.join(names) or 'none'}."
    return (
        f"There is no exercise called {name} in {where}.\n{told}\n"
        "The function's name, as written after def, or the variable that holds it, tells the exercise."
    )


def _missing_partners(exercise: ExerciseRecording, given: Mapping[str, Any]) -> str:
    ours = {name for case in exercise.cases for name in observers(case.setting)}
    steps = [step for case in exercise.cases for step in case.steps]
    called = dict.fromkeys(step.function for step in steps if step.function not in ours)
    missing = [function for function in called if function not in given]
    if not missing:
        return ""
    others = ", ".join([exercise.name, *(function for function in called if function != exercise.name)])
    return f"This exercise also calls your {', '.join(missing)}.\nWrite check({others})."
