"""Grades and pages go back into the systems: what is written is what their importers take, for everybody."""

import csv
import io
import random
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from rich.console import Console

from autograder import cli
from autograder.collecting import record
from autograder.collecting.collect import collect
from autograder.collecting.people import enter
from autograder.collecting.roster import roster_of
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.driver import Settings, grade
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.records import CheckScore, Record, digest_of, save
from autograder.publishing.exported import Row, Wanted
from autograder.publishing.findings import Odd, of_rows
from autograder.publishing.grades import Grade
from autograder.publishing.known import Known, folded, known_students, words
from autograder.publishing.matching import matched
from autograder.publishing.publish import TARGETS, Asked, Published, publish
from autograder.publishing.report import show
from autograder.publishing.systems import SYSTEMS
from autograder.publishing.table import read_table
from autograder.reasons import Reason
from autograder.reports.feedback import feedback
from autograder.reports.scores import scores
from tests.autograder import lms_exports, lms_readers
from tests.autograder.graded_toy import submitted
from tests.autograder.lms_exports import Person
from tests.autograder.toy_class import RIGHT, WRONG

ADA, BOB, CEM = Person(101, "Ada", "Lovelace"), Person(102, "Bob", "O'Neil"), Person(103, "Cém", "de_la Cruz")
PEOPLE = (ADA, BOB, CEM)
UNMARKED = {"with_unmarked": True}


@pytest.fixture
def course(toy_course):
    """Ada has 40.5 points, Bob 90.5, Cem 9.25; their ids are their logins, and nothing waits for a mark."""
    enter(toy_course.db_url, "toy", roster_of(map(row_of, PEOPLE), "names.csv"))
    give(toy_course, {ADA.login: (40.5, 0.0), BOB.login: (40.5, 50.0), CEM.login: (9.25, 0.0)})
    return toy_course


def row_of(person):
    return {
        "id": person.login,
        "first_name": person.first,
        "last_name": person.last,
        "email": person.email,
        "lms_user_id": str(person.number),
    }


def give(course, points, written=0.0):
    """Grade these students without running anything: points of both checks, and of the written answer."""
    with GradebookWriter(course.db_url, "toy") as book:
        entries = [
            Entry(student, None, {"check-double": one, "check-quadruple": two, "written-why": written})
            for student, (one, two) in points.items()
        ]
        book.write(entries)
    for student, (one, two) in points.items():
        checks = (
            CheckScore("check-double", one, 40.5, Reason.OK),
            CheckScore("check-quadruple", two, 50.0, Reason.OK),
        )
        raw = student.encode()
        place = course.submitted / student / "toy" / "toy.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
        save(Assignment(course, "toy"), Record(student, "toy", digest_of(raw), "", "sandbox", checks=checks))


def into(course, target, raw, name=None, **asked):
    """What publishing into this export wrote, and what it told."""
    template = course.root / (name or {"blackboard": "gc.xls"}.get(target, "export.csv"))
    template.write_bytes(raw)
    published = publish(course, "toy", Asked(target, template, **asked))
    return published.file.read_bytes(), published


def read(target, raw):
    """The grades that the system would enter, by login."""
    by_number = {person.number: person.login for person in PEOPLE}
    if target == "canvas":
        return {
            by_number[user]: points for user, points in lms_readers.canvas(raw, 502).items() if user < 1000
        }
    if target == "moodle":
        found = lms_readers.moodle(raw, by_number.keys(), 100.0)
        return {by_number[number]: f"{points:g}" for number, points in found.items()}
    if target == "brightspace":
        return lms_readers.brightspace(raw, lms_exports.TITLE)
    if target == "blackboard":
        return lms_readers.blackboard(raw, 1281892)
    by_sis = {person.sis: person.login for person in PEOPLE}
    return {by_sis[sis]: points for sis, points in lms_readers.gradescope(raw).items()}


@pytest.mark.parametrize("target", SYSTEMS)
def test_a_system_reads_its_own_file_with_the_grades_in_it(course, target):
    export = getattr(lms_exports, target)
    raw, published = into(course, target, export(PEOPLE))
    expected = {ADA.login: "40.5", BOB.login: "90.5", CEM.login: "9.25"}
    assert read(target, raw) == expected
    assert (published.grades, published.odd) == (3, ())


@pytest.mark.parametrize("target", SYSTEMS)
def test_nothing_but_the_grades_changes_in_the_file(course, target):
    """Not a quote, not an end of a line, not another column."""
    export = getattr(lms_exports, target)
    raw, _ = into(course, target, export(PEOPLE, old="77.77"))
    again = raw
    for points in ("40.5", "90.5", "9.25"):
        old, new = (
            text.encode("utf-16-le" if target == "blackboard" else "utf-8") for text in (points, "77.77")
        )
        assert again.count(old) == 1
        again = again.replace(old, new)
    assert again == export(PEOPLE, old="77.77")


