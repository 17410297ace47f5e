"""The toy unit as the grading tests use it: its plan, and submissions made from the released notebook."""

import copy
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autograder.units import percent
from autograder.units.assemble import assemble
from autograder.units.plan import Plan, plan_of
from tests.autograder.toy_unit import course_of

ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "quadruple": "def quadruple(x):\n    return 4 * x",
    "written-why": "Because two and two are four.",
}


@cache
def toy_plan() -> Plan:
    """The plan of the toy unit."""
    with TemporaryDirectory() as folder:
        course = course_of(Path(folder))
        return plan_of(assemble(percent.read(course.unit_source("toy"))))


def released() -> dict[str, Any]:
    """The notebook that students receive, with a text and a plain cell of their own."""
    cells = []
    for planned in toy_plan().cells:
        cell = {
            "cell_type": planned.cell_type,
            "id": planned.cell_id,
            "metadata": copy.deepcopy(dict(planned.metadata)),
            "source": planned.released,
        }
        if planned.cell_type == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell)
    plain = {"cell_type": "code", "id": "scratch", "metadata": {}, "source": "scratch = 3"}
    cells.insert(4, plain | {"execution_count": None, "outputs": []})
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def submitted(
    answers: Mapping[str, str] = ANSWERS, change: Callable[[dict[str, Any]], Any] = lambda notebook: None
) -> bytes:
    """The released notebook with these answers, after `change` was done to it."""
    notebook = released()
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    change(notebook)
    return json.dumps(notebook).encode()


def cell(notebook: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The cell with this grade id."""
    found: dict[str, Any] = next(
        one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found
