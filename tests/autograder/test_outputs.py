"""Whatever a student's cell shows, an instructor's browser gets text, pictures and plain HTML."""

import base64
import json
import re

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.examining.markdown import harmless
from autograder.examining.outputs import clean, plain
from autograder.examining.safe_html import markdown2html
from autograder.intake.reading import _pictures

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    + bytes(20)
).decode()
HUGE = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\xff\xff\x00\x01\xff\xff\x08\x02\x00\x00\x00" + bytes(20)
).decode()


def shown(**data):
    """The data that is left of a display."""
    found = clean(
        [{"output_type": "display_data", "data": {k.replace("_", "/"): v for k, v in data.items()}}]
    )
    return found[0]["data"] if found else {}


def valid(outputs):
    """The outputs are those of a notebook."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "execution_count": None}
    notebook = {"cells": [cell | {"outputs": outputs}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    nbformat.validate(nbformat.from_dict(notebook))
    return True


def test_honest_outputs_stay_as_they_are():
    """Text, colors, tables, formulas, pictures."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "a\tb\n\x1b[31mred\x1b[0m"},
        {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}, "metadata": {}},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "x", "text/html": "<table><tbody><tr><td>1</td></tr></tbody></table>"},
            "metadata": {},
            "execution_count": 3,
        },
        {"output_type": "error", "ename": "E", "evalue": "no", "traceback": ["\x1b[31mE\x1b[0m", "x"]},
    ]
    assert clean(outputs) == outputs
    assert valid(outputs)


def test_script_is_cut_from_html():
    """Elements, handlers, links, styles that cover the page."""
    html = shown(
        text_html="<script>alert(1)</script><b onclick=x>b</b><a href='javascript:x'>a</a><iframe src=x>"
        "</iframe>"
        "<div style='position:fixed;color:red' id=x>d</div><form action=x><input></form><svg onload=x></svg>"
    )["text/html"]
    assert not re.search(r"script|onclick|iframe|position|form|input|svg|id=", html)
    assert "<b>b</b>" in html


def test_kinds_that_run_or_are_unknown_are_dropped():
    """JavaScript, SVG, widgets, anything else; metadata too."""
    data = {"application/javascript": "x", "image/svg+xml": "<svg/>", "application/x": "x", 7: "x"}
    output = {"output_type": "display_data", "data": data | {"text/plain": "p"}, "metadata": {"x": 1}}
    assert clean([output]) == [{"output_type": "display_data", "data": {"text/plain": "p"}, "metadata": {}}]
    assert clean([output | {"data": data}]) == []


@pytest.mark.parametrize(
    "data", ["<svg/>", "aGVsbG8=", "not base64!", "", 7, None, HUGE, base64.b64encode(b"GIF89a").decode()]
)
def test_pictures_are_what_they_say(data):
    """And of a bearable size."""
    assert shown(image_png=data) == {}


def test_escapes_that_are_no_colors_are_cut_from_text():
    """Links, moved cursors, changed titles, unseen and reversing characters."""
    text = "a\x1b]8;;http://x\x07b\x1b[2J\x1b[10Ac\x1b]0;title\x1b\\d\x00\x08e\u202ef\rg\x1b"
    assert plain(text) == "abcdef\ng"


@pytest.mark.parametrize(
    "text",
    [
        "a\x1b\x1b[2J[2Jb",
        "\x1b\x1b\x1b[0m]0;t\x07",
        "a\x1b[3\x1b[31m1Kb",
        "\x1b" * 9 + "c",
        "\x9b2J\x1b[2\x1b\x1b",
    ],
)
def test_what_is_cut_from_a_text_leaves_no_other_escape(text):
    """Of pieces on both sides of it, or of one that was not complete."""
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", plain(text))
    assert "\x1b" not in plain(text, colors=False)
    for kind in ("text/plain", "text/html", "text/latex", "text/markdown"):
        left = shown(**{kind.replace("/", "_"): text})[kind]
        assert not re.search(r"\x1b(?!\[[0-9;]*m)|[\x7f-\x9f]", left)


