"""What a build keeps of an earlier recording: roundings of another processor, nothing that really changed."""

import copy
import json

import pytest

from autograder.units.rounding import agree, without_rounding
from stagewise.checks.recording import as_data
from tests.stagewise import toy_unit


@pytest.fixture
def old():
    """A recording as it lies in its file."""
    return json.loads(json.dumps(as_data(toy_unit.unit())))


def scaled(value, factor):
    """The data with every number with a point multiplied."""
    if isinstance(value, dict):
        return {key: scaled(one, factor) for key, one in value.items()}
    if isinstance(value, list):
        return [scaled(one, factor) for one in value]
    return value * factor if type(value) is float else value


def exercise(recording, name="center"):
    return next(one for one in recording["exercises"] if one["name"] == name)


@pytest.mark.parametrize("factor", [1 + 1e-7, 1 - 4e-7])
def test_a_rounding_in_any_number_keeps_what_there_is(old, factor):
    new = copy.deepcopy(old)
    for case in new["exercises"][0]["cases"]:
        case["inputs"], case["outputs"] = (
            scaled(case["inputs"], factor),
            [[name, share, scaled(value, factor)] for name, share, value in case["outputs"]],
        )
    known = new["exercises"][0]["misconceptions"][0]
    known["fingerprints"] = scaled(known["fingerprints"], 1 + 1e-4 * (factor - 1))
    assert new != old
    assert without_rounding(new, old) == old


def change_an_answer(one):
    data = one["cases"][2]["outputs"][0][2]["data"]
    data[4] += 5e-6 * max(map(abs, data))


def change_a_sign(one):
    data = one["cases"][0]["outputs"][0][2]["data"]
    data[1] = -data[1]


def change_an_input(one):
    one["cases"][0]["inputs"]["x"]["data"][0] *= 1.0001


def change_a_fingerprint(one):
    found = one["misconceptions"][0]["fingerprints"][0]["outputs"]["out"]
    found["projections"][0] *= 1 + 1e-8


CHANGES = {
    "an answer by a quarter of what is allowed": change_an_answer,
    "a sign": change_a_sign,
    "an input": change_an_input,
    "a fingerprint": change_a_fingerprint,
    "the points": lambda one: one.update(points=3),
    "a weight": lambda one: one["cases"][1].update(weight=1.0000001),
    "a tolerance": lambda one: one["cases"][1]["tolerance"].update(rtol=1.00001e-4),
    "a share": lambda one: one["cases"][1]["outputs"][0].__setitem__(1, 1.0000001),
    "a case left out": lambda one: one["cases"].pop(),
    "a second right answer": lambda one: one["cases"][0].update(also={"out": 1.0}),
    "what chance does": lambda one: one["cases"][0].update(chances={}),
    "a sentence": lambda one: one["misconceptions"][0].update(says="Your mean is missing."),
    "a mistake left out": lambda one: one["misconceptions"].clear(),
    "a dtype": lambda one: one["cases"][0]["inputs"]["x"].update(dtype="float32"),
    "an argument written into": lambda one: one["misconceptions"][0]["fingerprints"][0].update(
        sides=[["changed", "x"]]
    ),
    "an exception": lambda one: one["misconceptions"][0]["fingerprints"][0]["outputs"].update(
        out={"ends": 1}
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_real_change_replaces_its_exercise_and_no_other(old, what):
    new = copy.deepcopy(old)
    CHANGES[what](exercise(new))
    other = exercise(new, "center_backward")["cases"][0]["outputs"][0][2]["data"]
    other[0] *= 1 + 1e-9
    found = without_rounding(new, old)
    assert exercise(found) == exercise(new) != exercise(old)
    assert exercise(found, "center_backward") == exercise(old, "center_backward")


def test_exercises_that_are_new_are_taken_and_those_that_are_gone_are_dropped(old):
    first, second = old["exercises"]
    assert without_rounding(old, {"exercises": []}) == old
    assert without_rounding({**old, "exercises": [second]}, {**old, "exercises": [first]})["exercises"] == [
        second
    ]


def test_what_cancels_to_nothing_is_noise_beside_the_terms():
    """A gradient that is zero but for its roundings has other roundings elsewhere."""
    assert agree([3e-17, -1e-17], [-2e-17, 4e-17], 1e-6, scale=1.0)
    assert not agree([3e-17, -1e-17], [-2e-17, 4e-17], 1e-6)
    assert not agree([3e-6, -1e-6], [-2e-6, 4e-6], 1e-6, scale=1.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [([1.0, 2.0], [1.0]), ([1.0, "nan"], [1.0, 2.0]), (1, 1.0), (True, 1), ({"a": 1.0}, {"b": 1.0}), (1, 2)],
)
def test_what_is_no_float_agrees_exactly(one, other):
    assert not agree(one, other, 1e-3)
    assert agree(one, one, 0.0)
