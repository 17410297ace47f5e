"""Changed inputs, and functions in float32: numbers get narrower, masks and indices stay what they are."""

import numpy as np

from reference.kit import probes
from reference.kit.drawn import in_float32, narrowed, only, strided
from reference.kit.variants import in_float32 as working_in_float32


def drawn(rng):
    return {
        "x": rng.standard_normal((2, 3)),
        "mask": rng.standard_normal((2, 3)) > 0,
        "places": np.arange(3),
        "cache": [np.ones(2), (np.array([True, False]), np.float64(1.5))],
        "p": 0.5,
    }


def given(inputs):
    return inputs(np.random.default_rng(0))


def test_floats_get_narrow_wherever_they_are_and_nothing_else_does():
    narrow = given(in_float32(drawn))
    assert narrow["x"].dtype == narrow["cache"][0].dtype == np.float32
    assert narrow["mask"].dtype == narrow["cache"][1][0].dtype == bool
    assert narrow["places"].dtype == np.arange(3).dtype
    assert narrow["p"] == 0.5
    assert isinstance(narrow["cache"][1], tuple)


def test_a_mask_still_picks_in_work_in_float32():
    def picked(x, mask, places):
        assert mask.dtype == bool
        return x[mask].sum() + x[0][places].sum()

    found = working_in_float32(picked)(*(given(drawn)[name] for name in ("x", "mask", "places")))
    assert found.dtype == np.float32


def test_inputs_in_float32_are_copies():
    values = {"x": np.ones(3, np.float32), "mask": np.array([True])}
    narrowed(values)["x"][0] = 5
    assert values["x"][0] == 1


def test_arrays_with_gaps_hold_the_same():
    plain, gaps = given(drawn), given(strided(drawn))
    assert np.array_equal(plain["x"], gaps["x"])
    assert not gaps["x"].flags.c_contiguous
    assert gaps["mask"].dtype == bool


def test_only_what_is_named_is_left():
    assert list(given(only("x p", drawn))) == ["x", "p"]


def test_a_shared_script_is_asked_with_what_it_takes_and_each_case_remembers_its_line():
    ask = probes.asker("y = f(x)", "y", takes="x", weight=3.0)
    one, other = ask("one", drawn), ask("other", drawn, weight=2)
    assert [case.weight for case in (one, other)] == [3.0, 2]
    assert list(given(one.inputs)) == ["x"]
    assert {case.place.file for case in (one, other)} == {__file__}
