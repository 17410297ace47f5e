"""nbgrader's own commands on our course: the exchange, zip_collect, lateness, pages and tables."""

import csv
import getpass
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.config import CONFIG_TEXT
from autograder.course import Course
from autograder.grading.driver import Settings, grade
from autograder.reports.feedback import feedback
from autograder.reports.scores import scores
from autograder.reports.sheets import read_sheets
from autograder.units.prepare import prepare
from tests.autograder.graded_toy import cell
from tests.autograder.neighbour import nbgrader

# nbgrader's add_submission makes SQLAlchemy warn of an object outside the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

ME = getpass.getuser()
STEP = "def batchnorm_step1(x):\n    import sys, warnings\n    print('careful', file=sys.stderr)\n"
RIGHT = STEP + "    warnings.warn('careful')\n    return x.mean(axis=0)\n"
KEPT = ("given-batch-normalisation-nine-steps-forward", "batchnorm_step1", "check-batchnorm_step1")
CLAIMS = ["nan", "True", "np.float64(1.0)", "-3", "None", "array([1.])", "1.0", "inf"]
WRITTEN = "My batches are noisy, says bob alone."
SETTINGS = """
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "networks"
c.Exchange.root = "{exchange}"
c.Exchange.cache = "{cache}"
"""
PLUGINS = r"""
c.AssignLatePenalties.plugin_class = "lateness.TenPercent"
c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>\w+)_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"
"""
LATENESS = """
from nbgrader.plugins import BasePlugin

class TenPercent(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 10
"""
BUTTON = """
import sys
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
app = NbGrader()
app.initialize([])
print(NbGraderAPI(app.coursedir, parent=app).autograde("batchnorm", sys.argv[1]))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with an exchange and a plugin of its own; two hand in over the exchange and in a zip, late."""
    made = Course(tmp_path_factory.mktemp("course"))
    settings = SETTINGS.format(exchange=made.root / "exchange", cache=made.root / "cache")
    (made.root / "exchange").mkdir()
    (made.root / "exchange").chmod(0o777)
    made.config_file.write_text(CONFIG_TEXT + settings + PLUGINS)
    (made.root / "lateness.py").write_text(LATENESS)
    prepare(made, ["batchnorm"])
    exchange(made, settings)
    collect_zip(made)
    with Gradebook(made.db_url) as book:
        due = datetime.now(UTC) - timedelta(days=1)
        book.update_or_create_assignment("batchnorm", duedate=due.replace(tzinfo=None).isoformat())
    does(made, "autograde", "batchnorm")
    return made


def exchange(course, settings):
    """Release, list, fetch, submit, collect."""
    student = Course(course.root / "home")
    student.root.mkdir()
    student.config_file.write_text(settings)
    does(course, "release_assignment", "batchnorm")
    assert "batchnorm" in does(student, "list")
    does(student, "fetch_assignment", "batchnorm")
    notebook = student.root / "batchnorm" / "batchnorm.ipynb"
    notebook.write_text(json.dumps(changed(json.loads(notebook.read_text()), batchnorm_step1=RIGHT)))
    does(student, "submit", "batchnorm")
    does(course, "collect", "batchnorm")


def collect_zip(course):
    """bob's notebook claims points in the outputs of its checks."""
    notebook = changed(json.loads(course.student("batchnorm").read_text()))
    checks = [one for one in notebook["cells"] if "check-" in str(one["metadata"])]
    for number, check in enumerate(checks):
        text = {"text/plain": CLAIMS[number % len(CLAIMS)]}
        output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": text}
        check["outputs"] = [output]
    answer = next(one for one in notebook["cells"] if "written-" in str(one["metadata"]))
    answer["source"] = WRITTEN
    archive = course.root / "downloaded" / "batchnorm" / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "notebooks.zip", "w") as packed:
        packed.writestr("bob_2020-02-01-15-00-00_batchnorm.ipynb", json.dumps(notebook))
    does(course, "zip_collect", "batchnorm")


def changed(notebook, **sources):
    for name, source in sources.items():
        cell(notebook, name)["source"] = source
    return notebook


