"""A zip of feedback pages, named as a system wants them back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.publishing.exported import Row, System, Told
from autograder.publishing.findings import Odd
from autograder.whole_files import aside, told_whose_fault

_NEVER = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_TOTAL = re.compile(rb"<h1>[^<]*: ([0-9.]+) of [0-9.]+ points</h1>")
_BEGINNING = 1 << 20
_NAMELESS = "it is not known under which name the system wants the page"
_COLLECT = (
    "not in the zip: collect the system's own download, whose names it wants back, or attach it by hand"
)


@dataclass(frozen=True, slots=True)
class Back:
    """Whose page goes back: the row, what the download told, and the points that the page must tell."""

    student: str
    row: Row
    told: Told
    points: str

    @property
    def file(self) -> str:
        """The place of the submission in its download; empty when it came from none."""
        return f"{self.told.get('source')}/{self.told['file']}" if self.told.get("file") else ""


def pages_for(
    course: Course, unit: str, system: System, back: Sequence[Back]
) -> tuple[dict[str, Path], list[Odd]]:
    """The pages by their names in the zip, and whose cannot be there; none at all where nobody has a page.

    Of the pages of a team's work, whose file is one member's in the system, the first stands for all.
    """
    places = {one.student: course.feedback / one.student / unit / f"{unit}.html" for one in back}
    if system.page is None or not any(place.is_file() for place in places.values()):
        return {}, []
    names = {one.student: system.page(one.row, one.told, unit) for one in back}
    of_file = {one.file: names[one.student] for one in back if one.file and names[one.student]}
    pages: dict[str, Path] = {}
    missing = []
    for one in back:
        name = names[one.student] or of_file.get(one.file, "")
        problem = _problem(places[one.student], one.points)
        if problem:
            missing.append(
                Odd(one.student, problem, f"not in the zip: run python -m autograder feedback {unit}")
            )
        elif not name:
            missing.append(Odd(one.student, _NAMELESS, _COLLECT))
        else:
            pages.setdefault(name, places[one.student])
    return pages, missing


def _problem(place: Path, points: str) -> str:
    """Why a page is not one to give back; empty when it is."""
    if not place.is_file():
        return "there is no page"
    with open(place, "rb") as file:
        total = _TOTAL.search(file.read(_BEGINNING))
    if total is not None and total[1].decode() != points:
        return f"the page tells {total[1].decode()} points, the grade is {points}"
    return ""


def write_zip(place: Path, pages: Mapping[str, Path], on_page: Callable[[int], None]) -> None:
    """Write these files, by their names in it, into a zip that depends on nothing else; `on_page` is told
    after each how many there are.
    """
    with told_whose_fault(place), aside(place) as file, zipfile.ZipFile(file, "w") as archive:
        for name, page in sorted(pages.items()):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr = _READABLE
            archive.writestr(entry, page.read_bytes(), zipfile.ZIP_DEFLATED)
            on_page(len(pages))
