"""Reports as HTML and text: escaped, bounded, complete, calm."""

import re
import textwrap
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagewise.judge.report import Report, Row, Status
from stagewise.show.render import _plain, lines, to_html, to_text

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x1b[31m\u202e"


class Tags(HTMLParser):
    """Collects the tags and attributes that a browser would see, and the text."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def seen(html):
    parser = Tags()
    parser.feed(html)
    return parser


def report(*rows, status=Status.FAILED, **rest):
    return Report("toy", "center", rest.pop("kind", "check"), rows, status, **rest)


RIGHT = Row("basic", "out", Status.PASSED, 1e-16, 1e-4, credit=1.0)
WRONG = Row(
    "one example",
    "out",
    Status.FAILED,
    0.5,
    1e-4,
    "2 of 3 entries are off, relative error 5.0e-01 (allowed 1e-04); worst at [0]: expected 1, got 2",
)


def test_student_text_never_becomes_markup():
    bad = Row(EVIL, EVIL, Status.ERROR, message=EVIL)
    shown = report(bad, diagnosis=EVIL, notes=(EVIL + "!",), traceback=EVIL, status=Status.ERROR)
    page = seen(to_html(replace(shown, exercise=EVIL)))
    assert page.tags <= {"div", "span", "table", "tbody", "tr", "td", "th", "pre", "code"}
    assert page.attributes == {"style"}
    assert "<script>alert(1)</script>" in page.text


@given(
    text=st.text(alphabet="ab -—\t\n\xa0é.", max_size=40),
    width=st.integers(4, 40),
    indent=st.sampled_from(["", "  "]),
)
def test_text_that_fits_is_what_wrapping_would_make_of_it(text, width, indent):
    wrapped = textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)
    assert _plain(text, width, indent) == wrapped


@pytest.mark.parametrize("render", [to_html, to_text])
def test_no_terminal_escapes_and_no_direction_marks(render):
    said = render(
        report(Row("basic", "out", Status.ERROR, message=EVIL), status=Status.ERROR, traceback=EVIL)
    )
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("render", [to_html, to_text])
def test_length_is_bounded(render):
    rows = [Row("c" * 10**4, "o" * 10**4, Status.ERROR, message=f"{i}" * 10**4) for i in range(500)]
    long = report(*rows, status=Status.ERROR, traceback="t" * 10**6, notes=("n" * 10**6,) * 100)
    assert len(render(long)) < 200_000


def test_a_table_that_is_too_wide_for_its_place_is_not_cut_off():
    """The whole is as wide as its place at most, and what is wider can be moved in it."""
    style = re.match(r'<div style="([^"]*)"', to_html(report(RIGHT, WRONG)))[1].split(";")
    assert {"width:100%", "max-width:960px", "overflow-x:auto"} <= set(style)


def test_error_stands_beside_what_is_allowed():
    text = to_text(report(RIGHT, WRONG))
    assert seen(to_html(report(RIGHT, WRONG))).text.endswith("basicout1.0e-16 ≤ 1e-04")
    assert "✗ wrong       one example  out  (relative error 5.0e-01 > 1e-04)" in text
    assert "2 of 3 entries are off; worst at [0]: expected 1, got 2" in text


def test_status_is_a_word_and_a_sign_not_only_a_colour():
    text = seen(to_html(report(RIGHT, WRONG))).text
    assert "✓\xa0right" in text
    assert "✗\xa0wrong" in text


def test_passed_report_says_how_many():
    assert to_text(report(RIGHT, status=Status.PASSED, max_points=2.0)).startswith(
        "✓ center: the visible case is right (worth 2 points)."
    )


def test_unwritten_exercise_is_one_calm_line():
    rows = [Row(name, "out", Status.UNFINISHED, message="center is not written yet") for name in "ab"]
    assert to_text(report(*rows, status=Status.UNFINISHED)) == (
        "○ center is not written yet. Write it, run its cell, then run this one again."
    )


def test_side_flaw_is_not_called_wrong():
    flawed = Row("basic", "out", Status.FAILED, 0.0, 1e-4, "the shape is (1, 3)", credit=0.75)
    text = to_text(report(flawed))
    assert text.startswith("≈ center: the values are right, but something else is not")
    assert "≈ flawed" in text


def test_examination_shows_points_and_that_cases_are_unseen():
    text = to_text(report(RIGHT, WRONG, kind="examine", points=1.5, max_points=4.0))
    assert "center: 1.5 of 4 points." in text
    assert "the notebook does not show" in " ".join(text.split())


def test_known_mistake_is_announced():
    text = to_text(report(WRONG, misconception="lazy", diagnosis="Nothing is subtracted."))
    assert "A known mistake: Nothing is subtracted." in text


def test_code_in_backticks_is_set_as_code():
    assert ">N + 1</code>" in to_html(report(WRONG, misconception="lazy", diagnosis="Divide by `N + 1`."))


def test_cases_that_say_the_same_share_a_line():
    rows = [Row(f"case {i}", "out", Status.ERROR, message="raised") for i in range(6)]
    (line,) = lines(rows)
    assert line.case == "case 0; case 1; case 2; case 3 and 2 more"


def test_right_outputs_of_a_case_share_a_line():
    rows = [
        Row("basic", name, Status.PASSED, error, 1e-4, credit=1.0)
        for name, error in (("dx", 1e-9), ("dy", 1e-7))
    ]
    (line,) = lines(rows)
    assert (line.outputs, line.error) == ("dx, dy", "1.0e-07 ≤ 1e-04")


ROWS = [replace(WRONG, case=f"wrong {i}", message=f"off by {i}") for i in range(7)] + [
    replace(RIGHT, case=f"right {i}") for i in range(12)
]


def test_what_is_not_right_stands_first_and_the_rest_unfolds():
    page = seen(to_html(report(*reversed(ROWS)))).text
    parts = re.split("✗ and 3 more not right|✓ and 12 right", page)
    assert [part.count("off by") for part in parts] == [4, 3, 0]
    assert [part.count("1.0e-16") for part in parts] == [0, 0, 12]


def test_text_fits_on_a_screen_and_counts_the_rest():
    said = to_text(report(*ROWS)).splitlines()
    assert said[-2:] == ["  ✗ and 3 more not right", "  ✓ and 12 right"]
    assert len(said) < 24


def test_a_check_that_passes_is_one_line_whose_table_unfolds():
    passed = report(RIGHT, replace(RIGHT, case="far away"), status=Status.PASSED)
    assert to_text(passed) == "✓ center: all 2 visible cases are right."
    page = seen(to_html(passed))
    assert {"details", "summary", "table"} <= page.tags
    assert "what was compared" in page.text


def test_nothing_wrong_is_lost_behind_what_is_right():
    rows = [*(replace(RIGHT, case=f"case {i}") for i in range(200)), WRONG]
    assert "one example" in to_text(report(*rows))


def test_note_that_the_table_says_is_not_repeated():
    flawed = Row("basic", "out", Status.FAILED, 0.0, 1e-4, "the shape is (1, 3)", credit=0.75)
    assert to_text(report(flawed, notes=("out: the shape is (1, 3)",))).count("the shape is") == 1


def test_what_is_missing_is_told_in_the_first_line():
    row = Row("a", "out", Status.UNFINISHED, message="new is still None")
    said = to_text(report(row, status=Status.UNFINISHED))
    assert said.startswith("○ center: new is still None. Then run its cell and this one again.")
