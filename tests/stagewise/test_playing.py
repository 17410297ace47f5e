"""Cases are played here, or where the functions live, in the same order and with the same outcome."""

from typing import ClassVar

import numpy as np
import pytest

from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.copying import unchanged
from stagewise.judge.playing import Told, play_each
from stagewise.judge.script import FailureKind, parse, play


class Proxy:
    """Knows how to play cases beside its function; remembers which were asked for together."""

    asked: ClassVar[list[list[str]]] = []

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)

    @staticmethod
    def play_beside(functions, cases):
        Proxy.asked.append([case.name for case in cases])
        found = Told(play(case.steps, functions, case.inputs, case.updates) for case in cases)
        found.message = b"as the last time"
        return found


@pytest.fixture(autouse=True)
def _nothing_asked():
    Proxy.asked.clear()


def case(name, text, **options):
    return AskedCase(name, parse(text), {"x": 2}, {}, {}, 1.0, Tolerance(1e-9, 0, "exact"), **options)


FUNCTIONS = {"double": Proxy(lambda x: 2 * x), "ours": lambda x: x + 1}


def test_what_proxies_do_is_played_together_and_our_own_steps_afterwards():
    cases = [
        case("a", "y = double(x)"),
        case("b", "z = double(x)\ny = ours(z)"),
        case("c", "z = double(x)\nz = ours(z)\ny = ours(z)"),
    ]
    played = play_each({"": FUNCTIONS}, cases)
    assert Proxy.asked == [["a", "b", "c"]]
    values = [{"x": 2, "y": 4}, {"x": 2, "z": 4, "y": 5}, {"x": 2, "z": 5, "y": 6}]
    assert [run.values for run in played] == values


def test_what_is_told_alike_stays_told_alike_after_our_own_steps():
    cases = (case("a", "z = double(x)\ny = ours(z)"),)
    assert play_each({"": FUNCTIONS}, cases).message == b"as the last time"


def test_a_case_that_goes_to_and_fro_between_proxies_and_our_own_steps_cannot_be_asked():
    cases = [
        case("a", "y = double(x)"),
        case("b", "z = double(x)\nw = ours(z)\ny = double(w)"),
        case("c", "y = double(x)"),
    ]
    with pytest.raises(ValueError, match="to and fro"):
        play_each({"": FUNCTIONS}, cases)


def nothing(*arguments):
    """Computes nothing."""


def raising(*arguments):
    raise KeyError("x")


def writing(x):
    x += 1
    return x


ONE = "y = f(x)\nz = ours(y)"
HALVED = {
    "plain": (np.sin, ONE, ()),
    "nothing computed": (nothing, ONE, ()),
    "raised": (raising, ONE, ()),
    "raised, and its target is assigned again": (raising, "y = f(x)\ny = f(y)\ny = ours(y)", ()),
    "an input written into": (writing, ONE, ()),
    "an input meant to be written into": (writing, ONE, ("x",)),
    "a target assigned again": (np.sin, "y = f(x)\ny = ours(y)", ()),
    "an input assigned": (np.sin, "x = f(x)\nz = ours(x)", ()),
    "a warning": (np.log, ONE, ()),
    "too many values": (np.sin, "y, w = f(x)\nz = ours(y)", ()),
    "one value of two not wanted": (lambda x: (x, None), "y, _ = f(x)\nz = ours(y)", ()),
}


@pytest.mark.parametrize("name", HALVED)
def test_in_halves_comes_to_the_same_as_in_one_piece(name):
    f, text, updates = HALVED[name]
    steps, inputs = parse(text), {"x": np.array([-1.0, 2.0])}
    asked = AskedCase("c", steps, inputs, {}, {}, 1.0, Tolerance(1e-9, 0, "exact"), updates=updates)
    ours = {"ours": lambda y: y + 1}
    (halved,) = play_each({"": {"f": Proxy(f), **ours}}, [asked])
    whole = play(steps, {"f": f, **ours}, inputs, updates)
    assert Proxy.asked == [["c"]]
    assert unchanged(halved.values, whole.values)
    assert (halved.changed, halved.warned, halved.warners) == (whole.changed, whole.warned, whole.warners)
    assert (halved.failure is None) == (whole.failure is None)
    if whole.failure is not None:
        assert (halved.failure.kind, halved.failure.message) == (whole.failure.kind, whole.failure.message)
    if name == "nothing computed":
        assert whole.failure.kind is FailureKind.UNFINISHED
