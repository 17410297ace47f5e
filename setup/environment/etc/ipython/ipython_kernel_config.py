"""Where no setting of nbgrader isolates a student's code: this environment starts no kernel to run it in.

IPython reads this before a kernel answers anybody. It imports nothing of the course, so that it holds even
where the course cannot be imported.
"""

import os
import sys
from pathlib import Path


def is_students(purpose: str, folder: Path) -> bool:
    """Whether nbgrader is about to run what a student handed in: what it grades; and what it validates in a
    course's directory, unless that is the course's own.
    """
    course = next((place for place in (folder, *folder.parents) if (place / "submitted").is_dir()), None)
    own = course is None or folder.relative_to(course).parts[:1] in (("assignments",), ("source",))
    return purpose == "autograde" or (purpose == "validate" and not own)


_purpose = os.environ.get("NBGRADER_EXECUTION", "")

if is_students(_purpose, Path.cwd()) and os.environ.get("STAGEWISE_WITHOUT_ISOLATION") != "1":
    sys.exit(
        f"Running a notebook for nbgrader {_purpose}:\n"
        "this would execute a student's code on this machine without a sandbox, so no kernel was started.\n"
        "Remedy: python -m autograder doctor --course DIR says what the course's settings lack; grade with "
        "python -m autograder grade. To do without isolation on purpose, set the environment variable "
        "STAGEWISE_WITHOUT_ISOLATION to 1."
    )
