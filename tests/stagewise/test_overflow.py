"""Where NumPy is silent, the functions that students' formulas overflow in say what it says elsewhere."""

import warnings

import numpy as np
import pytest

from stagewise.judge import overflow
from stagewise.judge.script import listening

GIVEN = {
    "large": np.array([1.0, 1e4, -1e4]),
    "narrow": np.array([200.0, -3.0], np.float32),
    "whole numbers": np.array([0, 5, 1000]),
    "zero": np.array([0.0, 2.0]),
    "negative": np.array([-2.0, 1.0]),
    "minus one": np.array([-1.0, -7.0]),
    "harmless": np.array([0.5, 1.5]),
    "not finite": np.array([np.inf, np.nan]),
    "minus infinity": np.array([-np.inf]),
    "a number": 1e4,
}


def heard_natively(function, given):
    with warnings.catch_warnings(record=True) as heard, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        result = function(given)
    return sorted(str(one.message) for one in heard), result


@pytest.mark.skipif(overflow.is_silent(), reason="NumPy warns of nothing here")
@pytest.mark.parametrize("name", overflow.LOOKED_AT)
@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_what_is_said_is_what_numpy_says(name, given):
    said, result = heard_natively(getattr(np, name), given)
    ours = sorted(f"{kind} encountered in {name}" for kind in overflow.kinds(name, given, result))
    assert ours == said


@pytest.fixture
def silent(monkeypatch):
    """A NumPy that warns of nothing, as far as functions go."""
    monkeypatch.setattr(overflow, "is_silent", lambda: True)
    for name in overflow.LOOKED_AT:
        monkeypatch.setattr(np, name, quietly(getattr(np, name)))


def quietly(function):
    def quiet(*given, **options):
        with np.errstate(all="ignore"):
            return function(*given, **options)

    quiet.__name__ = function.__name__
    return quiet


def test_a_silent_numpy_is_heard_while_scripts_are_played_and_as_before_afterwards(silent):
    before = np.exp
    with listening() as heard:
        values = np.exp(np.array([1e4, 0.0]))
    assert values.tolist() == [np.inf, 1.0]
    assert [(one.category, str(one.message)) for one in heard] == [
        (RuntimeWarning, "overflow encountered in exp")
    ]
    assert heard[0].filename == __file__
    assert np.exp is before


def test_who_asks_for_silence_gets_it(silent):
    with listening() as heard, np.errstate(over="ignore"):
        np.exp(1e4)
    assert heard == []


def test_entries_that_are_left_out_and_arguments_that_are_overwritten_are_seen_as_they_were(silent):
    x = np.array([1e4, 1.0])
    with listening() as heard:
        np.exp(x, where=np.array([False, True]), out=np.zeros(2))
        np.exp(x, out=x)
    assert [str(one.message) for one in heard] == ["overflow encountered in exp"]


def test_a_numpy_that_warns_is_left_alone():
    if overflow.is_silent():
        pytest.skip("NumPy warns of nothing here")
    before = np.exp
    with overflow.spoken():
        assert np.exp is before
