"""Diagnosis: a wrong answer is told the mistake that gives the same answers, and a right one nothing."""

import numpy as np
import pytest

from reference.judge.diagnosis import answers, diagnose, find_answers
from reference.judge.drawing import draw
from reference.judge.record import mistakes_on
from reference.kit.exercise import Exercise, wrong
from stagewise.judge.judging import judge
from stagewise.judge.script import RaisedElsewhere
from tests.reference import toy

EXERCISE = toy.BACKWARD


def diagnosed(backward, forward=toy.center_forward, exercise=EXERCISE, seed=0):
    judged = judge({"center_backward": backward, "center_forward": forward}, draw(exercise, seed))
    found = diagnose(judged, exercise, seed)
    return found.name if found else None


@pytest.mark.parametrize("one", EXERCISE.misconceptions, ids=lambda one: one.name)
def test_every_misconception_is_diagnosed_as_itself(one):
    functions = one.functions(EXERCISE)
    assert diagnosed(functions["center_backward"], functions["center_forward"]) == one.name


def test_right_work_is_told_nothing():
    assert diagnosed(toy.loop_backward) is None


def test_the_same_mistake_in_another_form_and_precision_is_recognised():
    def f(dout, cache):
        narrow, xmu, scale = (np.asarray(a, np.float32) for a in (dout, *cache))
        return (narrow * scale).astype(dout.dtype), np.einsum("nd,nd->d", narrow, xmu).astype(dout.dtype)

    assert diagnosed(f) == "no-mean-path"


def test_a_mistake_beside_side_flaws_is_recognised():
    def f(dout, cache):
        xmu, scale = cache
        dscale = (dout * xmu).sum(axis=0, keepdims=True)
        dout *= scale
        return dout, dscale

    assert diagnosed(f) == "no-mean-path"


def test_one_of_two_mistakes_is_recognised():
    def f(dout, cache):
        return dout * 7, np.array((dout * cache[0]).sum())

    assert diagnosed(f) == "sum-without-axis"


def test_a_single_side_flaw_is_not_taken_for_another():
    def f(dout, cache):
        dx, dscale = toy.center_backward(dout, cache)
        return dx[None], dscale

    assert diagnosed(f) is None


def test_writing_into_another_input_is_not_the_known_writing():
    def f(dout, cache):
        answer = toy.center_backward(dout, cache)
        cache[1][...] = 0  # the input `scale`, which the forward function put into its cache
        return answer

    assert diagnosed(f) is None


