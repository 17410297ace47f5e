"""Numbers in sentences: the same text whatever a processor makes of the last digits."""

import doctest

import numpy as np
import pytest

from stagewise.judge import numerals
from stagewise.judge.numerals import numeral, pair, small

EPS = np.finfo(np.float64).eps


def test_the_examples_hold():
    assert doctest.testmod(numerals).failed == 0


@pytest.mark.parametrize("neat", [1.0625, 2.1325, 0.0039065, -1234.5, 0.99995])
def test_a_number_on_the_edge_of_a_rounding_is_told_alike_from_both_sides(neat):
    sides = [neat * (1 + k * EPS) for k in (-8, -1, 0, 1, 8)]
    assert {f"{one:.4g}" for one in sides} != {numeral(neat)}  # once is not enough
    assert {numeral(one) for one in sides} == {numeral(neat)}


def test_an_error_on_the_edge_is_told_alike_from_both_sides():
    assert {small(0.125 * (1 + k * EPS)) for k in (-3, 0, 3)} == {"1.2e-01"}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (1.0, 2.0, ("1", "2")),
        (0.7123456, 0.7126789, ("0.712346", "0.712679")),
        (1.0, 1.0 + 1e-9, ("1", "1.000000001")),
        (1.0, 1.0, ("1", "1")),
        (3e-17, 0.5, ("0", "0.5")),
        (0.0, 0.5, ("0", "0.5")),
        (2e-20, 3e-20, ("2e-20", "3e-20")),
        (1e-8, 0.5, ("1e-08", "0.5")),
        (1.0, np.inf, ("1", "inf")),
        (1.7e308, -1.7e308, ("1.7e+308", "-1.7e+308")),
        (1 + 2j, 2.5j, ("1+2j", "0+2.5j")),
    ],
)
def test_a_pair_shows_its_difference_and_no_noise(one, other, told):
    assert pair(np.array(one)[()], np.array(other)[()], EPS) == told


def test_what_is_noise_depends_on_the_type():
    assert pair(0.5, 1e-8, float(np.finfo(np.float32).eps)) == ("0.5", "0")
