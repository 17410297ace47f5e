"""What is asked: a case with its inputs, its expected outputs and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stagewise.judge.compare import Tolerance
from stagewise.judge.script import Step


@dataclass(frozen=True, slots=True)
class Chance:
    """Of an output that comes out differently each time: how far a right one may be off, and how far apart
    two runs of one function may be (absolute, the same for every function)."""

    tolerance: Tolerance
    slack: float


@dataclass(frozen=True, eq=False, slots=True)
class AskedCase:
    """A case ready to be judged, equal to itself alone. `expected` and `shares` are by output: a target's
    name, an entry such as `bn_param['running_mean']`, or a quantity measured on them such as
    `zero_fraction(out)`. `main` gates: an output that earns nothing here earns nothing in any case.
    `quiet` asks that no RuntimeWarning is raised (seen only when the function runs in this process, or when
    its proxy re-issues the warnings). `also`: by output, a second right answer; every entry between both is
    right. `setting`: see stagewise.judge.setting. `chances`: by output, what chance does to it."""

    name: str
    steps: tuple[Step, ...]
    inputs: dict[str, Any]
    expected: dict[str, Any]
    shares: dict[str, float]
    weight: float
    tolerance: Tolerance
    exact_dtype: bool = False
    updates: tuple[str, ...] = ()
    main: bool = False
    why: str = ""
    quiet: bool = False
    also: dict[str, Any] = field(default_factory=dict)
    setting: str = ""
    chances: dict[str, Chance] = field(default_factory=dict)

    def tolerance_of(self, output: str) -> Tolerance:
        """The tolerance of one output."""
        return self.chances[output].tolerance if output in self.chances else self.tolerance


class Cases(tuple[AskedCase, ...]):
    """Cases that are asked of many functions. They are equal to themselves alone, so that what follows from
    them is found out once and kept under them."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)
