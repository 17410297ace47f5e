"""What an expression is in a candidate, asked as everything is asked: as an answer to a case."""

from typing import Any

from autograder.isolation.link import Candidate
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.script import parse

_CASE = AskedCase("any", parse("it = asked()"), {}, {}, {"it": 1.0}, 1.0, Tolerance(0.0, 0.0, "not compared"))


def value(candidate: Candidate, expression: str) -> Any:
    """The value of an expression among the student's variables."""
    candidate.run_cell(f"import os, sys, socket\ndef asked():\n    return {expression}")
    assert candidate.lookup("asked") == ""
    (run,) = candidate.play("", ["asked"], [_CASE])
    assert run.failure is None, run.failure
    return run.values["it"]