@pytest.mark.parametrize(
    ("target", "person"),
    [
        ("canvas", "lms_user_id"),
        ("moodle", "email"),
        ("blackboard", "id"),
        ("brightspace", "id"),
        ("gradescope", "email"),
    ],
)
def test_one_id_that_both_sides_have_is_enough(toy_course, target, person):
    names = ("id", "first_name", "last_name", person)
    rows = [{name: value for name, value in row_of(one).items() if name in names} for one in PEOPLE]
    if person != "id":
        rows = [row | {"id": f"x{place}"} for place, row in enumerate(rows)]
    enter(toy_course.db_url, "toy", roster_of(rows, "names.csv"))
    give(toy_course, {row["id"]: (1.0 + place, 0.0) for place, row in enumerate(rows)})
    raw, published = into(toy_course, target, getattr(lms_exports, target)(PEOPLE))
    assert read(target, raw) == {ADA.login: "1", BOB.login: "2", CEM.login: "3"}
    assert published.odd == ()


def test_a_grade_is_the_total_that_scores_tells(course):
    late(course, BOB.login, 10.25)
    with Gradebook(course.db_url) as book:
        book.find_grade("check-quadruple", "toy", "toy", BOB.login).manual_score = 33.3
        book.db.commit()
    raw, _ = into(course, "canvas", lms_exports.canvas(PEOPLE))
    total = sum(row.points for row in scores(course, "toy", [BOB.login]))
    assert read("canvas", raw)[BOB.login] == "63.55" == f"{total:.2f}"


def late(course, student, penalty):
    """Let a submission come a day late, which costs 10.25 points, and have been charged so many."""
    (course.root / "course.toml").write_text('penalty = "10.25 points per day"\n')
    with Gradebook(course.db_url) as book:
        book.find_assignment("toy").duedate = datetime(2026, 3, 1)
        submission = book.find_submission("toy", student)
        submission.timestamp = datetime(2026, 3, 2)
        submission.notebooks[0].late_submission_penalty = penalty
        book.db.commit()


def test_lateness_that_is_not_charged_as_it_would_be_now_stops_it(course):
    late(course, BOB.login, 4.0)
    with pytest.raises(CourseError, match=f"(?s)what lateness costs {BOB.login}.*autograder grade toy"):
        into(course, "canvas", lms_exports.canvas(PEOPLE))
    late(course, BOB.login, 10.25)
    raw, _ = into(course, "canvas", lms_exports.canvas(PEOPLE))
    assert read("canvas", raw)[BOB.login] == "80.25"


def test_answers_that_wait_for_a_mark_stop_it_until_a_person_says_so(course):
    give(course, {ADA.login: (40.5, 0.0)}, written=None)
    with pytest.raises(CourseError, match=r"1 written answers of 1 students wait") as refused:
        into(course, "canvas", lms_exports.canvas(PEOPLE))
    assert "--with-unmarked" in str(refused.value)
    assert not (course.root / "published").exists()
    raw, _ = into(course, "canvas", lms_exports.canvas(PEOPLE), **UNMARKED)
    assert read("canvas", raw)[ADA.login] == "40.5"


def test_who_is_on_one_side_alone_is_listed_and_the_others_have_their_grades(course):
    dee = Person(104, "Dee", "Dee")
    raw, published = into(course, "canvas", lms_exports.canvas([ADA, BOB, dee]))
    found = lms_readers.canvas(raw, 502)
    assert (found[ADA.number], found[dee.number]) == ("40.5", "")
    told = {odd.who: odd.problem for odd in published.odd}
    assert told == {
        CEM.login: "9.25 points, and no row of export.csv is theirs",
        "Dee, Dee": "line 6: it has no id of anybody in this course",
    }


def test_a_student_of_the_course_who_handed_in_nothing_keeps_the_cell(course):
    dee = Person(104, "Dee", "Dee")
    enter(course.db_url, "toy", roster_of([row_of(dee)], "names.csv"))
    raw, published = into(course, "canvas", lms_exports.canvas([*PEOPLE, dee], old="3"))
    assert lms_readers.canvas(raw, 502)[dee.number] == "3"
    assert published.odd == ()
    assert any("1 handed in nothing" in remark and "u104" in remark for remark in published.remarks)


def test_a_file_that_could_not_be_graded_gets_no_grade_and_is_listed(course):
    refused = {"reason": Reason.EMPTY_FILE, "detail": "the file holds nothing", "remedy": "send it again"}
    save(
        Assignment(course, "toy"), Record(CEM.login, "toy", digest_of(CEM.login.encode()), "", "", **refused)
    )
    raw, published = into(course, "moodle", lms_exports.moodle(PEOPLE))
    assert read("moodle", raw).keys() == {ADA.login, BOB.login}
    assert [odd.problem for odd in published.odd] == ["not gradable (empty-file): the file holds nothing"]


