"""Lateness is charged anew in every run, without grading anything again, and told alike everywhere."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from rich.console import Console

from autograder.config import CONFIG_TEXT
from autograder.errors import CourseError
from autograder.grading.driver import Settings, grade
from autograder.reports import scores as tables
from autograder.reports.feedback import feedback
from autograder.reports.scores import as_csv, as_json, scores, show
from autograder.reports.sheets import Mark, Sheet, in_words, read_sheets
from tests.autograder.graded_toy import ANSWERS, submitted
from tests.autograder.toy_class import RIGHT, hand_in

HALF = submitted({"double": ANSWERS["double"]})
DUE = datetime(2026, 3, 1, 12)
PLUGIN = """
from nbgrader.plugins import BasePlugin

class Tenth(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 10
"""


@pytest.fixture
def course(toy_course, request):
    """Ada handed in an hour late (by a clock in Seoul), bob in time, kim at a time that nobody knows."""
    module = f"late_{re.sub(r'[^a-z]', '', request.node.name)}"
    (toy_course.root / f"{module}.py").write_text(PLUGIN)
    setting = f'c = get_config()\nc.AssignLatePenalties.plugin_class = "{module}.Tenth"\n'
    toy_course.config_file.write_text(CONFIG_TEXT + setting)
    hand_in(toy_course, ada=RIGHT, bob=HALF, kim=RIGHT)
    came(toy_course, "ada", "2026-03-01T22:00:00+09:00")
    came(toy_course, "bob", "2026-03-01 11:59:00 UTC")
    due(toy_course, DUE)
    run(toy_course)
    return toy_course


def came(course, student, when):
    (course.submitted / student / "toy" / "timestamp.txt").write_text(when)


def due(course, when):
    with Gradebook(course.db_url) as book:
        book.find_assignment("toy").duedate = when
        book.db.commit()


def run(course):
    """Who was graded in another run."""
    return {one.record.student for one in grade(course, "toy", settings=Settings(jobs=1)) if one.graded}


def penalties(course):
    return {student: sheet.late_penalty for student, sheet in read_sheets(course, "toy").items()}


def exported(course):
    with Gradebook(course.db_url) as book:
        CsvExportPlugin(to=str(course.root / "grades.csv")).export(book)
    rows = csv.DictReader(io.StringIO((course.root / "grades.csv").read_text()))
    return {row["student_id"]: float(row["score"]) for row in rows}


def test_whatever_moves_a_due_date_counts_in_the_next_run_and_nothing_is_graded_for_it(course):
    late = {"ada": pytest.approx(9.05), "bob": 0.0, "kim": 0.0}
    assert penalties(course) == late
    due(course, DUE + timedelta(days=1))
    assert run(course) == set()
    assert penalties(course)["ada"] == 0.0
    due(course, DUE - timedelta(days=1))
    assert run(course) == set()
    assert penalties(course) == late | {"bob": pytest.approx(4.05)}
    with Gradebook(course.db_url) as book:
        book.grant_extension("toy", "ada", days=2)
    assert run(course) == set()
    assert penalties(course) == {"ada": 0.0, "bob": pytest.approx(4.05), "kim": 0.0}
    came(course, "ada", "2026-03-05 12:00:00 UTC")
    came(course, "bob", "2026-02-01 12:00:00 UTC")
    assert run(course) == set()
    assert penalties(course) == late
    due(course, None)
    assert run(course) == set()
    assert set(penalties(course).values()) == {0.0}


def test_points_of_a_person_are_charged_too(course):
    with Gradebook(course.db_url) as book:
        book.find_grade("written-why", "toy", "toy", "ada").manual_score = 9.5
        book.db.commit()
    run(course)
    assert penalties(course)["ada"] == pytest.approx(10.0)


def test_scores_the_page_and_the_export_tell_one_total(course):
    with Gradebook(course.db_url) as book:
        book.find_grade("check-quadruple", "toy", "toy", "bob").manual_score = 1 / 3
        book.db.commit()
    due(course, DUE - timedelta(days=1))
    run(course)
    told = exported(course)
    rows = scores(course, "toy")
    listed = json.loads(as_json(rows))
    tabled = list(csv.DictReader(io.StringIO(as_csv(rows))))
    console = Console(record=True, width=160, file=io.StringIO())
    show(rows, console)
    text = console.export_text()
    feedback(course, "toy", jobs=1)
    for student, words in {"ada": "81.45", "bob": "36.75", "kim": "90.5"}.items():
        for form in (listed, tabled):
            total = sum(float(row["points"]) for row in form if row["student"] == student)
            assert total == pytest.approx(told[student], abs=1e-12)
        page = (course.feedback / student / "toy" / "toy.html").read_text()
        assert f"{words} of 100 points" in page
        assert re.search(rf"{student} +{re.escape(words)} / 100", text)
        assert ("points were taken off" in page) == (student != "kim")
    (row,) = [row for row in rows if (row.student, row.check) == ("ada", "late-penalty")]
    assert (row.reason, row.max) == ("late", 0.0)
    assert row.diagnosis == "handed in 1 d 1 h late: 9.05 points were taken off"
    assert row.diagnosis in text


@pytest.mark.parametrize(
    ("earned", "penalty", "rows"),
    [
        ([90.5, 3.0], 9.349999999999994, ["90.5", "3.0", "-9.35"]),
        ([0.1 + 0.2, 4.249999999999999], 0.7 + 0.1, ["0.3", "4.25", "-0.8"]),
        ([1.1, 2.2], 9.0, ["1.1", "2.2", "-3.3"]),
    ],
)
def test_told_points_are_decimals_that_add_up_to_the_total(toy_course, monkeypatch, earned, penalty, rows):
    marks = dict(
        zip(("check-double", "check-quadruple"), (Mark(one, None, one) for one in earned), strict=True)
    )
    sheet = Sheet(marks, late_penalty=penalty, seconds_late=60.0)
    monkeypatch.setattr(tables, "read_sheets", lambda course, unit: {"ada": sheet})
    found = list(csv.DictReader(io.StringIO(as_csv(scores(toy_course, "toy", ["ada"])))))
    assert [row["points"] for row in found] == rows
    assert sum(Decimal(row["points"]) for row in found) == Decimal(in_words(sheet.score))


def test_a_penalty_takes_no_more_than_there_is(course):
    """A person may take points away after a submission was charged."""
    with Gradebook(course.db_url) as book:
        for name in ("check-double", "check-quadruple"):
            book.find_grade(name, "toy", "toy", "ada").manual_score = 0.0
        book.db.commit()
    assert exported(course)["ada"] == 0.0
    assert sum(row.points for row in scores(course, "toy", ["ada"])) == 0.0


def test_a_plugin_that_fails_is_told(course):
    name = course.config_file.read_text().split('"')[-2].split(".")[0]
    wrong = PLUGIN.replace("score / 10", "score / 0")
    (course.root / f"other_{name}.py").write_text(wrong)
    settings = course.config_file.read_text().replace(f'"{name}.', f'"other_{name}.')
    course.config_file.write_text(settings)
    with pytest.raises(CourseError, match=r"failed for ada: ZeroDivisionError[^$]*plugin_class"):
        run(course)
