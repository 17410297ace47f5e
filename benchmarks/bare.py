"""Grading without isolation, to compare with: the student's cells and the checks in one warm process.

For synthetic classes alone. Cells run once, in the same shell as in a candidate; checks are judged by the
same examiner, on the student's functions themselves.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from autograder.examining.disclosure import Sources
from autograder.examining.examiner import Examiner
from autograder.examining.outputs import clean
from autograder.examining.verdicts import CheckResult
from autograder.grading.conduct import grade_notebook
from autograder.grading.marking import serialized
from autograder.intake.reading import read_submission
from autograder.isolation.candidate.rehearsal import rehearse
from autograder.isolation.candidate.shell import CandidateShell, show_inline
from autograder.isolation.limits import Limits
from autograder.isolation.link import CellResult
from autograder.units.plan import Plan, PlannedCell

_LIMITS = Limits()


class Bare:
    """What a walk and an examiner need of a candidate, by a shell in this process."""

    isolation = "none"
    timeouts = 0

    def __init__(self, shell: CandidateShell) -> None:
        self._shell = shell

    def run_cell(self, source: str, *, count: int = 0, defines: str = "") -> CellResult:
        """Run a cell in the shell."""
        status, number, outputs = self._shell.run(source, _LIMITS.output_bytes)
        return CellResult(status, number, tuple(outputs))

    def lookup(self, name: str) -> Any:
        """The student's variable itself; KeyError where there is none."""
        return self._shell.user_ns[name]

    def begin_check(self, part: str = "") -> None:
        """Nothing limits its time."""


class BareJudge:
    """An examiner that leaves `given` cells to the shell, where they have run already."""

    def __init__(self, bare: Bare, unit: str) -> None:
        self._examiner = Examiner(bare, unit)

    def run_given(self, cell: PlannedCell) -> None:
        """Nothing to do again."""

    def run_check(self, cell: PlannedCell, sources: Sources) -> CheckResult:
        """Run a check cell as in isolation."""
        return self._examiner.run_check(cell, sources)


@contextmanager
def one_shell() -> Iterator[CandidateShell]:
    """A warm shell in this process, which is what it was afterwards."""
    streams, ask = (sys.stdout, sys.stderr), builtins.input
    try:
        shell = CandidateShell()
        show_inline(shell)
        rehearse(shell)
        yield shell
    finally:
        (sys.stdout, sys.stderr), builtins.input = streams, ask
        for kind in (CandidateShell, InteractiveShell):
            kind.clear_instance()


def graded(raw: bytes, plan: Plan, shell: CandidateShell) -> tuple[bytes, float]:
    """Grade one submission, and forget it: the notebook and the points."""
    bare = Bare(shell)
    try:
        intake = read_submission(raw, plan)
        walk = grade_notebook(intake.notebook, plan, bare, BareJudge(bare, plan.unit), clean)
        return serialized(walk.notebook), sum(check.points for check in walk.checks)
    finally:
        shell.reset()
