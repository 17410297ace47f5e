"""How nbgrader is set up for a Stagewise course.

Every course's nbgrader_config.py calls `configure`; the environment's own, which covers courses whose file
does not, calls `isolate`.
"""

import sys
import traceback
from pathlib import Path
from typing import Any

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import CourseError
from autograder.units import regions

RELEASE = "assignments"
CONFIG_FILE = "nbgrader_config.py"
CONFIG_TEXT = '''"""nbgrader's settings for this course: every way of grading isolates student code."""

from pathlib import Path

from autograder.config import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821 (nbgrader defines get_config)
'''

LATENESS = "autograder.term.charging.ByCourse"
AUTOGRADE_PREPROCESSORS = (
    "autograder.grading.preprocessor.Isolated",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.grading.preprocessor.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "autograder.grading.preprocessor.CheckCellMetadata",
)
FEEDBACK_PREPROCESSORS = (
    "autograder.reports.feedback.Unhidden",
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
)


def configure(c: Any, root: Path) -> Any:
    """Set a traitlets Config up for the course in the directory `root`; returns it."""
    c.CourseDirectory.root = str(root.resolve())
    return isolate(c)


def isolate(c: Any) -> Any:
    """Set a traitlets Config up for any course: all but its directory; returns it."""
    c.CourseDirectory.release_directory = RELEASE
    c.ClearSolutions.code_stub = {"python": regions.CODE_STUB}
    c.ClearSolutions.text_stub = regions.TEXT_STUB
    # Questions are locked texts, not nbgrader's task cells: students answer in a cell of its own below.
    c.ClearMarkScheme.enforce_metadata = False
    c.Autograde.exporter_class = "autograder.grading.exporter.Repaired"
    c.Autograde.autograde_preprocessors = list(AUTOGRADE_PREPROCESSORS)
    c.AssignLatePenalties.plugin_class = LATENESS
    c.ExportApp.plugin_class = "autograder.reports.export.HandedIn"
    c.GenerateFeedback.preprocessors = list(FEEDBACK_PREPROCESSORS)
    # What students wrote is rendered in the instructor's browser, by the form grader and in feedback pages.
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "markdown2html": "autograder.examining.safe_html.markdown2html",
        "highlight_code": "autograder.examining.renderer.highlighted",
        "clean_html": "autograder.examining.safe_html.sanitize",
    }
    return c


def loaded(file: Path) -> Config:
    """What a course's own nbgrader_config.py says. It is a program of the instructor's: it runs here, as in
    nbgrader's commands, and may name classes of modules beside it.

    Raises CourseError when it fails.
    """
    folder = str(file.parent)
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        return PyFileConfigLoader(file.name, path=folder).load_config()
    except Exception as problem:
        raise CourseError(
            f"{file}, line {_line(problem, file)}: {type(problem).__name__}: {problem}",
            "correct the file; nbgrader's own commands read it too",
        ) from problem


def _line(problem: Exception, file: Path) -> int | None:
    """Where in the file it went wrong."""
    if isinstance(problem, SyntaxError):
        return problem.lineno
    steps = traceback.extract_tb(problem.__traceback__)
    return next((step.lineno for step in reversed(steps) if step.filename == str(file)), None)
