"""The written questions of a unit, as the instructor's notebook has them: text, scheme, model answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course import Course
from autograder.errors import CourseError
from autograder.units import regions
from autograder.units.plan import Plan, read_plan
from autograder.units.scheme import Criterion, SchemeError, criteria_of


@dataclass(frozen=True, slots=True)
class Question:
    """One written question; `name` is its answer's grade_id, `text` and `model` are Markdown.

    `model` is the model answer, "" where the unit has none.
    """

    name: str
    points: float
    text: str
    model: str
    criteria: tuple[Criterion, ...]

    @property
    def title(self) -> str:
        """The first line of the text, without marks of a heading."""
        return self.text.split("\n", 1)[0].strip("#* ")


def read_questions(course: Course, unit: str) -> tuple[Question, ...]:
    """The unit's written questions in their order.

    Raises CourseError when the unit was not built, has none, or was built before schemes had a form.
    """
    path = course.instructor(unit)
    plan = read_plan(path)
    models = _models(json.loads(path.read_bytes()))
    found = tuple(
        _question(plan, cell.grade_id, cell.points, models) for cell in plan.cells if cell.role == "written"
    )
    if not found:
        raise CourseError(f"the unit {unit} asks nothing in writing", "name a unit with written questions")
    return found


def _question(plan: Plan, name: str, points: float, models: dict[str, str]) -> Question:
    asked = plan.cell(name.replace("written-", "question-", 1))
    try:
        criteria = criteria_of(regions.inside(asked.source, regions.MARK_SCHEME).strip("\n"), points)
    except SchemeError as problem:
        raise CourseError(
            f"{name} of {plan.unit}: {problem.problem}", f"run: python -m autograder build {plan.unit}"
        ) from None
    return Question(name, points, asked.released.strip(), models.get(name, ""), criteria)


def _models(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The model answers by the names of their cells."""
    found = {}
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution") and cell["cell_type"] == "markdown":
            found[str(marks["grade_id"])] = regions.inside("".join(cell["source"]), regions.SOLUTION)
    return found
