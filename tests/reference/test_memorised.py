"""Whoever looks the recorded answers up earns nothing, in no exercise of the course."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from reference.exercises.dropout.dropconnect import SHIFT
from reference.judge.drawing import draw_visible
from reference.judge.examine import examined
from reference.judge.memorised import unless_memorised
from reference.kit import units
from stagewise.judge.judging import Judged, earned
from stagewise.judge.report import Row, Status

EXERCISES = [
    (unit, exercise.name)
    for unit in units.names()
    if unit != "transfer" or find_spec("torch")
    for exercise in units.load(unit).exercises
]


def judged(exercise, right):
    """A judgement in which the outputs of cases are right of which `right` says so."""
    rows = tuple(
        Row(case.name, output, Status.PASSED, credit=1.0)
        if right(case, output)
        else Row(case.name, output, Status.FAILED)
        for case in exercise.graded
        for output in case.shares
    )
    return Judged(rows, (), earned(exercise.graded, rows))


@pytest.mark.parametrize(("unit", "name"), EXERCISES)
def test_the_visible_cases_alone_are_worth_nothing(unit, name):
    exercise = units.load(unit).exercise(name)
    found = judged(exercise, lambda case, output: case.visible)
    assert unless_memorised(found, exercise, exercise.graded).fraction == 0


@pytest.mark.parametrize(("unit", "name"), EXERCISES)
def test_what_holds_in_one_hidden_case_keeps_what_it_earned(unit, name):
    exercise = units.load(unit).exercise(name)
    first = {
        output: case.name for case in reversed(exercise.graded) if not case.visible for output in case.shares
    }
    found = judged(exercise, lambda case, output: case.visible or first[output] == case.name)
    assert unless_memorised(found, exercise, exercise.graded) is found


def test_it_is_said_why_a_right_row_earns_nothing():
    exercise = units.load("dropout").exercise("dropconnect_forward")
    found = judged(exercise, lambda case, output: case.visible)
    assert found.fraction > 0.1
    rows = unless_memorised(found, exercise, exercise.graded).rows
    shifts = [row for row in rows if row.output == SHIFT]
    assert shifts
    for shift in shifts:
        assert (shift.status, shift.credit) == (Status.FAILED, 0)
        assert "compute it from the arguments" in shift.message


def test_an_exercise_without_hidden_cases_is_judged_by_what_it_has():
    exercise = units.load("optimizers").exercise("sgd")
    shown = replace(exercise, cases=tuple(case for case in exercise.graded if case.visible))
    found = judged(shown, lambda case, output: True)
    assert unless_memorised(found, shown, shown.cases).fraction == 1


def test_a_function_that_knows_the_recorded_answers_earns_nothing():
    """Through the whole examination; this exercise asks for some outputs in visible cases alone."""
    exercise = units.load("dropout").exercise("mc_dropout_predict")
    recorded = {case.inputs["x"].tobytes() for case in draw_visible(exercise)}

    def mc_dropout_predict(x, network, dropout_param, samples):
        mean, spread = exercise.truth(x, network, dropout_param, samples)
        return (mean, spread) if x.tobytes() in recorded else (mean - 9, spread - 9)

    partners = [f for name, f in exercise.functions.items() if name != exercise.name]
    report = examined(mc_dropout_predict, *partners, unit="dropout", points=10)
    assert report.points == 0
    assert {row.status for row in report.rows} == {Status.FAILED}


@pytest.mark.parametrize(("unit", "name"), [("dropout", "dropout_forward"), ("activations", "relu_forward")])
def test_what_cannot_take_the_hidden_shapes_is_not_called_looked_up(unit, name):
    """Right with numbers that nobody has seen, it was computed: the exception alone costs points."""
    exercise = units.load(unit).exercise(name)
    shapes = {case.inputs["x"].shape for case in draw_visible(exercise)}

    def of_known_shapes(x, *others):
        if x.shape not in shapes:
            raise ValueError("not enough values to unpack")
        return exercise.truth(x, *others)

    def looked_up(x, *others):
        if not any(np.array_equal(x, case.inputs["x"]) for case in draw_visible(exercise)):
            raise ValueError("not enough values to unpack")
        return exercise.truth(x, *others)

    for function in (of_known_shapes, looked_up):
        function.__name__ = name
    found = examined(of_known_shapes, unit=unit, points=1)
    assert any(row.credit > 0 for row in found.rows)
    assert not any("does not show" in row.message for row in found.rows)
    assert examined(looked_up, unit=unit, points=1).points == 0