def test_a_file_that_came_after_grading_is_told(course):
    (course.submitted / ADA.login / "toy" / "toy.ipynb").write_bytes(b"newer")
    _, published = into(course, "moodle", lms_exports.moodle(PEOPLE))
    assert [(odd.who, odd.problem[:16]) for odd in published.odd] == [(ADA.login, "handed in anew s")]


def test_excused_and_locked_rows_stay_and_are_listed(course):
    export = lms_exports.canvas(PEOPLE).replace(b"7.50,,,75.00", b"7.50,EX,,75.00", 1)
    raw, published = into(course, "canvas", export)
    assert read("canvas", raw) == {ADA.login: "EX", BOB.login: "90.5", CEM.login: "9.25"}
    assert [(odd.who, odd.problem) for odd in published.odd] == [(ADA.login, "line 4: excused in Canvas")]


def test_more_points_than_moodle_takes_are_told(course):
    with Gradebook(course.db_url) as book:
        book.find_grade("check-double", "toy", "toy", BOB.login).extra_credit = 20.0
        book.db.commit()
    _, published = into(course, "moodle", lms_exports.moodle(PEOPLE))
    assert [(odd.who, odd.problem) for odd in published.odd] == [
        (BOB.login, "110.5 points are above the maximum")
    ]


def test_another_maximum_is_refused_unless_points_are_to_be_scaled(course):
    export = lms_exports.canvas(PEOPLE, possible=20)
    with pytest.raises(CourseError, match="is out of 20 points, toy is out of 100"):
        into(course, "canvas", export)
    raw, _ = into(course, "canvas", export, scale=True)
    assert read("canvas", raw) == {ADA.login: "8.1", BOB.login: "18.1", CEM.login: "1.85"}
    _, again = into(course, "canvas", raw, scale=True)
    assert not any("another grade" in remark for remark in again.remarks)


def test_points_and_practice_of_the_course_are_told(course):
    (course.root / "course.toml").write_text("[units.toy]\npoints = 20\ncounts = false\n")
    raw, published = into(course, "canvas", lms_exports.canvas(PEOPLE, possible=20))
    assert read("canvas", raw) == {ADA.login: "8.1", BOB.login: "18.1", CEM.login: "1.85"}
    assert any("toy does not count" in remark for remark in published.remarks)


def test_a_grade_that_the_file_had_already_is_replaced_and_told(course):
    _, published = into(course, "canvas", lms_exports.canvas(PEOPLE, old="40.50"))
    assert any(remark.startswith("2 had another grade") for remark in published.remarks)


def test_canvas_s_semicolons_and_decimal_commas_are_read(course):
    export = lms_exports.canvas(PEOPLE, separator=";").replace(b"100.00", b"100,00")
    raw, published = into(course, "canvas", export)
    assert published.odd == ()
    assert read("canvas", raw)[CEM.login] == "9.25"


def test_a_mark_of_the_encoding_stays(course):
    raw, _ = into(course, "moodle", lms_exports.moodle(PEOPLE, mark=b"\xef\xbb\xbf"))
    assert raw.startswith(b"\xef\xbb\xbfIdentifier")
    assert len(read("moodle", raw)) == 3


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_an_encoding_that_the_system_does_not_read_becomes_utf_8(course, encoding):
    export = lms_exports.canvas(PEOPLE).decode().encode(encoding)
    raw, published = into(course, "canvas", export)
    assert read("canvas", raw)[ADA.login] == "40.5"
    assert "Cém".encode() in raw
    assert any("reads UTF-8" in remark for remark in published.remarks)


def test_cells_that_look_like_formulas_are_told_and_stay(course):
    export = lms_exports.canvas([replace(ADA, last='=HYPERLINK("x")'), BOB, CEM])
    raw, published = into(course, "canvas", export)
    assert b'"=HYPERLINK(""x""), Ada"' in raw
    assert any("1 cells of export.csv look like formulas" in remark for remark in published.remarks)


