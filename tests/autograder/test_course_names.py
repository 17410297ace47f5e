"""Whatever a cell of the course defines above an exercise is there when that is graded, in each unit."""

import ast
import json
from contextlib import nullcontext

import pytest

from autograder.course import REPOSITORY, Course
from autograder.grading.bindings import defined
from autograder.grading.marking import blank
from autograder.grading.walk import grade_notebook
from autograder.isolation.sandbox import CandidateTemplate
from autograder.units.assemble import assemble
from autograder.units.from_truth import read
from autograder.units.plan import plan_of
from tests.autograder.test_walk import Examiner

COURSE = Course(REPOSITORY)


def naming_all(plan):
    """The notebook of a student who names in each exercise all that the course has defined above, and how
    many names that are.
    """
    notebook = json.loads(blank(plan))
    names: set[str] = set()
    for cell, planned in zip(notebook["cells"], plan.cells, strict=True):
        if planned.cell_type == "code" and planned.role in ("given", "explore"):
            names |= defined(ast.parse(planned.source))
        elif planned.role == "exercise":
            cell["source"] += f"\nnamed = [{', '.join(sorted(names))}]"
    return notebook, len(names)


def of_unit(unit, template):
    """The template in which a unit is graded: that of all NumPy units, or one with what transfer needs."""
    return CandidateTemplate.start(["transfer"]) if unit == "transfer" else nullcontext(template)


@pytest.mark.parametrize("unit", COURSE.units())
def test_what_the_course_defines_is_there(unit, template):
    plan = plan_of(assemble(read(COURSE.unit_source(unit))))
    notebook, count = naming_all(plan)
    assert count > 10
    with of_unit(unit, template) as started, started.new_candidate() as candidate:
        grade_notebook(notebook, plan, candidate, Examiner(), list)
    errors = [
        (cell["metadata"]["nbgrader"]["grade_id"], output["evalue"])
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]
    assert errors == []
