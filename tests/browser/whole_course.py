"""Every exercise answered and every unit run in the browser: verdicts compared, seconds told. By hand, since
it takes a quarter of an hour:

    python -m tests.browser.whole_course [UNIT ...]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

from autograder.course import REPOSITORY, Course
from autograder.site import lite
from tests.browser.conftest import PYODIDE, chromium
from tests.browser.in_kernel import judged
from tests.browser.kernels import all_cells, answered, answers, in_browser
from tests.browser.served import served


def main(units: Sequence[str]) -> int:
    """Print what was found of the units; 1 when a verdict differs or a cell stops."""
    course = Course(REPOSITORY)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        site = Path(folder)
        lite.build(course, site, (), str(PYODIDE))
        with served(site) as address:
            wrong = [
                _ask(course, browser.new_page(), address, site, unit) for unit in units or in_browser(course)
            ]
    return int(any(wrong))


def _ask(course: Course, page: Page, address: str, site: Path, unit: str) -> bool:
    page.set_default_timeout(300_000)
    asked = [answers(course, unit, 1000)]
    told = answered(page, address, site, unit, "judged", asked, 600)
    differ = [one[:4] for one, here in zip(told, judged(asked), strict=True) if one[:-1] != here[:-1]]
    checks = [one[-1] for one in told]
    cells = all_cells(course, unit)
    run = answered(page, address, site, unit, "run_all", cells, 1200)
    page.close()
    stopped = [
        (source.splitlines()[0], error) for source, (_, error) in zip(cells, run, strict=True) if error
    ]
    slow = sorted(((seconds, source) for source, (seconds, _) in zip(cells, run, strict=True)), reverse=True)
    print(
        f"{unit}: {len(checks)} checks, median {1000 * statistics.median(checks):.0f} ms, most "
        f"{1000 * max(checks):.0f} ms; all cells {sum(one[0] for one in run):.0f} s"
    )
    for seconds, source in slow[:4]:
        print(f"    {seconds:5.1f} s  {next(line for line in source.splitlines() if line.strip())}")
    for odd in (*differ, *stopped):
        print(f"    NOT AS EXPECTED: {odd}")
    sys.stdout.flush()
    return bool(differ or stopped)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
