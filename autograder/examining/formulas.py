"""Formulas as MathML, which browsers draw without a script."""

from __future__ import annotations

import re

from math_core import LatexError, LatexToMathML

_MATHML = LatexToMathML()
_WIDER = re.compile(r"(\\\\)\[[\d.]+ *[a-z]{2}\]")
"""A line's end that asks for more room below, which MathML's lines have by themselves."""
_ESCAPE = re.compile(r"\x1b\[[\d;]*m")


class FormulaError(ValueError):
    """A formula that cannot be drawn: its LaTeX, and what is wrong with it in one line."""

    def __init__(self, latex: str, problem: str) -> None:
        super().__init__(latex, problem)
        self.latex, self.problem = latex, problem


def mathml(latex: str, block: bool) -> str:
    """A formula of LaTeX as MathML Core, on lines of its own if `block`; raises FormulaError.

    >>> mathml("x^2", block=False)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    try:
        return _MATHML.convert_with_local_state(_WIDER.sub(r"\1", latex.strip()), displaystyle=block)
    except LatexError as problem:
        raise FormulaError(latex.strip(), _in_a_line(str(problem))) from None


def _in_a_line(drawn: str) -> str:
    """Of a message with a drawing of the place its sentence, without colours."""
    sentence = _ESCAPE.sub("", drawn).partition("Error:")[2].strip()
    return sentence.splitlines()[0].rstrip(".") if sentence else "it is not understood"
