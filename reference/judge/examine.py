"""The graded examination of one exercise: hidden and visible cases, drawn from the seed of the course."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from reference.judge.diagnosis import Spread, answers, find_answers
from reference.judge.drawing import draw
from reference.judge.expecting import callers
from reference.judge.seen import report_of, seen_on
from reference.judge.sparing import spared
from reference.kit import units
from reference.kit.exercise import Unit
from stagewise.checks.naming import name_of
from stagewise.judge.notebooks import Here, Notebook
from stagewise.judge.playing import Functions
from stagewise.judge.report import Report

_NOTHING = Here()
_seed = 0


def set_seed(seed: int) -> None:
    """Draw the hidden cases from another seed from now on, in this process."""
    global _seed
    _seed = int(seed)


def examine(f: Callable[..., Any], *partners: Callable[..., Any], unit: str, points: float) -> float:
    """Judge the student's function on all cases, show the report, and return the points earned.

    Which exercise it is, is told by the name of the variable that holds the function, or else by its own. The
    result is a plain float between 0 and `points`, rounded to four places. TypeError or ValueError when the
    check cell itself is wrong.
    """
    from stagewise.show import display

    caller = sys._getframe(1)
    variables = {**caller.f_globals, **caller.f_locals}
    report = examined(f, *partners, unit=unit, points=points, variables=variables)
    display.show(report)
    assert report.points is not None
    return report.points


def examined(
    f: Callable[..., Any],
    *partners: Callable[..., Any],
    unit: str,
    points: float,
    variables: Mapping[str, Any] = MappingProxyType({}),
) -> Report:
    """The report that examine shows; variables: where the functions stand under the names that are asked."""
    course = units.load(unit)
    known = {name for one in course.exercises for name in one.functions}
    for function in (f, *partners):
        if not callable(function):
            raise TypeError(f"a check needs functions, and got an object of type {type(function).__name__}")
    functions = {name_of(function, known, variables): function for function in (f, *partners)}
    return report_on(course, next(iter(functions)), functions, points, Here({**variables, **functions}))


def report_on(
    unit: Unit, name: str, functions: Functions, points: float, notebook: Notebook = _NOTHING
) -> Report:
    """The report on an exercise of a unit, of which the functions are given by name; they may be proxies.

    notebook: what else the student has written.
    """
    exercise = unit.exercise(name)
    missing = exercise.functions.keys() - functions.keys()
    if missing:
        raise ValueError(
            f"{exercise.name} is examined together with {', '.join(sorted(missing))}; pass it to the check"
        )
    seen = seen_on(exercise, functions, _seed)
    report = report_of(unit.name, exercise, seen, float(points))
    return (
        report
        if seen.judged.fraction == 1
        else spared(unit, exercise, functions, seen, report, notebook, _seed)
    )


def warm(unit: str, spread: Spread | None = None) -> None:
    """Compute all that does not depend on a submission: a process that forks graders calls this once.

    What the known mistakes answer is found by `spread`, where there is one, otherwise here.
    """
    course = units.load(unit)
    for exercise in course.exercises:
        callers(course, exercise)
        draw(exercise, _seed)
    if spread is not None:
        find_answers(course.exercises, _seed, spread)
    for exercise in course.exercises:
        answers(exercise, _seed)
