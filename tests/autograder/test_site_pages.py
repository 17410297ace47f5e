"""The pages of the site: whole, without scripts, styles or requests that their policy forbids."""

import json
import re
from itertools import pairwise

import pytest

from autograder.course import REPOSITORY, Course
from autograder.errors import AuthorError
from autograder.site import search
from autograder.site.facts import COURSE_PAGE, ordered
from autograder.site.pages import POLICY
from autograder.site.reading import reading
from autograder.site.texts import Text
from tests.autograder.site_pages import Page, aim, course_site, is_elsewhere, showing

UNITS = Course(REPOSITORY).units()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return course_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_unit_and_every_guide_has_a_page(pages, site):
    names = {str(path.relative_to(site)) for path in pages}
    guides = {f"docs/{path.stem}.html" for path in (REPOSITORY / "docs").glob("*.md")}
    assert {"index.html", "docs/api.html", "read/look-up.html"} | guides <= names
    assert {f"read/{unit}.html" for unit in UNITS} <= names


def test_the_page_at_the_end_stands_behind_the_units(pages, site):
    landing = (site / "index.html").read_text()
    assert landing.index('href="read/modules.html"') < landing.index('href="read/finale.html"')
    assert "Ten notebooks, and every function in them is yours." in landing
    assert (site / "read" / "modules.html").read_text().count('rel="next" href="finale.html"') == 1
    assert "made of the course's own solutions" in (site / "read" / "finale.html").read_text()
    assert "made of the course's own solutions" not in (site / "read" / "modules.html").read_text()
    index = json.loads((site / "assets" / "search.json").read_text())
    assert any(address.startswith("read/finale.html#") for address, *_ in index)


def test_every_formula_becomes_mathml(site):
    for unit in UNITS:
        text = (site / "read" / f"{unit}.html").read_text()
        assert text.count("<math") > 40, unit
        assert "merror" not in text
        assert not re.search(r"\$[^$<>]*\\[a-z]+[^$<>]*\$", text), unit


def test_a_formula_that_is_none_is_told_with_its_line(tmp_path):
    course = Course(tmp_path, tmp_path)
    course.unit_source("odd").write_text("# %% [markdown]\n# # Odd\n#\n# A sum is $\\fraction{a}{b}$.\n")
    text = "# Odd\n\nA sum is $\\fraction{a}{b}$."
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text}
    with pytest.raises(AuthorError) as told:
        reading(course, "odd", {"cells": [cell]}, {})
    assert (told.value.line, told.value.file) == (4, str(course.unit_source("odd")))
    assert r"\\fraction{a}{b}" in str(told.value)


def test_headings_come_in_order_below_one_title(pages):
    for path, page in pages.items():
        levels = page.levels()
        assert levels.count(1) == 1, path
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_an_address_on_a_page_is_there_once(pages):
    for path, page in pages.items():
        assert len(page.ids()) == len(set(page.ids())), path


def test_a_unit_is_shown_by_a_picture_that_is_no_strip():
    course = Course(REPOSITORY)
    notebook = {"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": ""}]}

    def cover(*sizes):
        shown = [showing({"alt": f"{w} by {h}", "width": w, "height": h}) for w, h in sizes]
        return reading(course, "batchnorm", notebook, {"a": shown}).cover.words

    assert cover((900, 100), (600, 400), (500, 500)) == "600 by 400"
    assert cover((900, 100), (800, 100)) == "900 by 100"


def test_every_picture_has_a_text_and_a_size_of_file(pages):
    pictures = [(path, one) for path, page in pages.items() for one in page.named("img")]
    assert len(pictures) > 2 * len(UNITS)
    for path, one in pictures:
        assert len(one["alt"]) > 20, (path, one)
        assert aim(path, one["src"])[0].stat().st_size > 1000


def test_every_link_within_the_site_leads_somewhere(pages):
    known = {path.resolve(): set(page.ids()) for path, page in pages.items()}
    for path, page in pages.items():
        for address in [*page.links(), *page.loaded()]:
            if is_elsewhere(address) or "/notebooks/" in f"/{address}":
                continue
            file, place = aim(path, address)
            assert file.exists(), (path, address)
            assert not place or place in known[file], (path, address)


def test_nothing_is_fetched_from_elsewhere(pages, site):
    for path, page in pages.items():
        assert [address for address in page.loaded() if is_elsewhere(address)] == [], path
    for path in [*site.rglob("*.css"), *site.rglob("*.js")]:
        assert not re.search(r"https?://|url\(|@import", path.read_text()), path


def test_a_page_says_its_policy_and_needs_nothing_that_it_forbids(pages):
    for path, page in pages.items():
        (said,) = [one["content"] for one in page.named("meta") if "http-equiv" in one]
        assert said == POLICY
        acting = [
            (tag, name) for tag, one in page.tags for name in one if name == "style" or name.startswith("on")
        ]
        assert acting == [], path
        assert page.named("style", "iframe", "object", "embed") == []
        assert all("src" in script for script in page.named("script"))


def test_sections_found_by_a_search_are_there(pages, site):
    known = {path.relative_to(site).as_posix(): set(page.ids()) for path, page in pages.items()}
    index = json.loads((site / "assets" / "search.json").read_text())
    for address, title, heading, _ in index:
        page, _, place = address.partition("#")
        assert place in known[page]
        assert title
        assert heading
    found = [address for address, *rest in index if "batchnorm_forward" in " ".join(rest)]
    assert any(address.startswith("read/batchnorm.html#") for address in found)


def test_a_search_reads_names_of_functions_and_no_other_code():
    code = '<div class="highlight"><pre>def f(x):\n  return 4</pre></div>'
    html = f'<h2 id="a">One</h2><p>Two &amp; three</p>{code}'
    assert list(search.entries("p.html", "P", html)) == [("p.html#a", "P", "One", "Two & three f")]


def test_headings_of_one_name_have_addresses_of_their_own():
    text = Text()
    assert [re.findall('id="(.*?)"', text.html("## A *b*")) for _ in range(2)] == [["a-b"], ["a-b-2"]]


def test_links_to_files_that_have_no_page_are_text():
    text = Text(lambda address: None if address.endswith(".sh") else address)
    assert text.html("[run](setup/x.sh), [see](https://a.b)") == '<p>run, <a href="https://a.b">see</a></p>\n'


def test_units_stand_in_the_order_of_the_course_page(tmp_path):
    listed = ordered(Course(tmp_path), ("zebra", *UNITS, "aardvark"), COURSE_PAGE.read_text())
    assert listed[:3] == ("foundations", "activations", "initialization")
    assert listed[-2:] == ("aardvark", "zebra")


def test_units_stand_in_the_order_that_the_course_says(tmp_path):
    (tmp_path / "course.toml").write_text('order = ["dropout", "activations", "training"]')
    listed = ordered(Course(tmp_path), ("training", "dropout"), COURSE_PAGE.read_text())
    assert listed == ("dropout", "training")
