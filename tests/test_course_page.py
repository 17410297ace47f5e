"""The page about the course names units, exercises and experiments that are there."""

import re

import pytest

import reference.kit.units
from autograder.course import REPOSITORY, Course
from autograder.units import percent

COURSE = Course(REPOSITORY)
PAGE = (REPOSITORY / "docs" / "course.md").read_text(encoding="utf-8")
UNITS, LECTURES = (
    [line.strip("| ").split(" | ") for line in part.splitlines() if re.match(r"\| (?!-|lecture|\|)", line)]
    for part in PAGE.split("## Where it is taught")
)


def experiments(unit):
    """How many experiments each numbered section of a unit has."""
    counts, section = {}, ""
    for cell in percent.read(COURSE.unit_source(unit)).cells:
        headings = re.findall(r"^## (\d+) ", cell.source, re.MULTILINE)
        section = headings[-1] if headings else section
        counts[section] = counts.get(section, 0) + (cell.role is percent.Role.EXPLORE)
    return counts


def test_it_lists_every_unit_once():
    assert tuple(sorted(unit for _, unit, _ in UNITS)) == COURSE.units()


def test_it_covers_all_that_the_lectures_teach():
    assert len(LECTURES) == 19


@pytest.mark.parametrize("row", LECTURES, ids=lambda row: row[1])
def test_each_row_names_what_a_student_writes_and_sees(row):
    _, _, exercises, sections = row
    for part in exercises.split("; "):
        unit, *names = re.findall(r"`(\w+)`", part)
        assert names
        assert set(names) <= {one.name for one in reference.kit.units.load(unit).exercises}
    for section in sections.split(", "):
        unit, number = section.split()
        assert experiments(unit).get(number, 0) > 0, section