def test_an_array_in_the_place_of_a_word_is_no_word():
    """It would compare itself entry by entry, and refuse to be true or false."""
    both = np.array(["stderr", "stream"])
    assert clean([{"output_type": "stream", "name": both, "text": "x"}])[0]["name"] == "stdout"
    assert clean([{"output_type": both}, {"output_type": "display_data", "data": both}]) == []


def test_outputs_are_bounded():
    """In number and size; what is missing is said."""
    one = {"output_type": "stream", "name": "stdout", "text": "x" * 900_000}
    cleaned = clean([one] * 5)
    assert len(cleaned) == 3
    assert "left out" in cleaned[-1]["text"]
    assert len(clean([one | {"text": "x"}] * 10_000)) <= 250
    assert shown(text_html="<div>" * 40_000) == {}


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.sampled_from(
        [np.zeros(2), np.array(["stream", "error"]), np.float32(1), 2**70, ..., {1, 2}, slice(2)]
    )
    | st.text("\x1b[]0;m2JA\x07\\\x9b\u202e\r\n", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["output_type", "data", "text", "name", "traceback", "ename", "text/html", "image/png"]
            )
            | st.integers(),
            inner | st.sampled_from(["stream", "error", "display_data", "execute_result"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(anything, max_size=5))
def test_anything_becomes_valid_outputs(outputs):
    """The invariant: valid nbformat without escapes but colors, whatever comes."""
    cleaned = clean(outputs)
    assert valid(cleaned)
    assert not re.search(r"\\u001b(?!\[[0-9;]*m)|\\u009b|\\u202e", json.dumps(cleaned))


ACTIVE = re.compile(
    r"<(?:script|svg|iframe|math)\b|<[a-z][^<>]*\s(?:on\w+=|src=|href=.?javascript)|\\(?:href|style)",
    re.IGNORECASE,
)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<SCRIPT\n>alert(1)</SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<b onmouseover=alert(1)>x</b>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\\script:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61)",
    "[x]\n\n[x]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<!-- --><script>alert(1)</script>",
    "<?xml ?><script>alert(1)</script>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\unicode{x}\\style{position:fixed}{x}$",
    "`<script>` <script>alert(1)</script>",
    "```\n<b>\n``` <script>alert(1)</script>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<details open ontoggle=alert(1)>",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_is_harmless_in_source_and_rendered(source):
    """No tag that is not on the list, no script in a link, also after rendering."""
    cleaned = harmless(source)
    assert not re.search(r"<(?!/?(?:b|details)\s*>)[a-z!?/]", cleaned, re.IGNORECASE)
    rendered = markdown2html({"cell": {}}, cleaned)
    assert not ACTIVE.search(rendered)


@pytest.mark.parametrize(
    "source",
    [
        "# Why\n\nBecause **a** < b and `x[i] < y` holds, see [the notes](https://example.org/a?b=1&c=2).",
        "$$\\frac{\\partial L}{\\partial x_i} = \\sum_{j < i} \\hat{x}_j \\quad\\text{for } a < b$$",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\nH<sub>2</sub>O<br>x<sup>2</sup> <https://example.org>",
        "![plot](attachment:plot.png)\n\n> quoted\n\n1. one\n2. two &lt; three & four",
        "```python\nif a < b:\n    x = 'y'\n```",
    ],
)
def test_honest_markdown_is_left_alone(source):
    """Mathematics, comparisons, tables, links, code."""
    assert harmless(source) == source


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>/!abscript:&#;()[]javx`\\\n \t=\"'", max_size=60))
def test_no_markdown_keeps_a_foreign_tag(source):
    """The invariant: `<` is followed by a harmless tag or by nothing that opens one."""
    for found in re.finditer(r"<[a-z/!?][^<]*", harmless(source), re.IGNORECASE):
        assert re.match(r"</?(?:b|i|s|p|tr|a?)\s*/?>|<[\w.+-]+@", found[0]) or harmless(found[0]) == found[0]


def test_attachments_are_pictures():
    """Anything else attached to a cell is dropped."""
    found = {
        "a.png": {"image/png": PNG, "image/svg+xml": "<svg/>"},
        "b.svg": {"image/svg+xml": "<svg/>"},
        "c.png": {"image/png": "no"},
        7: {},
        "d": [],
    }
    assert _pictures(found) == {"a.png": {"image/png": PNG}}
    assert _pictures("x") == {}
