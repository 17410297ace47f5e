"""The report on a class: read from the gradebook and the records, told as page, JSON and CSV."""

import csv
import io
import json
import re
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.console import Console

from autograder import cli
from autograder.classreport import forms, making, tables
from autograder.classreport.exercises import OUTCOMES
from autograder.classreport.gathering import gather, when_due
from autograder.classreport.glossary import TERMS
from autograder.classreport.page import page
from autograder.classreport.report import report_on, shares_of_all
from autograder.classreport.results import Refused, anonymous_names, renamed
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.records import CheckScore, Record, save
from autograder.intake.repair import Repair
from autograder.reasons import Reason
from tests.autograder.class_results import class_of, drawn_unit, held, unit_of

MADE = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
RIGHT = CheckScore("check-double", 40.5, 40.5, Reason.OK)
WRONG = CheckScore("check-quadruple", 0.0, 50.0, Reason.WRONG, "You double only once.", "once")
REPORT = report_on(
    class_of(
        drawn_unit(60, 5, 1, "first"),
        drawn_unit(60, 5, 2, "second", held=held(["s0001", "s0002"], "step2")),
        without=["third"],
    )
)

ONES = np.ones((45, 3))


@pytest.fixture(scope="module")
def text():
    return page_of(REPORT)


def page_of(report, **more):
    return page(report, MADE, **({"anonymous": False} | more))


@pytest.fixture
def course(toy_course):
    """Ada and cem were graded, cem late; the file of bob could not be; dee is in the gradebook alone."""
    points = {"check-double": 40.5, "check-quadruple": 0.0, "written-why": None}
    first, second = datetime(2026, 3, 1, 12), datetime(2026, 3, 2, 12)
    with GradebookWriter(toy_course.db_url, "toy") as book:
        book.write([Entry("ada", first, points), Entry("bob", None, None), Entry("cem", second, points)])
    with toy_course_gradebook(toy_course) as book:
        book.add_student("dee")
        book.update_or_create_assignment("toy", duedate=datetime(2026, 3, 2))
    repairs = (Repair(Reason.MISSING_CELL_RESTORED, "check-double"),)
    save(Assignment(toy_course, "toy"), record("ada", checks=(RIGHT, WRONG), repairs=repairs))
    save(Assignment(toy_course, "toy"), record("cem", checks=(RIGHT, WRONG)))
    refused = {"reason": Reason.EMPTY_FILE, "detail": "bob.ipynb holds nothing", "remedy": "submit it again"}
    save(Assignment(toy_course, "toy"), record("bob", **refused))
    return toy_course


def toy_course_gradebook(course):
    from nbgrader.api import Gradebook

    return Gradebook(course.db_url)


def record(student, **more):
    return Record(student, "toy", "", "", "sandbox", **more)


def test_points_reasons_times_and_mistakes_are_read(course):
    (unit,) = gather(course, ["toy"]).units
    assert unit.students == ("ada", "cem")
    assert [item.name for item in unit.items] == ["double", "quadruple", "why"]
    np.testing.assert_array_equal(unit.points, [[40.5, 0, np.nan]] * 2)
    assert unit.reasons == ((Reason.OK, Reason.WRONG, Reason.WAITING),) * 2
    np.testing.assert_array_equal(unit.handed_in, [-0.5, 0.5])
    assert unit.late == 1
    assert [(one.student, one.function, one.mistake) for one in unit.held] == [
        ("ada", "quadruple", "once"),
        ("cem", "quadruple", "once"),
    ]


def test_who_could_not_be_graded_counts_as_handed_in_and_has_no_points(course):
    results = gather(course, ["toy"])
    (unit,) = results.units
    assert unit.submissions == 3
    assert [(one.student, one.reason) for one in unit.refused] == [("bob", Reason.EMPTY_FILE)]
    assert results.students == ("ada", "bob", "cem", "dee")
    assert np.isnan(shares_of_all(results)[[1, 3]]).all()


