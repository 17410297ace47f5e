"""The cells of a notebook that a tab shows: found by their text, written into and run."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

KERNEL_READY = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
NUMBERED = re.compile(r"\[\d+\]:")


def cell(page: Page, text: str) -> Locator:
    return page.locator(".jp-CodeCell").filter(has_text=text).first


def output(cell: Locator) -> Locator:
    return cell.locator(".jp-OutputArea").first


def run(page: Page, cell: Locator) -> None:
    """Click into a cell and press Shift+Enter; wait until its number is back."""
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text(NUMBERED)


def write(page: Page, cell: Locator, source: str) -> None:
    """Put `source`, which keeps what the cell is found by, in place of its text, and run it to its end."""
    enter(page, cell, source)
    expect(cell.locator(".jp-InputPrompt")).to_have_text(NUMBERED)


def enter(page: Page, cell: Locator, source: str) -> None:
    """Put `source` in place of a cell's text and press Shift+Enter."""
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
