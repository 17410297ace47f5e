"""The notebooks that a site shows and hands out: its units', and in a whole course the pages at its end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.course import Course
from autograder.units.pages import page


def pages_beside(course: Course, units: Sequence[str]) -> tuple[str, ...]:
    """The course's pages where all of its units are there, of whose notebooks they are made; else none."""
    return course.page_names() if set(course.units()) <= set(units) else ()


def released_text(course: Course, name: str) -> str:
    """The file that students receive of a unit, or of a page."""
    if name in course.page_names():
        return page(course, name)
    return course.student(name).read_text(encoding="utf-8")


def released(course: Course, name: str) -> dict[str, Any]:
    """The same as a notebook (nbformat 4), each cell's source one string."""
    notebook: dict[str, Any] = json.loads(released_text(course, name))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook
