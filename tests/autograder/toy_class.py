"""A small class that hands in the toy unit."""

import shutil

from tests.autograder.graded_toy import submitted
from tests.autograder.toy_unit import course_of

RIGHT = submitted()
WRONG = submitted({"double": "def double(x):\n    return x * x * 1.0"})
REPAIRED = submitted(change=lambda notebook: notebook["cells"].pop(3))
ENDS_ITSELF = submitted({"double": "import os\nos._exit(0)"})
ENDLESS = submitted({"double": "while True:\n    pass"})


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
