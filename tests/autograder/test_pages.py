"""A page comes whatever a notebook holds: what cannot be shown is told; nothing covers or steers anything."""

import base64
import json
import os
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.config import configure
from autograder.examining.safe_html import rendered, sanitize
from autograder.grading.records import CheckScore, Record
from autograder.reasons import Reason
from autograder.reports import feedback as pages
from autograder.reports.cells import shown
from autograder.reports.page import Press
from autograder.reports.sheets import Mark, Sheet
from stagewise.judge.report import Report, Row, Status
from stagewise.show.render import to_html
from tests.autograder.graded_toy import toy_plan
from tests.autograder.test_intake import PNG, WEBP
from tests.autograder.toy_unit import course_of

RECORD = Record(
    "ada",
    "toy",
    "",
    "",
    "sandbox",
    checks=(CheckScore("check-double", 0.0, 90.5, Reason.WRONG, "You square."),),
)
SHEET = Sheet({"check-double": Mark(0.0, None, 0.0)}, {"written-why": "Say *why* <script>x</script>."})


def text(source, **more):
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source, *outputs, **nbgrader):
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "execution_count": 3,
        "outputs": outputs,
    }


def display(kind="display_data", **data):
    return {"output_type": kind, "data": {key.replace("_", "/"): value for key, value in data.items()}}


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    return Press(course_of(tmp_path_factory.mktemp("pages")), toy_plan())


@pytest.fixture
def page(press, tmp_path):
    """The page of a notebook of these cells, apart from its head."""

    def made(*cells):
        path = tmp_path / "toy.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return press.page(path, RECORD, SHEET).split("<body>")[1]

    return made


