"""What a notebook defines is run and counted, and what it tries out is not."""

import math

import pytest

from stagewise.finale._counting import written
from stagewise.finale._definitions import define
from stagewise.finale._notebooks import Cell
from stagewise.finale._worth import mean_of, verdict


def cells(*sources, role="exercise"):
    return [Cell(number, role, source) for number, source in enumerate(sources, start=1)]


def defined(*sources, wanted=("f",)):
    return define(cells(*sources), "toy.ipynb", wanted)


def test_a_function_and_what_it_uses_through_others_is_defined():
    found = defined(
        "import math\nTWO = math.sqrt(4)", "def g(x):\n    return TWO * x", "def f(x):\n    return g(x)"
    )
    assert found.names["f"](3) == 6
    assert found.problems == ()


def test_the_last_definition_is_the_one_that_counts():
    assert defined("def f():\n    return 1", "def f():\n    return 2").names["f"]() == 2


@pytest.mark.parametrize(
    "experiment",
    [
        "raise SystemExit",
        "x = 1 / 0",
        "for x in range(3):\n    1 / 0",
        "def g():\n    pass\ng(1, 2)",
        "y = f(1) / 0",
        "%matplotlib inline",
        "!exit 1",
        "%%bash\nexit 1",
    ],
)
def test_an_experiment_is_not_run(experiment):
    """Not even where a local name of the function is the same."""
    found = defined("def f(x):\n    y = x\n    return y", experiment)
    assert found.names["f"](1) == 1
    assert found.problems == ()


def test_a_table_that_is_filled_in_steps_is_whole():
    assert defined("T = {}", "T['a'] = 1", "def f():\n    return T['a']").names["f"]() == 1


def test_a_definition_that_stops_is_told_and_passed_over():
    found = defined("import nowhere_to_be_found", "K = 1 / 0", "def f():\n    return K")
    assert callable(found.names["f"])
    assert found.problems == (
        "`import nowhere_to_be_found` in cell 1 stops: ModuleNotFoundError: No module named "
        "'nowhere_to_be_found'",
        "`K = 1 / 0` in cell 2 stops: ZeroDivisionError: division by zero",
    )


def test_a_definition_that_ends_the_program_does_not_end_the_page():
    found = defined("import sys\nK = sys.exit(3)", "def f():\n    return K")
    assert found.problems == ("`K = sys.exit(3)` in cell 1 stops: SystemExit: 3",)


def test_a_cell_that_is_no_python_is_told_and_the_others_are_defined():
    found = defined("def f(:", "def f():\n    return 1")
    assert found.names["f"]() == 1
    assert found.problems[0].startswith("cell 1 is no Python: SyntaxError")


def test_lines_of_bodies_count_without_what_is_no_code():
    source = '''
# before
def f(x):
    """Two lines
    of text."""
    y = [1,

         2]  # kept

    # a comment
    return (y,
            x)

print("an experiment")
'''
    assert (written(cells(source)).functions, written(cells(source)).lines) == (1, 4)


@pytest.mark.parametrize("role", ["given", "explore", "check"])
def test_what_the_course_gives_does_not_count(role):
    assert written(cells("def f():\n    return 1", role=role)).functions == 0


def test_own_functions_and_methods_count_and_unwritten_ones_do_not():
    own = "class C:\n    def m(self):\n        return 1"
    stub = 'def f(x):\n    """Text."""\n    n = len(x)\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    assert (written(cells(own, stub, role="")).functions, written(cells(own, stub)).lines) == (1, 1)


def test_a_mean_has_the_standard_error_of_the_mean():
    found = mean_of([0.98, 0.99, 1.0, 0.99])
    assert math.isclose(found.value, 0.99)
    assert math.isclose(found.error, 0.01 * math.sqrt(2 / 3) / 2)


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ([0.010, 0.012, 0.011], "worth something"),
        ([-0.010, -0.012, -0.011], "does harm here"),
        ([0.010, -0.012, 0.011], "not to be told from nothing"),
        ([0.0, 0.0, 0.0], "not to be told from nothing"),
        ([0.5], "one split says nothing"),
    ],
)
def test_only_what_lies_clearly_beside_zero_is_called_so(gains, said):
    assert verdict(mean_of(gains)) == said


def test_an_interval_is_as_wide_as_few_numbers_make_it():
    """With two numbers 12.71 standard errors, with twenty the 2.26 of ten at the most."""
    pair = mean_of([0.0, 1.0])
    assert math.isclose(pair.reach, 12.71 * pair.error)
    many = mean_of([0.0, 1.0] * 10)
    assert math.isclose(many.reach, 2.26 * many.error)
