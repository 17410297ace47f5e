"""hint(f): where one change of a student's own function would make all visible cases right."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from io import StringIO
from typing import Any

import numpy as np

from stagewise.checks import apart, recording, session
from stagewise.checks.cells import overtaken
from stagewise.checks.checking import compared, found_exercise
from stagewise.checks.recording import ExerciseRecording
from stagewise.checks.session import Attempt
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import NUMBERS
from stagewise.judge.edits import Kind, statement_count
from stagewise.judge.judging import judge
from stagewise.judge.report import Report, Status
from stagewise.judge.resembling import resemblance
from stagewise.judge.searching import Fit, Functions, fits
from stagewise.show import display
from stagewise.show.markup import BLUE, block, box, prose, strong

SECONDS = 3.0
_SHORT = 3  # statements of a function in which the line alone says enough
_HONEST = "This fits the visible cases and need not be the only fault."
_MOST_LINES = 4

_given: dict[tuple[str, str, str], tuple[Iterator[str], str]] = {}


def hint(f: Callable[..., Any]) -> None:
    """Tell where to look in a function whose check failed without a known mistake; a little more each time.

    Searches for a few seconds for one change of the function's own text that makes all visible cases right.
    The first hint is the line, the next one for the same text the kind of thing to look at; what to write is
    never told. Says what to do instead where no hint can be given. Raises nothing (an interruption passes).
    """
    found = found_exercise((f,), sys._getframe(1))
    with redirect_stdout(StringIO()):  # what the function prints was said by its check
        text = found.replace("check", "hint") if isinstance(found, str) else _hint(f, *found[:2])
    display.say(f"Hint: {text}", block(box(f"{strong('Hint:')} {prose(text, 1500)}", BLUE)))


def _hint(f: Callable[..., Any], unit: str, exercise: ExerciseRecording) -> str:
    """The next hint, or why there is none."""
    attempt = session.last_attempt(unit, exercise.name)
    if attempt is None:
        return f"run the check of {exercise.name} first; a hint is for what it finds wrong."
    if former := overtaken(f):
        return former
    functions = _with_partners(f, exercise)
    if isinstance(functions, str):
        return functions
    report = compared(unit, exercise, functions)
    needless = _needless(unit, exercise, functions, report)
    if needless:
        return needless
    try:
        lines, start = inspect.getsourcelines(f)
        source = "".join(lines)
        statement_count(source)
    except (OSError, TypeError, ValueError, SyntaxError):
        return f"the text of {exercise.name} cannot be read. Define it with def in a cell of its own."
    key = unit, exercise.name, source
    following, last = _given.get(key) or (_hints(source, start, functions, exercise, attempt), "")
    _given[key] = following, next(following, last)
    return _given[key][1]


def _with_partners(f: Callable[..., Any], exercise: ExerciseRecording) -> Functions | str:
    """The function and, from the notebook in which it is defined, those that its exercise calls."""
    world = getattr(f, "__globals__", {})
    missing = [name for name in exercise.partners if not callable(world.get(name))]
    if missing:
        return f"{exercise.name} is checked together with {', '.join(missing)}: write and check that first."
    return {exercise.name: f, **{name: world[name] for name in exercise.partners}}


def _needless(unit: str, exercise: ExerciseRecording, functions: Functions, report: Report) -> str:
    """Why no hint is looked for; "" when one is."""
    if report.status is Status.PASSED:
        return f"{exercise.name} passes its check, so there is nothing to look for."
    if report.status is Status.UNFINISHED:
        return f"{exercise.name} is not written yet: {report.rows[0].message}."
    if not report.rows:
        return f"{exercise.name} does not end, and must before anything else. {report.diagnosis}"
    if report.misconception:
        return "the check names the mistake already: " + report.diagnosis
    known = recording.load(unit).exercises
    for name in (one for one in exercise.partners if one in known):
        alone = _with_partners(functions[name], known[name])
        if isinstance(alone, str) or compared(unit, known[name], alone).status is not Status.PASSED:
            return f"your {name} does not pass its own check, and {exercise.name} runs on it: mend it first."
    return ""


def _hints(
    source: str, start: int, functions: Functions, exercise: ExerciseRecording, attempt: Attempt
) -> Iterator[str]:
    """One hint after the other, each of them found when it is asked for."""
    name, function = next(iter(functions.items()))
    if attempt.idle:
        yield (
            f"since the check before, the text of {name} has changed, and none of its answers has: what was "
            f"changed makes no difference yet. {_MORE.format(name=name)}"
        )
    outside = _read_outside(function)
    if outside:
        yield (
            f"{name} reads {outside}, a value of the notebook and not of the function: "
            f"does it mean one of its arguments? {_MORE.format(name=name)}"
        )
    said = resemblance(exercise.cases, judge(functions, exercise.cases))
    if said:
        yield f"{said} It is so in every visible case that is wrong. {_MORE.format(name=name)}"
    found = searched(source, functions, exercise.cases)
    yield from _about(found, source, start, name)


_MORE = "Call hint({name}) again for where to look."


def _read_outside(function: Callable[..., Any]) -> str:
    """The first name of data in the notebook that a function reads, "" when it reads none."""
    try:
        read = inspect.getclosurevars(function).globals
    except (TypeError, ValueError):
        return ""
    data = [name for name, value in read.items() if type(value) in (np.ndarray, list, dict, tuple, *NUMBERS)]
    return f"`{sorted(data)[0]}`" if data else ""


def searched(source: str, functions: Functions, cases: Sequence[AskedCase]) -> list[Fit]:
    """What fits, in the order of the search, for as long as a hint may take; where nothing can be stopped,
    loops that may not end are let alone."""
    if not apart.can_stop() and "while" in source:
        return []

    def lines() -> Iterator[str]:
        for fit in fits(source, functions, cases, apart.short):
            yield json.dumps(asdict(fit)) if fit else ""

    return [Fit(**json.loads(line)) for line in apart.lines_from(lines, SECONDS)]


def _about(found: Sequence[Fit], source: str, start: int, name: str) -> Iterator[str]:
    places = list(dict.fromkeys((fit.first, fit.last) for fit in found))
    if not places:
        yield (
            f"no single change of {name} that was tried makes all visible cases right. Compute the smallest "
            "case by hand and print the values in between."
        )
        return
    if len(places) > 1:
        yield _several([_place(one, start) for one in places])
        return
    first, last = places[0]
    text = source.splitlines()[first - 1].strip() if first == last else ""
    where = _place(places[0], start) + (f", `{text}`" if text else "")
    short = statement_count(source) <= _SHORT
    more = "" if short else f" Call hint({name}) again for what kind of thing to look at."
    line = f"one change in {where}, makes all visible cases right. {_HONEST}"
    yield line + more
    if not short:
        yield f"{line} Look at {Kind[found[0].kind].value}."


def _several(places: Sequence[str]) -> str:
    told = "; ".join(places[:_MOST_LINES]) + (" and others" if len(places) > _MOST_LINES else "")
    return f"several different changes make all visible cases right: in {told}. {_HONEST}"


def _place(lines: tuple[int, int], start: int) -> str:
    first, last = lines[0] + start - 1, lines[1] + start - 1
    return f"line {first} of its cell" if first == last else f"lines {first} to {last} of its cell"
