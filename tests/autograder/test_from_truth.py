"""An exercise cell may leave its solution to the truth; what cannot be completed is told with its line."""

import pytest

from autograder.errors import AuthorError
from autograder.units import percent
from autograder.units.from_truth import completed, read
from reference.kit.exercise import Exercise, Unit, case
from tests.every_unit import loaded
from tests.sample import SOLUTIONS

BEGIN, END = "    ### BEGIN SOLUTION", "    ### END SOLUTION"


def annotated(x: list, factor: float = 2.0) -> list:
    """Some multiple.

    Of x.
    """
    most: int = max(x)

    out: list = [one * factor for one in x]
    return out, most


UNIT = Unit(
    "annotated",
    "A",
    (
        Exercise(
            "annotated",
            annotated,
            (case("one", "out = annotated(x)", "out", lambda rng: {"x": [1.0]}, visible=True),),
        ),
    ),
)


def source(*cells):
    text = "# %% [markdown]\n# # A\n\n" + "\n\n".join(cells)
    return percent.parse(text, "solutions/annotated.py")


def cell(text, role="exercise", said="true"):
    return f'# %% role="{role}" from_truth={said}\n{text}'


def solved(text):
    return completed(source(cell(text)), lambda name: UNIT).cells[1].source.splitlines()


DOCSTRING = ["def annotated(x, factor=2.0):", '    """For students."""']
BODY = ["    most = max(x)", "", "    out = [one * factor for one in x]", "    return out, most"]


def test_the_truths_lines_go_below_the_docstring_without_their_annotations():
    assert solved("\n".join(DOCSTRING)) == [*DOCSTRING, BEGIN, *BODY, END]


def test_a_bare_def_line_has_the_truths_docstring_too():
    told = ['    """Some multiple.', "", "    Of x.", '    """']
    assert solved("def annotated(x, factor=2.0): ...") == [DOCSTRING[0], *told, BEGIN, *BODY, END]


def test_what_students_are_given_is_no_part_of_the_solution():
    assert solved("\n".join([*DOCSTRING, BODY[0]])) == [*DOCSTRING, BODY[0], BEGIN, *BODY[1:], END]


def test_a_cell_that_does_not_ask_stays_as_it_is():
    before = source('# %% role="exercise"\ndef annotated(x):\n    pass')
    assert completed(before, lambda name: UNIT) is before


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (cell("x = 1", role="given"), 4, "role 'given' takes nothing from the truth"),
        (cell("def annotated(x): ...", said="2"), 4, "from_truth=2"),
        (cell("def other(x): ..."), 4, "has no exercise 'other'"),
        (cell("def annotated(x): ..."), 4, r"takes \(x\), and the truth takes \(x, factor=2.0\)"),
        (cell("def annotated(x, factor=3.0): ..."), 4, r"takes \(x, factor=3.0\)"),
        (cell("def annotated(x, factor=2.0):\n    return x"), 4, "is one function with a docstring"),
        (cell("\n".join(DOCSTRING) + "\nx = 1"), 4, "is one function with a docstring"),
        (cell("def annotated(x, factor=2.0):\n    ("), 6, "syntax error"),
        (cell("\n".join([*DOCSTRING, BEGIN, BODY[0], END])), 4, "and has one of its own"),
        (
            cell("\n".join([*DOCSTRING, BODY[0], "    out = x"])),
            8,
            "the line 'out = x' .* is not the truth's",
        ),
    ],
)
def test_a_slip_is_told_with_its_line(text, line, problem):
    with pytest.raises(AuthorError, match=problem) as told:
        completed(source(text), lambda name: UNIT)
    assert (told.value.file, told.value.line) == ("solutions/annotated.py", line)


def test_a_unit_without_a_definition_is_told():
    def load(name):
        raise LookupError(name)

    with pytest.raises(AuthorError, match=r"there is no reference.exercises.annotated"):
        completed(source(cell("def annotated(x): ...")), load)


def test_the_small_unit_takes_all_of_its_solutions_from_the_truth():
    cells = read(SOLUTIONS / "sample.py", loaded).cells
    bodies = [one.source for one in cells if one.role is percent.Role.EXERCISE]
    assert [BEGIN.strip() in body for body in bodies] == [True] * 3
    assert "    dW = strength * W\n" in bodies[0]
    assert bodies[1].index("out = x.copy()") < bodies[1].index(BEGIN)