def test_a_mistake_is_told_where_all_that_it_spoils_is_wrong_in_its_way():
    """It spoils both outputs; here dx alone is wrong in its way, and dscale is right, or otherwise wrong."""
    both = wrong("both", by=lambda dout, cache: (dout, dout.sum(axis=0)), says="Both.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (both,), (), EXERCISE.partners)
    assert diagnosed(lambda dout, cache: (dout, (dout * cache[0]).sum(axis=0)), exercise=exercise) is None
    assert diagnosed(lambda dout, cache: (dout, cache[1] + 9), exercise=exercise) is None
    assert diagnosed(lambda dout, cache: (dout, dout.sum(axis=0)), exercise=exercise) == "both"


@pytest.mark.parametrize(
    "f", [lambda dout, cache: None, lambda dout, cache: (dout * 3, cache[1]), lambda dout, cache: 1 / 0]
)
def test_unknown_answers_have_no_diagnosis(f):
    assert diagnosed(f) is None


def raising(dout, cache):
    return dout + np.ones(2) + np.ones(3), cache


def test_the_same_exception_is_the_same_mistake_here_and_elsewhere():
    """It is known by its step and text, whatever function raised it."""
    mistake = wrong("adds-odd-shapes", by=raising, says="You add shapes that do not fit.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (mistake,), (), EXERCISE.partners)

    def elsewhere(dout, cache):
        with pytest.raises(ValueError, match="broadcast") as raised:
            raising(dout, cache)
        raise RaisedElsewhere("ValueError", str(raised.value))

    def other_shapes(dout, cache):
        return dout + np.ones(7), cache

    def another(dout, cache):
        raise KeyError("x")

    assert diagnosed(raising, exercise=exercise) == "adds-odd-shapes"
    assert diagnosed(elsewhere, exercise=exercise) == "adds-odd-shapes"
    assert diagnosed(other_shapes, exercise=exercise) is None
    assert diagnosed(another, exercise=exercise) is None


def test_a_survivor_explains_nothing():
    harmless = wrong("harmless", change="dxmu = dout * scale", into="dxmu = scale * dout", says="No.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (harmless,), (), EXERCISE.partners)

    def f(dout, cache):
        dx, dscale = toy.center_backward(dout, cache)
        dout[...] = 0
        return dx, dscale

    assert diagnosed(f, exercise=exercise) is None


def test_of_two_mistakes_within_tolerance_the_nearer_is_named():
    far = wrong("far", change="dxmu = dout * scale", into="dxmu = dout * 2.00005", says="Far.")
    near = wrong("near", change="dxmu = dout * scale", into="dxmu = dout * 2", says="Near.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (far, near), (), EXERCISE.partners)
    for one in (far, near):
        assert diagnosed(one.functions(exercise)["center_backward"], exercise=exercise) == one.name


@pytest.mark.parametrize("rounding", [-4e-16, 0, 4e-16, 3e-11])
def test_of_two_mistakes_as_near_as_roundings_the_first_is_named(rounding):
    first = wrong("first", change="dxmu = dout * scale", into="dxmu = dout * 2.00000000001", says="First.")
    second = wrong("second", change="dxmu = dout * scale", into="dxmu = dout * 2", says="Second.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (first, second), (), EXERCISE.partners)

    def f(dout, cache):
        dx, dscale = second.functions(exercise)["center_backward"](dout, cache)
        return dx * (1 + rounding), dscale

    assert diagnosed(f, exercise=exercise) == "first"


def test_the_mistakes_answer_once_a_process():
    assert answers(EXERCISE, 0) is answers(EXERCISE, 0)


@pytest.mark.parametrize("nothing", [0, 1, np.nan, np.inf])
def test_what_could_come_of_anything_identifies_no_mistake(nothing):
    def f(dout, cache):
        return np.full_like(dout, nothing), np.full_like(cache[1], nothing)

    mistake = wrong("nothing", by=f, says="You did something that nobody can see.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (mistake,), (), EXERCISE.partners)
    assert diagnosed(f, exercise=exercise) is None


def lost(dout, cache):
    return toy.center_backward(dout.astype(np.float64), cache)


@pytest.mark.parametrize("beside", [lambda dx: dx[None], lambda dx: dx + 0, lambda dx: dx * 3])
def test_a_mistake_in_dtype_alone_is_told_of_right_values_of_that_dtype(beside):
    mistake = wrong("float32-lost", by=lost, says="Your values are right, but float32 comes back as float64.")
    exercise = Exercise(EXERCISE.name, EXERCISE.truth, EXERCISE.cases, (mistake,), (), EXERCISE.partners)

    def kept(dout, cache):
        dx, dscale = toy.center_backward(dout, cache)
        return beside(dx), dscale

    def wide(dout, cache):
        dx, dscale = lost(dout, cache)
        return beside(dx), dscale

    right = np.array_equal(np.squeeze(beside(np.arange(6.0))), np.arange(6.0))
    assert diagnosed(kept, exercise=exercise) is None
    assert diagnosed(wide, exercise=exercise) == ("float32-lost" if right else None)


def test_answers_that_are_found_elsewhere_are_those_found_here():
    """In any order, and once."""
    seed, asked = 4711, list[str]()

    def spread(names, work):
        asked.extend(names)
        return [pair for name in reversed(names) for pair in work(name)]

    find_answers([EXERCISE], seed, spread)
    assert answers(EXERCISE, seed) == mistakes_on(EXERCISE, draw(EXERCISE, seed)) != ()
    assert asked == [f"center_backward: {one.name}" for one in EXERCISE.misconceptions]
    find_answers([EXERCISE], seed, spread)
    assert len(asked) == len(EXERCISE.misconceptions)
