"""What attacks are worth elsewhere: those that cannot harm a machine, on each grader in turn."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from autograder.attacks import field
from autograder.attacks.catalogue import ATTACKS
from autograder.attacks.judging import HONEST_STUDENT
from autograder.attacks.run import attack
from autograder.course import Course
from autograder.reports.sheets import Sheet, read_sheets
from benchmarks.graders import IN_PLAIN_KERNELS, STOCK, STOCK_SETTINGS, timed
from benchmarks.otter import OTTER, on_otter

OURS = "stagewise"
HELD, EARNS, SHOWS, CHANGES = "held", "earns points", "shows it", "changes it"
_UNIT = "doubling"
_WRITING = "writing the gradebook"
_CONFIG = f"""{STOCK_SETTINGS}
c.CourseDirectory.root = {{root!r}}
c.CourseDirectory.course_id = {_UNIT!r}
c.ClearSolutions.enforce_metadata = False
"""

Outcomes = Mapping[str, str]


def compared(folder: Path, otter: str | None, told: Callable[[str], None]) -> dict[str, Outcomes]:
    """The outcome of each attack by its name, for each grader; `otter` is a Python that has otter-grader."""
    attacks = [one for one in ATTACKS if one.stock]
    found: dict[str, Outcomes] = {}
    told(f"{len(attacks)} attacks on {STOCK}")
    found[STOCK] = _on_stock(attacks, folder / "stock")
    if otter is not None:
        told(f"{len(attacks)} attacks on {OTTER}")
        found[OTTER] = on_otter(attacks, folder / "otter", otter)
    told(f"{len(attacks)} attacks on {OURS}")
    found[OURS] = _on_ours(attacks)
    return found


def _on_ours(attacks: Sequence[Any]) -> Outcomes:
    """Through the real pipeline, as `python -m autograder attack` does; the last is the honest student."""
    *outcomes, honest = attack([one.name for one in attacks])
    if not honest.held:
        raise RuntimeError(f"the right answer is not graded as such: {'; '.join(honest.flaws)}")
    return {one.name: HELD if one.held else "; ".join(one.flaws) for one in outcomes}


def _on_stock(attacks: Sequence[Any], root: Path) -> Outcomes:
    """Each attack as one student's submission, graded by `nbgrader autograde` in a course as it is set up."""
    course = Course(root)
    _release(course)
    right, wrong = HONEST_STUDENT, field.Attack("wrong answer", "")
    names = {one.name: one.name.replace(" ", "-") for one in (*attacks, right, wrong)}
    for one in (*attacks, right, wrong):
        place = course.submitted / names[one.name] / _UNIT / f"{_UNIT}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(field.submission(one, Path("/nowhere")))
    command = [sys.executable, "-m", "nbgrader", "autograde", _UNIT, "--log-level=CRITICAL"]
    timed(command, root, IN_PLAIN_KERNELS)
    sheets = read_sheets(course, _UNIT)
    controls = [sheets[names[one.name]].score for one in (right, wrong)]
    if controls != [field.POINTS, 0.0]:
        raise RuntimeError(f"{STOCK} gives {controls} points for a right and a wrong answer")
    return {one.name: _outcome(course, one.name, names[one.name], sheets) for one in attacks}


def _release(course: Course) -> None:
    """A course with the exercise, with a classmate's points in its gradebook."""
    source = course.instructor(_UNIT)
    source.parent.mkdir(parents=True)
    cells = [field.code(cell.source, cell) for cell in field.PLAN.cells]
    source.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    course.config_file.write_text(_CONFIG.format(root=str(course.root)))
    generate = [sys.executable, "-m", "nbgrader", "generate_assignment", _UNIT, "--log-level=CRITICAL"]
    timed(generate, course.root)
    with closing(sqlite3.connect(course.gradebook)) as base, base:
        base.execute("create table t (student text, points real)")
        base.execute("insert into t values ('classmate', 1.5)")


def _outcome(course: Course, attack: str, name: str, sheets: Mapping[str, Sheet]) -> str:
    graded = json.loads((course.autograded / name / _UNIT / f"{_UNIT}.ipynb").read_bytes())
    shown = json.dumps(
        [cell.get("outputs") for cell in graded["cells"] if "nbgrader" not in cell["metadata"]]
    )
    with closing(sqlite3.connect(course.gradebook)) as base:
        (points,) = base.execute("select points from t").fetchone()
    if sheets[name].score:
        return EARNS
    if field.SECRET in shown or "classmate" in shown:
        return SHOWS
    return CHANGES if points != 1.5 and attack == _WRITING else HELD