REFUSED = {
    "another system's file": ("canvas", lms_exports.moodle(PEOPLE), "export.csv is not Canvas's gradebook"),
    "nothing": ("canvas", b"", "is not Canvas's gradebook"),
    "a workbook": ("brightspace", b"PK\x03\x04\xff\xfe\x00\x9c", "is a workbook or a zip, not a table"),
    "no text": ("brightspace", b"\xff\x9c\x81", "in an encoding that it does not tell"),
    "another separator": (
        "moodle",
        lms_exports.moodle(PEOPLE).replace(b",", b";"),
        "parted by semicolons, not by commas",
    ),
    "no such assignment": (
        "canvas",
        lms_exports.canvas(PEOPLE).replace(b"Toys that double (502)", b"Joys (502)"),
        "no column of grades in export.csv is called 'toy' or 'Toys that double'; there are 'Essay, first",
    ),
    "two such assignments": (
        "canvas",
        lms_exports.canvas(PEOPLE).replace(b"Quiz (503)", b"Toy (503)"),
        "several columns of grades in export.csv are called",
    ),
    "a line of points possible is missing": (
        "canvas",
        lms_exports.canvas(PEOPLE).replace(b"    Points Possible", b"Somebody"),
        "no line of points possible",
    ),
    "a person twice": ("canvas", lms_exports.canvas([ADA, ADA]), "lines 4 and 5 .* have the same ID '101'"),
    "a person without a number": (
        "moodle",
        lms_exports.moodle(PEOPLE).replace(b"Participant 102", b"Participant"),
        "line 4 of export.csv has the identifier 'Participant'",
    ),
    "a scale": (
        "moodle",
        lms_exports.moodle(PEOPLE, most="Bad, good").replace(b"Maximum Grade", b"Scale"),
        "tells no one maximum of points, but Bad, good",
    ),
    "several maxima": (
        "moodle",
        lms_exports.moodle(PEOPLE).replace(b",100.00,", b",10.00,", 1),
        "tells no one maximum of points, but 10.00, 100.00",
    ),
    "no date of the grade": (
        "moodle",
        lms_exports.moodle(PEOPLE).replace(b"Last modified (grade)", b"Changed"),
        "no column 'Last modified \\(grade\\)'",
    ),
    "an open quote": ("moodle", lms_exports.moodle(PEOPLE)[:-10], "has a quote that does not end"),
    "a short line": (
        "canvas",
        lms_exports.canvas(PEOPLE)
        .replace(b'"Lovelace, Ada",101,S000101,u101', b"", 1)
        .replace(b',"Week, 1 and Week 2",7.50,,,75.00,50.00\r\n', b'"Lovelace, Ada",101\r\n', 1),
        "line 4 of export.csv has 2 cells",
    ),
    "strangers": (
        "canvas",
        lms_exports.canvas([Person(900 + at, "No", "Body") for at in range(3)]),
        "no row of export.csv is a student who has a grade",
    ),
    "another assignment's participants": (
        "moodle",
        lms_exports.moodle([Person(900 + at, "No", "Body") for at in range(3)]),
        "see that it is of this course and this assignment",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_the_one_is_refused_and_nothing_is_written(course, case):
    target, raw, said = REFUSED[case]
    with pytest.raises(CourseError, match=f"(?s){said}"):
        into(course, target, raw)
    assert not (course.root / "published").exists()


def test_a_refusal_says_what_was_asked_what_is_wrong_and_what_to_do(course):
    with pytest.raises(CourseError) as refused:
        into(course, "brightspace", lms_exports.brightspace(PEOPLE), column="Qwiz")
    assert str(refused.value).splitlines() == [
        "Publishing toy to brightspace:",
        "no column of grades in export.csv is called 'Qwiz'; there are 'Quiz Points Grade', 'Toys that "
        "double Points Grade <Numeric MaxPoints:100 Weight:10>'.",
        "Remedy: name the one to fill with --column, by its heading or the number in it; where the "
        "assignment is not there, the file is of another course or was exported before it was made.",
    ]


def test_a_plain_table_takes_nothing_that_belongs_to_a_system(course):
    with pytest.raises(CourseError, match="a plain table has no template"):
        publish(course, "toy", Asked("csv", scale=True))


def test_without_a_template_it_is_said_where_to_get_it(course):
    with pytest.raises(CourseError, match=r"(?s)into Moodle's grading worksheet.*Download grading worksheet"):
        publish(course, "toy", Asked("moodle"))


def test_a_column_is_taken_by_its_heading_its_title_or_its_number(course):
    for column in ("Quiz", "503", "Quiz (503)"):
        raw, _ = into(course, "canvas", lms_exports.canvas(PEOPLE), column=column, scale=True)
        assert lms_readers.canvas(raw, 503)[BOB.number] == "4.53"


def test_moodle_s_worksheet_in_another_language_needs_the_name_of_its_column(course):
    export = lms_exports.moodle(PEOPLE)
    for ours, theirs in (
        (b"Identifier", b"Kennung"),
        (b",Grade,", b",Bewertung,"),
        (b"Maximum Grade", b"Bestwertung"),
        (b"Full name", b"Name"),
        (b"Email address", b"E-Mail"),
        (b"Participant ", b"Teilnehmer"),
    ):
        export = export.replace(ours, theirs)
    with pytest.raises(CourseError, match=r"(?s)is not Moodle's grading worksheet.* name its column of gr"):
        into(course, "moodle", export)
    told = {"system": "Moodle", "number": "102", "name": "Bob O Neil", "team": ""}
    record.keep(course, "toy", {BOB.login: told})
    raw, published = into(course, "moodle", export, column="Bewertung")
    assert published.grades == 1
    assert b"Teilnehmer102" in raw
    assert b",90.5," in raw
    with pytest.raises(CourseError, match=r"'Bewertung' in export.csv is out of 50 points"):
        into(course, "moodle", export.replace(b"100.00", b"50.00"), column="Bewertung")


def test_a_name_decides_nothing_unless_it_is_asked_to(toy_course):
    rows = [{"id": f"x{at}", "first_name": one.first, "last_name": one.last} for at, one in enumerate(PEOPLE)]
    enter(toy_course.db_url, "toy", roster_of(rows, "names.csv"))
    give(toy_course, {row["id"]: (1.0, 0.0) for row in rows})
    with pytest.raises(CourseError, match="--by-name"):
        into(toy_course, "brightspace", lms_exports.brightspace(PEOPLE))
    raw, published = into(toy_course, "brightspace", lms_exports.brightspace(PEOPLE), by_name=True)
    assert set(read("brightspace", raw).values()) == {"1"}
    assert published.odd == ()


def test_a_plain_table_is_safe_to_open_and_has_everybody(course):
    enter(course.db_url, "toy", roster_of([row_of(replace(ADA, last="=1+1"))], "names.csv"))
    published = publish(course, "toy", Asked("csv"))
    rows = list(csv.DictReader(io.StringIO(published.file.read_text())))
    assert [(row["student"], row["points"], row["max"]) for row in rows] == [
        ("u101", "40.5", "100.0"),
        ("u102", "90.5", "100.0"),
        ("u103", "9.25", "100.0"),
    ]
    assert rows[0]["last_name"] == "'=1+1"


def written(course, points):
    """Pages that tell these points."""
    for student, total in points.items():
        page = course.feedback / student / "toy" / "toy.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<h1>Toys: {total} of 100 points</h1> {student}")


def test_a_page_that_is_missing_or_tells_other_points_is_left_out_and_told(course):
    written(course, {ADA.login: "40.5", BOB.login: "12"})
    _, published = into(course, "moodle", lms_exports.moodle(PEOPLE))
    pages = lms_readers.moodle_pages(published.pages.read_bytes(), {101, 102, 103})
    assert pages == {101: {"toy.html": b"<h1>Toys: 40.5 of 100 points</h1> u101"}}
    assert {(odd.who, odd.problem) for odd in published.odd} == {
        (BOB.login, "the page tells 12 points, the grade is 90.5"),
        (CEM.login, "there is no page"),
    }


def test_the_same_again_changes_nothing(course):
    written(course, {ADA.login: "40.5", BOB.login: "90.5", CEM.login: "9.25"})
    first, published = into(course, "moodle", lms_exports.moodle(PEOPLE))
    packed = published.pages.read_bytes()
    second, again = into(course, "moodle", first)
    assert (second, again.pages.read_bytes()) == (first, packed)


def page_name(target, person, **told):
    """What the person's page is called in the zip."""
    return SYSTEMS[target].page(row(1, person.name, str(person.number)), told, "toy")


@pytest.mark.parametrize(
    ("target", "file", "name"),
    [
        ("canvas", "lovelaceada_101_77_9_8_my.ipynb", "lovelaceada_101_77_toy.html"),
        ("canvas", "lovelaceada_LATE_101_77_x.zip/a/toy.ipynb", "lovelaceada_LATE_101_77_toy.html"),
        ("canvas", "all/lovelaceada_101_77_toy.ipynb", "lovelaceada_101_77_toy.html"),
        ("canvas", "doe_102_77_toy.ipynb", ""),
        ("canvas", "", ""),
        ("moodle", "", "Ada Lovelace_101_assignsubmission_file_/toy.html"),
        (
            "brightspace",
            "12-3 - Ada Lovelace - Oct 10, 2025 1022 AM/toy.ipynb",
            "12-3 - Ada Lovelace - Oct 10, 2025 1022 AM/toy.html",
        ),
        (
            "brightspace",
            "12-3 - Ada Lovelace - Oct 10, 2025 1022 AM - my.ipynb",
            "12-3 - Ada Lovelace - Oct 10, 2025 1022 AM - toy.html",
        ),
    ],
)
def test_a_page_is_called_as_the_download_called_the_submission(target, file, name):
    """Of which the student chose no letter."""
    assert page_name(target, ADA, file=file, number="101") == name


def test_a_name_leads_nowhere_out_of_the_zip():
    name = page_name("moodle", replace(ADA, first="../../Ada_", last="x/\n\u202e" + "y" * 300))
    assert name == f".. .. Ada x {'y' * 68}_101_assignsubmission_file_/toy.html"
    assert page_name("moodle", replace(ADA, first="", last="")).startswith("Participant_101_")


def test_a_team_s_page_is_named_by_the_member_who_handed_it_in(course):
    told = {
        "system": "Canvas",
        "number": "101",
        "file": "x_101_77_toy.ipynb",
        "source": "d.zip",
        "digest": "d",
    }
    record.keep(course, "toy", {ADA.login: told, BOB.login: told})
    written(course, {ADA.login: "40.5", BOB.login: "90.5"})
    raw, published = into(course, "canvas", lms_exports.canvas([ADA, BOB]))
    assert lms_readers.canvas_pages(published.pages.read_bytes(), {101: {77}}).keys() == {101}
    assert [odd.who for odd in published.odd] == [CEM.login]
    assert read("canvas", raw) == {ADA.login: "40.5", BOB.login: "90.5"}


def test_a_full_disk_leaves_nothing_half_written(course, monkeypatch):
    written(course, {ADA.login: "40.5", BOB.login: "90.5", CEM.login: "9.25"})
    writestr, done = zipfile.ZipFile.writestr, []

    def full(archive, entry, *more):
        if done:
            raise OSError(28, "No space left on device")
        done.append(entry)
        writestr(archive, entry, *more)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(CourseError, match="No space left"):
        into(course, "moodle", lms_exports.moodle(PEOPLE))
    assert list((course.root / "published" / "toy").iterdir()) == []


def test_a_system_without_an_upload_of_pages_gets_no_zip(course):
    written(course, {ADA.login: "40.5"})
    _, published = into(course, "blackboard", lms_exports.blackboard(PEOPLE))
    assert (published.pages, published.odd) == (None, ())


@pytest.mark.parametrize("target", ["canvas", "moodle"])
def test_a_class_goes_from_the_download_to_the_system_and_back(toy_course, target):
    """Nobody has an id of the institution's: the numbers of the download are all that there is."""
    books = {ADA: RIGHT, BOB: WRONG, CEM: submitted({"double": "def double(x):\n    return x + x"})}
    download = toy_course.root / "download.zip"
    download.write_bytes(getattr(lms_exports, f"{target}_download")(books))
    collect(toy_course, "toy", [download])
    grade(toy_course, "toy", settings=Settings(jobs=1))
    feedback(toy_course, "toy", jobs=1)
    raw, published = into(toy_course, target, getattr(lms_exports, target)(PEOPLE), **UNMARKED)
    assert (published.grades, published.packed, published.odd) == (3, 3, ())
    totals = [total_of(toy_course, one) for one in PEOPLE]
    assert list(read(target, raw).values()) == totals
    assert totals[0] == "90.5"
    numbers = {one.number for one in PEOPLE}
    packed = published.pages.read_bytes()
    if target == "canvas":
        pages = lms_readers.canvas_pages(packed, {one.number: {lms_exports.file_of(one)} for one in PEOPLE})
    else:
        files = lms_readers.moodle_pages(packed, numbers)
        pages = {number: found["toy.html"] for number, found in files.items()}
    for one, total in zip(PEOPLE, totals, strict=True):
        assert f"{lms_exports.TITLE}: {total} of 100 points".encode() in pages[one.number]
    students = {told["number"]: student for student, told in record.load(toy_course, "toy").items()}
    with Gradebook(toy_course.db_url) as book:
        book.find_grade("written-why", "toy", "toy", students["101"]).manual_score = 3.5
        book.db.commit()
    _, again = into(toy_course, target, getattr(lms_exports, target)(PEOPLE), **UNMARKED)
    assert [odd.problem for odd in again.odd] == ["the page tells 90.5 points, the grade is 94"]


def total_of(course, person):
    """What scores tells of the person, whatever their id became."""
    told = record.load(course, "toy")
    (student,) = [student for student, one in told.items() if one["number"] == str(person.number)]
    return f"{sum(row.points for row in scores(course, 'toy', [student])):g}"


def test_the_command_tells_what_to_upload_where_and_ends_with_1_when_somebody_is_listed(
    course, monkeypatch, capsys
):
    monkeypatch.setattr(cli, "Course", lambda root: course)
    template = course.root / "worksheet.csv"
    template.write_bytes(lms_exports.moodle(PEOPLE))
    asked = ["publish", "toy", "--to", "moodle", "--template", str(template)]
    assert cli.main(asked) == 0
    said = capsys.readouterr().out
    assert "3 grades in" in said
    assert "Upload grading worksheet" in said
    assert "run python -m autograder feedback toy" in said
    template.write_bytes(lms_exports.moodle([ADA, BOB]))
    assert cli.main([*asked, "--out", str(course.root / "elsewhere")]) == 1
    assert "u103" in capsys.readouterr().out
    assert (course.root / "elsewhere" / "moodle-grades.csv").exists()


def test_the_command_takes_every_system_that_there_is():
    for target in TARGETS:
        assert cli.parser().parse_args(["publish", "toy", "--to", target]).to == target
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["publish", "toy", "--to", "sakai"])


