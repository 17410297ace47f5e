"""The name by which a function is asked for: that of the variable which holds it, or its own."""

import functools

import pytest

from stagewise.checks.naming import name_of

KNOWN = {"center", "scale"}


def center(x):
    return x


def wrapper(x):
    return x


class Callable:
    def __call__(self, x):
        return x


class OddName(Callable):
    __name__ = 7


@pytest.mark.parametrize("one", [wrapper, lambda x: x, functools.partial(center), Callable(), OddName()])
def test_what_stands_under_a_known_name_is_called_so(one):
    assert name_of(one, KNOWN, {"other": one, "center": one, "scale": center}) == "center"


@pytest.mark.parametrize(
    ("one", "name"), [(center, "center"), (wrapper, "wrapper"), (Callable(), ""), (OddName(), "")]
)
def test_what_stands_under_none_has_its_own_name(one, name):
    assert name_of(one, KNOWN, {"other": one}) == name


def test_of_several_names_its_own_is_the_first():
    assert name_of(center, KNOWN, {"scale": center, "center": center}) == "center"
