"""Rounded numbers are known whatever their decimals are, and however far their rounding is."""

import numpy as np
import pytest

from stagewise.judge.decimals import MOST, are_rounded


@pytest.mark.parametrize("places", range(1, MOST + 1))
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_numbers_of_all_sizes_are_known_by_their_decimals(places, size):
    """But for those that a rounding leaves as they are, or makes nothing of."""
    wanted = size * np.random.default_rng(231).normal(size=7)
    rounded = np.round(wanted, places)
    as_near = np.abs(rounded - wanted).max() <= 1e-9 * np.abs(wanted).max()
    assert are_rounded(rounded, wanted) == (bool(np.any(rounded)) and not as_near)


@pytest.mark.parametrize("places", range(1, MOST + 1))
def test_numbers_half_way_between_two_decimals_are_rounded_as_well(places):
    """They are off by all of half a unit, and by a last digit of theirs more or less."""
    wanted = np.array([1.1, 0.3]) + np.array([0.5, 1.5]) * 0.1**places
    assert are_rounded(np.round(wanted, places), wanted)


@pytest.mark.parametrize("places", [0, MOST + 1])
def test_whole_numbers_and_more_decimals_are_no_rounding(places):
    wanted = np.array([0.123456789123, 2.718281828459])
    assert not are_rounded(np.round(wanted, places), wanted)


def test_an_entry_that_is_off_by_more_than_its_rounding_is_no_rounding():
    wanted = np.array([0.123456, 2.718281])
    assert not are_rounded(np.round(wanted, 2) + np.array([0.0, 0.01]), wanted)