def test_the_course_s_own_table_of_names_is_taken_unasked(course, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: course)
    template = course.root / "export.csv"
    template.write_bytes(lms_exports.brightspace([replace(ADA, number=777), BOB, CEM]))
    asked = ["publish", "toy", "--to", "brightspace", "--template", str(template)]
    assert cli.main(asked) == 1
    course.roster.write_text("id,org\nu101,S000777\nu102,\nu103,\n")
    assert cli.main(asked) == 0
    assert cli.main(["publish", "toy", "--to", "csv"]) == 0


def test_whoever_has_the_same_problem_stands_in_one_line():
    odd = [Odd("ada", "x", "do y"), Odd("bob", "z", "do y"), Odd("cem", "x", "do y")]
    console = Console(file=io.StringIO(), width=60)
    show(Published(Path("grades.csv"), 0, odd=tuple(odd)), "csv", "toy", console)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert ["ada,", "cem", "x", "do", "y"] in lines
    assert ["bob", "z"] in lines


# Matching alone.


def one(student, number="", ids=(), name=""):
    keys = {("student", folded(student)), ("id", folded(student)), *(("id", folded(text)) for text in ids)}
    keys |= {("number", number)} if number else set()
    return Known(student, frozenset(keys), frozenset({words(name)} if name else ()))


