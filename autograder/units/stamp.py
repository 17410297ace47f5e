"""Whether a unit's build is still good: a stamp holds a fingerprint of all that went into it."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError

from autograder.course import REPOSITORY, Course
from autograder.database import file_of, missing, opened, reading, told
from autograder.whole_files import replace

_KNOWN = text("select 1 from notebook n join assignment a on n.assignment_id = a.id where a.name = :unit")


def is_built(course: Course, unit: str) -> bool:
    """Whether source, build, notebooks and gradebook are as the last build left them."""
    stamp = _place(course, unit)
    made = (stamp, course.student(unit), course.instructor(unit), course.recording(unit))
    if not all(path.exists() for path in made if path is not None):
        return False
    return stamp.read_text() == _fingerprint(course, unit) and _in_gradebook(course, unit)


def write_stamp(course: Course, unit: str) -> None:
    """Note that the unit was built from what lies there now."""
    replace(_place(course, unit), _fingerprint(course, unit))


def _place(course: Course, unit: str) -> Path:
    """Not beside the notebook: nbgrader hands out all that lies there."""
    return course.source / ".built" / unit


def _fingerprint(course: Course, unit: str) -> str:
    here = Path(__file__)
    makers = [*sorted(here.parent.glob("*.py")), here.parents[1] / "config.py"]
    truth = [path for path in [REPOSITORY / "reference" / "truth" / f"{unit}.py"] if path.exists()]
    parts = [course.unit_source(unit), *truth, course.instructor(unit), course.student(unit), *makers]
    digests = [hashlib.sha256(part.read_bytes()).hexdigest() for part in parts]
    return " ".join([*digests, version("nbgrader"), version("jupytext")])


def _in_gradebook(course: Course, unit: str) -> bool:
    url = course.db_url
    if missing(url):
        return False
    engine = opened(url)
    try:
        with told(url, "used"):
            return _has(engine, unit, damaged=file_of(url) is not None)
    finally:
        engine.dispose()


def _has(engine: Engine, unit: str, damaged: bool) -> bool:
    """Whether the unit is there; not in a database without tables, nor in a file that may be damaged: of that
    the build says more. A file that others keep locked is no reason to build.
    """
    try:
        with reading(engine) as db:
            return db.execute(_KNOWN, {"unit": unit}).first() is not None
    except DBAPIError as problem:
        locked = getattr(problem.orig, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        if (damaged and not locked) or isinstance(problem, ProgrammingError):
            return False
        raise
