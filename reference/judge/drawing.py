"""Cases with numbers: inputs drawn from seeds, expected values computed by the truth. Once per process."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np

from reference.judge.randomness import same_random_state
from reference.kit.exercise import Case, Exercise, Function
from reference.kit.patching import substituted
from reference.kit.places import DefinitionError
from stagewise.judge.asking import AskedCase, Cases, Chance
from stagewise.judge.compare import compare as compare_values
from stagewise.judge.copying import is_narrow
from stagewise.judge.observing import observe
from stagewise.judge.script import RAISED, Failure, Played, play, raised_by
from stagewise.judge.setting import placed

VISIBLE_SEED = 231  # of the recorded cases, whatever the seed of the course


@lru_cache(maxsize=4096)
def draw(exercise: Exercise, seed: int) -> Cases:
    """The graded cases of an exercise, as defined; DefinitionError when the truth itself fails one."""
    return Cases(
        _visible_begun(exercise, case) if case.visible else _begun(exercise, _asked(exercise, case, seed))
        for case in exercise.graded
    )


@lru_cache(maxsize=4096)
def draw_again(exercise: Exercise, seed: int) -> Cases:
    """The visible ones of the graded cases, drawn from the seed of the hidden ones: nobody has seen them."""
    visible = [case for case in exercise.graded if case.visible]
    return Cases(_begun(exercise, _asked(exercise, case, seed)) for case in visible)


@lru_cache(maxsize=4096)
def draw_visible(exercise: Exercise) -> tuple[AskedCase, ...]:
    """The cases that are recorded for students."""
    return tuple(_visible(exercise, case) for case in exercise.cases if case.visible)


@lru_cache(maxsize=4096)
def _visible(exercise: Exercise, case: Case) -> AskedCase:
    """A case that is recorded: the very same among the graded ones of any seed."""
    return _asked(exercise, case, VISIBLE_SEED)


@lru_cache(maxsize=4096)
def _visible_begun(exercise: Exercise, case: Case) -> AskedCase:
    return _begun(exercise, _visible(exercise, case))


def _asked(exercise: Exercise, case: Case, seed: int) -> AskedCase:
    names = [zlib.crc32(name.encode()) for name in (exercise.name, case.name)]
    inputs = case.inputs(np.random.default_rng([seed, *names]))
    where = f"{exercise.name}, case {case.name!r}"
    return AskedCase(
        name=case.name,
        steps=case.steps,
        inputs=inputs,
        expected=_expected(placed(exercise.functions, exercise.setting), case, inputs, where),
        shares=dict(case.shares),
        weight=case.weight,
        tolerance=case.tolerance,
        exact_dtype=case.exact_dtype,
        updates=case.updates,
        main=case.main,
        why=case.why,
        quiet=case.quiet,
        also=_also(exercise, case, inputs, where),
        setting=exercise.setting,
        chances={name: Chance(one.tolerance, one.slack) for name, one in case.stated.items()},
    )


def _begun(exercise: Exercise, case: AskedCase) -> AskedCase:
    """The case whose steps before the first call of a student's function are done: what they tell of the
    inputs is an input. A candidate is asked for its own calls, which nothing of ours may come before.
    """
    ours = tuple(takewhile(lambda step: step.function not in exercise.functions, case.steps))
    if not ours:
        return case
    played = play(ours, placed(exercise.functions, exercise.setting), case.inputs, case.updates)
    return replace(case, steps=case.steps[len(ours) :], inputs=played.values)


def _also(exercise: Exercise, case: Case, inputs: dict[str, Any], where: str) -> dict[str, Any]:
    if case.also is None:
        return {}
    functions = substituted(exercise.functions, exercise.truth, case.also)
    around = placed(functions, exercise.setting)
    return _expected(around, case, inputs, f"{where}, also={case.also.__name__}")


def _expected(
    functions: Mapping[str, Function], case: Case, inputs: dict[str, Any], where: str
) -> dict[str, Any]:
    """The truth's answers; of float32 inputs those in float64, rounded, so that both its roundings do not add
    up."""
    answers = _answers(functions, case, inputs, where)
    if not is_narrow(inputs):
        return answers
    wide = _answers(functions, case, _widened(inputs), where)
    return {output: _narrowed(wide[output], answers[output]) for output in answers}


def _answers(
    functions: Mapping[str, Function], case: Case, inputs: dict[str, Any], where: str
) -> dict[str, Any]:
    with same_random_state():
        played = play(case.steps, functions, inputs, case.updates)
    if case.refusal and (found := raised_by(played)) != case.refusal:
        problem = f"the truth ends with {found!r}, where the case asks for a {case.refusal}"
        raise _fault(case, where, problem, "correct what the case asks for, or the truth")
    if played.failure is not None and not case.refusal:
        failed = f"the truth fails in `{played.failure.step}`: {played.failure.message}"
        raise _fault(case, where, failed, "correct the script or the inputs")
    if played.changed:
        names = ", ".join(name for _, name in played.changed)
        raise _fault(case, where, f"the truth writes into {names}, which `updates` does not name", "name it")
    if case.quiet and played.warned:
        warned = f"the truth warns: {played.warned[0]}"
        raise _fault(case, where, warned, "leave `quiet` out, or mend the truth")
    return {output: _answer(played, output, case, where) for output in case.shares}


def _answer(played: Played, output: str, case: Case, where: str) -> Any:
    """The truth's answer, or what the case states of it: then the truth's must be within chance of that."""
    value = raised_by(played) if output == RAISED else observe(played.values, output)
    if type(value) is Failure:
        raise _fault(case, where, value.message, "compare something that the script leaves behind")
    if not _is_data(value, case):
        problem = f"{output} is {type(value).__name__}, which cannot be compared"
        raise _fault(case, where, problem, "compare numbers, texts, arrays, or containers of those")
    if output not in case.stated:
        return value
    stated = case.stated[output]
    found = compare_values(value, stated.value, stated.tolerance)
    if found.message:
        problem = f"the truth's {output} is not what the case states: {found.message}"
        raise _fault(case, where, problem, "correct what is stated, or the truth")
    return stated.value


def _fault(case: Case, where: str, problem: str, remedy: str) -> DefinitionError:
    return DefinitionError(case.place, f"{where}: {problem}", remedy)


def _is_data(value: Any, case: Case) -> bool:
    return value is not None and not compare_values(value, value, case.tolerance).message


def _widened(value: Any) -> Any:
    if type(value) is dict:
        return {key: _widened(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_widened, value))
    return value.astype(np.float64) if is_narrow(value) else value


def _narrowed(wide: Any, narrow: Any) -> Any:
    """`wide` with the type that the truth gave the answer when it worked in float32."""
    if isinstance(narrow, np.ndarray | np.generic) and np.asarray(wide).shape == narrow.shape:
        return (
            np.asarray(wide).astype(narrow.dtype) if type(narrow) is np.ndarray else narrow.dtype.type(wide)
        )
    if type(narrow) is dict:
        return {key: _narrowed(wide[key], item) for key, item in narrow.items()}
    return narrow