def row(line, name="", number="", ids=()):
    return Row(line, name, number, tuple(ids))


def test_a_row_whose_ids_are_two_students_is_nobody_s():
    found = matched([row(1, ids=("ada", "bob"))], [one("ada"), one("bob")])
    assert found.rows == {}
    assert found.doubtful[0][1] == "its ids are those of ada and of bob"


def test_an_id_that_two_students_share_means_neither():
    students = [one("ada", ids=("same@x.org",)), one("bob", ids=("same@x.org",))]
    assert len(matched([row(1, ids=("same@x.org",))], students).unknown) == 1


def test_two_rows_of_one_student_are_both_left_alone():
    found = matched([row(1, ids=("ada",)), row(2, ids=("a@x.org",))], [one("ada", ids=("a@x.org",))])
    assert found.rows == {}
    assert [why for _, why in found.doubtful] == ["2 rows are ada"] * 2


def test_the_system_s_own_number_goes_before_other_ids():
    students = [one("ada", number="7"), one("bob")]
    assert matched([row(1, number="7", ids=("bob",))], students).rows.keys() == {"ada"}


def test_an_id_with_a_name_that_has_no_word_of_the_student_s_is_in_doubt():
    students = [one("s1", name="Ada Lovelace")]
    assert matched([row(1, "Lovelace, Ada M.", ids=("s1",))], students).rows.keys() == {"s1"}
    (doubt,) = matched([row(1, "Bob Ray", ids=("s1",))], students).doubtful
    assert "who is called ada lovelace" in doubt[1]


