"""A student's functions as an examiner has them: by name, never called here, played where they live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from stagewise.judge.asking import AskedCase
from stagewise.judge.script import Played


class Subject(Protocol):
    """Whose functions a check is about: what `autograder.isolation.link.Candidate` is to an examiner.

    `told`: whether answers of the student's came back since the check began.
    """

    isolation: str
    limits: Limits
    timeouts: int
    told: bool

    def begin_check(self, part: str = "") -> None: ...
    def give_up(self, reason: Reason, detail: str) -> None: ...
    def lookup(self, name: str) -> str: ...
    def play(self, setting: str, names: Sequence[str], cases: Sequence[AskedCase]) -> Sequence[Played]: ...


@dataclass(frozen=True, slots=True)
class StudentFunction:
    """A function of the student's in a setting (see stagewise.judge.setting)."""

    subject: Subject
    name: str
    setting: str = ""

    def placed_in(self, setting: str) -> StudentFunction:
        """The same function in a setting."""
        return replace(self, setting=setting)

    @staticmethod
    def play_beside(functions: Mapping[str, StudentFunction], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """Play whole cases where these functions live; all are in one setting."""
        one = next(iter(functions.values()))
        return one.subject.play(one.setting, sorted(functions), cases)
