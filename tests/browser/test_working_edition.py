"""A student works in the browser alone: the notebook is kept, opens without a network, and is graded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from autograder.course import REPOSITORY, Course
from autograder.units.prepare import prepare
from tests.autograder.graded_toy import cell as named
from tests.autograder.solved import solved
from tests.autograder.toy_outcome import points
from tests.browser.cells import KERNEL_READY, cell, output, run, write
from tests.browser.in_kernel import judged
from tests.browser.kernels import answered, answers, in_browser
from tests.browser.served import served
from tests.browser.whole_course import restore

WRONG = "def batchnorm_step1(x):\n    return np.sum(x, axis=0)\n"
RIGHT = "def batchnorm_step1(x):\n    return np.sum(x, axis=0) / x.shape[0]\n"
ENDLESS = "def batchnorm_step2(x, mu):\n    while True:\n        x = x - mu\n"
SECOND = "def batchnorm_step2(x, mu):\n    return x - mu\n"
SLIDER = """\
def batchnorm_step3(x, mu):
    raise NotImplementedError()
interactive.explore(lambda k: f"the value {10 * k}", k=interactive.slider([1, 2, 3]))
"""
DOOR = "work/index.html#batchnorm"
STORED = """async text => {
    const asked = indexedDB.open(`JupyterLite Storage - ${new URL("..", location).pathname}`)
    await new Promise(done => asked.onsuccess = done)
    const files = asked.result.transaction("files").objectStore("files").getAll()
    await new Promise(done => files.onsuccess = done)
    asked.result.close()
    return JSON.stringify(files.result).includes(text)
}"""
"""Whether a notebook with this text is in the browser's storage."""
SHEETS = """() => {
    const style = document.head.appendChild(document.createElement("style"))
    const given = ["p { color: red }", "p { color: red }", "p { color: blue }"]
    const [first, again, other] = given.map(text => { style.textContent = text; return style.sheet })
    return [again === first, other === again, other.cssRules[0].style.color]
}"""
"""Styles that are given once, again, and otherwise: whether the browser takes them for the same."""


def test_work_is_kept_opens_without_a_network_and_earns_what_it_earns_in_jupyterlab(
    tab: Page, edition: Path, tmp_path: Path
) -> None:
    with ExitStack() as network:
        address = network.enter_context(served(edition, "/course"))
        _open(tab, f"{address}/{DOOR}")
        _answer(tab)
        tab.reload()
        expect(cell(tab, "def batchnorm_step1(")).to_contain_text("x.shape[0]")
        downloaded = _download(tab, f"{address}/{DOOR}", tmp_path)
    _open(tab, f"{address}/{DOOR}")
    run(tab, cell(tab, "begin("))
    run(tab, cell(tab, "def batchnorm_step1("))
    run(tab, done := cell(tab, "progress()"))
    expect(output(done)).to_contain_text("2 more passed in an earlier session")
    run(tab, check := cell(tab, "check(batchnorm_step1)"))
    expect(output(check)).to_contain_text("✓")
    assert _graded(downloaded, tmp_path / "course") == {"ada": 2, "ben": 2}


def test_checks_say_of_every_unit_what_they_say_in_jupyterlab(
    tab: Page, edition: Path, tmp_path: Path
) -> None:
    """Three exercises of each, answered rightly and wrongly, by other versions of NumPy and matplotlib."""
    course = Course(REPOSITORY)
    site = shutil.copytree(edition, tmp_path / "site", copy_function=os.link)
    asked = [answers(course, unit, 3) for unit in in_browser(course)]
    with served(site) as address:
        told = answered(tab, address, site, "modules", "judged", asked, 120)
    assert len(told) == 54
    assert [one[:-1] for one in told] == [one[:-1] for one in judged(asked)]
    assert {one[3] for one in told if one[2] == "right"} == {"passed"}


def test_restoring_keeps_what_was_there_and_a_new_release_comes_beside(
    tab: Page, edition: Path, tmp_path: Path
) -> None:
    earlier = json.loads((edition / "work" / "files" / "modules.ipynb").read_text())
    earlier["metadata"]["stagewise"]["release"] = "earlier"
    with served(edition) as address:
        unit = tab.locator("#modules")
        tab.goto(f"{address}/{DOOR}")
        for text in ("a first text", "a second text"):
            earlier["cells"][0]["source"] = text
            _restore(tab, tmp_path / "anything.ipynb", json.dumps(earlier))
            expect(unit.locator(".state")).to_contain_text("yours is kept as it is")
        expect(unit.locator("button")).to_have_count(3)
        names = unit.locator("button").evaluate_all("all => all.map(one => one.ariaLabel)")
        kept = {re.sub(r"[\d-]+ \d+", "DATE", name): _taken(unit, name) for name in names}
        assert {name: "".join(one["cells"][0]["source"]) for name, one in kept.items()} == {
            "Download modules.ipynb": "a second text",
            "Download modules before DATE.ipynb": "a first text",
            "Download modules published DATE.ipynb": _published(edition, "modules"),
        }
        assert kept["Download modules.ipynb"]["metadata"] == earlier["metadata"]


