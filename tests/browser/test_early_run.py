"""A cell of the working edition that is run while its notebook has no kernel yet waits for it, and runs."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, Route, expect

from tests.browser.cells import NUMBERED, cell, output
from tests.browser.conftest import in_a_tab
from tests.browser.served import served

WAITING = re.compile(r"\[\*\]:")
STARTS = "crossOriginIsolated?new Worker("
"""What JupyterLite's file says that starts a kernel."""


def test_cells_run_before_there_is_a_kernel_run_in_their_order_when_there_is_one(
    browser: Browser, edition: Path
) -> None:
    """The file that starts it is held back. Without a service worker, which would fetch it unseen."""
    (file,) = (path.name for path in edition.rglob("*.js") if STARTS in path.read_text(encoding="utf-8"))
    held: list[Route] = []
    with served(edition) as address, closing(in_a_tab(browser, service_workers="block")) as page:
        page.route(f"**/{file}*", lambda route: held.append(route))
        with page.expect_request(f"**/{file}*"):
            page.goto(f"{address}/work/notebooks/index.html?path=batchnorm.ipynb")
        given, exercise = cell(page, "begin("), cell(page, "def batchnorm_step1(")
        for one in (given, exercise):
            one.locator(".cm-content").click()
            page.keyboard.press("Shift+Enter")
            expect(one.locator(".jp-InputPrompt")).to_have_text(WAITING)
        held.pop().continue_()
        expect(given.locator(".jp-InputPrompt")).to_have_text(NUMBERED, timeout=120_000)
        expect(output(given)).to_contain_text("Batch normalisation")
        expect(exercise.locator(".jp-InputPrompt")).to_have_text("[2]:")
