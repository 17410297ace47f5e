"""Results in another order are told so, and nothing else is."""

import numpy as np
import pytest

from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.judging import played_with
from stagewise.judge.reordering import right_order
from stagewise.judge.script import parse

X = np.random.default_rng(3).normal(size=(4, 3))


def order(f, script="a, b, c = f(x)", outputs=("a", "b", "c")):
    expected = {"a": X.sum(0), "b": 2 * X, "c": {"t": 1}}
    case = AskedCase(
        "plain", parse(script), {"x": X}, {name: expected[name] for name in outputs},
        dict.fromkeys(outputs, 1.0), 1.0, Tolerance(1e-4, 2e-5, "as in the course"),
    )  # fmt: skip
    return right_order("f", [case], played_with({"f": f}, [case]))


@pytest.mark.parametrize(
    "moved",
    [
        lambda a, b, c: (b, a, c),
        lambda a, b, c: (c, a, b),
        lambda a, b, c: (b, c, a),
        lambda a, b, c: (c, b, a),
    ],
)
def test_every_order_that_makes_all_right_is_found(moved):
    assert order(lambda x: moved(x.sum(0), 2 * x, {"t": 1})) == ("a", "b", "c")


def test_an_order_of_five_results_is_found():
    outputs = tuple("abcde")
    expected = {name: (k + 1.0) * X[:, k % 3 :] for k, name in enumerate(outputs)}
    case = AskedCase(
        "plain", parse("a, b, c, d, e = f(x)"), {"x": X}, expected,
        dict.fromkeys(outputs, 1.0), 1.0, Tolerance(1e-4, 2e-5, "as in the course"),
    )  # fmt: skip
    moved = [expected[name] for name in "adcbe"]
    for results, found in ((moved, outputs), ([*moved[:4], X], ())):
        played = played_with({"f": lambda x, results=results: tuple(results)}, [case])
        assert right_order("f", [case], played) == found


def test_a_result_that_nothing_compares_may_have_been_moved():
    assert order(lambda x: ({"t": 1}, 2 * x, x.sum(0)), outputs=("a", "b")) == ("a", "b", "c")


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (2 * x, 3 * x.sum(0), {"t": 1}),
        lambda x: (x.sum(0), 2 * x, 1),
        lambda x: (x.sum(0), 2 * x),
        lambda x: 1 / 0,
    ],
)
def test_no_order_is_told_that_does_not_make_all_right(f):
    assert order(f) == ()


def test_no_order_is_told_where_the_given_one_is_right():
    assert order(lambda x: (x.sum(0), 2 * x, {"t": 1}), outputs=("c",)) == ()


def test_cases_that_call_the_function_again_are_not_looked_at():
    assert order(lambda x: (2 * x, x.sum(0)), "a, b = f(x)\na, b = f(x)", ("a", "b")) == ()


def test_no_order_is_looked_for_where_a_result_did_not_come_back():
    """From another process comes what some case asks for, and nothing else."""
    case = AskedCase(
        "plain", parse("a, b = f(x)"), {"x": X}, {"a": X}, {"a": 1.0}, 1.0, Tolerance(1e-4, 2e-5, "as ever")
    )
    (run,) = played_with({"f": lambda x: (2 * x, x)}, [case])
    del run.values["b"]
    assert right_order("f", [case], [run]) == ()
