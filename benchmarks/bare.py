"""Grading without isolation, to compare with: the student's cells and the checks in one warm process.

For synthetic classes alone. Cells run once, in the same shell as in a candidate; checks are judged by the
same examiner, on the student's functions themselves.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from IPython.core.interactiveshell import InteractiveShell

from autograder.examining.examiner import Examiner
from autograder.examining.outputs import clean
from autograder.grading.marking import serialized
from autograder.grading.walk import grade_notebook
from autograder.intake.reading import read_submission
from autograder.isolation.candidate.shell import CandidateShell, show_inline
from autograder.isolation.candidate.warm_up import warm_up
from autograder.isolation.limits import Limits
from autograder.isolation.link import Candidate, CellResult
from autograder.reasons import Reason
from autograder.units.plan import Plan
from reference.kit import units
from stagewise.judge.asking import AskedCase
from stagewise.judge.script import Played, play
from stagewise.judge.setting import placed

_LIMITS = Limits()


class Bare:
    """What a walk and an examiner need of a candidate, by a shell in this process."""

    isolation = "none"
    limits = _LIMITS
    timeouts = 0
    told = True

    def __init__(self, shell: CandidateShell) -> None:
        self._shell = shell

    def run_cell(self, source: str, *, count: int = 0, defines: str = "") -> CellResult:
        """Run a cell in the shell."""
        status, number, outputs = self._shell.run(source, _LIMITS.output_bytes)
        return CellResult(status, number, tuple(outputs))

    def lookup(self, name: str) -> str:
        """Nothing is kept; KeyError where there is no such variable."""
        return "" if callable(self._shell.user_ns[name]) else "object"

    def play(self, setting: str, names: Sequence[str], cases: Sequence[AskedCase]) -> list[Played]:
        """The cases, played here."""
        functions = placed({name: self._shell.user_ns[name] for name in names}, setting)
        return [play(case.steps, functions, case.inputs, case.updates) for case in cases]

    def begin_check(self, part: str = "") -> None:
        """Nothing limits its time."""

    def give_up(self, reason: Reason, detail: str) -> None:
        """Nothing goes on that could end."""


@contextmanager
def one_shell() -> Iterator[CandidateShell]:
    """A warm shell in this process, which is what it was afterwards."""
    streams, ask, main = (sys.stdout, sys.stderr), builtins.input, sys.modules["__main__"]
    try:
        shell = CandidateShell()
        show_inline(shell)
        warm_up(shell)
        yield shell
    finally:
        (sys.stdout, sys.stderr), builtins.input = streams, ask
        sys.modules["__main__"] = main  # a shell puts its own there
        for kind in (CandidateShell, InteractiveShell):
            kind.clear_instance()


def graded(raw: bytes, plan: Plan, shell: CandidateShell) -> tuple[bytes, float]:
    """Grade one submission, and forget it: the notebook and the points."""
    bare = cast(Candidate, Bare(shell))  # it answers what a candidate is asked, and no more
    try:
        intake = read_submission(raw, plan)
        walk = grade_notebook(intake.notebook, plan, bare, Examiner(bare, units.load(plan.unit)), clean)
        return serialized(walk.notebook), sum(check.points for check in walk.checks)
    finally:
        shell.reset()
