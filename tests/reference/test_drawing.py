"""Drawn cases: seeded, computed once, and the truth itself is held to the rules."""

import numpy as np
import pytest

from reference.judge.drawing import draw, draw_visible
from reference.kit.exercise import Exercise, case
from tests.reference import toy


def inputs(rng):
    return {"x": rng.normal(size=(4, 3))}


def drawn(truth, script="y = f(x)", compare="y", make=inputs, **options):
    return draw(Exercise("f", truth, (case("c", script, compare, make, visible=True, **options),)), 0)


def test_hidden_cases_follow_the_seed_and_visible_ones_do_not():
    first, again, other = (draw(toy.BACKWARD, seed) for seed in (1, 1, 2))
    assert first is again
    visible, hidden = first[0], first[1]
    np.testing.assert_array_equal(visible.inputs["x"], other[0].inputs["x"])
    assert not np.array_equal(hidden.inputs["x"], other[1].inputs["x"])
    np.testing.assert_array_equal(visible.inputs["x"], draw_visible(toy.BACKWARD)[0].inputs["x"])


def test_no_two_cases_share_their_random_numbers():
    cases = {one.name: one.inputs["x"] for one in draw(toy.BACKWARD, 0)}
    assert not np.array_equal(cases["tiny gradients"], cases["steps"])


def test_only_visible_cases_are_recorded():
    assert [one.name for one in draw_visible(toy.BACKWARD)] == ["small"]


def test_a_case_for_the_check_alone_is_recorded_and_not_graded():
    short = case("short", "y = f(x)", "y", inputs, visible=True, graded=False)
    exercise = Exercise("f", np.sin, (short, case("long", "y = f(x)", "y", inputs)))
    assert [one.name for one in draw(exercise, 0)] == ["long"]
    assert [one.name for one in draw_visible(exercise)] == ["short"]


def test_answers_to_float32_are_those_of_float64_rounded():
    (one,) = (c for c in draw(toy.BACKWARD, 0) if c.name == "float32")
    x, scale, dout = (one.inputs[name].astype(np.float64) for name in ("x", "scale", "dout"))
    dx, _ = toy.center_backward(dout, toy.center_forward(x, scale)[1])
    assert one.expected["dx"].dtype == np.float32
    np.testing.assert_array_equal(dx.astype(np.float32), one.expected["dx"])


def raising(x):
    raise KeyError("x")


def writing(x):
    x += 1
    return x


def warning(x):
    return np.log(x * 0)


@pytest.mark.parametrize(
    ("truth", "options", "said"),
    [
        (raising, {}, r"f, case 'c': the truth fails in `y = f\(x\)`: f raised KeyError"),
        (writing, {}, "the truth writes into x, which `updates` does not name"),
        (warning, {"quiet": True}, "the truth warns"),
        (lambda x: object(), {}, "y is object, which cannot be compared"),
        (lambda x: None, {}, "y is NoneType, which cannot be compared"),
    ],
)
def test_a_truth_that_breaks_the_rules_is_named(truth, options, said):
    with pytest.raises(ValueError, match=said):
        drawn(truth, **options)


def test_an_entry_that_the_truth_updates_is_an_answer():
    def f(p):
        p["n"] = p["n"] + 1

    (one,) = drawn(f, "f(p)", "p['n']", lambda rng: {"p": {"n": 1}}, updates=("p",))
    assert one.expected == {"p['n']": 2}
    assert one.inputs == {"p": {"n": 1}}


def kinked(x):
    return np.where(x > 0, 1.0, 0.0)


def kinked_at_one(x):
    return np.where(x >= 0, 1.0, 0.0)


def test_a_second_right_version_answers_too():
    (one,) = drawn(kinked, make=lambda rng: {"x": np.array([-1.0, 0.0, 1.0])}, also=kinked_at_one)
    np.testing.assert_array_equal(one.expected["y"], [0, 0, 1])
    np.testing.assert_array_equal(one.also["y"], [0, 1, 1])
