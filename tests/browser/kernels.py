"""A kernel of the working edition is asked to run a function of tests.browser.in_kernel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from autograder.course import Course
from autograder.synthetic.students import material, solved
from autograder.synthetic.transcript import written
from tests.browser import in_kernel
from tests.browser.cells import KERNEL_READY, cell, output, write

ASK = "from pyodide.http import open_url\nexec(open_url('/asked.py').getvalue())  # NotImplementedError\n"
MARK = "RESULT "


def answered(page: Page, address: str, site: Path, unit: str, call: str, given: Any, seconds: int) -> Any:
    """What `call`, a function of in_kernel, returns of `given` in the kernel of a unit's notebook.

    address: where the folder `site` is served.
    """
    text = Path(in_kernel.__file__).read_text(encoding="utf-8")
    text += f"\nimport json\nprint({MARK!r} + json.dumps({call}(json.loads({json.dumps(given)!r}))))\n"
    (site / "asked.py").write_text(text, encoding="utf-8")
    page.goto(f"{address}/work/notebooks/index.html?path={unit}.ipynb")
    page.wait_for_selector(KERNEL_READY)
    exercise = cell(page, "NotImplementedError")  # the first; others are locked
    write(page, exercise, ASK)
    asked = output(exercise)
    expect(asked).to_contain_text(MARK, timeout=1000 * seconds)
    said = asked.inner_text()
    return json.loads(said[said.rindex(MARK) + len(MARK) :].split("\n")[0])


def in_browser(course: Course) -> list[str]:
    """The units that the working edition has."""
    notebooks = {unit: json.loads(course.student(unit).read_bytes()) for unit in course.units()}
    return [unit for unit, one in notebooks.items() if not one["metadata"]["stagewise"].get("needs")]


def answers(course: Course, unit: str, most: int) -> dict[str, Any]:
    """Right and wrong answers to `most` of a unit's exercises, from its first to its last, for `judged`."""
    made, notebook = material(course, unit), solved(course, unit)
    checks = {
        one["metadata"]["nbgrader"]["grade_id"].removeprefix("check-"): "".join(one["source"])
        for one in notebook["cells"]
        if one["metadata"].get("stagewise", {}).get("role") == "check"
    }
    exercises = [one for one in made.unit.exercises if one.name in made.solutions and one.name in checks]
    step = max(1, -(-len(exercises) // most))
    asked = []
    for one in exercises[::step]:
        asked.append((one.name, "right", made.solutions[one.name], checks[one.name]))
        wrong = (written(mistake, one, made.solutions) for mistake in one.misconceptions)
        if source := next(filter(None, wrong), None):
            asked.append((one.name, "wrong", source, checks[one.name]))
    return {"name": unit, "sources": _sources(notebook, ("given", "exercise")), "answers": asked}


def _sources(notebook: dict[str, Any], roles: Sequence[str]) -> list[str]:
    return [
        "".join(one["source"])
        for one in notebook["cells"]
        if one["cell_type"] == "code" and one["metadata"].get("stagewise", {}).get("role") in roles
    ]
