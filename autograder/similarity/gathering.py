"""The functions of a class as text, from the graded notebooks, and what the course explains of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from autograder.collecting.record import team_work
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading import records
from autograder.similarity.fingerprints import Fingerprints, fingerprints
from autograder.similarity.tokens import UnreadableError, statements
from autograder.synthetic.students import material
from autograder.synthetic.transcript import written
from autograder.units.plan import Plan, read_plan


@dataclass(frozen=True, slots=True)
class Function:
    """A student's cell for one exercise, with the fingerprints that the course does not explain."""

    source: str
    marks: Fingerprints


@dataclass(frozen=True, slots=True)
class Class:
    """Whose functions are compared: for each exercise, in the unit's order, the function of each student who
    wrote one. `teams` are members of a team, who handed in one notebook and of whom one stands for all;
    `unreadable` counts cells that are no Python.
    """

    students: tuple[str, ...]
    functions: Mapping[str, Mapping[str, Function]]
    teams: int = 0
    unreadable: int = 0


def gather(assignment: Assignment) -> Class:
    """The class; raises CourseError when nothing of the unit was graded."""
    plan = read_plan(assignment.instructor)
    texts, teams = _texts(assignment, plan)
    if not texts:
        raise CourseError(
            f"nothing of {assignment.unit} was graded", f"run: python -m autograder grade {assignment.unit}"
        )
    known = explained(assignment, plan)
    functions: dict[str, dict[str, Function]] = {}
    unreadable = 0
    for cell in plan.cells:
        if cell.role != "exercise":
            continue
        own = functions.setdefault(cell.grade_id, {})
        for student, cells in texts.items():
            source = cells.get(cell.grade_id, cell.released)
            if source.strip() == cell.released.strip():
                continue
            try:
                marks = fingerprints(statements(source))
            except UnreadableError:
                unreadable += 1
                continue
            own[student] = Function(
                source, {mark: lines for mark, lines in marks.items() if mark not in known}
            )
    return Class(tuple(sorted(texts)), functions, teams, unreadable)


def _texts(assignment: Assignment, plan: Plan) -> tuple[dict[str, dict[str, str]], int]:
    """For each student the texts of the code cells that nbgrader knows, by name; one member for a team."""
    shared = team_work(assignment.course, assignment.unit)
    seen: set[str] = set()
    found, teams = {}, 0
    for record in records.load_all(assignment):
        if record.digest in shared and record.digest in seen:
            teams += 1
            continue
        seen.add(record.digest)
        try:
            notebook = orjson.loads(assignment.graded(record.student).read_bytes())
        except (OSError, ValueError):
            continue
        found[record.student] = {
            cell["metadata"].get("nbgrader", {}).get("grade_id", ""): "".join(cell["source"])
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        }
    return found, teams


def explained(assignment: Assignment, plan: Plan) -> frozenset[int]:
    """Fingerprints of all that students were given, of the solutions, and of every other right way that the
    course knows to write the functions.
    """
    made = material(assignment.course, assignment.unit)
    given = [cell.released for cell in plan.cells if cell.cell_type == "code"]
    variants = [
        written(variant, exercise, made.solutions.keys())
        for exercise in made.unit.exercises
        for variant in exercise.alternatives
    ]
    return frozenset(_marks([*given, *made.solutions.values(), *filter(None, variants)]))


def _marks(sources: Sequence[str]) -> Iterator[int]:
    for source in sources:
        try:
            yield from fingerprints(statements(source))
        except UnreadableError:
            continue  # a given cell may hold what only a notebook understands
