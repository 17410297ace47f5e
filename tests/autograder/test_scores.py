"""Scores: a person's points before ours, reasons and diagnoses from the records, in three forms."""

import csv
import io
import json
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.records import CheckScore, Record, save
from autograder.reasons import Reason
from autograder.reports.export import HandedIn
from autograder.reports.scores import Score, as_csv, as_json, scores, show
from autograder.reports.sheets import read_sheets

BOTH = (
    CheckScore("check-double", 40.5, 40.5, Reason.OK),
    CheckScore("check-quadruple", 0.0, 50.0, Reason.WRONG, "You double only once.", "once"),
)


@pytest.fixture
def course(toy_course):
    """Ada was graded; the file of bob could not be; cem was graded before and then sent such a file."""
    with GradebookWriter(toy_course.db_url, "toy") as book:
        points = {"check-double": 40.5, "check-quadruple": 0.0, "written-why": None}
        book.write([Entry("ada", None, points), Entry("bob", None, None), Entry("cem", None, points)])
    save(Assignment(toy_course, "toy"), record("ada", checks=BOTH))
    refused = {"reason": Reason.EMPTY_FILE, "detail": "the file holds nothing", "remedy": "submit it again"}
    save(Assignment(toy_course, "toy"), record("bob", **refused))
    save(Assignment(toy_course, "toy"), record("cem", checks=BOTH, **refused))
    return toy_course


def record(student, **more):
    return Record(student, "toy", "", "", "sandbox", **more)


def test_each_graded_cell_has_a_line_with_reason_and_diagnosis(course):
    assert scores(course, "toy", ["ada"]) == [
        Score("ada", "toy", "check-double", 40.5, 40.5, "ok", "", "sandbox"),
        Score("ada", "toy", "check-quadruple", 0.0, 50.0, "wrong", "You double only once.", "sandbox"),
        Score("ada", "toy", "written-why", 0.0, 9.5, "waiting", "", "sandbox"),
    ]


def test_a_submission_that_could_not_be_graded_says_what_to_do(course):
    (line,) = scores(course, "toy", ["bob"])
    assert (line.check, line.points, line.max, line.reason) == ("", 0.0, 100.0, "empty-file")
    assert line.diagnosis == "the file holds nothing; remedy: submit it again"


def test_an_earlier_grade_stays_beside_the_reason(course):
    lines = scores(course, "toy", ["cem"])
    assert [line.reason for line in lines] == ["empty-file", "ok", "wrong", "waiting"]
    assert sum(line.points for line in lines) == 40.5


def test_a_persons_points_go_before_ours(course):
    with Gradebook(course.db_url) as book:
        book.find_grade("check-quadruple", "toy", "toy", "ada").manual_score = 25.0
        book.db.commit()
    line = scores(course, "toy", ["ada"])[1]
    assert (line.points, line.reason) == (25.0, "by-hand")


def test_json_is_a_list_of_objects_with_the_promised_keys(course):
    rows = json.loads(as_json(scores(course, "toy")))
    keys = ["student", "unit", "check", "points", "max", "reason", "diagnosis"]
    assert all(list(row) == keys for row in rows)
    assert {row["student"] for row in rows} == {"ada", "bob", "cem"}


def test_evidence_is_in_json_alone(course):
    """Where an instructor's program finds it; no student is told the numbers of hidden cases."""
    told = replace(BOTH[1], evidence="hidden, y: expected 4, got 2")
    save(Assignment(course, "toy"), record("ada", checks=(BOTH[0], told)))
    rows = scores(course, "toy", ["ada"])
    assert [row.get("evidence") for row in json.loads(as_json(rows))] == [
        None,
        "hidden, y: expected 4, got 2",
        None,
    ]
    console = Console(record=True, width=160, file=io.StringIO())
    show(rows, console)
    assert "expected 4" not in as_csv(rows) + console.export_text()


def test_csv_cannot_start_a_formula_in_a_spreadsheet():
    rows = [Score("=1+1", "toy", "check", 1.0, 2.0, "wrong", "@SUM(A1)")]
    (row,) = csv.DictReader(io.StringIO(as_csv(rows)))
    assert (row["student"], row["points"], row["diagnosis"]) == ("'=1+1", "1.0", "'@SUM(A1)")


