"""nbgrader's own generate_assignment on a staged copy; and a gradebook that accepts what it makes."""

import logging
import os
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry, SourceCell
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.log import get_logger

from autograder.course import Course
from autograder.database import file_of, missing, told
from autograder.errors import CourseError
from autograder.units import new_gradebook
from autograder.units.assemble import serialize
from autograder.units.plan import Plan, PlannedCell

_NAMELESS = "default_course"  # as nbgrader itself calls it


def release(course: Course, unit: str, staging: Path) -> str:
    """The student's notebook of staging/source/<unit>/<unit>.ipynb, as text with sorted keys.

    The course's gradebook learns the unit's cells; a new one is made aside, because nbgrader needs several
    steps for that. Raises CourseError when nbgrader refuses.
    """
    first = missing(course.db_url) and file_of(course.db_url) == course.gradebook
    new = staging / course.gradebook.name if first else None
    config = course.config()
    config.CourseDirectory.root = str(staging)
    config.CourseDirectory.db_url = f"sqlite:///{new}" if new else course.db_url
    config.CourseDirectory.assignment_id = unit
    # A server insists, unlike a file, that an assignment's course exists; nbgrader makes none without a name.
    config.CourseDirectory.course_id = config.CourseDirectory.get("course_id") or _NAMELESS
    directory = CourseDirectory(config=config)
    complaints = _Complaints()
    logger = get_logger()
    logger.addHandler(complaints)
    with told(course.db_url, "made"):
        new_gradebook.begin(config.CourseDirectory.db_url)
    try:
        GenerateAssignment(coursedir=directory, config=config).start()
    except NbGraderException as error:
        raise CourseError(
            f"nbgrader could not make the student's notebook of {unit}: {complaints.last or error}",
            "correct what it says; when it is about the database, name a fresh one and try again",
        ) from None
    finally:
        logger.removeHandler(complaints)
    if new:
        os.replace(new, course.gradebook)
    written = staging / config.CourseDirectory.release_directory / unit / f"{unit}.ipynb"
    return serialize(nbformat.read(written, as_version=4))


def make_room(course: Course, plan: Plan) -> int:
    """Let the gradebook accept the unit's cells although students have grades; returns how many have.

    Once a submission was graded, nbgrader lets no cell come or go. Cells that nobody's grade hangs on (given
    code, experiments, questions) are exchanged here. For others the change is refused (CourseError), so that
    no grade is lost.
    """
    url = course.db_url
    if missing(url):
        return 0
    with told(url, "used"), _gradebook(url) as gradebook:
        try:
            notebook = gradebook.find_notebook(plan.unit, plan.unit)
        except MissingEntry:
            return 0
        if not notebook.submissions:
            return 0
        _refuse_lost_grades(plan, {cell.name for cell in (*notebook.grade_cells, *notebook.solution_cells)})
        planned = {cell.grade_id: cell for cell in plan.cells}
        known = {cell.name for cell in notebook.source_cells}
        for cell in list(notebook.source_cells):
            if cell.name not in planned:
                gradebook.db.delete(cell)
        new = [cell for name, cell in planned.items() if name not in known]
        gradebook.db.add_all(_source_cell(cell, notebook) for cell in new)
        gradebook.db.commit()
        return len(notebook.submissions)


def make_gradebook(url: str) -> None:
    """Make an empty gradebook; CourseError when the database refuses."""
    with told(url, "made"), _gradebook(url):
        pass


def _gradebook(url: str) -> Gradebook:
    """nbgrader's, once it is sure that there is a way to such a database, and tables in it."""
    new_gradebook.begin(url)
    return Gradebook(url)


def _refuse_lost_grades(plan: Plan, known: set[str]) -> None:
    wanted = {cell.grade_id for cell in plan.cells if cell.points or cell.metadata["nbgrader"]["solution"]}
    changed = sorted(known ^ wanted)
    if not changed:
        return
    verbs = ", ".join(f"{'adds' if name in wanted else 'removes'} {name}" for name in changed)
    raise CourseError(
        f"students have grades in {plan.unit}, and the new version {verbs}",
        "keep these cells, or build for another --course directory, or give the grades up: save a copy "
        f"of the gradebook, run nbgrader db assignment remove {plan.unit} --force, build, and grade "
        "everybody again",
    )


def _source_cell(cell: PlannedCell, notebook: object) -> SourceCell:
    return SourceCell(
        name=cell.grade_id,
        notebook=notebook,
        cell_type=cell.cell_type,
        source=cell.source,
        checksum=cell.checksum,
        locked=True,
    )


class _Complaints(logging.Handler):
    """Remembers the last line of the last error that nbgrader logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        lines = record.getMessage().strip().splitlines()
        if lines and not lines[-1].startswith(("There was an error", "Please see")):
            self.last = lines[-1]
