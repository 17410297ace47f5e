"""Right answers judged before any student's: most right answers of a class are told in the very same bytes.

What is told alike is judged alike, so a process that forks examiners has the right answers judged once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Self

from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.performance import Budget, perform
from autograder.isolation.candidate.plain_trees import read
from autograder.isolation.candidate.wire import UnsendableError, pack, unpack
from autograder.isolation.handles import Handle
from autograder.isolation.link import CandidateGone, CellResult
from autograder.isolation.performances import Claim, believed, packed_case, remember
from autograder.reasons import Reason
from reference import units
from stagewise.asking import AskedCase
from stagewise.script import Played


class RightCandidate:
    """Stands for a candidate whose functions are the reference's own; it plays cases here and does no more."""

    layers: tuple[str, ...] = ()
    timeouts = 0

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

    def run_cell(self, source: str, *, count: int = 0) -> CellResult:
        """Cells have nothing to do here."""
        return CellResult("ok", count, ())

    def lookup(self, name: str) -> Handle:
        """The function of that name; KeyError when the reference has none."""
        return Handle(self, self._numbers[name], name)

    def play(self, numbers: Mapping[str, int], cases: Sequence[AskedCase]) -> list[Played]:
        """The cases, told as a candidate tells them, and remembered."""
        functions = {name: self._functions[name] for name in numbers}
        return [self._played(case, functions) for case in cases]

    def _played(self, case: AskedCase, functions: Mapping[str, Callable[..., Any]]) -> Played:
        script, inputs = unpack(packed_case(case))
        answer = perform(script, read(inputs), functions, Budget(1.0, 1.0, 1.0, 1.0), _no_number)
        told = b"".join(map(pack, answer))
        _, tree, changed, warned, warners, _, failure = unpack(pack(answer))
        claim = Claim(Decoder(_no_handle).decode(tree), changed, warned, warners, failure)
        run = believed(case, claim, self._numbers, told)
        remember(case, run)
        return run

    def call(self, number: int, args: Sequence[Any], kwargs: Mapping[str, Any], name: str = "") -> NoReturn:
        """A check that asks for more than cases is not foreseen."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    def item(self, number: int, key: Any, name: str = "") -> NoReturn:
        """As `call`."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    def attribute(self, number: int, attribute: str, name: str = "") -> NoReturn:
        """As `call`."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    def elements(self, number: int, name: str = "") -> NoReturn:
        """As `call`."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    def length(self, number: int) -> NoReturn:
        """As `call`."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")

    def beside(self, module: str, name: str) -> NoReturn:
        """As `call`."""
        raise CandidateGone(Reason.DIED, "Nothing is foreseen here")


def _no_number(value: object) -> int:
    raise UnsendableError(f"a {type(value).__name__}")


def _no_handle(number: int) -> object:
    raise ValueError("there are no handles here")
