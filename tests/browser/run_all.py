"""Runs a notebook of the working edition as a student does: Run > Run All Cells, until each has a number."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil
from playwright.sync_api import Page

from tests.browser.cells import KERNEL_READY, NUMBERED

CELLS = """() => [...document.querySelectorAll(".jp-CodeCell")].map((cell) => ({
  prompt: cell.querySelector(".jp-InputPrompt").textContent,
  source: cell.querySelector(".cm-content")?.innerText ?? "",
  error: [...cell.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]')]
    .map((one) => one.innerText).join(" "),
  text: cell.querySelector(".jp-OutputArea")?.innerText ?? "",
}))"""
STOPPED = ("✗ This experiment stopped", "○ This experiment needs")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of it. processor: seconds that the browser's processes computed; clock: seconds from the
    click to the last number; slowest: those of the slowest cell, and its first line; wrong: the cells that
    stopped; texts: what the outputs say.
    """

    processor: float
    clock: float
    slowest: tuple[float, str]
    wrong: tuple[str, ...]
    texts: tuple[str, ...]


def run_all(page: Page, address: str, seconds: float) -> Ran:
    """Open the notebook at this address and run all its cells; TimeoutError after so many seconds."""
    page.goto(address)
    page.wait_for_selector(KERNEL_READY)
    before, begun = computed(), time.monotonic()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    took: dict[int, float] = {}
    done = begun
    while True:
        page.wait_for_timeout(200)
        cells, now = page.evaluate(CELLS), time.monotonic()
        asked = [number for number, one in enumerate(cells) if one["source"].strip()]
        for number in asked:
            if number not in took and NUMBERED.match(cells[number]["prompt"]):
                took[number], done = now - done, now
        if len(took) == len(asked) or any(one["error"] for one in cells):
            break
        if now - begun > seconds:
            raise TimeoutError(f"{len(took)} of {len(asked)} cells were run in {seconds:.0f} s")
    most = max(took, key=lambda number: took[number])
    return Ran(
        computed() - before,
        done - begun,
        (took[most], _first_line(cells[most]["source"])),
        tuple(_first_line(one["source"]) for one in cells if _is_wrong(one)),
        tuple(one["text"] for one in cells),
    )


def _is_wrong(cell: dict[str, str]) -> bool:
    return bool(cell["error"]) or any(mark in cell["text"] for mark in STOPPED)


def _first_line(source: str) -> str:
    return next(line.strip() for line in source.splitlines() if line.strip())


def computed() -> float:
    """Return the seconds of the processor that the processes below this one have taken: the browser's."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total
