"""An instructor grades in the form grader, by its button and by hand, with a gradebook of either kind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from autograder.course import Course
from autograder.units.prepare import prepare
from tests.autograder.graded_toy import cell
from tests.autograder.postgres import Server, configure
from tests.autograder.toy_outcome import points
from tests.browser.conftest import jupyterlab

STEP = "def batchnorm_step1(x):\n    return x.mean(axis=0)\n"
WHY = "The mean and the deviation both grow by the factor, so it cancels."
SHOWN = re.compile("Type any comments here")


def test_autograde_button_isolates_and_scores(tab: Page, tmp_path: Path) -> None:
    """One right step of nine earns its point, and the graded notebook says that a sandbox was used, even
    where the course's own settings name nothing of ours.
    """
    course = _course_with(tmp_path, batchnorm_step1=STEP)
    course.config_file.write_text('c = get_config()\nc.CourseDirectory.course_id = "networks"\n')
    with jupyterlab(tmp_path) as address:
        _press_autograde(tab, address)
        expect(tab.locator(".score").last).to_contain_text("1 / 100")
    graded = json.loads((course.autograded / "ada" / "batchnorm" / "batchnorm.ipynb").read_text())
    reports = [
        output["metadata"]["stagewise"]
        for one in graded["cells"]
        for output in one.get("outputs", [])
        if "stagewise" in output.get("metadata", {})
    ]
    assert {report["isolation"] for report in reports} == {"sandbox"}


def test_what_is_entered_by_hand_on_a_server_survives_grading_again(
    tab: Page, server: Server, tmp_path: Path
) -> None:
    """By our command as by the button; points and comment go into the database and come back from it."""
    configure(tmp_path, server.url(server.new()))
    course = _course_with(tmp_path, **{"batchnorm_step1": STEP, "written-scale": WHY})
    _grade(course)
    tab.route("https://**", lambda route: route.abort())  # MathJax, which nbgrader takes from elsewhere
    with jupyterlab(tmp_path) as address:
        submissions = f"{address}/formgrader/gradebook/batchnorm/batchnorm"
        tab.goto(submissions)
        expect(tab.locator("td.score")).to_have_text("1 / 100")
        expect(tab.locator("td.needs-manual-grade .glyphicon-ok")).to_be_visible()

        tab.get_by_text("Submission #1").click()
        expect(tab.locator("#check-batchnorm_step1")).to_have_attribute("placeholder", "1")
        expect(tab.locator("#written-scale-comment")).to_have_attribute("placeholder", SHOWN)
        _enter(tab, "#written-scale", "3.5")
        _enter(tab, "#written-scale-comment", "Show the formula too.")
        _grade(course, "--force")
        assert points(course, "batchnorm") == {"ada": 4.5}
        tab.reload()
        expect(tab.locator("#written-scale:not(.needs_manual_grade)")).to_have_value("3.5")  # nothing is new
        expect(tab.locator("#written-scale-comment")).to_have_value("Show the formula too.")

        _press_autograde(tab, address)
        expect(tab.locator(".score").last).to_contain_text("4.5 / 100")
        tab.goto(submissions)
        expect(tab.locator("td.written-score")).to_have_text("3.5 / 10")
    assert not course.gradebook.exists()


def _course_with(root: Path, **answers: str) -> Course:
    """A course in which ada handed in these answers."""
    course = Course(root)
    prepare(course, ["batchnorm"])
    notebook = json.loads(course.student("batchnorm").read_text())
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    path = course.submitted / "ada" / "batchnorm" / "batchnorm.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))
    return course


def _grade(course: Course, *options: str) -> None:
    command = [sys.executable, "-m", "autograder", "grade", "batchnorm", f"--course={course.root}", *options]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _press_autograde(page: Page, address: str) -> None:
    page.goto(f"{address}/formgrader/manage_submissions/batchnorm")
    page.locator(".autograde a").click()
    expect(page.locator(".modal")).to_contain_text("Successfully autograded", timeout=120_000)
    page.locator(".modal button", has_text="OK").click()


def _enter(page: Page, field: str, text: str) -> None:
    """Type into a field, leave it, and wait until the gradebook has it."""
    with page.expect_response(lambda response: response.request.method == "PUT") as saved:
        page.locator(field).fill(text)
        page.locator(field).blur()
    assert saved.value.ok
