"""Right answers judged before any student's: most right answers of a class are told in the very same bytes.

What is told alike is judged alike, so a process that forks examiners has the right answers judged once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Self
from warnings import WarningMessage

from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.performance import Budget, perform
from autograder.isolation.candidate.plain_trees import read
from autograder.isolation.candidate.wire import UnsendableError, pack, unpack
from autograder.isolation.handles import Handle
from autograder.isolation.link import CandidateGone, CellResult
from autograder.isolation.performances import Claim, Question, believed, questions
from autograder.reasons import Reason
from reference import units
from stagewise.asking import AskedCase
from stagewise.playing import Told
from stagewise.script import Played, listening


class RightCandidate:
    """Stands for a candidate whose functions are the reference's own; it plays cases, and does no more."""

    layers: tuple[str, ...] = ()
    timeouts = 0
    in_order = True

    def __init__(self, unit: str, isolation: str) -> None:
        self.isolation = isolation
        self._functions: dict[str, Callable[..., Any]] = {}
        for exercise in units.load(unit).exercises:
            self._functions |= exercise.functions
        self._numbers = {name: number for number, name in enumerate(self._functions)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def begin_check(self) -> None:
        """Time is not taken."""

    def run_cell(self, source: str, *, count: int = 0, defines: str = "") -> CellResult:
        """Cells have nothing to do here."""
        return CellResult("ok", count, ())

    def lookup(self, name: str) -> Handle:
        """The function of that name; KeyError when the reference has none."""
        return Handle(self, self._numbers[name], name)

    def play(self, numbers: Mapping[str, int], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """The cases, told as a candidate tells them, and remembered."""
        functions = {name: self._functions[name] for name in numbers}
        told = [self._told(question, functions) for question in questions(cases)]
        return told[0] if len(told) == 1 else tuple(run for runs in told for run in runs)

    def _told(self, question: Question, functions: Mapping[str, Callable[..., Any]]) -> Told:
        asked = unpack(question.packed)
        with listening() as heard:
            answers = [pack(self._answer(script, inputs, functions, heard)) for script, inputs in asked]
        message = pack(["played", answers])[1:]
        runs = [self._run(case, answer) for case, answer in zip(question.cases, answers, strict=True)]
        return question.remembered(message, runs)

    def _answer(
        self,
        script: list[Any],
        inputs: Any,
        functions: Mapping[str, Callable[..., Any]],
        heard: list[WarningMessage],
    ) -> list[Any]:
        return perform(script, read(inputs), functions, Budget(1.0, 1.0, 1.0, 1.0), _no_number, heard)

    def _run(self, case: AskedCase, answer: bytes) -> Played:
        tree, changed, warned, warners, _, failure = unpack(answer)
        claim = Claim(Decoder(_no_handle).decode(tree), changed, warned, warners, failure)
        return believed(case, claim, self._numbers)

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        """A check that asks for more than cases is not foreseen."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    call = item = attribute = elements = length = beside = refuse


def _no_number(value: object) -> int:
    raise UnsendableError(f"a {type(value).__name__}")


def _no_handle(number: int) -> object:
    raise ValueError("there are no handles here")
