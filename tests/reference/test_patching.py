"""Patches of the truth's source: exactly one place, in a copy of the module, seen by its other functions."""

import inspect

import numpy as np
import pytest

from reference.kit.patching import patched, replaced_once, substituted
from tests.reference import toy

X = np.arange(6.0).reshape(3, 2)
FUNCTIONS = {"center_forward": toy.center_forward, "center_backward": toy.center_backward}


def test_a_part_of_a_line_is_changed_in_the_copy_only():
    wrong = patched(toy.column_mean, "total / len(x)", "total")
    assert wrong(X).tolist() == [6, 9]
    assert toy.column_mean(X).tolist() == [2, 3]


def test_whole_lines_are_found_whatever_their_indentation():
    wrong = patched(
        toy.column_mean,
        """
            total = x.sum(axis=0)
            return total / len(x)
        """,
        """
            if len(x) > 2:
                return x[0]
            return x[1]
        """,
    )
    assert wrong(X).tolist() == [0, 1]


def test_one_line_may_become_several():
    wrong = patched(toy.column_mean, "return total / len(x)", "total = total + 1\nreturn total")
    assert wrong(X).tolist() == [7, 10]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("no such text", "occurs 0 times"),
        ("total", "occurs 2 times"),
        ("", "`change` is empty"),
        ("total = 1\nreturn 2", "occurs 0 times"),
    ],
)
def test_a_change_that_does_not_occur_exactly_once_is_an_error(change, said):
    with pytest.raises(ValueError, match=said):
        patched(toy.column_mean, change, "x")


def test_the_docstring_does_not_count():
    assert "total / len(x)" in toy.column_mean.__doc__
    patched(toy.column_mean, "total / len(x)", "total")


def test_several_lines_cannot_replace_the_middle_of_one():
    with pytest.raises(ValueError, match="must start its line"):
        patched(toy.column_mean, "len(x)", "len(x)\nx")


def test_what_is_no_longer_python_is_told():
    with pytest.raises(ValueError, match="no longer Python"):
        patched(toy.column_mean, "total / len(x)", "total /")


def test_a_function_without_source_is_told():
    with pytest.raises(ValueError, match="cannot be read"):
        patched(len, "a", "b")


def test_the_rest_of_a_changed_line_stays():
    assert replaced_once("    a = f(x) + 1\n", "f(x)", "g(x)") == "    a = g(x) + 1\n"


def test_siblings_see_the_changed_helper():
    wrong = patched(toy.column_mean, "total / len(x)", "total")
    functions = substituted(FUNCTIONS, toy.column_mean, wrong)
    out, _ = functions["center_forward"](X, 1.0)
    assert out.tolist() == (X - [6, 9]).tolist()
    assert toy.center_forward(X, 1.0)[0].tolist() == (X - [2, 3]).tolist()


def test_siblings_see_a_function_put_in_the_place_of_a_helper():
    functions = substituted(FUNCTIONS, toy.column_mean, lambda x: 1.0)
    assert functions["center_forward"](X, 1.0)[0].tolist() == (X - 1).tolist()
    assert set(functions) == set(FUNCTIONS)


def test_the_function_itself_is_replaced_and_others_are_not():
    wrong = patched(toy.center_backward, "dxmu = dout * scale", "dxmu = dout")
    functions = substituted(FUNCTIONS, toy.center_backward, wrong)
    assert functions["center_backward"] is wrong
    np.testing.assert_array_equal(functions["center_forward"](X, 2.0)[0], toy.center_forward(X, 2.0)[0])


def test_keyword_defaults_survive_the_copy():
    functions = substituted({"scaled": scaled}, toy_helper, patched(toy_helper, "2 * x", "3 * x"))
    assert functions["scaled"](1) == 3 * 10


def toy_helper(x):
    return 2 * x


def scaled(x, *, by=10):
    return toy_helper(x) * by


def test_the_source_of_a_changed_function_is_the_changed_one():
    changed = patched(toy.column_mean, "total / len(x)", "total / 7")
    assert "total / 7" in inspect.getsource(changed)
    assert "total / 7" not in inspect.getsource(patched(toy.column_mean, "total / len(x)", "total / 8"))
