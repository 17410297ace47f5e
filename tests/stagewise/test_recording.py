"""Recorded answers: the same after a round trip, the same text every time, plain JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stagewise.checks.recording import (
    ExerciseRecording,
    UnitRecording,
    decode,
    dump,
    encode,
    load,
    read,
)
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.copying import unchanged
from stagewise.judge.fingerprint import RecordedMistake
from stagewise.judge.script import parse

CASE = AskedCase(
    name="plain",
    steps=parse("out, cache = f(x, p, mode='train')\ndx = g(out, cache)"),
    inputs={
        "x": np.random.default_rng(3).normal(size=(3, 2)).astype(np.float32),
        "p": {"eps": 1e-5, "n": None},
    },
    expected={"dx": np.array([[1.0, np.nan]]), "out": 0.1},
    shares={"dx": 2.0, "out": 1.0},
    weight=1.5,
    tolerance=Tolerance(1e-4, 2e-5, "measured", scale=0.5),
    exact_dtype=True,
    updates=("p",),
    main=True,
    why="a nearly constant feature: tells where eps belongs",
    quiet=True,
    also={"dx": np.array([[2.0, np.nan]])},
)
MISTAKE = RecordedMistake(
    "sum", "You sum.", ({"outputs": {"dx": {"ends": 1}}, "sides": [["changed", "dout"]]},)
)
UNIT = UnitRecording("toy", "A toy", {"g": ExerciseRecording("g", 4.0, ("f",), (CASE,), (MISTAKE,))})


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.1,
        float("nan"),
        float("-inf"),
        "text",
        (1, (2.5,)),
        [1, None],
        {"tuple": 1},
        {},
        np.float32(0.1),
        np.float64("nan"),
        np.int64(3),
        np.bool_(True),
        np.arange(6.0).reshape(2, 3),
        np.zeros((0, 3)),
        np.array(2.5),
        np.array([np.nan, np.inf, -np.inf, -0.0]),
        np.array([True, False]),
        np.arange(3, dtype=np.uint8),
        np.float32([0.1, 1e-30]),
        {"a": {"b": np.ones((1, 1, 2))}},
    ],
)
def test_values_survive_bit_by_bit(value):
    assert unchanged(decode(json.loads(json.dumps(encode(value), allow_nan=False))), value)


@pytest.mark.parametrize(
    "view", [np.arange(12.0).reshape(3, 4).T, np.arange(12.0)[::2], np.ones((4, 4))[::2, 1:]]
)
def test_a_non_contiguous_array_comes_back_non_contiguous(view):
    back = decode(json.loads(json.dumps(encode(view))))
    assert not back.flags.c_contiguous
    np.testing.assert_array_equal(view, back, strict=True)


@pytest.mark.parametrize("value", [len, object(), np.array([None]), {1: 2}, {1, 2}, b"bytes", 1j])
def test_only_plain_data_can_be_recorded(value):
    with pytest.raises(TypeError, match="a recording holds"):
        encode(value)


def test_a_unit_survives_and_its_text_is_stable():
    text = dump(UNIT)
    back = read(text)
    assert text == dump(back)
    (case,) = back.exercises["g"].cases
    assert (CASE.steps, CASE.shares, CASE.tolerance, CASE.why) == (
        case.steps,
        case.shares,
        case.tolerance,
        case.why,
    )
    assert (CASE.updates, CASE.weight, CASE.main, CASE.exact_dtype, CASE.quiet) == (
        case.updates,
        case.weight,
        case.main,
        case.exact_dtype,
        case.quiet,
    )
    assert list(CASE.shares) == list(case.shares)
    assert unchanged(case.inputs, CASE.inputs)
    assert unchanged(case.expected, CASE.expected)
    assert back.exercises["g"].misconceptions == (MISTAKE,)


def test_a_dict_keeps_the_order_of_its_entries():
    """A grid counts in it, a graph need not run in it."""
    case = replace(CASE, inputs={"grid": {"reg": [1.0], "learning_rate": [2.0]}}, updates=())
    exercise = ExerciseRecording("f", 3, (), (case,), ())
    again = read(dump(UnitRecording("toy", "Toy", {"f": exercise})))
    assert list(again.exercises["f"].cases[0].inputs["grid"]) == ["reg", "learning_rate"]


def test_the_text_is_strict_json_with_arrays_on_one_line():
    json.loads(dump(UNIT), parse_constant=pytest.fail)
    assert '"shape":[3,2]' in dump(UNIT)


def test_numbers_of_float32_are_as_short_as_they_can_be():
    assert encode(np.float32([0.1, 1e-30, 3]))["data"] == [0.1, 1e-30, 3.0]


def test_an_unknown_unit_is_named():
    with pytest.raises(LookupError, match=r"there is no unit '\.\./secrets'; the units are:"):
        load("../secrets")
