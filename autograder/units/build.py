"""From one text source of a unit: instructor's notebook, student's notebook, recorded answers.

Everything is made aside first and moved into place when it is whole.
"""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reference.kit.units
from autograder.course import Course
from autograder.errors import AuthorError, CourseError
from autograder.units import from_truth, rules
from autograder.units.assemble import assemble, serialize
from autograder.units.percent import Role, UnitSource
from autograder.units.plan import plan_of
from autograder.units.release import make_room, release
from autograder.units.rounding import without_rounding
from autograder.units.stamp import write_stamp
from autograder.whole_files import replace, sweep
from reference.judge.drawing import VISIBLE_SEED, draw
from reference.judge.record import record
from reference.kit.exercise import Unit
from reference.kit.places import DefinitionError
from reference.truth import oracle
from stagewise.checks.layout import lay_out
from stagewise.checks.recording import as_data

Load = Callable[[str], Unit]
Report = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did to a unit: which files changed, and how many graded submissions it kept."""

    unit: str
    title: str
    points: float
    changed: tuple[Path, ...]
    graded: int

    def __str__(self) -> str:
        files = f"{len(self.changed)} files changed" if self.changed else "nothing changed"
        line = f"{self.unit}: {self.title}, {self.points:g} points, {files}"
        if self.changed and self.graded:
            line += f"; {self.graded} graded submissions kept, grade them again to use the new version"
        if any(path.suffix == ".json" for path in self.changed):
            line += "; recorded answers are new, hand the unit out again"
        return line


def build(
    course: Course,
    units: Sequence[str] | None = None,
    report: Report = lambda line: None,
    load: Load = reference.kit.units.load,
) -> tuple[Built, ...]:
    """Build these units (all when none is named); `report` receives a line of text for each.

    Raises AuthorError for a mistake in a unit's source or in its exercises, CourseError when the gradebook
    refuses it.
    """
    done = []
    for unit in course.named(units):
        done.append(_build(course, unit, load))
        report(str(done[-1]))
    return tuple(done)


def _build(course: Course, unit: str, load: Load) -> Built:
    try:
        return _built(course, unit, load)
    except DefinitionError as fault:
        raise AuthorError(fault.place.file, fault.place.line, fault.problem, fault.remedy) from fault


def _built(course: Course, unit: str, load: Load) -> Built:
    source = from_truth.read(course.unit_source(unit), load)
    asked = _asked(source, load)
    rules.require(source, asked)
    _confirm(asked)
    for exercise in asked.exercises:
        draw(exercise, VISIBLE_SEED)  # a case that cannot be drawn stops the build, not the grading
    notebook = assemble(source)
    plan = plan_of(notebook)
    files = {course.instructor(unit): serialize(notebook)}
    recorded = course.recording(unit)
    if recorded is not None:
        files[recorded] = _recorded_answers(source, asked, recorded)
    graded = make_room(course, plan)
    sweep(course.root)
    with tempfile.TemporaryDirectory(prefix=".build-", suffix=f".{os.getpid()}", dir=course.root) as staging:
        replace(Path(staging) / "source" / unit / f"{unit}.ipynb", files[course.instructor(unit)])
        files[course.student(unit)] = release(course, unit, Path(staging))
    changed = tuple(path for path, text in files.items() if replace(path, text))
    write_stamp(course, unit)
    return Built(unit, source.title, plan.points, changed, graded)


def _asked(source: UnitSource, load: Load) -> Unit:
    try:
        return load(source.unit)
    except LookupError:
        problem = f"nothing says what the unit asks: there is no reference.exercises.{source.unit}"
        raise source.fault(1, problem, "write it, or move the unit's source elsewhere") from None
    except ImportError as lack:
        raise CourseError(
            f"the exercises of {source.unit} need what is not there: {lack}",
            'install the clone with all that it uses: pip install -e ".[instructor]"',
        ) from lack


def _confirm(asked: Unit) -> None:
    """Ask for the oracle's rows, where there is torch: a truth that nothing confirms is a mistake."""
    try:
        oracle.confirmed(asked)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise


def _recorded_answers(source: UnitSource, asked: Unit, before: Path) -> str:
    """Return the text of the recording; what says the same as the one `before` is kept as it is there."""
    checks = [cell for cell in source.cells if cell.role is Role.CHECK]
    points = {rules.call_of(source, cell)[0]: cell.points for cell in checks}
    return lay_out(without_rounding(as_data(record(asked, points)), _read(before)))


def _read(recording: Path) -> Any:
    try:
        return json.loads(recording.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # none yet, or the marks of a merge in it
        return {"exercises": []}
