"""Whose fault a failing cell is: where nothing but the course's own code has run, it is no student's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from autograder.errors import CourseError
from autograder.grading.bindings import defined, parsed
from autograder.units.plan import PlannedCell
from stagewise.checks.recording import UnknownUnitError

_LONGEST_SAID = 300


class Alone:
    """Follows a walk as long as all that ran is the course's own: cells of these roles, and exercises as they
    were released. `lookup` raises KeyError for a name that nothing has defined.
    """

    def __init__(self, roles: Collection[str], lookup: Callable[[str], Any]) -> None:
        self._roles = roles
        self._lookup = lookup
        self._alone = True
        self._cell = self._source = ""

    def begin(self, source: str, known: PlannedCell | None) -> None:
        """A cell runs now."""
        if known is None or not (
            known.role in self._roles or (known.role == "exercise" and source == known.released)
        ):
            self._alone = False
        elif self._alone:
            self._cell, self._source = known.grade_id, source

    def died(self, said: str) -> None:
        """The cell ended its process: CourseError, if that was the course's own doing."""
        if self._alone:
            raise self._fault(said)

    def failed(self, shown: Sequence[Mapping[str, Any]]) -> None:
        """The cell ended with an error: CourseError, if that was the course's own doing.

        It is not where the cell waits for an exercise to be written, as what depends on it does; nor where it
        misses nothing but recorded answers, of which grading needs none.
        """
        if not self._alone:
            return
        said = [(output["ename"], output["evalue"]) for output in shown if output["output_type"] == "error"]
        name, text = said[-1] if said else ("Error", "it did not say which")
        if name == NotImplementedError.__name__:
            self._alone = False
        elif name != UnknownUnitError.__name__ or not self._all_is_defined():
            raise self._fault(f"{name}: {text}")

    def _all_is_defined(self) -> bool:
        try:
            for name in defined(parsed(self._source, "<cell>")):
                self._lookup(name)
        except KeyError:
            return False
        return True

    def _fault(self, said: str) -> CourseError:
        return CourseError(
            f"the course's own cell {self._cell} failed where no student's code had run: "
            f"{said[:_LONGEST_SAID]}",
            "`python -m autograder doctor` says what this machine lacks; put right what the cell needs and "
            "grade again, for nothing was recorded as done",
        )
