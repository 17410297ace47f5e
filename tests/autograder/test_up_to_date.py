"""What is committed for students is what a build makes of the sources now."""

import json
import shutil

import pytest

import reference.kit.units
from autograder.course import REPOSITORY, Course
from autograder.units.build import build
from autograder.units.pages import page

COURSE = Course(REPOSITORY)
REMEDY = "run: python -m autograder build"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("built")
    course = Course(root, COURSE.solutions, root / "recorded")
    shutil.copytree(COURSE.recorded, course.recorded)  # looked at by autograder.units.rounding
    build(course)
    return course


def test_every_unit_is_written_asked_and_released():
    assert COURSE.units() == reference.kit.units.names()
    assert {path.name for path in COURSE.release.iterdir()} == {*COURSE.units(), *COURSE.page_names()}
    assert {path.stem for path in COURSE.recorded.iterdir()} == set(COURSE.units())


@pytest.mark.parametrize("unit", COURSE.units())
def test_the_students_notebook_is_up_to_date(unit, built):
    assert [path.name for path in COURSE.student(unit).parent.iterdir()] == [f"{unit}.ipynb"]
    assert COURSE.student(unit).read_bytes() == built.student(unit).read_bytes(), REMEDY


@pytest.mark.parametrize("name", COURSE.page_names())
def test_a_page_is_up_to_date(name):
    assert COURSE.student(name).read_text(encoding="utf-8") == page(COURSE, name), REMEDY


@pytest.mark.parametrize("unit", COURSE.units())
def test_the_recorded_answers_are_up_to_date(unit, built):
    name = f"{unit}.json"
    assert (COURSE.recorded / name).read_bytes() == (built.recorded / name).read_bytes(), REMEDY


@pytest.mark.parametrize("unit", COURSE.units())
def test_a_unit_is_worth_a_hundred_points(unit):
    cells = json.loads(COURSE.student(unit).read_text())["cells"]
    assert sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells) == 100
