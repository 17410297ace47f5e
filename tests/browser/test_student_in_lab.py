"""A student opens the released notebook in JupyterLab, answers wrongly, reads the table, answers rightly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.cells import KERNEL_READY, cell, output, run, write
from tests.browser.conftest import jupyterlab

RELEASED = Path(__file__).resolve().parents[2] / "assignments" / "batchnorm" / "batchnorm.ipynb"
WRONG = "def batchnorm_step1(x):\n    return np.sum(x, axis=0)\n"
RIGHT = "def batchnorm_step1(x):\n    return np.sum(x, axis=0) / x.shape[0]\n"


def test_wrong_answer_is_told_its_mistake_and_the_right_one_passes(tab: Page, tmp_path: Path) -> None:
    """begin, a sum instead of a mean, its sentence; then the mean, and Validate names what is still open."""
    shutil.copy(RELEASED, tmp_path)
    with jupyterlab(tmp_path) as address:
        _open(tab, f"{address}/lab/tree/batchnorm.ipynb")
        _work(tab)
    saved = json.loads((tmp_path / "batchnorm.ipynb").read_text())
    assert any("/ x.shape[0]" in "".join(cell["source"]) for cell in saved["cells"])


def _open(page: Page, notebook: str) -> None:
    """Show a notebook and wait for its kernel: a cell that is run before is run by nobody.

    The indicator also says "idle" before JupyterLab has asked for a kernel: first await its connection.
    """
    with page.expect_websocket(lambda opened: "/channels" in opened.url):
        page.goto(notebook)
    page.wait_for_selector(KERNEL_READY)


def _work(page: Page) -> None:
    given = cell(page, "begin(")
    run(page, given)
    expect(given.locator(".jp-OutputArea-output")).to_contain_text("Batch normalisation")

    exercise, check = cell(page, "def batchnorm_step1("), cell(page, "check(batchnorm_step1)")
    run(page, exercise)
    run(page, check)
    expect(output(check)).to_contain_text("not written yet")

    write(page, exercise, WRONG)
    run(page, check)
    expect(output(check)).to_contain_text("never divides")
    expect(output(check)).to_contain_text("✗")

    write(page, exercise, RIGHT)
    run(page, check)
    expect(output(check)).to_contain_text("✓")
    expect(output(check)).not_to_contain_text("✗")

    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate").click()  # it saves first
    dialog = page.locator(".jp-Dialog").filter(has_text="failed")
    expect(dialog).to_contain_text("check(batchnorm_step2)", timeout=240_000)
    expect(dialog).not_to_contain_text("check(batchnorm_step1)")
