"""Each rule of a unit's source stops the build with the line and the remedy; the toy unit breaks none."""

from dataclasses import replace

import pytest

from autograder.errors import AuthorError
from autograder.units import percent, rules
from tests.autograder.toy_unit import SOURCE, TOY

CHECK = '# %% role="check" points=40.5\ncheck(double)\n\n'
EXERCISE = SOURCE[SOURCE.index('# %% role="exercise"\ndef double') : SOURCE.index(CHECK)]
ONE_EXERCISE = replace(TOY, exercises=TOY.exercises[:1])


def fault(source, unit=TOY):
    with pytest.raises(AuthorError) as caught:
        rules.require(percent.parse(source, "solutions/toy.py"), unit)
    return caught.value


def changed(old, new):
    assert SOURCE.count(old) == 1
    return SOURCE.replace(old, new)


def line_of(source, start):
    return next(number for number, line in enumerate(source.splitlines(), 1) if line.startswith(start))


def test_what_a_unit_needs_is_an_extra_of_the_package():
    error = fault(SOURCE.replace("# %% [markdown]", '# %% [markdown] needs=["torch"]', 1))
    assert (error.line, error.problem) == (
        1,
        "the unit needs 'torch', which is no extra of the package stagewise",
    )
    assert "transfer" in error.remedy


def test_a_sound_unit_passes():
    rules.require(percent.parse(SOURCE, "solutions/toy.py"), TOY)


@pytest.mark.parametrize(
    ("old", "new", "at", "problem", "remedy"),
    [
        ("check(double)\n", "check(triple)\n", "", "defines 'triple'", "correct the name"),
        ("check(double)\n", "check(double, seed=1)\n", "", "one call of check", "check(exercise)"),
        ("check(double)\n", "check(lambda x: x)\n", "", "one call of check", "check(exercise)"),
        ("check(double)\n", "check(double)\nprint(1)\n", "", "one call of check", "into another cell"),
        ("check(double)\n", "double(1)\n", "", "one call of check", "check(exercise)"),
        ("check(double)\n", "check(double, double)\n", "", "partners of 'double'", "write check(double)"),
        ("check(quadruple, double)", "check(quadruple)", "", "partners", "write check(quadruple, double)"),
        ("points=50", "points=49", "", "the points of the unit add up to 99", "spread 100 points"),
        ("secret_sum = x + x", "secret_sum = x +", "    secret_sum", "syntax error", "correct the line"),
        ('begin("toy")', "begin(", "begin(", "syntax error", "correct the line"),
        ("def quadruple", "def times4", "", "asks no exercise 'times4'", "double, quadruple"),
        ("def quadruple", "def double", "", "has an exercise cell already, line 16", "rename or remove"),
        ("def quadruple(x):", "def f(): pass\n\ndef quadruple(x):", "", "defines 2", "inside its function"),
        ("def quadruple(x):", "quadruple = 3\nif 1:", "", "defines 0", "give each exercise a cell"),
        ("    ### BEGIN SOLUTION\n    secret_sum", "    secret_sum", "", "END SOLUTION without", "pair each"),
        ("sum\n    ### END SOLUTION", "sum", "    ### BEGIN", "BEGIN SOLUTION without", "pair each"),
        ("return secret_sum", "### BEGIN SOLUTION", "", "inside a SOLUTION region", "pair each"),
        ("picture = double(1)", "### BEGIN SOLUTION\n### END SOLUTION", "", "explore", "exercise cells"),
        ("check(double)\n", "### BEGIN HIDDEN TESTS\ncheck(double)\n", "", "HIDDEN TESTS", "tests nowhere"),
        ("# ### BEGIN MARK SCHEME\n", "", "", "END MARK SCHEME without", "pair each"),
        ("# - 9.5 points: the secret reason.\n", "", "", "no marking scheme", "what earns the points"),
        ("- 9.5 points: the", "the", "# the", "outside its items", "- (a) 1 point"),
        ("- 9.5 points: the", "- the", "# - the", "begins with 'the secret", "- (a) 1 point"),
        (
            "- 9.5 points: the",
            "- 9 points: the",
            "# - 9",
            "add up to 9 points, the question is worth 9.5",
            "add up",
        ),
        ("- 9.5 points: the", "- (b) 9.5 points: the", "# - (b)", "has (b) where (a) is due", "one item"),
        ("- 9.5 points: the secret reason.", "**Marks**", "# **Marks", "no criteria", "- (a) 1 point"),
        ('"""Four times x."""', "pass", "", "with a docstring", "in front of '### BEGIN SOLUTION'"),
    ],
)
def test_a_broken_rule_names_line_and_remedy(old, new, at, problem, remedy):
    source = changed(old, new)
    error = fault(source)
    assert problem in error.problem
    assert remedy in error.remedy
    marker = source.splitlines()[error.line - 1]
    assert marker.startswith(at) if at else marker.startswith(("# %%", "    ###", "# ###"))


def test_an_exercise_without_a_solution_region():
    source = SOURCE.replace("    ### BEGIN SOLUTION\n    secret_sum", "    secret_sum")
    source = source.replace("return secret_sum\n    ### END SOLUTION", "return secret_sum")
    assert "the exercise 'double' has no solution" in fault(source).problem


def test_an_exercise_that_is_never_checked():
    error = fault(SOURCE.replace(CHECK, ""))
    assert error.line == line_of(SOURCE, '# %% role="exercise"')
    assert "no check cell checks 'double'" in error.problem
    assert "check(double)" in error.remedy


def test_a_check_before_its_exercise():
    source = SOURCE.replace(CHECK, "").replace(EXERCISE, CHECK + EXERCISE)
    error = fault(source)
    assert "no exercise cell before this check defines 'double'" in error.problem
    assert error.line == line_of(source, '# %% role="check"')


def test_a_second_check_of_the_same_exercise():
    error = fault(SOURCE.replace(CHECK, CHECK + CHECK))
    assert "'double' has a check cell already" in error.problem


def test_an_exercise_of_the_reference_without_a_cell():
    start, end = SOURCE.index('# %% role="exercise"\ndef quad'), SOURCE.index("# %% [markdown] role")
    error = fault(SOURCE[:start] + SOURCE[end:])
    assert error.problem == "reference.exercises.toy asks 'quadruple', but no exercise cell defines it"


def test_an_exercise_that_the_reference_does_not_ask():
    assert "asks no exercise 'quadruple'" in fault(SOURCE, ONE_EXERCISE).problem
