"""Python as it is after its first start is kept in the browser, and the next visit begins with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.cells import cell, enter, output, run, write
from tests.browser.conftest import in_a_tab
from tests.browser.served import served

STARTED, TAKEN_UP = "Python is started", "Python is taken up"
MARKS = """() => new Promise(done => {
    const names = list => done(list.getEntries().map(one => one.name))
    new PerformanceObserver(names).observe({ type: 'mark', buffered: true })
})"""
KEPT = (
    "async () => { const names = await caches.keys(); return names.some(name => name.startsWith('python ')) }"
)
SPOILT = """async () => {
    const [name] = (await caches.keys()).filter(name => name.startsWith('python '))
    const store = await caches.open(name)
    const [one] = await store.keys()
    await store.put(one, new Response('no Python'))
}"""
BROKEN = "import _pyodide_core\n_pyodide_core.trigger_fatal_error()"


@pytest.fixture(scope="module")
def opened(browser: Browser, edition: Path) -> Iterator[Page]:
    """A tab that has opened a unit once, with the first cell run and Python kept; each test goes on in it."""
    page = in_a_tab(browser)
    with served(edition) as address:
        page.goto(f"{address}/work/index.html#batchnorm")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        page.locator("#batchnorm .open").first.click()
        _begin(page)
        page.wait_for_function(KEPT)
        yield page
        page.close()


def test_a_later_visit_takes_up_what_the_first_one_kept(opened: Page) -> None:
    """With other random numbers, in the one process that the page began, and pyplot draws there."""
    assert _marks(opened) == [STARTED]
    first = _drawn(opened, "def batchnorm_step1(")
    opened.reload()
    _begin(opened)
    assert _marks(opened) == [TAKEN_UP]
    second = _drawn(opened, "def batchnorm_step2(")
    assert len({*first, *second}) == 4
    assert len(opened.workers) == 1
    drawing = cell(opened, "def batchnorm_step3(")
    write(opened, drawing, "import matplotlib.pyplot as plt\nplt.plot([1, 2])  # def batchnorm_step3(")
    expect(output(drawing).locator("img")).to_be_visible()


def test_what_cannot_be_taken_up_is_given_up_and_kept_anew(opened: Page) -> None:
    opened.evaluate(SPOILT)
    opened.reload()
    _begin(opened)
    assert _marks(opened) == [STARTED]
    opened.wait_for_function(KEPT)


def test_a_python_that_broke_is_not_kept_for_the_next_start(opened: Page) -> None:
    enter(opened, cell(opened, "def batchnorm_step1("), BROKEN)
    opened.wait_for_function(f"async () => !(await ({KEPT})())")


def _begin(page: Page) -> None:
    page.wait_for_selector(".jp-CodeCell")
    run(page, given := cell(page, "begin("))
    expect(output(given)).to_contain_text("Batch normalisation")


def _marks(page: Page) -> list[str]:
    """What the kernel says of its start."""
    (kernel,) = page.workers
    return list(kernel.evaluate(MARKS))


def _drawn(page: Page, exercise: str) -> list[str]:
    """Two random numbers that nobody seeded."""
    asked = cell(page, exercise)
    write(page, asked, f"import random\nprint('drawn', random.random(), np.random.random())  # {exercise}")
    expect(output(asked)).to_contain_text("drawn")
    return re.findall(r"0\.\d+", output(asked).inner_text())
