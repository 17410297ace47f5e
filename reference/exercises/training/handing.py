"""Exercises whose functions are handed generators and functions, which travel as data; and what goes wrong in
the record of any search."""

from collections.abc import Sequence

from reference.kit.exercise import Alternative, Case, Exercise, Function, Misconception
from reference.kit.notation import wrongs
from reference.kit.promises import Promise
from reference.kit.variants import exercise

SETTING = "stagewise.judge.handed"
PAIR = "results.append((settings, evaluate(settings)))"
RECORD = wrongs(
    """
evaluated-twice: @PAIR => evaluate(settings); results.append((settings, evaluate(settings)))
    You call evaluate twice for the same settings. Each call is a whole training: keep its result.
sorted: return results => return sorted(results, key=lambda pair: (pair[1] != pair[1], -pair[1]))
    Your results are sorted by their score. They should stand in the order in which they were tried.
lost-ones-left-out: return results => return [pair for pair in results if pair[1] == pair[1]]
    You leave out the settings with a score of NaN. They were tried, and they say where not to look.
scores-only: @PAIR => results.append(evaluate(settings))
    Your list holds scores alone. Which settings had them? Pairs (settings, score) are asked for.
score-first: @PAIR => results.append((evaluate(settings), settings))
    Your pairs begin with the score. The settings come first.
""",
    PAIR=PAIR,
)


def handed(
    truth: Function,
    cases: Sequence[Case | Promise],
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    explained_pairs: dict[tuple[str, str], str] | None = None,
) -> Exercise:
    """An exercise in that setting."""
    return exercise(truth, cases, mistakes, others, explained_pairs=explained_pairs, setting=SETTING)
