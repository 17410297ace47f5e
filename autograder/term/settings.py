"""What a course says of itself in course.toml: plain values, already validated. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from autograder.term.penalty import Penalty

SETTINGS_FILE = "course.toml"
USUAL_SEED = 0


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """Of one unit: when it is due (UTC; None: whenever), how long lateness is free, what it costs after that,
    whether the unit counts, and the most points that it is worth (None: those of its source).
    """

    due: datetime | None = None
    grace: timedelta = timedelta()
    penalty: Penalty | None = None
    counts: bool = True
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Another due date (UTC) for one student, and the reason."""

    student: str
    unit: str
    until: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class CourseSettings:
    """All that course.toml says; `order` are the units that the course has (None: all that there are),
    `repository` is the address of the public one that its site is published from (empty: none), `title` is
    what the site calls the course (empty: as the project is called).
    """

    seed: int = USUAL_SEED
    timezone: ZoneInfo | None = None
    order: tuple[str, ...] | None = None
    of_units: Mapping[str, UnitSettings] = field(default_factory=lambda: MappingProxyType({}))
    extensions: tuple[Extension, ...] = ()
    usual: UnitSettings = field(default_factory=UnitSettings)
    repository: str = ""
    title: str = ""

    def unit(self, name: str) -> UnitSettings:
        """Of one unit; as usual where the file does not name it."""
        return self.of_units.get(name, self.usual)

    def extensions_of(self, unit: str) -> dict[str, Extension]:
        """The extensions in a unit, by student."""
        return {one.student: one for one in self.extensions if one.unit == unit}
