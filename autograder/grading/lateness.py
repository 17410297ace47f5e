"""What lateness costs, asked anew of nbgrader's plugin whenever dates or points may have changed.

Nothing is executed for it: due date, extensions, times of submission and points stand in the gradebook.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy.engine import Connection
from traitlets.config import Config

from autograder.config import CONFIG_FILE, LATENESS
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.statements import (
    CHARGE,
    FIND_CHARGES,
    FIND_DUE,
    FIND_TIMES,
    FIND_TOTALS,
    HAND_IN,
    of_students,
)
from autograder.nbgrader_settings import named_class
from autograder.term.settings import SETTINGS_FILE

_MOST_NAMED = 500  # in one query: databases allow so many values and no more


def seconds_late(handed_in: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    """Seconds after the due date, which an extension moves; 0 where a date is missing (all are UTC)."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - (due + (extension or timedelta()))).total_seconds())


def note_times(db: Connection, assignment: str, handed_in: Mapping[str, datetime]) -> None:
    """Let the gradebook know when these students handed in, where it says another time."""
    if not handed_in:
        return
    rows = db.execute(FIND_TIMES, {"assignment": assignment}).all()
    changes = [
        {"submission": row.id, "handed_in": handed_in[row.student_id]}
        for row in rows
        if handed_in.get(row.student_id, row.timestamp) != row.timestamp
    ]
    if changes:
        db.execute(HAND_IN, changes)


def require_one_rule(assignment: Assignment, config: Config) -> None:
    """CourseError where course.toml names a penalty and nbgrader's settings another."""
    if assignment.course.settings().unit(assignment.unit).penalty is None:
        return
    name = named_class(config.AssignLatePenalties.get("plugin_class", LATENESS))
    method = config.LateSubmissionPlugin.get("penalty_method", "none")
    if name == LATENESS and method == "none":
        return
    setting = (
        "AssignLatePenalties.plugin_class" if name != LATENESS else "LateSubmissionPlugin.penalty_method"
    )
    raise CourseError(
        f"{SETTINGS_FILE} names a penalty for {assignment.unit}, and {CONFIG_FILE} sets c.{setting}",
        "keep one of the two",
    )


class Lateness:
    """Charges submissions of one unit for lateness, as the course has configured it."""

    def __init__(self, config: Config, unit: str) -> None:
        self._config, self._unit = config, unit

    def charge(
        self,
        db: Connection,
        assignment: str,
        notebook: str,
        cells: Collection[str],
        students: Collection[str] | None = None,
    ) -> None:
        """Bring the penalties of one released notebook, with these graded cells, up to date: for these
        students, or for everybody.
        """
        due = db.execute(FIND_DUE, {"assignment": assignment}).scalar_one()
        query = FIND_CHARGES if students is None else of_students(FIND_CHARGES, students)
        rows = db.execute(query, {"assignment": assignment, "released": notebook}).all()
        late = {row.notebook: seconds_late(row.timestamp, due, row.extension) for row in rows}
        scores = _scores(db, cells, [own for own, seconds in late.items() if seconds])
        changes = []
        for row in rows:
            penalty = self.penalty(row.student_id, scores.get(row.notebook, 0.0), late[row.notebook])
            if penalty != row.late_submission_penalty:
                changes.append({"notebook": row.notebook, "penalty": penalty})
        if changes:
            db.execute(CHARGE, changes)

    @cached_property
    def _plugin(self) -> Any:
        from nbgrader.preprocessors import AssignLatePenalties

        penalties = AssignLatePenalties(config=self._config)
        penalties.assignment_id = self._unit  # where a plugin finds it, in nbgrader's own run too
        penalties.init_plugin()
        return penalties.plugin_inst

    def penalty(self, student: str, score: float, late: float) -> float | None:
        """The points that so many seconds cost a submission which earned this score, None where none are
        taken off; CourseError when the plugin that says so fails.
        """
        if not late:
            return None
        try:
            penalty = self._plugin.late_submission_penalty(student, score, late)
            return None if penalty is None else min(max(0.0, float(penalty)), score)
        except CourseError:
            raise
        except Exception as problem:
            raise CourseError(
                f"the late-penalty plugin failed for {student}: {type(problem).__name__}: {problem}",
                "correct the class that c.AssignLatePenalties.plugin_class names, and run the command again "
                "(what was graded is kept)",
            ) from problem


def _scores(db: Connection, cells: Collection[str], notebooks: Sequence[str]) -> dict[str, float]:
    """What these submitted notebooks earned, as nbgrader adds it up."""
    scores: dict[str, float] = {}
    for start in range(0, len(notebooks), _MOST_NAMED):
        named = notebooks[start : start + _MOST_NAMED]
        rows = db.execute(FIND_TOTALS, {"cells": list(cells), "notebooks": named})
        scores |= {notebook: float(score) for notebook, score in rows}
    return scores
