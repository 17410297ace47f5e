"""An instructor presses the form grader's autograde button: the submission is graded in isolation."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from autograder.course import Course
from autograder.units.prepare import prepare
from tests.browser.conftest import jupyterlab

ROOT = Path(__file__).resolve().parents[2]


def test_autograde_button_isolates_and_scores(tab: Page, tmp_path: Path) -> None:
    """One right step of nine earns its point, and the graded notebook says that a sandbox was used."""
    course = Course(tmp_path)
    prepare(course, ["batchnorm"])
    _hand_in(course, "ada")
    with jupyterlab(tmp_path) as address:
        tab.goto(f"{address}/formgrader/manage_submissions/batchnorm")
        tab.locator(".autograde a").click()
        expect(tab.locator(".modal")).to_contain_text("Successfully autograded", timeout=120_000)
        tab.locator(".modal button", has_text="OK").click()
        expect(tab.locator(".score").last).to_contain_text("1 / 100")
    graded = json.loads((course.autograded / "ada" / "batchnorm" / "batchnorm.ipynb").read_text())
    reports = [
        output["metadata"]["stagewise"]
        for cell in graded["cells"]
        for output in cell.get("outputs", [])
        if "stagewise" in output.get("metadata", {})
    ]
    assert {report["isolation"] for report in reports} == {"sandbox"}


def _hand_in(course: Course, student: str) -> None:
    notebook = json.loads(course.student("batchnorm").read_text())
    (cell,) = [cell for cell in notebook["cells"] if "def batchnorm_step1(" in "".join(cell["source"])]
    cell["source"] = "def batchnorm_step1(x):\n    return x.mean(axis=0)\n"
    path = course.submitted / student / "batchnorm" / "batchnorm.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))
