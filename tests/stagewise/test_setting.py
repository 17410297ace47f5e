"""A setting is put around functions where they live, and brings its observers."""

import sys
from types import ModuleType

import pytest

from stagewise.judge.setting import observers, placed, returns_data

NAME = "stagewise.a_setting_of_this_test"


@pytest.fixture
def setting(monkeypatch):
    module = ModuleType(NAME)
    module.wrap = lambda function: lambda *given: ("wrapped", function(*given))
    module.RETURNS_DATA = False
    module.OBSERVERS = {"watch": lambda value: ("watched", value)}
    monkeypatch.setitem(sys.modules, NAME, module)
    return NAME


class Elsewhere:
    """A proxy of a function in another process, where the setting is another module of the same name."""

    def placed_in(self, setting):
        return f"wrapped in {setting} there"


def test_no_setting_leaves_functions_as_they_are():
    assert placed({"f": len}, "") == {"f": len}
    assert observers("") == frozenset()
    assert returns_data("")


def test_a_function_is_wrapped_and_observers_are_added_behind_it(setting):
    found = placed({"f": len}, setting)
    assert list(found) == ["f", "watch"]
    assert found["f"]([1, 2]) == ("wrapped", 2)
    assert found["watch"](3) == ("watched", 3)
    assert observers(setting) == {"watch"}


def test_a_setting_says_whether_results_are_data(setting):
    assert not returns_data(setting)
    assert returns_data("stagewise.judge.handed")


def test_a_proxy_is_wrapped_where_its_function_is(setting):
    assert placed({"f": Elsewhere()}, setting)["f"] == f"wrapped in {setting} there"
