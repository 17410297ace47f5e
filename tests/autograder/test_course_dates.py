"""What course.toml says of dates and points stands in nbgrader's tables and in all that is told."""

import csv
import io
import json
from datetime import datetime, timedelta

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from rich.console import Console
from traitlets.config import Config

from autograder.config import CONFIG_TEXT
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.driver import Settings, grade
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.lateness import require_one_rule
from autograder.grading.preprocessor import SaveAutoGrades, gradebook
from autograder.publishing.grades import grades
from autograder.reports.export import HandedIn
from autograder.reports.feedback import feedback
from autograder.reports.scores import as_csv, as_json, scores, show
from autograder.reports.sheets import read_sheets
from autograder.term.dates import DateKeeper, enter_dates
from autograder.term.points import plan_told
from autograder.term.settings import SETTINGS_FILE
from autograder.term.summary import summary
from tests.autograder.sabotage import Lent
from tests.autograder.toy_class import RIGHT, hand_in

# nbgrader's add_submission makes SQLAlchemy warn of an object outside the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

DUE = datetime(2026, 3, 1, 11)
TERM = """\
timezone = "Europe/Zurich"
grace = "15 min"
penalty = "10 % per day, at most 50 %"

[units.toy]
due = 2026-03-01T12:00:00
"""
EXTENSION = """
[[extensions]]
student = "bob"
unit = "toy"
until = 2026-03-03T12:00:00
why = "ill"
"""
CAME = {"ada": DUE + timedelta(hours=25), "bob": DUE + timedelta(days=1), "kim": DUE + timedelta(minutes=15)}
SCORES = {"check-double": 40.5, "check-quadruple": 50.0, "written-why": None}


@pytest.fixture
def course(toy_course):
    """Ada came a day and an hour late, bob a day, kim within the grace; nothing was executed for it."""
    (toy_course.root / SETTINGS_FILE).write_text(TERM + EXTENSION)
    toy_course.config_file.write_text(CONFIG_TEXT)
    enter(toy_course, *CAME)
    return toy_course


def book_of(course):
    return GradebookWriter(course.db_url, "toy", course.config(), DateKeeper(Assignment(course, "toy")))


def enter(course, *students):
    with book_of(course) as book:
        book.write([Entry(student, CAME[student], SCORES) for student in students])


def charge(course, text=None):
    """What a run of `grade` does when nothing has changed but course.toml."""
    if text is not None:
        (course.root / SETTINGS_FILE).write_text(text)
    with book_of(course) as book:
        book.charge({})
    return {student: sheet.late_penalty for student, sheet in read_sheets(course, "toy").items()}


def in_book(course):
    """Due date and extensions as nbgrader reads them."""
    with Gradebook(course.db_url) as book:
        extensions = {one.student.id: one.extension for one in book.assignment_submissions("toy")}
        return book.find_assignment("toy").duedate, {who: one for who, one in extensions.items() if one}


def test_dates_and_extensions_are_in_nbgraders_tables(course):
    assert in_book(course) == (DUE, {"bob": timedelta(days=2)})
    assert charge(course) == {"ada": pytest.approx(18.1), "bob": 0.0, "kim": 0.0}


def test_the_due_date_is_there_before_anybody_hands_in(toy_course):
    (toy_course.root / SETTINGS_FILE).write_text(TERM + EXTENSION)
    enter_dates(Assignment(toy_course, "toy"))
    assert in_book(toy_course) == (DUE, {})
    (toy_course.root / SETTINGS_FILE).unlink()
    enter_dates(Assignment(toy_course, "toy"))
    assert in_book(toy_course) == (None, {})


def test_what_course_toml_changes_counts_in_the_next_run(course):
    assert charge(course, TERM)["bob"] == pytest.approx(9.05)
    assert in_book(course) == (DUE, {})
    later = TERM.replace("03-01T12", "03-02T12")
    assert charge(course, later) == {"ada": pytest.approx(9.05), "bob": 0.0, "kim": 0.0}
    assert charge(course, TERM + 'penalty = ["50 % after 0 h"]')["ada"] == pytest.approx(45.25)
    assert charge(course, TERM + 'grace = "2 days"')["ada"] == 0.0
    assert charge(course, TERM + 'penalty = "none"')["ada"] == 0.0
    assert charge(course, TERM + "counts = false")["ada"] == 0.0
    assert charge(course, "")["ada"] == 0.0
    assert in_book(course) == (None, {})


