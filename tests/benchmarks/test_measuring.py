"""What benchmarks measure with: paces, CPU times, crowds without two alike, grading without isolation."""

import json
import os
import subprocess
import sys
from datetime import datetime

import numpy as np
import pytest
from IPython import get_ipython

from autograder.classreport.making import class_report
from autograder.course import REPOSITORY, Assignment, Course
from autograder.grading.preparing import new_worker
from autograder.grading.settings import Settings
from autograder.synthetic.students import draw_class, solved
from autograder.units.prepare import prepare
from benchmarks.bare import graded, one_shell
from benchmarks.classreport import store
from benchmarks.crowd import signed
from benchmarks.pace import between, steady
from benchmarks.processes import cpu_seconds

BURN = "import time\nwhile time.process_time() < 0.5: pass"


def test_a_pace_is_submissions_over_the_time_between_two():
    assert between([0.0, 1.0, 2.0, 2.5], 0, 2) == 1.0
    assert between([0.0, 1.0, 2.0, 2.5], 2, 3) == 2.0


def test_the_steady_pace_leaves_the_start_out():
    """Ten seconds before the first quarter is through, then four a second."""
    assert steady([0.0, 9.0, 10.0, *(10 + number / 4 for number in range(1, 7))]) == 4.0
    assert steady([0.0, 1.0]) is None


def test_cpu_time_counts_what_has_ended_and_nothing_of_others():
    before = cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", BURN], check=True)
    spent = cpu_seconds(os.getpid()) - before
    assert spent > 0.4  # ticks are of a hundredth of a second
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        assert cpu_seconds(idle.pid) < cpu_seconds(os.getpid())


def test_no_two_of_a_crowd_are_alike_in_any_answer():
    """However few were drawn."""
    drawn = draw_class(Course(REPOSITORY), "activations", 2, 1, ["right"])
    crowd = list(signed(drawn, 5))
    assert len({student.name for student in crowd}) == 5
    notebooks = [json.loads(student.files["activations.ipynb"]) for student in crowd]
    for cells in zip(*(notebook["cells"] for notebook in notebooks), strict=True):
        role = cells[0]["metadata"].get("stagewise", {}).get("role")
        own = cells[0]["id"] == "signature" or role == "exercise"
        assert len({str(cell["source"]) for cell in cells}) == (5 if own else 1)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    prepare(course, ["activations"])
    return course


@pytest.fixture(scope="module")
def plan(course):
    """The plan of a unit as graders have it."""
    return new_worker(Assignment(course, "activations"), Settings()).terms.plan


def test_a_class_that_was_drawn_and_not_graded_can_be_reported_on(course, plan):
    """The better ones of it have more points, and its mistakes are the unit's."""
    store(course, plan, np.linspace(-2, 2, 40), np.random.default_rng(1), datetime(2026, 3, 1))
    (unit,) = class_report(course, ["activations"]).units
    assert unit.results.submissions == 40
    totals = unit.results.totals
    assert np.nanmean(totals[:15]) < np.nanmean(totals[-15:])
    assert unit.mistakes
    assert all(one.says for one in unit.mistakes)


def test_without_isolation_a_submission_gets_its_points_and_leaves_nothing_behind(plan):
    """The next one, which wrote nothing, earns nothing; streams and main module are as before."""
    course, streams = Course(REPOSITORY), (sys.stdout, sys.stderr, sys.modules["__main__"])
    right = json.dumps(solved(course, "activations")).encode()
    with one_shell() as shell:
        checks = sum(cell.points for cell in plan.cells if cell.role == "check")
        assert graded(right, plan, shell)[1] == checks
        assert graded(course.student("activations").read_bytes(), plan, shell)[1] == 0
        assert "np" not in shell.user_ns
    assert (sys.stdout, sys.stderr, sys.modules["__main__"]) == streams
    assert get_ipython() is None