def test_a_name_that_two_have_decides_nothing_even_when_names_may():
    students = [one("a", name="Ada Ray"), one("b", name="Ada Ray"), one("c", name="Cem Lee")]
    rows = [row(1, "Ada Ray"), row(2, "Lee, Cem")]
    found = matched(rows, students, by_name=True)
    assert found.rows.keys() == {"c"}
    assert len(found.unknown) == 1


def test_two_rows_of_a_name_or_a_name_of_one_word_decide_nothing():
    students = [one("c", name="Cem Lee"), one("p", name="Plato")]
    rows = [row(1, "Lee, Cem"), row(2, "Cem Lee"), row(3, "Plato")]
    found = matched(rows, students, by_name=True)
    assert (found.rows, found.unknown) == ({}, tuple(rows))


def test_a_team_s_number_is_nobody_s_even_where_one_member_is_known():
    told = {"ada": {"system": "Moodle", "number": "7", "name": "Group 1", "team": "Group 1"}}
    students = known_students({}, told, None, SYSTEMS["moodle"])
    assert matched([row(1, number="7")], students).rows == {}


def test_a_team_s_number_is_nobody_s():
    told = {
        name: {"system": "Canvas", "number": "7", "name": "x", "team": team}
        for name, team in (("ada", "Group 1"), ("bob", "Group 1"), ("cem", ""))
    }
    told["cem"]["number"] = "8"
    students = known_students({}, told, None, SYSTEMS["canvas"])
    found = matched([row(1, number="7"), row(2, number="8")], students)
    assert found.rows.keys() == {"cem"}


