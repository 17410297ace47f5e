"""The plan holds what grading runs, never a solution; it agrees with nbgrader's release and gradebook."""

import os

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.errors import CourseError
from autograder.units import percent
from autograder.units.assemble import assemble
from autograder.units.build import build
from autograder.units.plan import plan_of, read_plan
from tests.autograder.toy_unit import SOURCE, course_of, load


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = course_of(tmp_path_factory.mktemp("course"))
    build(course, load=load)
    return course


@pytest.fixture(scope="module")
def plan(course):
    return read_plan(course.instructor("toy"))


def test_the_plan_lists_the_cells_that_nbgrader_knows_in_order(plan):
    assert (plan.unit, plan.title, plan.points) == ("toy", "Toys that double", 100)
    assert [(cell.grade_id, cell.role, cell.points) for cell in plan.cells] == [
        ("given-toys-that-double", "given", 0),
        ("double", "exercise", 0),
        ("check-double", "check", 40.5),
        ("explore-doubling", "explore", 0),
        ("quadruple", "exercise", 0),
        ("check-quadruple", "check", 50),
        ("question-why", "given", 0),
        ("written-why", "written", 9.5),
    ]


def test_the_source_of_a_check_examines_and_what_students_received_does_not(plan):
    check = plan.cell("check-double")
    assert 'examine(double, unit="toy", points=40.5)' in check.source
    assert check.released == "check(double)"


def test_a_check_asks_for_an_exercise_and_its_partners(plan):
    assert {cell.grade_id: cell.asks for cell in plan.cells if cell.asks} == {
        "check-double": ("double",),
        "check-quadruple": ("quadruple", "double"),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("check(double)\n", "check(double)\nx = 1\n"),
        ("check(double)", "check(double(1))"),
        ("check(double)", "assert double(1) == 2"),
        ("examine(double, unit", "examine(quadruple, unit"),
        ("points=40.5", "points=90"),
        ("from reference import examine", "examine = print"),
    ],
)
def test_a_check_cell_that_the_build_did_not_make_is_refused(old, new):
    """Whoever changes the instructor's notebook by hand reads where to change it."""
    notebook = assemble(percent.parse(SOURCE, "solutions/toy.py"))
    (check,) = [cell for cell in notebook.cells if cell.source.startswith("check(double)")]
    assert old in check.source
    check.source = check.source.replace(old, new)
    with pytest.raises(CourseError, match=r"check-double .* something else") as refused:
        plan_of(notebook)
    assert "solutions/toy.py" in refused.value.remedy


def test_no_source_in_the_plan_holds_a_solution(plan):
    assert "secret" not in plan.cell("double").source + plan.cell("quadruple").source
    assert plan.cell("double").source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert plan.cell("written-why").source == "YOUR ANSWER HERE"


def test_released_sources_ids_and_metadata_are_those_of_the_released_notebook(course, plan):
    released = nbformat.read(course.student("toy"), as_version=4)
    cells = [cell for cell in released.cells if "nbgrader" in cell.metadata]
    assert [cell.source for cell in cells] == [cell.released for cell in plan.cells]
    assert [cell.id for cell in cells] == [cell.cell_id for cell in plan.cells]
    for cell, planned in zip(cells, plan.cells, strict=True):
        cell.metadata.nbgrader.checksum = planned.checksum
        assert cell.metadata == planned.metadata


def test_checksums_are_those_of_the_gradebook(course, plan):
    with Gradebook(course.db_url) as gradebook:
        cells = gradebook.find_notebook("toy", "toy").source_cells
        stored = {cell.name: (cell.checksum, cell.source, cell.locked) for cell in cells}
    assert stored == {
        cell.grade_id: (cell.checksum, cell.source, cell.metadata["nbgrader"]["locked"])
        for cell in plan.cells
    }


def test_a_notebook_is_read_again_when_it_changed(course, plan):
    path = course.instructor("toy")
    assert read_plan(path) is plan
    os.utime(path, ns=(1, 1))
    assert read_plan(path) is not plan
    assert read_plan(path) == plan


def test_a_plan_can_be_made_without_any_file():
    plan = plan_of(assemble(percent.parse(SOURCE, "solutions/toy.py")))
    with pytest.raises(KeyError):
        plan.cell("check-triple")


def test_a_missing_instructor_notebook_names_the_build(tmp_path):
    with pytest.raises(CourseError, match="python -m autograder build toy"):
        read_plan(tmp_path / "toy.ipynb")
