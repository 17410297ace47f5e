"""The report for programs: everything as JSON, a line for each exercise as CSV."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from math import isfinite
from typing import Any

from autograder.classreport.exercises import OUTCOMES, Exercise
from autograder.classreport.report import ClassReport, UnitReport, shares_of_all
from autograder.spreadsheet import Value, csv_text
from autograder.terminal import json_text

_NUMBERS = ("difficulty", "item_total", "upper_lower")
_COLUMNS = ("unit", "exercise", "points", "answers", *_NUMBERS, *OUTCOMES, "waiting")


def as_csv(report: ClassReport) -> str:
    """A header and a line for each exercise of each unit; an empty cell where a number says nothing."""
    rows = (_row(unit.results.unit, exercise) for unit in report.units for exercise in unit.exercises)
    return csv_text(_COLUMNS, rows)


def _row(unit: str, exercise: Exercise) -> list[Value]:
    return [
        unit,
        exercise.name,
        exercise.points,
        exercise.answers,
        *(getattr(exercise, name).value for name in _NUMBERS),
        *(exercise.outcomes[name] for name in OUTCOMES),
        exercise.waiting,
    ]


def as_json(report: ClassReport, made: datetime) -> str:
    """All that the page tells. A number is an object: value, count, low, high, and why there is no value."""
    results = report.results
    return json_text(
        {
            "course": results.course,
            "made": made.isoformat(timespec="seconds"),
            "units": [_unit(unit) for unit in report.units],
            "without_submissions": results.without,
            "exercises_to_look_at": [asdict(one) for one in report.doubts],
            "from_unit_to_unit": [asdict(one) for one in report.following],
            "shares": {
                "students": results.students,
                "exercises": [[unit.unit, item.name] for unit in results.units for item in unit.items],
                "rows": [[_known(share) for share in row] for row in shares_of_all(results).tolist()],
            },
        }
    )


def _unit(unit: UnitReport) -> dict[str, Any]:
    results = unit.results
    return {
        "unit": results.unit,
        "title": results.title,
        "due": None if results.due is None else results.due.isoformat(),
        "counts": results.counts,
        "handed_in": results.submissions,
        "graded": len(results.students),
        "late": results.late,
        "median_percent": asdict(unit.median),
        "students_by_tenths": unit.tenths,
        "alpha": asdict(unit.alpha),
        "time_against_points": asdict(unit.in_time),
        "exercises": [_exercise(exercise) for exercise in unit.exercises],
        "mistakes": [asdict(mistake) for mistake in unit.mistakes],
        "not_gradable": [asdict(refused) for refused in results.refused],
        "repaired": {reason.value: list(students) for reason, students in results.repairs.items()},
    }


def _exercise(exercise: Exercise) -> dict[str, Any]:
    return {
        "exercise": exercise.name,
        "points": exercise.points,
        "answers": exercise.answers,
        **{name: asdict(getattr(exercise, name)) for name in _NUMBERS},
        "outcomes": dict(exercise.outcomes),
        "waiting": exercise.waiting,
    }


def _known(share: float) -> float | None:
    return share if isfinite(share) else None
