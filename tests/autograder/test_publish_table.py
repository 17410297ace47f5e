"""A table of which some cells are replaced: cells as the csv module reads them, all else as it was."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import CourseError
from autograder.publishing.exported import points_in
from autograder.publishing.table import read_table
from tests.autograder import lms_exports, lms_readers

CELL = st.text(alphabet='ab1,;\t|"\n =é\u202e', max_size=6)


def table(raw, separators=",;\t|"):
    return read_table(raw, "x.csv", lambda names: "id" in names, separators, "a table", "Export")


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=5),
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_cells_are_those_that_the_csv_module_reads(rows, separator, quoting, newline, encoding):
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=newline).writerows(
        [["id", "points"], *rows]
    )
    raw = written.getvalue().encode(encoding)
    read = table(raw)
    assert [[cell.text for cell in line] for line in read.lines[1:]] == rows
    assert read.changed({}, ("utf-8", "utf-16-le")) == raw
    changed = read.changed({(at, 1): f"{at}.5" for at in range(1, len(rows) + 1)}, ("utf-8", "utf-16-le"))
    again = list(csv.reader(io.StringIO(changed.decode(encoding), newline=""), delimiter=separator))
    assert again[1:] == [[one[0], f"{at}.5", *one[2:]] for at, one in enumerate(rows, 1)]


def test_lines_are_counted_as_an_editor_counts_them():
    read = table(b'id,note\na,"one\ntwo"\nb,x\n')
    assert [read.number(at) for at in range(3)] == [1, 2, 4]


@pytest.mark.parametrize("raw", [b'id,x\na,"b', b'id,x\na,"b"c\n'])
def test_a_quote_that_does_not_end_with_its_cell_is_told_with_the_line(raw):
    with pytest.raises(CourseError, match=r"line 2 of x.csv has a quote"):
        table(raw)


def test_formulas_are_counted_and_numbers_are_none():
    assert table(b"id,x\n=1+1,-\n-5,@a\n+b,-1+2\nc,\xef\xbc\x9d1\n").formulas == 5


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("100", 100.0),
        ("12,50", 12.5),
        ("1,000.00", 1000.0),
        ("1 000,5", 1000.5),
        ("-", None),
        ("x", None),
        ("", None),
    ],
)
def test_points_are_read_in_the_forms_of_all_languages(text, points):
    assert points_in(text) == points


BROKEN = {
    "Canvas, without Section": lambda: lms_readers.canvas(
        lms_exports.canvas([]).replace(b"Section", b"Part"), 502
    ),
    "Canvas, a user twice": lambda: lms_readers.canvas(
        lms_exports.canvas([lms_exports.Person(1, "a", "b")] * 2), 502
    ),
    "Canvas, another user's file": lambda: lms_readers.canvas_pages(
        lms_exports.canvas_download({lms_exports.Person(1, "a", "b"): b""}), {1: {7}}
    ),
    "Moodle, without the date": lambda: lms_readers.moodle(
        lms_exports.moodle([]).replace(b"Last modified (grade)", b"x"), {1}, 10
    ),
    "Moodle, a folder without a number": lambda: lms_readers.moodle_pages(
        lms_exports.moodle_download({lms_exports.Person("x", "a", "b"): b""}), {1}
    ),
    "Brightspace, without the end of a line": lambda: lms_readers.brightspace(
        lms_exports.brightspace([lms_exports.Person(1, "a", "b")]).replace(b",#\r\n", b",\r\n"),
        "Toys that double",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_readers_refuse_what_the_systems_refuse(case):
    with pytest.raises(AssertionError):
        BROKEN[case]()
