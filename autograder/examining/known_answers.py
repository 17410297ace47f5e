"""Right answers judged before any student's: most right answers of a class are told in the very same bytes.

What is told alike is judged alike, so a process that forks examiners has the right answers judged once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Self, TypeAlias
from warnings import WarningMessage

from autograder.isolation.candidate.playing import Budget, perform
from autograder.isolation.case_questions import Claim, Question, believed, questions, together
from autograder.isolation.limits import Limits
from autograder.isolation.link import Candidate, CellResult
from autograder.isolation.protocol.codec import Reader
from autograder.isolation.protocol.packing import pack, unpack
from autograder.reasons import Reason
from reference.kit import units
from stagewise.judge.asking import AskedCase
from stagewise.judge.playing import Told
from stagewise.judge.script import Played, listening
from stagewise.judge.setting import placed


class RightCandidate:
    """Stands for a candidate whose functions are the reference's own; it plays cases, in their settings, and
    does no more."""

    layers: tuple[str, ...] = ()
    limits = Limits()
    timeouts = 0
    told = False
    in_order = True

    def __init__(self, unit: str, isolation: str) -> None:
        self.isolation = isolation
        self._named: dict[str, Callable[..., Any]] = {}
        for exercise in units.load(unit).exercises:
            self._named |= exercise.functions

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def begin_check(self, part: str = "") -> None:
        """Time is not taken."""

    def run_cell(self, source: str, *, count: int = 0, defines: str = "") -> CellResult:
        """Cells have nothing to do here."""
        return CellResult("ok", count, ())

    def lookup(self, name: str) -> str:
        """Say that it is a function; KeyError when the reference has none of that name."""
        self._named[name]
        return ""

    def play(self, setting: str, names: Sequence[str], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """The cases, told as a candidate tells them, and remembered."""
        functions = placed({name: self._named[name] for name in names}, setting)
        functions = {name: functions[name] for name in names}
        told = [self._told(question, functions) for question in questions(cases)]
        return told[0] if len(told) == 1 else tuple(run for runs in told for run in runs)

    def give_up(self, reason: Reason, detail: str) -> None:
        """There is no conversation to end."""

    def _told(self, question: Question, functions: Mapping[str, Callable[..., Any]]) -> Told:
        asked = unpack(question.packed)
        with listening() as heard:
            answers = [pack(self._answer(script, inputs, functions, heard)) for script, inputs in asked]
        runs = [
            self._run(case, answer, functions) for case, answer in zip(question.cases, answers, strict=True)
        ]
        return question.remembered(together(answers), runs)

    def _answer(
        self,
        script: list[Any],
        inputs: Any,
        functions: Mapping[str, Callable[..., Any]],
        heard: list[WarningMessage],
    ) -> list[Any]:
        return perform(script, Reader().value(inputs), functions, Budget(1.0, 1.0, 1.0, 1.0), heard)

    @staticmethod
    def _run(case: AskedCase, answer: bytes, named: Collection[str]) -> Played:
        tree, changed, warned, warners, _, failure = unpack(answer)
        claim = Claim(Reader().value(tree), changed, warned, warners, failure)
        return believed(case, claim, named)


Subject: TypeAlias = Candidate | RightCandidate
"""Whose functions a check is about."""
