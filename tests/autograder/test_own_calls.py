"""A function that calls a wrong one is judged with that one, which runs in the sandbox and is asked there."""

from autograder.examining.functions import StudentFunction
from autograder.examining.notebooks import StudentNotebook
from reference.judge.examine import report_on
from reference.kit import units
from stagewise.judge.reproach import ONCE
from tests.reference.test_own_calls import FORWARD, LINEAR, SMALLER


def told_of(candidate, *cells):
    candidate.begin_check()
    for cell in cells:
        assert candidate.run_cell(cell).status == "ok"
    name = "three_layer_forward"
    assert candidate.lookup(name) == ""
    notebook = StudentNotebook(candidate, dict(enumerate(cells, start=1)))
    functions = {name: StudentFunction(candidate, name)}
    return report_on(units.load("foundations"), name, functions, 4, notebook)


def test_a_right_call_of_a_wrong_function_keeps_its_points(candidate):
    report = told_of(candidate, SMALLER, FORWARD)
    assert report.points == 4
    assert report.notes == (f"It is judged with your own affine_forward: {ONCE}",)


def test_a_wrong_call_of_a_wrong_function_earns_nothing(candidate):
    assert told_of(candidate, SMALLER, LINEAR).points == 0


def test_a_wrong_function_that_no_cell_defines_is_not_looked_for(candidate):
    """The name is defined by code that no cell shows."""
    hidden = f"exec({SMALLER!r}, globals())"
    named = FORWARD.replace("affine_forward(", "globals()['affine' + '_forward'](")
    assert told_of(candidate, hidden, named).points == 0


class Cells(StudentNotebook):
    """Cells of which nothing runs."""

    def __init__(self, *cells):
        super().__init__(None, dict(enumerate(cells)))


def test_names_are_those_of_the_last_definition_and_of_what_it_calls():
    cells = "def f(x):\n    return old(x)", "def f(x):\n    return g(x)\n\ndef g(x): return a.h(x)", "h = k"
    assert {"g", "h", "k"} <= Cells(*cells).named_by("f")
    assert "old" not in Cells(*cells).named_by("f")


def test_comments_and_texts_are_no_names():
    cell = 'def f(x):\n    """As adam."""\n    # adam\n    return g(\nx,\n)\n'
    assert Cells(cell).named_by("f") == {"x", "return", "g"}


def test_a_cell_that_python_cannot_read_defines_nothing():
    assert Cells("def f(x):\n  return g(x)\n def h(", "def f(x: '''").named_by("f") == frozenset()
