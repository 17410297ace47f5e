"""Every known mistake of a function stands beside a right caller of it.

Of all pairs of a caller and a mistake below it each mistake is taken once, with the callers in turn.
"""

from reference.judge.drawing import draw
from reference.judge.expecting import beside, callable_from, ways
from reference.judge.own_calls import _expected_by, _own, judged_as
from reference.judge.randomness import same_random_state
from stagewise.judge.judging import played_with
from tests.every_unit import every_unit, loaded

WHY_NOT = {
    ("mc_dropout_predict", "multiply-by-p"): "how often the network is sure of a class is left to chance",
    ("mc_dropout_predict", "normal-noise"): "with p = 1 nothing is left to chance, but noise is",
}


def callers(unit):
    """Exercises that call others, with the mistakes below each: (exercise, [known mistake of another])."""
    for exercise in unit.exercises:
        below = [unit.exercise(name) for name in sorted(callable_from(unit, exercise))]
        if below:
            yield exercise, [((one, mistake.name),) for one in below for mistake in one.misconceptions]


def each_once(unit):
    """Every mistake below some exercise, with one of those exercises."""
    found = {}
    for exercise, below in callers(unit):
        for known in below:
            found.setdefault(known, []).append(exercise)
    for number, (known, exercises) in enumerate(found.items()):
        yield exercises[number % len(exercises)], known


def made(exercise, way, known):
    """A way beside a known mistake; None where it does not call what that is a mistake of."""
    return beside(exercise, way, _own(known))


def runs(way, exercise):
    with same_random_state(3):
        return played_with(way.functions, draw(exercise, 0))


@every_unit
def test_a_right_caller_answers_as_is_expected_beside_any_known_mistake(name):
    for exercise, known in each_once(loaded(name)):
        for number, way in enumerate(ways(exercise)):
            right = None if way.mistake else made(exercise, way, known)
            if right is None:
                continue
            _, cases, answers = _expected_by(exercise, number, known, 0)
            seen = judged_as(exercise, way, cases, answers, runs(right, exercise), 0)
            listed = (exercise.name, known[0][1]) in WHY_NOT
            assert (seen.judged.fraction == 1) != listed, (exercise.name, known[0][0].name, known[0][1])
            break