def test_the_table_has_a_line_for_each_student(course):
    console = Console(record=True, width=120, file=io.StringIO())
    show(scores(course, "toy"), console)
    text = console.export_text()
    assert "40.5 / 100" in text
    assert "check-quadruple: You double only once." in text
    assert "not graded: the file holds nothing" in text


@pytest.mark.parametrize("text", ["[/b] and [red] x[0]", "\x1b]0;title\x07\x1b[2J", "\u202edrow"])
def test_what_a_student_wrote_neither_steers_the_terminal_nor_stops_the_table(text):
    """An error's message may hold markup, of which no end has a beginning, and codes for the terminal."""
    console = Console(width=120, file=io.StringIO(), force_terminal=True)
    show([Score("[/i]da", "toy", "check-double", 0.0, 1.0, "error", text)], console)
    said = console.file.getvalue()
    assert "[/i]da" in said
    assert "".join(letter if letter.isprintable() else "?" for letter in text) in said
    assert "\x1b]" not in said
    assert "\x1b[2J" not in said


def test_a_level_below_the_best_is_told_with_what_it_lacks(course):
    """Once below the table, and for other programs in the field that is there then."""
    save(Assignment(course, "toy"), replace(record("ada", checks=BOTH), isolation="landlock"))
    console = Console(record=True, width=160, file=io.StringIO())
    rows = scores(course, "toy")
    show(rows, console)
    said = console.export_text()
    assert said.count("The level of isolation is `landlock`.") == 1
    assert "it knows the name of the machine" in said
    assert "no-sandbox" not in said
    assert '"landlock"' in as_csv(rows)


def test_a_grade_without_a_sandbox_is_marked(course):
    """In the table, and for other programs in a field that is there only then."""
    assert "isolation" not in as_json(scores(course, "toy"))
    assert "isolation" not in as_csv(scores(course, "toy"))
    save(Assignment(course, "toy"), replace(record("ada", checks=BOTH), isolation="process"))
    console = Console(record=True, width=160, file=io.StringIO())
    rows = scores(course, "toy")
    show(rows, console)
    assert console.export_text().count("no-sandbox: Graded without a sandbox") == 1
    assert {(row.student, row.isolation) for row in rows} == {
        ("ada", "process"),
        ("bob", "sandbox"),
        ("cem", "sandbox"),
    }
    assert '"check-quadruple",0.0,50.0,"wrong","You double only once.","process"' in as_csv(rows)
    assert {(row["student"], row["isolation"]) for row in json.loads(as_json(rows))} == {
        ("ada", "process"),
        ("bob", "sandbox"),
        ("cem", "sandbox"),
    }


def test_without_a_gradebook_the_remedy_is_told(tmp_path):
    with pytest.raises(CourseError, match="autograder grade toy"):
        read_sheets(Course(tmp_path), "toy")


def test_a_damaged_gradebook_is_told(course):
    course.gradebook.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(CourseError, match="could not be read"):
        read_sheets(course, "toy")


def test_nbgraders_export_is_as_safe_to_open(course, tmp_path):
    """Each text whole in its cell, and none begins a formula; who handed in nothing has no points."""
    odd = {"first_name": "Kim, the", "last_name": "+1", "email": "@x"}
    with Gradebook(course.db_url) as book:
        book.add_student("=cmd|x", **odd)
        HandedIn(to=str(tmp_path / "grades.csv")).export(book)
        HandedIn(to=str(tmp_path / "one.csv"), student=["ada"]).export(book)
    told = {
        row["student_id"]: row for row in csv.DictReader((tmp_path / "grades.csv").read_text().splitlines())
    }
    assert set(told) == {"ada", "bob", "cem", "'=cmd|x"}
    row = told["'=cmd|x"]
    assert [row[name] for name in ("first_name", "last_name", "email")] == ["Kim, the", "'+1", "'@x"]
    assert (row["timestamp"], row["score"], row["max_score"]) == ("", "0.0", "100.0")
    assert (told["ada"]["raw_score"], told["ada"]["score"]) == ("40.5", "40.5")
    assert [row["student_id"] for row in csv.DictReader((tmp_path / "one.csv").read_text().splitlines())] == [
        "ada"
    ]
