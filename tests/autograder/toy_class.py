"""A small class that hands in the toy unit, and all that grading it leaves behind."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

from autograder.grading import records
from autograder.reports.sheets import read_sheets
from tests.autograder.graded_toy import submitted
from tests.autograder.toy_unit import course_of

RIGHT = submitted()
WRONG = submitted({"double": "def double(x):\n    return x * x * 1.0"})
REPAIRED = submitted(change=lambda notebook: notebook["cells"].pop(3))
ENDS_ITSELF = submitted({"double": "import os\nos._exit(0)"})
ENDLESS = submitted({"double": "while True:\n    pass"})
TABLES = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")


def class_in(root, built, **files):
    """A course in `root`, a copy of the one in `built`, with these notebooks handed in."""
    shutil.copytree(built, root, dirs_exist_ok=True)
    course = course_of(root)
    hand_in(course, **files)
    return course


def hand_in(course, **files):
    """Put these notebooks into submitted/."""
    for student, content in files.items():
        path = course.submitted / student / "toy" / "toy.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def outcome(course):
    """All that runs leave behind, without what differs from run to run (times and random ids)."""
    told = [replace(record, timings={}) for record in records.load_all(course, "toy")]
    files = {
        str(path.relative_to(course.root)): path.read_bytes()
        for place in (course.autograded, course.feedback)
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.suffix != ".json"
    }
    names = sorted(str(path.relative_to(course.root)) for path in course.root.rglob("*"))
    with closing(sqlite3.connect(course.gradebook)) as db:
        rows = [db.execute(f"select count(*) from {table}").fetchone() for table in TABLES]
    return told, files, names, rows, read_sheets(course, "toy")
