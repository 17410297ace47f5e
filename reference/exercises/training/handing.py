"""Exercises whose functions are handed generators and functions, which travel as data."""

from collections.abc import Sequence

from reference.kit.exercise import Alternative, Case, Exercise, Function, Misconception
from reference.kit.promises import Promise
from reference.kit.variants import exercise

SETTING = "stagewise.judge.handed"


def handed(
    truth: Function,
    cases: Sequence[Case | Promise],
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    explained_pairs: dict[tuple[str, str], str] | None = None,
) -> Exercise:
    """An exercise in that setting."""
    return exercise(truth, cases, mistakes, others, explained_pairs=explained_pairs, setting=SETTING)
