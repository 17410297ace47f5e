"""The mutants of a truth: one place of its source edited by a machine, judged as a student's function is."""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from reference.judge.diagnosis import answers, diagnose
from reference.judge.drawing import draw, draw_visible
from reference.judge.memorised import unless_memorised
from reference.judge.randomness import observed_runs, same_random_state
from reference.judge.record import record_exercise
from reference.kit.exercise import Exercise, Function, Unit
from reference.kit.patching import rewritten, substituted
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import RIGHT_IN_VALUE, compare
from stagewise.judge.edits import Edit, edits
from stagewise.judge.explaining import explained, recognise
from stagewise.judge.fingerprint import chance_apart, is_measured
from stagewise.judge.judging import Judged, Observed, judge, judge_played, played_with
from stagewise.judge.script import Failure
from stagewise.judge.searching import TimeUp

CPU_SECONDS = 5.0
_STATES = (1, 2)


@dataclass(frozen=True, slots=True)
class Mutant:
    """An edit of an exercise's truth, the fraction that it earns (0 to 1), and the misconceptions that the
    grader and the check tell of it ("" for none), with those of both that are not supported."""

    exercise: str
    edit: Edit
    fraction: float
    graded: str = ""
    checked: str = ""
    unsupported: tuple[str, ...] = ()


def described(edit: Edit) -> str:
    """By what an edit is known: the lines before and after it."""
    return f"{edit.old} => {edit.new}"


def edits_of(exercise: Exercise) -> list[Edit]:
    """The edits of the exercise's truth, without those that add something."""
    return [edit for edit in edits(inspect.getsource(exercise.truth)) if edit.rank < 2]


def judged_mutants(unit: Unit, exercise: Exercise, some: Sequence[Edit], seed: int) -> Iterator[Mutant]:
    """Each edit that is Python, judged on the visible and hidden cases of a seed; one that earns everything
    also in the exercises of the unit that call it, since a cache is right when the backward pass is."""
    answers(exercise, seed), record_exercise(exercise, 0)  # their time is not the first mutant's
    for edit in some:
        try:
            mutant = rewritten(exercise.truth, edit.source)
        except SyntaxError:
            continue
        found = _judged(exercise, edit, mutant, seed)
        callers = [one for one in unit.exercises if one is not exercise and exercise.name in one.functions]
        for other in callers if found.fraction == 1 else ():
            elsewhere = _judged(other, edit, mutant, seed, exercise.truth)
            found = replace(found, fraction=min(found.fraction, elsewhere.fraction))
        yield found


def _judged(
    exercise: Exercise, edit: Edit, mutant: Function, seed: int, of: Function | None = None
) -> Mutant:
    """The mutant `of` a function, by default of the exercise's own truth, in an exercise."""
    functions = substituted(exercise.functions, of or exercise.truth, mutant)
    try:
        with same_random_state(), cpu_time(CPU_SECONDS):
            if "torch" in sys.modules:
                sys.modules["torch"].manual_seed(seed)
            return _told(exercise, edit, functions, seed)
    except TimeUp:
        return Mutant(exercise.name, edit, 0.0)


def _told(exercise: Exercise, edit: Edit, functions: Mapping[str, Function], seed: int) -> Mutant:
    cases, shown = draw(exercise, seed), draw_visible(exercise)
    played = played_with(functions, cases)
    graded = unless_memorised(judge_played(exercise.name, cases, played), exercise, cases)
    if graded.fraction == 1 or _lucky(functions, cases):
        return Mutant(exercise.name, edit, 1.0)
    seen = played_with(functions, shown)
    checked = judge_played(exercise.name, shown, seen)
    recorded = record_exercise(exercise, 0).misconceptions
    known = recognise(checked, recorded) if checked.fraction < 1 else None
    by_grader = explained(exercise.name, cases, played, graded, diagnose(graded, exercise, seed)).name
    by_check = explained(exercise.name, shown, seen, checked, known).name
    named = [name for name in dict.fromkeys((by_grader, by_check)) if name]
    false = tuple(name for name in named if not _supported(exercise, name, graded, checked, seed))
    return Mutant(exercise.name, edit, graded.fraction, by_grader, by_check, false)


def _lucky(functions: Mapping[str, Function], cases: Sequence[AskedCase]) -> bool:
    """Whether everything is right from another random state, where chance has a part in the answers."""
    for number in _STATES if any(case.chances for case in cases) else ():
        with same_random_state(number):
            if judge(functions, cases).fraction == 1:
                return True
    return False


@contextmanager
def cpu_time(seconds: float) -> Iterator[None]:
    """Raise where the processor has worked that long on it, however busy the machine is; main thread only."""

    def stop(*_: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _supported(exercise: Exercise, name: str, graded: Judged, checked: Judged, seed: int) -> bool:
    """Whether a misconception answers every case, hidden or visible, as was answered."""
    return all(
        _agree(_cases(exercise, drawn), judged.observed, _answers(exercise, name, drawn))
        for drawn, judged in ((seed, graded), (None, checked))
    )


def _cases(exercise: Exercise, seed: int | None) -> Sequence[AskedCase]:
    return draw_visible(exercise) if seed is None else draw(exercise, seed)


@lru_cache(maxsize=1024)
def _answers(exercise: Exercise, name: str, seed: int | None) -> Sequence[Sequence[Observed]]:
    """What a misconception answers to the cases of a seed (None: the visible ones), several times where
    chance has a part in it."""
    (one,) = [one for one in exercise.misconceptions if one.name == name]
    return observed_runs(one.functions(exercise), _cases(exercise, seed))


def _agree(cases: Sequence[AskedCase], seen: Sequence[Observed], runs: Sequence[Sequence[Observed]]) -> bool:
    """Whether everything that is compared is alike: values, types, exceptions, arguments written into; where
    the misconception leaves values right, its warnings, dtypes and forms too."""
    return all(
        {side for side in theirs[0].sides if not theirs[0].wrong or side[0] == "changed"} <= one.sides
        and all(
            _alike(case, name, one.outputs[name], [run.outputs[name] for run in theirs])
            for name in case.shares
        )
        for case, one, *theirs in zip(cases, seen, *runs, strict=True)
    )


def _alike(case: AskedCase, output: str, seen: Any, runs: Sequence[Any]) -> bool:
    """Whether an answer is one that the misconception gives, or may give where its own answers differ."""
    return any(_same(case, output, seen, one) for one in runs) or not all(
        _same(case, output, one, runs[0]) for one in runs
    )


def _same(case: AskedCase, output: str, seen: Any, theirs: Any) -> bool:
    if type(seen) is Failure or type(theirs) is Failure:
        return type(seen) is type(theirs) and (seen.kind, seen.ending) == (theirs.kind, theirs.ending)
    if output in case.chances and is_measured(theirs):
        return chance_apart(seen, theirs, case.chances[output].slack) is not None
    return compare(seen, theirs, case.tolerance).flaw in RIGHT_IN_VALUE