def test_an_extension_counts_for_who_hands_in_later(course):
    charge(course, TERM + EXTENSION.replace("bob", "eve"))
    CAME_LATER = Entry("eve", DUE + timedelta(days=1), SCORES)
    with book_of(course) as book:
        book.write([CAME_LATER])
    assert in_book(course)[1] == {"eve": timedelta(days=2)}
    assert read_sheets(course, "toy")["eve"].late_penalty == 0.0


def test_what_a_person_entered_in_the_gradebook_stays_unless_course_toml_says_another(course):
    with Gradebook(course.db_url) as book:
        book.grant_extension("toy", "ada", days=3)
    assert charge(course)["ada"] == 0.0
    charge(course, TERM)
    assert in_book(course)[1] == {"ada": timedelta(days=3)}
    with Gradebook(course.db_url) as book:
        book.find_assignment("toy").duedate = DUE + timedelta(days=7)
        book.db.commit()
    charge(course, "")
    assert in_book(course)[0] == DUE + timedelta(days=7)
    charge(course, TERM + EXTENSION.replace("bob", "ada"))
    assert in_book(course) == (DUE, {"ada": timedelta(days=2)})


def test_a_damaged_note_of_what_was_entered_is_no_hindrance(course):
    (course.autograded / ".stagewise" / "toy.dates.json").write_text("[]")
    assert charge(course)["ada"] == pytest.approx(18.1)
    assert charge(course, TERM)["bob"] == pytest.approx(9.05)


def test_a_note_that_was_lost_leaves_dates_as_a_persons(course):
    (course.autograded / ".stagewise" / "toy.dates.json").unlink()
    charge(course, TERM)
    assert in_book(course)[1] == {"bob": timedelta(days=2)}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("AssignLatePenalties", {"plugin_class": "mine.Own"}),
        ("LateSubmissionPlugin", {"penalty_method": "zero"}),
    ],
)
def test_two_rules_for_lateness_are_refused(course, setting, value):
    config = Config({setting: value})
    with pytest.raises(CourseError, match=rf"a penalty for toy, and nbgrader_config\.py sets c\.{setting}"):
        require_one_rule(Assignment(course, "toy"), config)
    (course.root / SETTINGS_FILE).write_text("")
    require_one_rule(Assignment(course, "toy"), config)


def test_nbgraders_own_method_counts_where_course_toml_names_no_penalty(course):
    course.config_file.write_text(CONFIG_TEXT + 'get_config().LateSubmissionPlugin.penalty_method = "zero"\n')
    dates_alone = TERM.replace('penalty = "10 % per day, at most 50 %"\n', "")
    assert charge(course, dates_alone) == {"ada": 90.5, "bob": 90.5, "kim": 0.0}


def test_scores_tell_due_date_lateness_and_extension(course):
    rows = scores(course, "toy")
    told = {row["student"]: row for row in json.loads(as_json(rows))}
    dates = {who: (row["due"], row["seconds_late"], row["extension"]) for who, row in told.items()}
    due = "2026-03-01T12:00:00+01:00"
    assert dates == {
        "ada": (due, 90_000.0, ""),
        "bob": ("2026-03-03T12:00:00+01:00", 0.0, "ill"),
        "kim": (due, 900.0, ""),
    }
    assert "counts" not in told["ada"]
    console = Console(record=True, width=160, file=io.StringIO())
    show(rows, console)
    text = console.export_text()
    assert "late-penalty: handed in 1 d 1 h late: 18.1 points were taken off" in text
    assert "extension until 2026-03-03 12:00: ill" in text
    assert "handed in 15 min late: it costs nothing" in text
    assert summary(course, "toy") == (
        "Due 2026-03-01 12:00 (Europe/Zurich), 15 min of grace.",
        "Lateness costs 10 % per day, at most 50 %.",
    )


