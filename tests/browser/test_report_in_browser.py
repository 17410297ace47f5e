"""A class report in Chromium: it asks for nothing, and is legible on light and dark screens and on paper."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from autograder.classreport.page import page
from autograder.classreport.report import report_on
from tests.autograder.class_results import class_of, drawn_unit, held
from tests.browser.contrast import TOO_FAINT

MADE = datetime(2026, 5, 4, tzinfo=UTC)
WHITE = "rgb(255, 255, 255)"
INK = "getComputedStyle(document.querySelector('svg text')).fill"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where a report on two units lies, with every kind of picture."""
    mistakes = held(["s0001"], "batchnorm_forward", "momentum-reversed")
    units = drawn_unit(45, 6, 1, "batchnorm", held=mistakes), drawn_unit(45, 6, 2, "dropout")
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(report_on(class_of(*units)), MADE, anonymous=False), encoding="utf-8")
    return path.as_uri()


def test_it_asks_for_nothing_and_its_policy_stops_nothing(tab, address):
    said, asked = [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address)
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [address]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_in_both_themes_those_in_pictures_too(tab, address, theme):
    tab.emulate_media(color_scheme=theme)
    tab.goto(address)
    assert tab.evaluate(TOO_FAINT) == []
    assert tab.evaluate(INK) == tab.evaluate("getComputedStyle(document.body).color")


def test_it_is_printed_black_on_white_and_no_table_is_cut_off(tab, address):
    tab.emulate_media(color_scheme="dark", media="print")
    tab.set_viewport_size({"width": 718, "height": 1000})  # a page of A4
    tab.goto(address)
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == WHITE
    assert tab.evaluate(INK) == "rgb(0, 0, 0)"
    assert tab.evaluate("document.documentElement.scrollWidth") == 718


def test_it_is_no_wider_than_a_telephone(tab, address):
    tab.set_viewport_size({"width": 380, "height": 800})
    tab.goto(address)
    assert tab.evaluate("document.documentElement.scrollWidth") == 380
