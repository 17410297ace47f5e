"""A zip of feedback pages, named as a system wants them back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.whole_files import aside, told_whose_fault

_NEVER = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_TOTAL = re.compile(rb"<h1>[^<]*: ([0-9.]+) of [0-9.]+ points</h1>")
_BEGINNING = 1 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """A student's page: the file, its name in the zip, and the points that it must tell."""

    student: str
    file: Path
    name: str
    points: str


def page_of(course: Course, unit: str, student: str) -> Path:
    """Where `feedback` writes a student's page."""
    return course.feedback / student / unit / f"{unit}.html"


def problem_of(page: Page) -> str:
    """Why a page cannot be given back; empty when it can."""
    if not page.file.is_file():
        return "has no page"
    with open(page.file, "rb") as file:
        total = _TOTAL.search(file.read(_BEGINNING))
    if total is not None and total[1].decode() != page.points:
        return f"the page tells {total[1].decode()} points, the grade is {page.points}"
    return "" if page.name else "the download does not tell under which name the system wants the page"


def write_zip(place: Path, pages: Mapping[str, Path]) -> None:
    """Write these files, by their names in it, into a zip that depends on nothing else."""
    with told_whose_fault(place), aside(place) as file, zipfile.ZipFile(file, "w") as archive:
        for name, page in sorted(pages.items()):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr = _READABLE
            archive.writestr(entry, page.read_bytes(), zipfile.ZIP_DEFLATED)
