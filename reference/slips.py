"""An early slip costs only its own points: a backward pass is not held to a forward pass that is wrong.

Whoever reads a cache of the student's own making can only be judged with the function that makes it. Where
that one fails its own exercise, the truth stands in for it, and the better of both judgements counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.drawing import draw
from reference.exercise import Exercise, Unit
from stagewise.judging import played_with
from stagewise.playing import Functions
from stagewise.script import Played


def slips_of(
    unit: Unit,
    exercise: Exercise,
    functions: Functions,
    earned: Callable[[Exercise, Functions], float],
) -> tuple[str, ...]:
    """The partners that are exercises themselves and do not earn all of their points (`earned`: 0 to 1)."""
    asked = {one.name: one for one in unit.exercises if not one.partners}
    names = [partner.__name__ for partner in exercise.partners if partner.__name__ in asked]
    return tuple(name for name in names if earned(asked[name], {name: functions[name]}) < 1)


def stood_in(exercise: Exercise, functions: Functions, slips: Sequence[str], seed: int) -> Sequence[Played]:
    """The exercise's cases played with the truth in the place of partners."""
    truths = {name: exercise.functions[name] for name in slips}
    return played_with({**functions, **truths}, draw(exercise, seed))


def told(slips: Sequence[str], spared: bool) -> str:
    """The sentence for the student; spared: whether the truth's standing in helped."""
    named = " and ".join(slips)
    if spared:
        return f"Your {named} is wrong, so the course's stood in for it: a slip costs points once"
    return f"Your {named} is wrong, and this exercise runs on what it returns: mend that first"