def test_what_waits_for_a_person_is_counted_and_not_in_the_totals(course):
    """40.5 of the 90.5 points that the checks can give."""
    (unit,) = gather(course, ["toy"]).units
    assert unit.waiting == (0, 0, 2)
    assert unit.totals == pytest.approx([100 * 40.5 / 90.5] * 2)


def test_a_persons_points_count_and_the_question_with_them(course):
    with toy_course_gradebook(course) as book:
        for student in ("ada", "cem"):
            grade = book.find_grade("written-why", "toy", "toy", student)
            grade.manual_score, grade.needs_manual_grade = 9.5, False
        book.db.commit()
    (unit,) = gather(course, ["toy"]).units
    assert unit.waiting == (0, 0, 0)
    assert unit.totals == pytest.approx([50.0, 50.0])


def test_repairs_name_their_students(course):
    (unit,) = gather(course, ["toy"]).units
    assert unit.repairs == {Reason.MISSING_CELL_RESTORED: ("ada",)}


def test_a_unit_that_nobody_has_handed_in_is_named(course, monkeypatch):
    (course.solutions / "other.py").write_text("")
    assert gather(course, ["other", "toy"]).without == ("other",)


def test_without_any_grade_the_remedy_is_told(toy_course):
    with pytest.raises(CourseError, match=r"nobody has handed in toy[^$]*Remedy: run: .* grade toy"):
        gather(toy_course, ["toy"])


def test_a_unit_for_practice_is_told_as_such(course):
    (course.root / "course.toml").write_text("[units.toy]\ncounts = false\n")
    results = gather(Course(course.root, course.solutions), ["toy"])
    assert not results.units[0].counts
    assert "(for practice)" in page_of(report_on(results))


def test_units_come_in_the_order_of_their_dates(course):
    late = drawn_unit(3, 2, 5, "a")
    early = drawn_unit(3, 2, 4, "b")
    assert sorted([late, early], key=when_due) == [early, late]