def test_an_extension_that_a_person_granted_is_told_without_a_reason(course):
    with Gradebook(course.db_url) as book:
        book.grant_extension("toy", "ada", days=3)
    assert {row.extension for row in scores(course, "toy", ["ada"])} == {"granted"}


def test_a_course_without_dates_tells_of_none(course):
    charge(course, "")
    assert "due" not in as_csv(scores(course, "toy")).splitlines()[0]
    assert summary(course, "toy") == ()


def exported(course, **more):
    place = course.root / "grades.csv"
    with Gradebook(course.db_url) as book:
        HandedIn(to=str(place), config=course.config(), **more).export(book)
    return {row["student_id"]: row for row in csv.DictReader(place.read_text().splitlines())}


def test_other_points_are_told_everywhere_with_shares_as_they_were(course):
    """The gradebook and the form grader stay in the points of the unit's source."""
    assert charge(course, TERM + "points = 50")["ada"] == pytest.approx(18.1)
    rows = scores(course, "toy", ["ada"])
    assert [(row.points, row.max) for row in rows] == [
        (20.25, 20.25),
        (25.0, 25.0),
        (0.0, 4.75),
        (-9.05, 0.0),
    ]
    assert rows[-1].diagnosis == "handed in 1 d 1 h late: 9.05 points were taken off"
    told = exported(course)["ada"]
    assert [float(told[name]) for name in ("raw_score", "score", "max_score")] == [45.25, 36.2, 50.0]
    assert "Worth 50 points (its source has 100)." in summary(course, "toy")
    assert grades(course, "toy")["ada"].told() == "36.2"
    plan = plan_told(course, "toy")
    assert (plan.points, [cell.points for cell in plan.cells if cell.points]) == (50.0, [20.25, 25.0, 4.75])


def test_points_of_a_penalty_are_those_of_the_course(course):
    text = TERM + 'points = 50\npenalty = "5 points per day"'
    assert charge(course, text)["ada"] == pytest.approx(20.0)
    assert exported(course)["ada"]["late_submission_penalty"] == "10.0"


def test_a_unit_that_does_not_count_is_told_and_exported_only_by_name(course):
    charge(course, TERM + "counts = false")
    rows = scores(course, "toy")
    assert {row["counts"] for row in json.loads(as_json(rows))} == {False}
    assert summary(course, "toy")[-1] == "This unit does not count."
    assert exported(course) == {}
    assert exported(course, assignment=["toy"]).keys() == CAME.keys()


def test_all_ways_of_grading_charge_alike(course, template):
    """Ours, and the steps of nbgrader's own, which the form grader's button takes."""
    hand_in(course, ada=RIGHT)
    stamp = course.submitted / "ada" / "toy" / "timestamp.txt"
    stamp.write_text(f"{CAME['ada']} UTC")

    def charged():
        with Gradebook(course.db_url) as book:
            found = book.find_submission("toy", "ada")
            return found.duedate, found.score, found.late_submission_penalty

    grade(course, "toy", settings=Settings(jobs=1), templates=Lent(template))
    ours = charged()
    assert ours == (DUE, 90.5, pytest.approx(18.1))
    with Gradebook(course.db_url) as book:
        book.remove_submission("toy", "ada")
        book.find_assignment("toy").duedate = None
        book.db.commit()
        book.add_submission("toy", "ada", timestamp=CAME["ada"])
    graded = nbformat.read(Assignment(course, "toy").graded("ada"), as_version=4)
    where = {"student": "ada", "assignment": "toy", "notebook": "toy", "db_url": course.db_url}
    for step in (SaveAutoGrades, AssignLatePenalties):
        step(config=course.config()).preprocess(graded, {"nbgrader": where})
    gradebook.cache_clear()
    assert charged() == ours
    feedback(course, "toy", ["ada"], jobs=1)
    page = (course.feedback / "ada" / "toy" / "toy.html").read_text()
    assert "72.4 of 100 points" in page
    assert "handed in 1 d 1 h late: 18.1 points were taken off" in page
