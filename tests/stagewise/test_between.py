"""More than one right answer: every slope between two is right, nothing else is."""

import numpy as np
import pytest

from stagewise.judge.asking import AskedCase
from stagewise.judge.between import settled
from stagewise.judge.compare import Tolerance
from stagewise.judge.judging import judge
from stagewise.judge.script import parse

X = np.array([-2.0, 0.0, 0.0, 3.0])
DOUT = np.array([5.0, 4.0, -4.0, 2.0])
ONE, OTHER = DOUT * (X > 0), DOUT * (X >= 0)
CASE = AskedCase(
    "kink", parse("dx = f(dout, x)"), {"dout": DOUT, "x": X}, {"dx": ONE}, {"dx": 1.0}, 1.0,
    Tolerance(1e-4, 2e-5, "as in the course"), also={"dx": OTHER},
)  # fmt: skip


@pytest.mark.parametrize("slope", [0.0, 0.3, 0.5, 1.0])
def test_every_slope_between_both_is_right(slope):
    judged = judge({"f": lambda dout, x: dout * np.where(x == 0, slope, x > 0)}, [CASE])
    assert judged.fraction == 1
    np.testing.assert_array_equal(judged.observed[0].outputs["dx"], ONE)


@pytest.mark.parametrize("slope", [-0.01, 1.01, np.nan, np.inf])
def test_a_slope_outside_is_wrong(slope):
    assert judge({"f": lambda dout, x: dout * np.where(x == 0, slope, x > 0)}, [CASE]).fraction == 0


def test_where_both_agree_nothing_else_is_right():
    assert judge({"f": lambda dout, x: dout * (x > 0) * 1.001}, [CASE]).fraction == 0


def test_float32_and_the_ends_survive_rounding():
    got = settled(OTHER.astype(np.float32) * np.float32(1.000001), ONE, OTHER)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, ONE, rtol=1e-5)


@pytest.mark.parametrize("odd", [None, 3.0, [1.0], np.zeros(3), np.zeros(4, dtype=int), "text"])
def test_what_is_no_array_of_that_shape_comes_back_as_it_is(odd):
    assert settled(odd, ONE, OTHER) is odd
