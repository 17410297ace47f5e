"""What the course says of a unit: its place, what it is good for, and how long and how hard it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course import REPOSITORY, Course

COURSE_PAGE = REPOSITORY / "docs" / "course.md"
_ROW = re.compile(r"^\| \d+ \| (\w+) \| (.+?) \|$", re.MULTILINE)
_SECTION = re.compile(r"^\| \d+ \| .+? \| (\d+) min \| ([●○]+) \| ?([\d.]*) ?\|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Facts:
    """A unit as the landing page shows it; `difficulty` is as in the notebook, from ●○○ to ●●●, weighted by
    time, `needs` are the package's extras that it uses, `opening` is its first paragraph.
    """

    unit: str
    title: str
    aim: str
    minutes: int
    difficulty: str
    points: float
    needs: tuple[str, ...] = ()
    opening: str = ""

    @property
    def time(self) -> str:
        """As people say it, to five minutes.

        >>> Facts("a", "A", "", 147, "●●○", 100).time
        '2 h 25 min'
        """
        hours, minutes = divmod(5 * round(self.minutes / 5), 60)
        told = (f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)
        return " ".join(told)


def ordered(course: Course, units: Sequence[str], page: str) -> tuple[str, ...]:
    """These units as course.toml orders them, or else as the page about the course lists them, before those
    that it does not name.
    """
    if course.settings().order is not None:
        return tuple(unit for unit in course.units() if unit in units)
    listed = [unit for unit, _ in _ROW.findall(page) if unit in units]
    return (*listed, *sorted(set(units).difference(listed)))


def facts(notebook: Mapping[str, Any], page: str) -> Facts:
    """What a released notebook and the course's page say of its unit."""
    told = notebook["metadata"]["stagewise"]
    sections = _SECTION.findall(notebook["cells"][0]["source"])
    minutes = [int(section[0]) for section in sections]
    dots = [section[1].count("●") for section in sections]
    level = sum(a * b for a, b in zip(minutes, dots, strict=True)) / max(1, sum(minutes))
    marks = (cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"])
    return Facts(
        unit=told["unit"],
        title=told["title"],
        aim=dict(_ROW.findall(page)).get(told["unit"], ""),
        minutes=sum(minutes),
        difficulty="".join("●" if dot < round(level) else "○" for dot in range(3)) if sections else "",
        points=sum(float(mark.get("points", 0)) for mark in marks if mark.get("grade")),
        needs=tuple(told.get("needs", ())),
        opening=" ".join(notebook["cells"][0]["source"].split("\n\n")[1:2]).replace("\n", " "),
    )
