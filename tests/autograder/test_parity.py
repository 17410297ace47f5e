"""Stock nbgrader, nbgrader with our seam, and our own command give everybody the same points."""

import json
import shutil
import subprocess
import sys
import sysconfig

import pytest

from autograder.config import CONFIG_TEXT
from autograder.course import Assignment, Course
from autograder.grading import records
from autograder.grading.driver import grade
from autograder.reasons import Reason
from autograder.reports.sheets import read_sheets
from autograder.synthetic.students import HONEST, draw_class, hand_in
from autograder.units.prepare import prepare
from benchmarks.graders import OURS, SEAM, STOCK, run


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The real batchnorm unit with one honest student of each kind."""
    made = Course(tmp_path_factory.mktemp("course"))
    prepare(made, ["batchnorm"])
    hand_in(made, draw_class(made, "batchnorm", 4, 3, HONEST))
    return made


def test_all_three_ways_of_grading_give_the_same_points(course, tmp_path):
    stock = run(STOCK, course, "batchnorm", 4, tmp_path)
    seam = run(SEAM, course, "batchnorm", 4, tmp_path)
    ours = run(OURS, course, "batchnorm", 4, tmp_path)
    assert len(stock.points) == 4
    assert len(set(stock.points.values())) > 1
    assert seam.points == pytest.approx(stock.points, abs=1e-9)
    assert ours.points == pytest.approx(stock.points, abs=1e-9)


def test_nbgraders_own_command_repairs_refuses_and_hides_as_ours_does(course, tmp_path):
    scratch = Course(tmp_path)
    prepare(scratch, ["batchnorm"])
    first, second = sorted(course.submitted.iterdir())[:2]
    notebook = json.loads((first / "batchnorm" / "batchnorm.ipynb").read_bytes())
    notebook["cells"] = [
        one for one in notebook["cells"] if "check-batchnorm_step1" not in str(one["metadata"])
    ]
    whole = (second / "batchnorm" / "batchnorm.ipynb").read_bytes()
    files = {"a-repaired": json.dumps(notebook).encode(), "b-cut": whole[:5000], "c-whole": whole}
    for student, content in files.items():
        folder = scratch.submitted / student / "batchnorm"
        folder.mkdir(parents=True)
        (folder / "batchnorm.ipynb").write_bytes(content)

    failed = nbgrader(scratch, "autograde")
    assert failed.returncode != 0
    assert "not-json" in failed.stderr
    told = {record.student: record for record in records.load_all(Assignment(scratch, "batchnorm"))}
    assert told["a-repaired"].repairs[0].cell == "check-batchnorm_step1"
    assert told["b-cut"].reason is Reason.NOT_JSON
    assert not (scratch.autograded / "b-cut").exists()
    sheets = read_sheets(scratch, "batchnorm")
    assert sheets["a-repaired"].score == told["a-repaired"].points
    assert sheets["c-whole"].score == told["c-whole"].points

    assert nbgrader(scratch, "generate_feedback").returncode == 0
    page = (scratch.feedback / "c-whole" / "batchnorm" / "batchnorm.html").read_text()
    assert "check-batchnorm_step1" in page
    assert "from reference" not in page
    assert "HIDDEN TESTS" not in page
    assert "MARK SCHEME" not in page


def test_a_first_run_of_nbgraders_command_is_like_a_second_and_enters_nothing_it_could_not_grade(
    course, tmp_path
):
    """In a directory with configuration and submissions alone, on a machine that first lacks bubblewrap.

    The level is asked for: where it is left open, a machine without bubblewrap may have one that needs none.
    """
    fresh = Course(tmp_path)
    fresh.config_file.write_text(CONFIG_TEXT)
    student = sorted(course.submitted.iterdir())[-1].name
    shutil.copytree(course.submitted / student, fresh.submitted / student)

    failed = nbgrader(fresh, "autograde", "--Isolated.isolation=sandbox", path="")
    assert failed.returncode != 0
    assert "install bubblewrap" in failed.stderr
    (told,) = records.load_all(Assignment(fresh, "batchnorm"))
    assert (told.reason, told.cache_key) == (Reason.ENVIRONMENT, "")
    assert read_sheets(fresh, "batchnorm") == {}

    assert nbgrader(fresh, "autograde").returncode == 0
    (again,) = records.load_all(Assignment(fresh, "batchnorm"))
    (done,) = grade(course, "batchnorm", [student])
    assert again.points == done.record.points > 0
    assert read_sheets(fresh, "batchnorm")[student].score == again.points


def nbgrader(course, command, *options, path="/usr/bin:/bin"):
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", command, "batchnorm", *options],
        cwd=course.root,
        env={"PATH": f"{sysconfig.get_path('scripts')}:{path}", "HOME": str(course.root)},
        capture_output=True,
        text=True,
        check=False,
    )