def test_the_page_at_the_end_reads_the_notebooks_that_the_browser_keeps(tab: Page, edition: Path) -> None:
    with served(edition) as address:
        for unit in ("dropout", "batchnorm"):
            restore(tab, address, unit, solved(unit))
        tab.locator("#finale .open").click()
        tab.wait_for_selector(KERNEL_READY)
        run(tab, overview := cell(tab, "finale.collect()"))
        expect(output(overview)).to_contain_text("9 of 10 notebooks")
        rows = overview.locator("tr").all_inner_texts()
        said = {row.split("\t")[1]: row.split("\t") for row in rows[1:]}
        assert said["batchnorm"][0] == said["dropout"][0] == "✓"
        assert said["modules"][-1].startswith("not written yet: ")
        assert (said["transfer"][0], said["transfer"][-1]) == (
            "○",
            "The notebook is not in the browser, where there is no PyTorch",
        )


def test_styles_that_are_given_again_are_not_worked_out_anew(tab: Page, edition: Path) -> None:
    """As each editor of a notebook gives those of all, which took half of the time in which it opened."""
    with served(edition) as address:
        tab.goto(f"{address}/work/tree/index.html")
        assert tab.evaluate(SHEETS) == [True, False, "blue"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no JSON", "is no notebook"),
        ("{}", "has no cells"),
        ('{"cells": [], "metadata": {"stagewise": {"unit": "dropout"}}}', "of the unit “dropout”"),
    ],
)
def test_a_file_that_is_no_notebook_of_the_unit_is_refused(
    tab: Page, edition: Path, tmp_path: Path, text: str, said: str
) -> None:
    with served(edition) as address:
        tab.goto(f"{address}/{DOOR}")
        _restore(tab, tmp_path / "anything.ipynb", text)
        expect(tab.get_by_role("alert")).to_contain_text(said)
        expect(tab.locator("#modules .state")).to_have_text("Not begun in this browser.")


def _restore(page: Page, file: Path, text: str) -> None:
    file.write_text(text)
    page.locator("#modules input").set_input_files(file)


def _taken(unit: Locator, name: str) -> dict[str, Any]:
    """What a button downloads."""
    with unit.page.expect_download() as started:
        unit.get_by_role("button", name=name, exact=True).click()
    return dict(json.loads(Path(started.value.path()).read_text()))


def _published(edition: Path, unit: str) -> str:
    notebook = json.loads((edition / "work" / "files" / f"{unit}.ipynb").read_text())
    return "".join(notebook["cells"][0]["source"])


def _open(page: Page, door: str) -> None:
    """By the button, as a student does; the kernel waits for nothing but its first cell."""
    page.goto(door)
    page.locator("#batchnorm .open").first.click()
    page.wait_for_selector(".jp-CodeCell")


def _answer(page: Page) -> None:
    """A wrong answer, one without an end, and a right one, with what their checks say of them."""
    run(page, given := cell(page, "begin("))
    expect(output(given)).to_contain_text("Batch normalisation")
    exercise, check = cell(page, "def batchnorm_step1("), cell(page, "check(batchnorm_step1)")
    write(page, exercise, WRONG)
    run(page, check)
    expect(output(check)).to_contain_text("never divides")
    write(page, exercise, RIGHT)
    run(page, check)
    expect(output(check)).to_contain_text("✓")
    write(page, cell(page, "def batchnorm_step2("), ENDLESS)
    run(page, check := cell(page, "check(batchnorm_step2)"))
    expect(output(check)).to_contain_text("never ends")
    write(page, cell(page, "def batchnorm_step2("), SECOND)  # what passed is kept, a second time too
    run(page, check)
    expect(output(check)).to_contain_text("✓")
    write(page, shown := cell(page, "def batchnorm_step3("), SLIDER)
    expect(shown).to_contain_text("the value 10")
    shown.locator(".noUi-target").click()  # in the middle
    expect(shown).to_contain_text("the value 20")
    page.keyboard.press("Control+s")
    page.wait_for_function(STORED, arg="interactive.explore")


def _download(page: Page, door: str, folder: Path) -> Path:
    page.goto(door)
    expect(page.locator("#batchnorm .state")).to_contain_text("last saved")
    with page.expect_download() as started:
        page.locator("#batchnorm").get_by_role("button", name="Download batchnorm.ipynb").click()
    assert started.value.suggested_filename == "batchnorm.ipynb"
    place = folder / "downloads" / "ada_batchnorm.ipynb"
    started.value.save_as(place)
    return place


def _graded(downloaded: Path, root: Path) -> dict[str, float]:
    """The points of the downloaded notebook, and of the same answers in a notebook that JupyterLab wrote."""
    root.mkdir()
    course = Course(root)
    prepare(course, ["batchnorm"])
    other = json.loads(course.student("batchnorm").read_text())
    named(other, "batchnorm_step1")["source"] = RIGHT
    named(other, "batchnorm_step2")["source"] = SECOND
    downloaded.with_name("ben_batchnorm.ipynb").write_text(json.dumps(other))
    for command in (["collect", "batchnorm", str(downloaded.parent)], ["grade", "batchnorm"]):
        subprocess.run([sys.executable, "-m", "autograder", *command, f"--course={root}"], check=True)
    return points(course, "batchnorm")
