"""The units that every generic test runs on: all that are found, and the small one of the tests."""

from functools import cache

import pytest

from reference.kit import units
from reference.kit.exercise import Unit
from tests.sample.exercises import UNIT as SAMPLE

NAMES = (*units.names(), SAMPLE.name)
SEEDS = (0, 1, 2)

every_unit = pytest.mark.parametrize("name", NAMES)


@cache
def loaded(name: str) -> Unit:
    """The unit of that name; the test is skipped where a package is missing that the unit needs."""
    if name == SAMPLE.name:
        return SAMPLE
    try:
        return units.load(name)
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
