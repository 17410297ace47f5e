"""Formulas become MathML, or are told of in one line."""

import pytest

from autograder.examining.formulas import FormulaError, mathml


def test_a_formula_on_lines_of_its_own_is_drawn_larger():
    assert mathml(r"\sum_n x_n", block=True).startswith('<math display="block"><munder>')


def test_letters_of_html_are_text_in_a_formula():
    assert mathml(r"\text{<b>}", block=False) == "<math><mtext>&lt;b&gt;</mtext></math>"


def test_room_that_is_asked_for_between_lines_is_no_text():
    lines = r"\begin{cases}1 \\[2ex] 2\end{cases}"
    assert mathml(lines, block=True) == mathml(lines.replace("[2ex]", ""), block=True)


@pytest.mark.parametrize(
    ("latex", "problem"),
    [
        (r"\frax{a}", r'Unknown command "\frax"'),
        ("{x", 'Expected closing token "}", but reached end of input'),
        (r"\href{javascript:go()}{x}", r'Unknown command "\href"'),
    ],
)
def test_what_is_no_formula_is_told_in_a_line_without_colours(latex, problem):
    with pytest.raises(FormulaError) as told:
        mathml(latex, block=False)
    assert (told.value.latex, told.value.problem) == (latex, problem)


def test_a_definition_that_expands_for_ever_ends():
    with pytest.raises(FormulaError, match="expansions"):
        mathml(r"\def\x{\x\x}\x", block=False)
