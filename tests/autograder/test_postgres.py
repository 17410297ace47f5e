"""A course whose gradebook is a PostgreSQL database: every part works there as on a file."""

import csv
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook

from autograder import doctor
from autograder.cli import main
from autograder.course import Assignment, Course
from autograder.database import opened, writing
from autograder.errors import CourseError
from autograder.grading import driver
from autograder.grading.driver import Settings, grade
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.marking.desk import Desk, Marker
from autograder.reports.feedback import feedback
from autograder.reports.scores import scores
from autograder.reports.sheets import read_sheets
from autograder.synthetic import students
from autograder.synthetic.students import HONEST, draw_class
from autograder.term.dates import DateKeeper
from autograder.term.settings import SETTINGS_FILE
from autograder.units.prepare import prepare
from reference.kit import units
from tests.autograder.neighbour import nbgrader, started
from tests.autograder.postgres import IN_A_URL, PASSWORD, configure
from tests.autograder.toy_class import RIGHT, WRONG, class_in, hand_in
from tests.autograder.toy_outcome import outcome, points
from tests.autograder.toy_unit import course_of, load
from tests.autograder.written_class import WHY, request, shown

# nbgrader's add_submission makes SQLAlchemy warn of an object outside the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

JOBS = Settings(jobs=2)


@pytest.fixture(scope="module")
def built(server, tmp_path_factory):
    """A course with the toy unit, and its database to copy."""
    root = tmp_path_factory.mktemp("toy")
    database = server.new()
    configure(root, server.url(database))
    prepare(course_of(root), ["toy"], load=load)
    return root, database


@pytest.fixture
def course(server, built, tmp_path, monkeypatch):
    """A fresh course, in a database of its own, with two submissions."""
    monkeypatch.setattr(units, "load", load)
    root, template = built
    made = class_in(tmp_path / "served", root, ada=RIGHT, bob=WRONG)
    configure(made.root, server.url(server.new(template)))
    return made


def test_a_written_answer_is_marked_on_a_server_as_in_a_file(course):
    grade(course, "toy", settings=JOBS)
    desk = Desk(Assignment(course, "toy"), Marker())
    desk.mark(request(shown(desk)["ada"], points=3.5, comment="Show the formula."))
    sheet = read_sheets(course, "toy")["ada"]
    assert (sheet.marks[WHY].manual, sheet.marks[WHY].waiting) == (3.5, False)
    assert sheet.comments[WHY] == "Show the formula."
    assert shown(desk)["ada"]["state"] == "marked"


def test_a_course_is_built_graded_regraded_and_reported_without_a_file(course):
    assert prepare(course, ["toy"], load=load) == ()  # the database knows the unit
    grade(course, "toy", settings=JOBS)
    assert points(course) == {"ada": 90.5, "bob": 0.0}
    assert {score.diagnosis for score in scores(course, "toy", ["bob"])} >= {"You square x."}

    hand_in(course, bob=RIGHT)
    again = grade(course, "toy", settings=JOBS)
    assert {done.record.student: done.graded for done in again} == {"ada": False, "bob": True}
    assert points(course) == {"ada": 90.5, "bob": 90.5}

    (page, _) = feedback(course, "toy", jobs=2)
    assert "90.5 of 100 points" in page.read_text()
    assert not course.gradebook.exists()


def test_what_grading_leaves_on_a_server_is_what_it_leaves_in_a_file(course, toy_course):
    hand_in(toy_course, ada=RIGHT, bob=WRONG)
    for one in (course, toy_course):
        grade(one, "toy", settings=JOBS)
    served, filed = outcome(course), outcome(toy_course)
    assert set(filed.names) - set(served.names) == {"gradebook.db"}
    assert served == replace(filed, names=served.names)


def test_another_database_is_built_anew_before_grading(course, server):
    configure(course.root, server.url(server.new()))
    assert [built.unit for built in prepare(course, load=load)] == ["toy"]
    grade(course, "toy", settings=JOBS)
    assert points(course) == {"ada": 90.5, "bob": 0.0}


def test_dates_and_extensions_of_the_course_are_entered_there_too(course):
    text = "[units.toy]\ndue = 2026-03-01T12:00:00Z\npenalty = '10 % per day'\n[[extensions]]\n"
    text += "student = 'ada'\nunit = 'toy'\nuntil = 2026-03-03T12:00:00Z\n"
    (course.root / SETTINGS_FILE).write_text(text)
    came = datetime(2026, 3, 3, 13)
    with GradebookWriter(
        course.db_url, "toy", course.config(), DateKeeper(Assignment(course, "toy"))
    ) as book:
        book.write([Entry(student, came, {"check-double": 40.0}) for student in ("ada", "bob")])
        (course.root / SETTINGS_FILE).write_text(text.partition("[[")[0])
        book.charge({})
    sheets = read_sheets(course, "toy")
    assert {one: sheet.late_penalty for one, sheet in sheets.items()} == {"ada": 12.0, "bob": 12.0}
    assert {sheet.due for sheet in sheets.values()} == {datetime(2026, 3, 1, 12, tzinfo=UTC)}


def test_a_changed_unit_is_built_while_students_have_grades(course):
    grade(course, "toy", settings=JOBS)
    source = course.unit_source("toy")
    source.write_text(source.read_text() + "\n# %% [markdown]\n# More.\n")
    (built,) = prepare(course, ["toy"], load=load)
    assert built.graded == 2
    assert points(course) == {"ada": 90.5, "bob": 0.0}