def test_the_command_writes_the_page_and_says_where(course, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: course)
    assert cli.main(["report", "toy"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^toy +3 +2 +45 +45 +45", said, re.MULTILINE)
    assert "You double only once." in said
    assert str(course.root / "report.html") in said.replace("\n", "")
    text = (course.root / "report.html").read_text(encoding="utf-8")
    assert "It names students and their points." in text
    assert "bob.ipynb holds nothing" in text


def test_the_command_prints_json_or_csv_and_then_writes_no_page(course, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: course)
    assert cli.main(["report", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["units"][0]["exercises"][1]["outcomes"]["wrong"] == 2
    assert cli.main(["report", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["exercise"] for row in rows] == ["double", "quadruple", "why"]
    assert not (course.root / "report.html").exists()


def test_anonymous_means_that_no_name_is_anywhere(course, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: course)
    assert cli.main(["report", "--anonymous", "--to", str(course.root / "a.html")]) == 0
    assert cli.main(["report", "--anonymous", "--json"]) == 0
    said = capsys.readouterr().out
    text = (course.root / "a.html").read_text(encoding="utf-8")
    for student in ("ada", "bob", "cem", "dee"):
        assert not re.search(rf"\b{student}\b", text.replace(str(course.root), ""))
        assert not re.search(rf"\b{student}\b", said.replace(str(course.root), ""))
    assert "Students have numbers here" in text


@pytest.mark.parametrize("place", ["feedback", "release", "submitted"])
def test_the_page_is_not_written_where_students_are_given_files(place, course):
    path = getattr(course, place) / "ada" / "report.html"
    with pytest.raises(CourseError, match="from which students are given files"):
        making.write_page(REPORT, course, path)
    assert not path.exists()


def test_without_scipy_the_extra_is_named(course, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(CourseError, match=r'scipy.*\n.*pip install -e "\.\[desk\]"'):
        making.class_report(course, ["toy"])


def test_numbers_are_drawn_anew_and_nobody_shares_one():
    students = [f"s{number}" for number in range(40)]
    one, other = (anonymous_names(students, np.random.default_rng(seed)) for seed in (1, 2))
    assert one.keys() == set(students)
    assert len(set(one.values())) == 40
    assert one != other


def test_new_names_are_those_of_the_same_students():
    results = class_of(drawn_unit(6, 2, 1, "first", held=held(["s0003"], "step1")))
    names = anonymous_names(results.students, np.random.default_rng(1))
    (unit,) = renamed(results, names).units
    assert unit.students == tuple(names[student] for student in results.units[0].students)
    assert unit.held[0].student == names["s0003"]
    np.testing.assert_array_equal(unit.points, results.units[0].points)


def test_outcomes_are_shares_of_the_points_then_reasons():
    unit = unit_of([[1.0], [0.5], [0.0], [0.0], [0.0], [np.nan]])
    reasons = [Reason.BY_HAND, Reason.TIMEOUT, Reason.WRONG, Reason.UNFINISHED, Reason.DIED, Reason.WAITING]
    unit = unit_of(unit.shares, reasons=tuple((reason,) for reason in reasons))
    (exercise,) = report_on(class_of(unit)).units[0].exercises
    assert exercise.outcomes == dict.fromkeys(OUTCOMES, 1)
    assert (exercise.answers, exercise.waiting) == (5, 1)


def test_while_answers_wait_nothing_is_said_of_their_question_and_nothing_of_others_changes():
    """Who wrote nothing has 0 points at once: a mean over those would say that nobody can do it."""
    shares = np.column_stack([drawn_unit(60, 4, 1).shares, np.where(np.arange(60) < 12, 0, np.nan)])
    report = report_on(class_of(unit_of(shares)))
    *others, question = report.units[0].exercises
    assert (question.waiting, question.answers) == (48, 12)
    for told in (question.difficulty, question.item_total, question.upper_lower):
        assert (told.value, told.why) == (None, "48 to mark")
    assert [doubt.exercise for doubt in report.doubts if doubt.exercise == question.name] == []
    assert others == list(report_on(class_of(unit_of(shares[:, :4]))).units[0].exercises)


def test_a_mistake_counts_each_student_once_an_exercise():
    students = ["s0000", "s0001", "s0001"]
    unit = drawn_unit(8, 3, 1, held=(*held(students, "step1"), *held(["s0002"], "step2", "other")))
    told = report_on(class_of(unit)).mistakes
    assert [(one.function, one.name, one.students, one.graded) for one in told] == [
        ("step1", "slip", 2, 8),
        ("step2", "other", 1, 8),
    ]


def test_a_mistake_of_the_course_brings_its_sentence_for_the_lecture():
    mistakes = held(["s0000"], "batchnorm_forward", "momentum-reversed")
    (one,) = report_on(class_of(drawn_unit(5, 2, 1, "batchnorm", held=mistakes))).mistakes
    assert one.says.startswith("Your momentum weighs the new value.")
    assert one.teach
    assert one.teach in page_of(report_on(class_of(drawn_unit(5, 2, 1, "batchnorm", held=mistakes))))


def test_units_are_held_against_their_successors_over_those_who_have_both():
    one, other = drawn_unit(60, 6, 1, "first"), drawn_unit(50, 6, 2, "second")
    (told,) = report_on(class_of(one, other)).following
    assert (told.unit, told.next, told.correlation.count) == ("first", "second", 50)
    assert told.correlation.low < told.correlation.value < told.correlation.high


class Outline(HTMLParser):
    """Headings, anchors, links to them, pictures and what they say."""

    def __init__(self, text):
        super().__init__()
        self.levels, self.ids, self.links, self.pictures, self.outside = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "a":
            self.links.append(told["href"].removeprefix("#"))
        if tag == "svg":
            self.pictures.append((told.get("role"), told.get("aria-label")))
        self.outside += [told[name] for name in ("src", "href") if told.get(name, "#")[0] not in "#d"]


def test_the_page_stands_alone_and_can_be_read_by_a_machine(text):
    """Headings in order, every link has its place and every name is given once, pictures have words."""
    seen = Outline(text)
    assert seen.levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(seen.levels, seen.levels[1:], strict=False))
    assert set(seen.links) <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))
    assert len(seen.pictures) == 7
    assert all(role == "img" and len(words) > 40 for role, words in seen.pictures)
    assert seen.outside == []
    assert "<script" not in text


def test_pictures_take_the_colour_of_the_page(text):
    assert "currentColor" in text
    assert "#4d4d4d" not in text


def test_the_page_says_that_it_is_for_instructors_and_what_is_missing(text):
    assert text.index("For instructors.") < text.index("<nav")
    assert "nobody has handed in third" in text
    assert "Made 2026-05-04 03:02 UTC from 60 students" in text


def test_every_number_is_explained_with_the_least_class_size(text):
    for term in TERMS:
        assert f"<dt>{term.name}</dt>" in text
        assert term.least == 1 or f"Told from {term.least} students on." in text


def test_a_students_name_is_shown_and_does_nothing():
    names = ("<script>alert(1)</script>", "$x_{", "\x1b[2J\u202e", "王小明", "&amp;", "long" * 99)
    refused = tuple(Refused(name, Reason.NOT_JSON, name, name) for name in names)
    text = page_of(report_on(class_of(unit_of(ONES[:6], students=names, refused=refused))))
    assert not re.search("<script|\x1b|\u202e", text)
    assert all(told in text for told in ("$x_{", "王小明", "&amp;amp;", "&lt;script&gt;"))


DEGENERATE = {
    "one student": unit_of(ONES[:1]),
    "two students": unit_of(ONES[:2]),
    "all equal": unit_of(ONES),
    "all wrong": unit_of(0 * ONES),
    "one exercise": drawn_unit(45, 1, 1),
    "nobody finished": unit_of(0 * ONES, reasons=((Reason.UNFINISHED,) * 3,) * 45),
    "nothing marked": unit_of(np.nan * ONES),
    "gaps everywhere": unit_of(np.where(np.eye(45, 3) > 0, np.nan, 0.5), reasons=((Reason.OK,) * 3,) * 45),
    "nobody graded": unit_of(
        np.empty((0, 3)), refused=(Refused("ada", Reason.NOT_JSON, "it is cut", "save it again"),)
    ),
    "no exercise": unit_of(np.empty((45, 0))),
}


@pytest.mark.parametrize("unit", DEGENERATE.values(), ids=DEGENERATE)
def test_a_class_without_spread_or_answers_is_told_in_words(unit):
    """Without a warning (which is an error here), without NaN on the page or in what programs read."""
    report = report_on(class_of(unit))
    told = page_of(report) + forms.as_csv(report) + forms.as_json(report, MADE)
    assert not re.search(r"\bnan\b", told, re.IGNORECASE)
    Console(file=io.StringIO()).print(tables.units_table(report), tables.mistakes_table(report))


def test_json_holds_all_that_the_page_tells():
    told = json.loads(forms.as_json(REPORT, MADE))
    (first, second) = told["units"]
    assert first["alpha"]["low"] < first["alpha"]["value"] < first["alpha"]["high"]
    assert second["mistakes"][0]["students"] == 2
    assert told["without_submissions"] == ["third"]
    assert len(told["shares"]["rows"]) == 60
    assert len(told["shares"]["rows"][0]) == len(told["shares"]["exercises"]) == 10
    assert told["from_unit_to_unit"][0]["correlation"]["count"] == 60


def test_csv_has_a_line_for_each_exercise_and_gaps_where_nothing_is_told():
    report = report_on(class_of(drawn_unit(35, 2, 1, "first")))
    first, _ = csv.DictReader(io.StringIO(forms.as_csv(report)))
    assert float(first["item_total"]) == report.units[0].exercises[0].item_total.value
    assert first["upper_lower"] == ""
    assert sum(int(first[name]) for name in OUTCOMES) == 35


def test_the_course_is_named_by_its_id(course):
    assert gather(course, ["toy"]).course == course.root.name
    course.config_file.write_text("c = get_config()\nc.CourseDirectory.course_id = 'networks'\n")
    assert gather(Course(course.root, course.solutions), ["toy"]).course == "networks"
