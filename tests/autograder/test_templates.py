"""Templates launched ahead fit the unit as it is when it is graded, whatever lay there before."""

import json

import pytest

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading import templates as launching
from autograder.grading.templates import Templates, needs_of

ROLES = {"given": {"stagewise": {"role": "given"}}, "explore": {"stagewise": {"role": "explore"}}}


class Template:
    """Notes with what it was launched, and whether it was closed."""

    def __init__(self, extras, opening):
        self.extras, self.opening, self.closed = extras, opening, False

    def ready(self):
        assert not self.closed

    def close(self):
        self.closed = True


@pytest.fixture
def launched(monkeypatch):
    """All templates that were launched, in their order."""
    made = []

    def launch(extras, *, opening, **_):
        made.append(Template(extras, opening))
        return made[-1]

    monkeypatch.setattr(launching.CandidateTemplate, "launch", launch)
    return made


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def build(course, needs=(), **sources):
    """Write an instructor's notebook of one cell for each role."""
    cells = [
        {"cell_type": "code", "metadata": ROLES.get(role, {}), "source": source}
        for role, source in sources.items()
    ]
    place = course.instructor("unit")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"cells": cells, "metadata": {"stagewise": {"needs": needs}}}))


def test_what_is_not_built_or_cut_off_has_no_needs(course):
    assert needs_of(course.instructor("unit")) is None
    build(course, given="x = 1")
    place = course.instructor("unit")
    place.write_text(place.read_text()[:20])
    assert needs_of(place) is None


def test_a_unit_has_what_it_says_that_it_needs(course):
    build(course, given="x = 1", needs=("transfer",))
    assert needs_of(course.instructor("unit")).extras == ("transfer",)


def test_a_unit_that_says_nothing_gets_nothing_whatever_its_cells_are_about(course):
    build(course, explore='words = """\nimport torch\n"""')
    assert needs_of(course.instructor("unit")).extras == ()


def test_a_first_run_has_the_templates_of_a_second(course, launched):
    with Templates(Assignment(course, "unit"), lanes=5) as templates:
        assert launched == []
        build(course, given="import torch", needs=("transfer",))
        assert templates.ready() == tuple(launched)
    assert [template.extras for template in launched] == [("transfer",)] * 2
    assert all(template.closed for template in launched)


def test_those_of_a_build_that_was_out_of_date_are_replaced(course, launched):
    build(course, given="x = 1")
    with Templates(Assignment(course, "unit"), lanes=1) as templates:
        build(course, given="x = 2")
        (kept,) = templates.ready()
        assert templates.take(0) is kept
    assert [template.opening for template in launched] == [("x = 1",), ("x = 2",)]
    assert launched[0].closed


def test_those_of_a_good_build_are_kept(course, launched):
    build(course, given="x = 1")
    with Templates(Assignment(course, "unit"), lanes=1) as templates:
        assert templates.ready() == tuple(launched)
        assert len(launched) == 1


def test_without_a_build_there_is_none_to_take(course, launched):
    with (
        Templates(Assignment(course, "unit"), lanes=1) as templates,
        pytest.raises(CourseError, match="not built"),
    ):
        templates.take(0)
    assert launched == []
