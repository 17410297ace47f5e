"""How long a student waits until the first check says something, at a first visit and at later ones. By hand:

    python -m tests.browser.opening [SITE]

SITE: a folder that `python -m autograder site` wrote; without one the working edition is built for it. The
browser is closed between two visits. Seconds since the click that opens the unit, and the processor's seconds
of all that the browser did until then.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from autograder.course import REPOSITORY, Course
from autograder.site import lite
from tests.browser.cells import cell, output
from tests.browser.conftest import BROWSER, PYODIDE, flags
from tests.browser.run_all import computed
from tests.browser.served import served

VISITS = 4
UNIT = "batchnorm"
OPENING, CHECK = "begin(", "check(batchnorm_step1)"


def main(folders: list[str]) -> int:
    """Visit the site and print what was waited for."""
    with tempfile.TemporaryDirectory() as place:
        site = Path(folders[0]) if folders else Path(place) / "site"
        if not folders:
            lite.build(Course(REPOSITORY), site, (), str(PYODIDE))
        with served(site) as address:
            for number in range(1, VISITS + 1):
                with visitor(Path(place) / "profile") as page:
                    seconds = visit(page, address)
                told = ", ".join(f"{what} {when:.1f} s" for what, when in seconds.items())
                print(f"visit {number}: {told}", flush=True)
    return 0


@contextmanager
def visitor(profile: Path) -> Iterator[Page]:
    """A tab of a browser that keeps in `profile` what browsers keep from one visit to the next."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=BROWSER, args=flags(), viewport={"width": 1300, "height": 1000}
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        yield page
        context.close()


def visit(page: Page, address: str) -> dict[str, float]:
    """Open a unit, run its first cell and a check: what stood there after how many seconds."""
    page.goto(f"{address}/work/index.html#{UNIT}")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_timeout(2000)  # the page has done what it does, before the clock runs
    used, begun = computed(), time.monotonic()
    seconds = {}
    page.locator(f"#{UNIT} .open").first.click()
    page.wait_for_selector(".jp-CodeCell .cm-content")
    seconds["cells"] = time.monotonic() - begun
    for name, text in (("opening cell", OPENING), ("check", CHECK)):
        asked = cell(page, text)
        asked.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        output(asked).wait_for()  # expect would read the whole page with each look, in the page's time
        seconds[name] = time.monotonic() - begun
    seconds["processor"] = computed() - used
    page.wait_for_timeout(5000)  # what is kept for the next visit has been written
    return seconds


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