def does(course, *arguments):
    """What a command of nbgrader's says when all goes well."""
    done = nbgrader(course, *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def sheet(course, student=ME):
    return read_sheets(course, "batchnorm")[student]


def test_what_came_over_the_exchange_earns_its_points_whatever_it_writes_to_stderr(course):
    mine = sheet(course)
    assert mine.marks["check-batchnorm_step1"].auto == 1.0
    assert sum(mark.auto or 0.0 for mark in mine.marks.values()) == 1.0
    assert (course.submitted / ME / "batchnorm" / "timestamp.txt").exists()


def test_what_a_submission_claims_in_the_outputs_of_its_checks_earns_nothing(course):
    assert sheet(course, "bob").score == 0.0


def test_the_plugin_that_the_configuration_names_charges_for_lateness(course):
    assert sheet(course).late_penalty == pytest.approx(0.1)
    assert sheet(course, "bob").late_penalty == 0.0


def test_what_a_person_entered_survives_all_three_ways_of_regrading(course):
    with Gradebook(course.db_url) as book:
        where = ("batchnorm", "batchnorm", ME)
        (written,) = [name for name in sheet(course).marks if name.startswith("written-")][:1]
        book.find_grade("check-batchnorm_step2", *where).manual_score = 0.5
        book.find_grade("check-batchnorm_step1", *where).extra_credit = 2.0
        book.find_grade(written, *where).manual_score = 1.5
        book.find_comment("batchnorm_step1", *where).manual_comment = "well done"
        book.db.commit()

    def entered():
        told = sheet(course)
        assert told.marks["check-batchnorm_step1"].score == 3.0
        assert told.marks["check-batchnorm_step2"].manual == 0.5
        assert told.marks[written].score == 1.5
        assert told.comments["batchnorm_step1"] == "well done"
        assert told.late_penalty == pytest.approx(0.5)
        assert told.score == pytest.approx(4.5)
        assert not any(told.marks[name].waiting for name in (written, "check-batchnorm_step2"))

    does(course, "autograde", "batchnorm", f"--student={ME}", "--force")
    entered()
    grade(course, "batchnorm", [ME], Settings(force=True))
    entered()
    command = [sys.executable, "-c", BUTTON, ME]
    told = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=True).stdout
    assert "'success': True" in told
    entered()
    path = course.submitted / ME / "batchnorm" / "batchnorm.ipynb"
    path.write_text(json.dumps(changed(json.loads(path.read_text()), **{written: "On reflection."})))
    does(course, "autograde", "batchnorm", f"--student={ME}", "--force")
    assert sheet(course).marks[written].waiting
    assert sheet(course).marks[written].manual == 1.5
    assert not sheet(course).marks["check-batchnorm_step2"].waiting
    assert "changed" in {row.reason for row in scores(course, "batchnorm", [ME])}


def test_export_has_our_points(course):
    with Gradebook(course.db_url) as book:
        book.add_assignment("built")
    assert "Nobody has handed in built" in does(course, "export", "--to=grades.csv")
    with (course.root / "grades.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["assignment"] for row in rows} == {"batchnorm"}
    told = {row["student_id"]: row for row in rows}
    assert set(told) == {ME, "bob"}
    for student, row in told.items():
        expected = sheet(course, student)
        assert float(row["score"]) == pytest.approx(max(0.0, expected.score))
        assert float(row["late_submission_penalty"]) == pytest.approx(expected.late_penalty)
        assert float(row["max_score"]) == sum(score.max for score in scores(course, "batchnorm", [student]))


def test_pages_reach_students_and_tell_nothing_of_tests_or_of_others(course):
    does(course, "generate_feedback", "batchnorm")
    stock = (course.feedback / ME / "batchnorm" / "batchnorm.html").read_text()
    does(course, "release_feedback", "batchnorm")
    shutil.rmtree(course.feedback)
    feedback(course, "batchnorm", jobs=2)
    does(course, "release_feedback", "batchnorm")  # bob's as well, who did not use the exchange
    student = Course(course.root / "home")
    does(student, "fetch_feedback", "batchnorm")
    (fetched,) = (student.root / "batchnorm" / "feedback").rglob("*.html")
    assert "points" in fetched.read_text()
    for page in (stock, fetched.read_text()):
        assert "check-batchnorm_step1" in page
        for hidden in ("HIDDEN TESTS", "MARK SCHEME", "from reference", "examine(", WRITTEN):
            assert hidden not in page
        assert not re.search(r"\bbob\b", page)


def test_a_released_notebook_can_be_validated_and_needs_no_update(course, tmp_path):
    released = course.student("batchnorm").read_text()
    notebook = tmp_path / "batchnorm.ipynb"
    notebook.write_text(released)
    does(course, "update", str(notebook))
    assert json.loads(notebook.read_text()) == json.loads(released)
    steps = json.loads(released)
    steps["cells"] = [cell(steps, name) for name in KEPT]
    notebook.write_text(json.dumps(steps))
    assert "failed" in does(course, "validate", str(notebook))
    quiet = "def batchnorm_step1(x):\n    return x.mean(axis=0)\n"
    notebook.write_text(json.dumps(changed(steps, batchnorm_step1=quiet)))
    assert "Success" in does(course, "validate", str(notebook))
