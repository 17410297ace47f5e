"""A student's functions as an examiner has them: by name, never called here, played where they live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.examining.known_answers import Subject
from stagewise.judge.asking import AskedCase
from stagewise.judge.script import Played


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