def test_a_connection_that_was_lost_between_writes_is_made_again(course, server):
    with GradebookWriter(course.db_url, "toy") as book:
        server.ask("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
        book.write([Entry("ada", None, {"check-double": 40.5})])
    assert points(course)["ada"] == 40.5


def test_a_connection_that_is_lost_in_a_transaction_is_one_error_and_nothing_is_written(course, server):
    def cut():
        wait_until(lambda: waiting(server))
        server.ask(f"select pg_terminate_backend({waiting(server)[0]})")

    holder = opened(course.db_url)
    thread = threading.Thread(target=cut)
    with GradebookWriter(course.db_url, "toy") as book, writing(holder, "toy"):
        thread.start()
        with pytest.raises(CourseError, match=r"grader:\*\*\*@.*could not be used"):
            book.write([Entry("ada", None, {"check-double": 40.5})])
        thread.join()
    holder.dispose()
    assert points(course) == {}


def test_a_server_that_goes_away_in_mid_run_is_one_error_and_the_next_run_completes(
    course, server, monkeypatch
):
    monkeypatch.setattr(driver, "_BATCH", 1)  # so that the first is written before the others are graded
    hand_in(course, **{f"s{number}": RIGHT for number in range(3)})

    def stop(done, total):
        written.append(done.record.student)
        server.stop()

    written = []
    with pytest.raises(CourseError, match="could not be used") as caught:
        grade(course, "toy", settings=replace(JOBS, jobs=1), on_done=stop)
    code = main(["grade", "toy", "--course", str(course.root)])
    server.start()
    assert code == 1
    assert PASSWORD not in str(caught.value)
    assert len(written) == 1
    again = grade(course, "toy", settings=JOBS)
    assert [done.record.student for done in again if not done.graded] == written
    assert points(course) == {"ada": 90.5, "bob": 0.0, "s0": 90.5, "s1": 90.5, "s2": 90.5}


def test_two_writers_of_a_unit_wait_for_one_another(course, server):
    """Without the lock both find no row of ada's and both add one, and the second of them fails."""
    first, second = (GradebookWriter(course.db_url, "toy") for _ in range(2))
    with first, second:
        with first._transaction() as db:
            thread = threading.Thread(target=second.write, args=[[Entry("ada", None, {"check-double": 2.0})]])
            thread.start()
            wait_until(lambda: waiting(server))
            first._store(db, [Entry("ada", None, {"check-double": 1.0})])
        thread.join()
    sheet = read_sheets(course, "toy")["ada"]
    assert sheet.marks["check-double"].auto == 2.0


def test_nbgraders_own_writer_waits_too(course, server):
    def hand_in():
        with Gradebook(course.db_url) as theirs:
            theirs.add_student("ada")
            theirs.update_or_create_submission("toy", "ada")

    with GradebookWriter(course.db_url, "toy") as ours:
        with ours._transaction():
            thread = threading.Thread(target=hand_in)
            thread.start()
            wait_until(lambda: waiting(server))
        thread.join()
    assert points(course) == {"ada": 0.0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace(IN_A_URL, "wrong%21word"), "password authentication failed"),
        (lambda url: url.replace("host=", "host=/nowhere"), "could not be used"),
        (lambda url: url.replace("@/course", "@/nothing"), "does not exist"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_error_without_the_password(course, change, said, capsys):
    configure(course.root, change(course.db_url))
    for command in (["grade", "toy"], ["scores", "toy"]):
        assert main([*command, "--course", str(course.root)]) == 1
    err = capsys.readouterr().err
    assert "Remedy" in err
    assert "Traceback" not in err
    if "grade" in said:
        assert said in err
    for secret in (PASSWORD, IN_A_URL, "wrong!word", "wrong%21word"):
        assert secret not in err


def test_the_doctor_tells_which_gradebook_and_whether_it_answers(course, server):
    found = doctor._gradebook(course)
    assert found.good
    assert "grader:***@" in found.found
    configure(course.root, course.db_url.replace(IN_A_URL, "wrong"))
    found = doctor._gradebook(course)
    assert (found.good, found.needed) == (False, True)
    assert "password authentication failed" in found.found


def test_nbgraders_own_commands_write_and_read_the_same_database(server, tmp_path):
    """Two autograde at once, the pages and the table of nbgrader: all from the database."""
    configure(tmp_path, server.url(server.new()))
    course = Course(tmp_path)
    prepare(course, ["batchnorm"])
    drawn = draw_class(course, "batchnorm", 2, 3, HONEST)
    students.hand_in(course, drawn)
    at_once = [started(course, "autograde", "batchnorm", f"--student={student.name}") for student in drawn]
    for process in at_once:
        said, _ = process.communicate()
        assert process.returncode == 0, said
    stock = points(course, "batchnorm")
    grade(course, "batchnorm", settings=replace(JOBS, force=True))
    ours = points(course, "batchnorm")
    assert stock == ours
    assert set(ours) == {student.name for student in drawn}

    assert nbgrader(course, "generate_feedback", "batchnorm").returncode == 0
    assert nbgrader(course, "export", "--to=grades.csv").returncode == 0
    with (tmp_path / "grades.csv").open() as file:
        told = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert told == pytest.approx(ours)


def waiting(server):
    """Process ids of connections that wait for a lock."""
    return [pid for (pid,) in server.ask("select pid from pg_stat_activity where wait_event_type = 'Lock'")]


def wait_until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "nobody waited"
