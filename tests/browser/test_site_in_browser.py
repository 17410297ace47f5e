"""The site's pages in Chromium: drawn under their own policy, legible in both themes, wide or narrow, with or
without JavaScript.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.autograder.site_pages import course_site
from tests.browser.contrast import TOO_FAINT
from tests.browser.served import served

PAGES = ("index.html", "read/batchnorm.html", "read/look-up.html", "docs/instructors.html", "docs/api.html")
NARROW = (
    *PAGES,
    "read/foundations.html",
    "read/initialization.html",
    "read/modules.html",
    "docs/course.html",
)
WHITE = "rgb(255, 255, 255)"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the pages of the course's site are."""
    with served(course_site(tmp_path_factory.mktemp("site"))) as found:
        yield found


def test_pages_are_drawn_under_their_policy_from_the_sites_own_files(tab, address):
    said, asked = [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    for page in PAGES:
        tab.goto(f"{address}/{page}")
    assert said == []
    assert len(asked) > 3 * len(PAGES)
    assert [url for url in asked if not url.startswith(address)] == []


def test_a_style_in_a_page_is_stopped_by_its_policy(tab, address):
    said = []
    tab.on("console", lambda message: said.append(message.text))
    tab.route("**/index.html", lambda route: route.fulfill(response=route.fetch(), body=acting(route)))
    tab.goto(f"{address}/index.html")
    assert sum("Content Security Policy" in text for text in said) == 2
    assert tab.title() == "Stagewise"


def acting(route):
    added = '<p style="color: red">red</p><script>document.title = "taken"</script></main>'
    return route.fetch().text().replace("</main>", added)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground(tab, address, theme):
    """As WCAG 2's level AA asks: 4.5 : 1, large ones 3 : 1."""
    tab.emulate_media(color_scheme=theme)
    for page in PAGES:
        tab.goto(f"{address}/{page}")
        assert tab.evaluate(TOO_FAINT) == [], page


def test_faint_words_are_found(tab, address):
    tab.goto(f"{address}/index.html")
    tab.evaluate("document.querySelector('h1').style.color = '#999'")
    assert tab.evaluate(TOO_FAINT) == ["Stagewise"]


def test_no_page_is_wider_than_a_telephone(tab, address):
    tab.set_viewport_size({"width": 380, "height": 800})
    for page in NARROW:
        tab.goto(f"{address}/{page}")
        assert tab.evaluate("document.documentElement.scrollWidth") == 380, page


def test_pages_read_without_javascript(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/index.html")
        expect(page.get_by_role("search")).to_be_hidden()
        page.get_by_role("link", name="Read Batch normalisation").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Batch normalisation")
        fraction, line = page.locator("main mfrac").first, page.locator("main p").first
        assert fraction.bounding_box()["height"] > 20
        assert line.bounding_box()["height"] > 20


def test_a_search_leads_to_a_section(tab, address):
    tab.goto(f"{address}/docs/students.html")
    tab.get_by_role("searchbox").fill("adagrad")
    expect(tab.locator("#site-found a").first).to_be_visible()
    tab.get_by_role("searchbox").press("Enter")
    tab.wait_for_url(f"{address}/read/optimizers.html#*")
    tab.get_by_role("searchbox").fill("no such word anywhere")
    expect(tab.locator("#site-found")).to_have_text("Nothing was found.")


def test_the_choice_of_light_or_dark_is_kept(tab, address):
    ground = "getComputedStyle(document.body).backgroundColor"
    tab.emulate_media(color_scheme="light")
    tab.goto(f"{address}/index.html")
    assert tab.evaluate(ground) == WHITE
    tab.get_by_role("button", name="Dark").click()
    tab.goto(f"{address}/docs/index.html")
    assert tab.evaluate(ground) != WHITE
    expect(tab.get_by_role("button", name="Light")).to_be_visible()


def test_a_page_is_printed_on_white_without_what_leads_elsewhere(tab, address):
    tab.emulate_media(color_scheme="dark", media="print")
    tab.goto(f"{address}/read/batchnorm.html")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == WHITE
    expect(tab.locator("header.site")).to_be_hidden()
    expect(tab.locator("nav.contents")).to_be_hidden()
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
