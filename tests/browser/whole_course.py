"""Every exercise answered and every unit run in the browser: verdicts compared, seconds told. By hand, since
it takes half an hour; with --write, each row goes into the table of docs/site.md:

    python -m tests.browser.whole_course [--write] [UNIT ...]
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from autograder.course import REPOSITORY, Course
from autograder.site import lite
from tests.autograder.solved import solved
from tests.browser.conftest import PYODIDE, chromium
from tests.browser.in_kernel import judged
from tests.browser.kernels import answered, answers, in_browser
from tests.browser.run_all import Ran, run_all
from tests.browser.served import served

GUIDE = REPOSITORY / "docs" / "site.md"
LONGEST, PATIENCE = 1800, 300  # seconds: for all cells of a notebook, and for anything else


def main(asked: Sequence[str]) -> int:
    """Print what was found of the units and pages; 1 when a verdict differs or a cell stops."""
    course = Course(REPOSITORY)
    names = [name for name in asked if name != "--write"] or [*in_browser(course), *course.page_names()]
    odd = []
    expect.set_options(timeout=1000 * PATIENCE)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        site = Path(folder)
        lite.build(course, site, (), str(PYODIDE))
        with served(site) as address:
            for name in names:
                row, wrong = _measured(course, browser, address, site, name)
                odd += wrong
                print(row, *(f"NOT AS EXPECTED: {one}" for one in wrong), sep="\n    ", flush=True)
                if "--write" in asked:
                    GUIDE.write_text(with_row(GUIDE.read_text(encoding="utf-8"), row), encoding="utf-8")
    return int(bool(odd))


def with_row(text: str, row: str) -> str:
    """The text whose table has this row in place of the one that begins with the same name."""
    name = row.split("|")[1]
    old = re.compile(rf"^\|{re.escape(name)}\|.*$", re.MULTILINE)
    if len(old.findall(text)) != 1:
        raise ValueError(f"there is not one row {name.strip()!r} in the table: write it there first")
    return old.sub(lambda _: row, text)


def _measured(course: Course, browser: Browser, address: str, site: Path, name: str) -> tuple[str, list[str]]:
    """The row of a unit or a page, and what is not as it should be."""
    differ: list[str] = []
    if name not in course.page_names():
        checks, differ = _judged(course, browser, address, site, name)
        median, most = (f"{1000 * found(checks):.0f} ms" for found in (statistics.median, max))
        print(f"{name}: {len(checks)} checks, median {median}, most {most}")
    ran = _run(course, browser, address, name)
    seconds, line = ran.slowest
    print(f"{name}: {ran.clock:.0f} s by the clock; the slowest cell {seconds:.0f} s: {line}")
    row = f"| {name} | {ran.processor:.0f} s | {seconds:.0f} s |"
    return row, [*differ, *ran.wrong]


def _judged(
    course: Course, browser: Browser, address: str, site: Path, unit: str
) -> tuple[list[float], list[str]]:
    """The seconds of each check of a unit, and the verdicts that are others here."""
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    asked = [answers(course, unit, 1000)]
    told = answered(page, address, site, unit, "judged", asked, 600)
    page.close()
    pairs = zip(told, judged(asked), strict=True)
    return [one[-1] for one in told], [str(one[:4]) for one, here in pairs if one[:-1] != here[:-1]]


def _run(course: Course, browser: Browser, address: str, name: str) -> Ran:
    """A solved notebook, all of it; a page beside the solved notebooks of all units."""
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    is_page = name in course.page_names()
    for unit in in_browser(course) if is_page else (name,):
        restore(page, address, unit, _unfolded(solved(unit)))
    ran = run_all(page, f"{address}/work/notebooks/index.html?path={name}.ipynb", LONGEST)
    if is_page:
        print(*ran.texts, sep="\n")
    page.close()
    return ran


def _unfolded(text: str) -> str:
    """The notebook with all code in sight: a folded cell has no number that could be waited for."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["metadata"].pop("jupyter", None)
    return json.dumps(notebook)


def restore(page: Page, address: str, unit: str, text: str) -> None:
    """Put a notebook into the browser's storage, as a student does who has worked elsewhere."""
    page.goto(f"{address}/work/index.html")
    section = page.locator(f"#{unit}")
    file = {"name": f"{unit}.ipynb", "mimeType": "application/json", "buffer": text.encode()}
    section.locator("input").set_input_files(file)
    section.get_by_role("button", name=f"Download {unit}.ipynb").wait_for()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
