"""An early slip costs its own points: a right backward pass keeps its own where the forward pass is wrong."""

import numpy as np
import pytest

from reference.judge.drawing import draw
from reference.judge.examine import examined
from reference.kit import units
from reference.truth.activations import sigmoid_forward
from reference.truth.dropout import dropout_forward
from stagewise import begin, check
from stagewise.judge.judging import judge
from stagewise.show import display

NAMES = units.names()
PAIRS = [
    pytest.param(name, exercise.name, id=f"{name}-{exercise.name}")
    for name in NAMES
    if name != "transfer"  # none of its exercises runs on another one's result
    for exercise in units.load(name).exercises
    if exercise.partners
]


def called(name, function):
    function.__name__ = name
    return function


@pytest.mark.parametrize(("unit", "name"), PAIRS)
def test_no_known_mistake_of_a_forward_pass_costs_in_the_backward_pass(unit, name):
    course = units.load(unit)
    exercise = course.exercise(name)
    (partner,) = exercise.partners
    for one in course.exercise(partner.__name__).misconceptions:
        wrong = one.functions(course.exercise(partner.__name__))[partner.__name__]
        functions = exercise.truth, called(partner.__name__, wrong)
        assert examined(*functions, unit=unit, points=2).points == 2, one.name


def steep_forward(x):
    out = 1 / (1 + np.exp(-2.3 * x))
    return out, out


def own_cache_forward(x):
    out, _ = steep_forward(x)
    return out, {"mine": out}


def right_backward(dout, cache):
    return dout * cache * (1 - cache)


def wrong_backward(dout, cache):
    return dout * cache


def examined_with(forward, backward):
    functions = called("sigmoid_backward", backward), called("sigmoid_forward", forward)
    return examined(*functions, unit="activations", points=4)


def test_the_report_says_what_stood_in():
    report = examined_with(steep_forward, right_backward)
    assert (report.points, report.diagnosis) == (4.0, "")
    assert report.notes == (
        "Your sigmoid_forward is wrong, so the course's stood in for it: a slip costs points once",
    )


def test_a_mistake_of_its_own_costs_as_much_beside_a_slip_as_alone():
    course = units.load("activations")
    exercise = course.exercise("sigmoid_backward")
    alone = judge({**exercise.functions, "sigmoid_backward": wrong_backward}, draw(exercise, 0))
    report = examined_with(steep_forward, wrong_backward)
    assert report.points == pytest.approx(4 * alone.fraction)
    assert report.points < 4


def wide_forward(x):
    out, _ = sigmoid_forward(x.astype(np.float64))
    return out, {"mine": out}


def test_a_dtype_that_the_forward_pass_changed_costs_once():
    """The course's cache has another form, so that it cannot stand in."""

    def backward(dout, cache):
        return right_backward(dout, cache["mine"])

    report = examined_with(wide_forward, backward)
    assert report.points == 4
    assert report.notes == (
        "Your sigmoid_forward changes the dtype, so none is asked for here: a slip costs points once",
    )


def test_a_dtype_that_the_backward_pass_changed_costs():
    def backward(dout, cache):
        return right_backward(dout.astype(np.float64), cache["mine"])

    def right_forward(x):
        out, _ = sigmoid_forward(x)
        return out, {"mine": out}

    assert 3 < examined_with(right_forward, backward).points < 4


def test_a_partner_is_not_blamed_for_what_fails_as_much_without_it():
    report = examined_with(steep_forward, lambda dout, cache: dout * cache + 7)
    assert report.points == 0
    assert not any("sigmoid_forward is wrong" in note for note in report.notes)


def test_where_the_course_cannot_stand_in_the_report_says_where_to_look():
    report = examined_with(own_cache_forward, lambda dout, cache: right_backward(dout, cache["mine"]))
    assert report.points == 0
    assert report.notes[-1] == (
        "Your sigmoid_forward is wrong, and this exercise runs on what it returns: mend that first"
    )


def test_a_right_forward_pass_is_never_replaced():
    """A backward pass that is right only for another cache than its own forward pass makes is wrong."""

    def other_cache_forward(x):
        out, cache = sigmoid_forward(x)
        return out, 2 * cache

    report = examined_with(other_cache_forward, right_backward)
    assert report.points == 0
    assert not any("stood in" in note for note in report.notes)


def linear_forward(x, w, b, dropconnect_param):
    return x @ w + b, (x, w)


def linear_backward(dout, cache):
    x, w = cache[:2]
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


@pytest.mark.parametrize(
    ("name", "forward", "backward"),
    [
        ("dropout", lambda x, dropout_param: (x.copy(), None), lambda dout, cache: dout.copy()),
        ("dropout", lambda x, dropout_param: (0 * x, None), lambda dout, cache: 0 * dout),
        ("dropconnect", linear_forward, linear_backward),
    ],
    ids=["two identities", "two zeros", "a linear layer"],
)
def test_a_pair_that_drops_nothing_earns_little_more_than_its_backward_pass_alone(name, forward, backward):
    """The two fit each other, and such a partner could be defined for this check alone."""
    exercise = units.load("dropout").exercise(f"{name}_backward")
    alone = judge({**exercise.functions, exercise.name: backward}, draw(exercise, 0))
    functions = called(exercise.name, backward), called(f"{name}_forward", forward)
    report = examined(*functions, unit="dropout", points=100)
    assert report.points < 100 * alone.fraction + 10 < 40


@pytest.mark.parametrize(("forward", "told"), [(steep_forward, True), (sigmoid_forward, False)])
def test_a_students_check_says_where_to_look(forward, told, capsys):
    begin("activations")
    reports = []
    with display.use(reports.append):
        check(called("sigmoid_backward", wrong_backward), called("sigmoid_forward", forward))
    sentence = "Your sigmoid_forward is wrong, and this exercise runs on what it returns: mend that first"
    assert (sentence in reports[0].notes) is told


def float64_forward(x, dropout_param):
    out, mask = dropout_forward(x, dropout_param)
    return out.astype(np.float64), mask


@pytest.mark.parametrize(
    ("narrow_too", "told"), [(False, False), (True, True)], ids=["the numbers", "the dtype as well"]
)
def test_a_dtype_alone_is_no_reason_for_wrong_numbers(narrow_too, told, monkeypatch):
    begin("dropout")
    reports = []
    if narrow_too:
        monkeypatch.setattr("stagewise.checks.checking.is_dtype", lambda output: False)
    with display.use(reports.append):
        check(called("dropout_backward", lambda dout, cache: dout.copy()),
              called("dropout_forward", float64_forward))  # fmt: skip
    assert any("dropout_forward is wrong" in note for note in reports[0].notes) is told
