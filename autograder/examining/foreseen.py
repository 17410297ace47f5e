"""Right answers judged before any student's: most right answers of a class are told in the very same bytes.

What is told alike is judged alike, so a process that forks examiners has the right answers judged once.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn, Self
from warnings import WarningMessage

from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.performance import Budget, perform
from autograder.isolation.candidate.plain_trees import read
from autograder.isolation.candidate.wire import UnsendableError, pack, unpack
from autograder.isolation.handles import Handle
from autograder.isolation.limits import Limits
from autograder.isolation.link import CandidateGone, CellResult
from autograder.isolation.performances import Claim, Question, believed, questions, together
from autograder.reasons import Reason
from reference.kit import units
from stagewise.judge.asking import AskedCase
from stagewise.judge.playing import Told
from stagewise.judge.script import Played, listening

_COURSE = "stagewise."


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
        self._held: list[Callable[..., Any]] = []
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

    def lookup(self, name: str) -> Handle:
        """The function of that name; KeyError when the reference has none."""
        return self._handle(self._named[name], name)

    def beside(self, module: str, name: str) -> Handle:
        """What a module of the course's package calls `name`: a setting's way to wrap functions."""
        if not module.startswith(_COURSE):
            self.refuse()
        return self._handle(getattr(import_module(module), name), name)

    def call(self, number: int, args: Sequence[Any], kwargs: Mapping[str, Any], name: str = "") -> Handle:
        """The function that comes of other functions."""
        if kwargs or not all(type(given) is Handle for given in args):
            self.refuse()
        return self._handle(self._held[number](*(self._held[given._number] for given in args)), name)

    def play(self, numbers: Mapping[str, int], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """The cases, told as a candidate tells them, and remembered."""
        told = [self._told(question, numbers) for question in questions(cases)]
        return told[0] if len(told) == 1 else tuple(run for runs in told for run in runs)

    def _handle(self, function: Callable[..., Any], name: str) -> Handle:
        self._held.append(function)
        return Handle(self, len(self._held) - 1, name)

    def _told(self, question: Question, numbers: Mapping[str, int]) -> Told:
        functions = {name: self._held[number] for name, number in numbers.items()}
        asked = unpack(question.packed)
        with listening() as heard:
            answers = [pack(self._answer(script, inputs, functions, heard)) for script, inputs in asked]
        runs = [
            self._run(case, answer, numbers) for case, answer in zip(question.cases, answers, strict=True)
        ]
        return question.remembered(together(answers), runs)

    def _answer(
        self,
        script: list[Any],
        inputs: Any,
        functions: Mapping[str, Callable[..., Any]],
        heard: list[WarningMessage],
    ) -> list[Any]:
        return perform(script, read(inputs), functions, Budget(1.0, 1.0, 1.0, 1.0), _no_number, heard)

    @staticmethod
    def _run(case: AskedCase, answer: bytes, numbers: Mapping[str, int]) -> Played:
        tree, changed, warned, warners, _, failure = unpack(answer)
        claim = Claim(Decoder(_no_handle).decode(tree), changed, warned, warners, failure)
        return believed(case, claim, numbers)

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        """A check that asks for more than cases is not foreseen."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    item = attribute = elements = length = give_up = refuse


def _no_number(value: object) -> int:
    raise UnsendableError(f"a {type(value).__name__}")


def _no_handle(number: int) -> object:
    raise ValueError("there are no handles here")