def test_a_number_of_another_system_s_download_is_none_here():
    told = {"ada": {"system": "Moodle", "number": "7", "name": "Ada", "team": ""}}
    assert matched([row(1, number="7")], known_students({}, told, None, SYSTEMS["canvas"])).rows == {}


def test_a_number_of_one_assignment_of_moodle_s_is_nobody_s_for_good():
    """Somebody else's user number in the gradebook, or any number in a table of names, may be the same."""
    roster = roster_of([{"id": "ada", "seat": "17"}], "names.csv")
    students = known_students({"bob": {"lms_user_id": "17"}}, {}, roster, SYSTEMS["moodle"])
    assert matched([row(1, number="17")], students).rows == {}


def test_a_table_of_names_may_call_students_anything():
    roster = roster_of([{"id": "ada", "orgid": "S-17"}, {"id": "bob", "orgid": "S-18"}], "names.csv")
    found = matched(
        [row(1, ids=("S17",)), row(2, ids=("S18",))], known_students({}, {}, roster, SYSTEMS["brightspace"])
    )
    assert {student: one.line for student, one in found.rows.items()} == {"ada": 1, "bob": 2}


IDS = {
    "canvas": ("number", "lms_user_id"),
    "moodle": ("number", "email"),
    "brightspace": ("id", "lms_user_id"),
    "blackboard": ("id", "number"),
    "gradescope": ("email", "number"),
}


def known_as(how, target, person):
    """What a gradebook and a download tell of the person, of which one thing is in the system's file."""
    theirs = person.sis if target in ("brightspace", "gradescope") else person.number
    name = person.login if target == "blackboard" else person.word
    number = (
        person.sis if target == "gradescope" else person.login if target == "blackboard" else person.number
    )
    download = {"system": SYSTEMS[target].told, "number": str(number), "name": name, "team": ""}
    gradebook = {
        "email": person.email if how == "email" else "",
        "lms_user_id": str(theirs) if how == "lms_user_id" else "",
    }
    return gradebook, download if how == "number" else {}


def entered(target, raw, people):
    """The grades that the system would enter, by the person's number."""
    if target == "canvas":
        numbers = {person.number for person in people}
        found = {user: text for user, text in lms_readers.canvas(raw, 502).items() if user in numbers}
    elif target == "moodle":
        found = lms_readers.moodle(raw, {person.number for person in people}, 1e9)
    else:
        by_id = {one.sis if target == "gradescope" else one.login: one.number for one in people}
        reader = getattr(lms_readers, target)
        more = {"brightspace": (lms_exports.TITLE,), "blackboard": (1281892,), "gradescope": ()}[target]
        found = {by_id[one]: text for one, text in reader(raw, *more).items()}
    return {number: float(text) for number, text in found.items() if text != ""}


@settings(derandomize=True, max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(size=st.integers(1, 1000), seed=st.integers(0, 2**32), target=st.sampled_from(list(SYSTEMS)))
def test_nobody_is_lost_and_nobody_twice(size, seed, target):
    """Whoever is on both sides has exactly their own grade; everybody else is told, on either side."""
    draw = random.Random(seed)
    people = [
        Person(
            1000 + at, draw.choice(("Ada", "Bob", "Cém", "=1")), draw.choice(("Ray", "O'Neil", "Lee, Jr."))
        )
        for at in draw.sample(range(5000), size)
    ]
    there = draw.sample(people, draw.randint(0, size))
    told, gradebook, grades, whose = {}, {}, {}, {}
    for at, person in enumerate(people):
        if draw.random() < 0.9:
            how = draw.choice(IDS[target])
            student = (
                person.login if how == "id" else draw.choice((f"x{at}", f"{person.word}_{person.number}"))
            )
            gradebook[student], told[student] = known_as(how, target, person)
            grades[student], whose[student] = Grade(student, at % 100 + 0.25), person
    system = SYSTEMS[target]
    raw = getattr(lms_exports, target)(there)
    table = read_table(raw, "x.csv", lambda names: system.fits(names, ""), system.separators, "it", "")
    exported = system.read(table, Wanted("toy", lms_exports.TITLE))
    found = matched(exported.rows, known_students(gradebook, told, None, system))
    filled = {(row.line, exported.column.at): grades[student].told() for student, row in found.rows.items()}
    both = {student for student, person in whose.items() if person in set(there)}
    assert entered(target, table.changed(filled, system.encodings), there) == {
        whose[student].number: grades[student].points for student in both
    }
    listed = [odd.who for odd in of_rows(grades, found, exported, system, 1.0)]
    strangers = [f"{one.last}, {one.first}" if target == "canvas" else one.name for one in there]
    for student in both:
        person = whose[student]
        strangers.remove(f"{person.last}, {person.first}" if target == "canvas" else person.name)
    assert sorted(listed) == sorted([*(grades.keys() - both), *strangers])