class Outline(HTMLParser):
    """The elements of a page, in order, with their classes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(html):
    outline = Outline()
    outline.feed(html)
    return outline.found


def test_a_page_shows_the_summary_and_every_kind_of_cell_and_output(page):
    html = page(
        text("# Title\n\n$x < y$ and `code`"),
        code("def f(x):\n    return x", solution=True, grade_id="double"),
        code(
            "check(f)",
            display(
                text_html="<table><tbody><tr><td style='color:red;margin:4px 0'>1</td></tr></tbody></table>"
            ),
            display("execute_result", text_plain="0.0"),
            {"output_type": "stream", "name": "stdout", "text": ["a\n", "\x1b[31mred\x1b[0m"]},
            {"output_type": "error", "ename": "E", "evalue": "no", "traceback": ["\x1b[31mE\x1b[0m: no"]},
            display(image_png=PNG),
            display(image_webp=WEBP),
            display(text_latex="$a<b$"),
            display(text_markdown="**bold**"),
            grade=True,
            points=90.5,
            grade_id="check-double",
        ),
        text("Because", metadata={"nbgrader": {"solution": True, "grade": True, "grade_id": "written-why"}}),
        {"cell_type": "raw", "metadata": {}, "source": "raw <b>"},
    )
    assert "Toys that double: 0 of 100 points" in html
    assert 'href="#check-double"' in html
    assert 'id="check-double"' in html
    for part in (
        "You square.",
        "<h1>Title</h1>",
        "$x &lt; y$",
        '<span class="nf">f</span>',
        "Student&#39;s answer",
        "Grade cell: check-double",
        "Score: 0 of 90.5",
        "In [3]:",
        "Out [3]:",
        '<span class="ansi-red-fg">red</span>',
        f"data:image/png;base64,{PNG}",
        f"data:image/webp;base64,{WEBP}",
        "$a&lt;b$",
        "<strong>bold</strong>",
        "Comments:</b> <p>Say <em>why</em>",
        "raw &lt;b&gt;",
    ):
        assert part in html
    assert "<script" not in html
    assert "style=" not in html
    assert [attrs["class"] for tag, attrs in elements(html) if tag == "section"] == [
        f"cell {kind}" for kind in ("text", "code", "code", "text", "raw")
    ]


def test_styles_are_written_once_as_rules(press, tmp_path):
    cell = code("", display(text_html="<p style='color:red'>a style=\"b\"</p><p style='color:red'>b</p>"))
    path = tmp_path / "toy.ipynb"
    path.write_text(json.dumps({"cells": [cell]}))
    html = press.page(path, RECORD, SHEET)
    assert html.count('main [data-s="0"][data-s]{color:red}') == 1
    assert '<p data-s="0">a style="b"</p><p data-s="0">b</p>' in html


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (text("![plot](attachment:plot.png) after"), "The picture plot.png is not in the notebook"),
        (text("![a](attachment:a.png)", attachments={"a.png": {}}), "The picture a.png is not"),
        (text("\\begin{a}" * 100_000), "\\begin{a}\\begin{a}"),
        (text("> " * 9_000 + "deep"), "deep"),
        (text("[" * 19_000), "[[["),
        (code("x = '" + "y" * 300_000), "yyy"),
        (code("", {"output_type": "stream", "name": "stdout", "text": "\x1b[31mx" * 100_000}), "xxx"),
        (code("", {"output_type": "display_data"}), "cannot be shown otherwise (KeyError)"),
        ({"cell_type": "code", "metadata": {}}, "cannot be shown otherwise (KeyError)"),
        (text(7), "cannot be shown"),
        (7, "The notebook cannot be shown here"),
    ],
)
def test_whatever_a_cell_holds_the_page_comes_and_tells(page, cell, said):
    html = page(
        cell, *([text("the next cell")] if type(cell) is dict and type(cell.get("source")) is not int else [])
    )
    assert "0 of 100 points" in html
    assert said in html


def test_pictures_are_found_by_the_names_that_jupyter_gives_them():
    found = rendered("![a](attachment:my%20plot.webp)", {"my plot.webp": {"image/webp": WEBP}})
    assert f'src="data:image/webp;base64,{WEBP}"' in found


def test_a_cell_that_takes_too_long_is_shown_as_plain_text_and_the_rest_too(monkeypatch):
    """In processor time; a page with time to spare shows the same cells as they are."""
    monkeypatch.setattr(
        "autograder.reports.cells._read", lambda source: endless() if "slow" in source else source
    )

    def endless():
        while True:
            time.process_time()

    cells = [text("first"), text("slow <b>"), text("last")]
    first, slow, last = shown({"cells": cells}, Sheet(), seconds=0.1)
    assert (first.body, first.notice) == ("first", "")
    assert (slow.body, last.body) == ("<pre>slow &lt;b&gt;</pre>", "<pre>last</pre>")
    assert "takes too long" in slow.notice
    assert "takes too long" in last.notice


def test_a_page_that_ends_its_process_is_the_summary_alone_and_the_others_stay(tmp_path, monkeypatch):
    """What a library's own code does cannot be caught; nobody else's page changes."""
    course, plan = course_of(tmp_path), toy_plan()
    told = ("ada", "bob", "eve")
    for name in told:
        path = course.autograded / name / "toy" / "toy.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"cells": [text(f"I am {name}")]}))
    monkeypatch.setattr(pages.records, "load_all", lambda *_: [_named(name) for name in told])
    monkeypatch.setattr(pages, "read_sheets", lambda *_: dict.fromkeys(told, SHEET))
    monkeypatch.setattr(pages, "read_plan", lambda *_: plan)
    before = [path.read_bytes() for path in pages.feedback(course, "toy", jobs=2)]
    whole = Press.page
    monkeypatch.setattr(
        Press,
        "page",
        lambda self, path, *more: os._exit(9) if "bob" in path.parts else whole(self, path, *more),
    )
    after = [path.read_bytes() for path in pages.feedback(course, "toy", jobs=2)]
    assert (after[0], after[2]) == (before[0], before[2])
    assert b"I am bob" in before[1]
    assert b"I am bob" not in after[1]
    assert b"The notebook cannot be shown here" in after[1]


def _named(name):
    return Record(name, "toy", "", "", "sandbox", checks=RECORD.checks)


COVERING = [
    "<div style='margin:-500px 0 0 0;padding:900px'><a href='https://x'>click</a></div>",
    "<div style='margin-top:-9em'>x</div>",
    "<div style='position:fixed;top:0;left:0'>x</div>",
    "<div style='height:0'>x<br>y</div>",
    "<span style='vertical-align:-300px'>x</span>",
    "<span style='letter-spacing:-99px'>x</span>",
    "<p style='line-height:0'>x</p>",
    "<p style='opacity:0;display:none;float:left;transform:none'>x</p>",
    "<p style='background:url(https://x)'>x</p>",
    "<p style='font-size:999px'>x</p>",
    "<p style='width:9999999px'>x</p>",
    "<div class='modal-backdrop navbar-fixed-top stagewise'>x</div>",
    "<div id='top' data-s='0' class='cell'>x</div>",
]


@pytest.mark.parametrize("html", COVERING)
def test_nothing_covers_anything(page, html):
    """In texts, outputs, and what the form grader shows, which is sanitized by the same code."""
    moved = re.compile(
        r"(?:style|data-s)=|-\d+(?:px|em)|position|height|letter-spacing|opacity|display|url\(|modal|navbar"
        r"|class=\"(?:cell|stagewise)\"|id=\"top\""
    )
    for made in (sanitize(html), rendered(html, {})):
        assert not moved.search(made)
    inner = page(text(html), code("", display(text_html=html), display(text_markdown=html))).split("<main>")[
        1
    ]
    assert not moved.search(re.sub(r'class="(?:cell (?:text|code)|output display_data)"', "", inner))


def test_honest_styles_stay():
    style = "color:#1a2b3c;background-color:rgba(1, 2, 3, .5);margin:4px 0;border-left:4px solid red"
    assert f'style="{style}"' in sanitize(f'<p style="{style}">x</p>')
    assert 'class="k"' in sanitize('<span class="k modal">def</span>')


UNSEEN = "\u202e\u2066\x00\x9b"


def test_no_control_characters_are_in_a_page(page):
    """Neither those that turn writing round nor those that steer terminals, written out or as entities."""
    html = page(
        text(f"a{UNSEEN}b &#8238; &#x1b;[2J \x1b[2J <bdo dir=rtl>c</bdo>"),
        code(
            f"x = 'a{UNSEEN}b\x1b[2J'",
            {"output_type": "stream", "name": "stdout", "text": f"{UNSEEN}\x1b[2J"},
        ),
        code("", display(text_html=f"{UNSEEN}&#8238;&#27;[2J"), display(text_latex=f"{UNSEEN}\x1b[2J")),
        code("", {"output_type": "error", "traceback": [f"{UNSEEN}\x1b]0;title\x07"]}),
    )
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    assert "<bdo" not in html


MARKUP = "<script> <b%onclick=x> ![a](attachment:b) <a%href='javascript:x'> $$ \\href{x}{y} >% -% ``` <!-- `"
STEERING = "</pre> <div%style='margin:-9px'> \x1b[2J \x1b[31m \u202e [x]:%y &#27; <img%src=x>"
PIECES = st.sampled_from(
    [piece.replace("%", " ") for piece in f"{MARKUP} {STEERING}".split()] + ["\n", "\n-\n"]
)
MESS = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(MESS, MESS, st.sampled_from(["text/html", "text/markdown", "text/latex", "text/plain", "image/png"]))
def test_no_page_runs_or_steers_anything(page, source, output, kind):
    """The invariant, whatever a notebook holds."""
    html = page(text(source), code(source, {"output_type": "display_data", "data": {kind: output}}))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    for tag, attrs in elements(html):
        assert tag not in ("script", "iframe", "style", "svg", "bdo")
        assert not any(name.startswith("on") or name == "style" for name in attrs)
        assert not re.match(r"\s*(?:javascript|vbscript):", attrs.get("href") or "", re.IGNORECASE)


def test_base64_of_the_pictures_is_what_it_says():
    """Whoever checks pictures is given some."""
    assert base64.b64decode(WEBP)[8:12] == b"WEBP"


def test_every_style_of_our_own_reports_stays():
    """What is on the short list was written for them."""
    row = Row("case", "out", Status.FAILED, 0.5, 1e-4, "`wrong`", 0.25)
    told = {"misconception": "sum", "diagnosis": "A sum.", "points": 0.0, "max_points": 2.0}
    html = to_html(
        Report("toy", "double", "examine", (row,), Status.ERROR, **told, notes=("note",), traceback="Trace")
    )
    styles = re.compile(r'style="([^"]*)"')
    declared = [
        sorted(part.strip().replace(": ", ":") for part in style.split(";") if part.strip())
        for style in styles.findall(html)
    ]
    kept = [sorted(style.split(";")) for style in styles.findall(sanitize(html))]
    assert len(declared) > 20
    assert kept == declared


def test_code_is_shown_with_every_letter_that_hides_marked():
    """By the filter that the form grader uses too."""
    filters = configure(Config(), Path()).HTMLExporter.filters
    found = import_item(filters["highlight_code"])(f"x = 1  # {UNSEEN}", metadata={})
    assert found.count("\N{REPLACEMENT CHARACTER}") == len(UNSEEN)
    assert '<span class="mi">1</span>' in found
