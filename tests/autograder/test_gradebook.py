"""Our rows are the rows that nbgrader's own preprocessors write for the same graded notebook."""

import os
import shutil
from datetime import datetime, timedelta

import nbformat
import pytest
from nbgrader.api import Comment, Grade, Gradebook, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy import event
from traitlets.config import Config

from autograder.errors import CourseError
from autograder.grading import preprocessor
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.units.release import make_gradebook
from tests.autograder.graded_toy import ANSWERS, released, toy_plan

# nbgrader's add_submission makes SQLAlchemy warn of an object outside the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

PLAN = toy_plan()
DUE = datetime(2026, 3, 1, 12)
SCORES = {"check-double": 20.25, "check-quadruple": 50.0, "written-why": None}


def fill(url):
    """Let a new gradebook know the toy unit."""
    make_gradebook(url)
    with Gradebook(url) as book:
        book.add_assignment("toy", duedate=DUE)
        book.add_notebook("toy", "toy")
        for cell in PLAN.cells:
            marks = cell.metadata["nbgrader"]
            if marks["grade"]:
                book.add_grade_cell(
                    cell.grade_id, "toy", "toy", max_score=cell.points, cell_type=cell.cell_type
                )
            if marks["solution"]:
                book.add_solution_cell(cell.grade_id, "toy", "toy")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copy_of_empty(request, tmp_path_factory):
    """Makes gradebooks that know the toy unit, filled once."""
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        template = server.new()
        fill(server.url(template))
        return lambda folder, name: server.url(server.new(template))
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    fill(f"sqlite:///{path}")
    return lambda folder, name: f"sqlite:///{shutil.copy(path, folder / f'{name}.db')}"


@pytest.fixture
def books(tmp_path, copy_of_empty):
    """Two such gradebooks: nbgrader's preprocessors write the first, we the second."""
    return [copy_of_empty(tmp_path, name) for name in ("stock", "ours")]


def graded(answers=ANSWERS):
    notebook = nbformat.from_dict(released())
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = answers.get(name, cell.source)
        if SCORES.get(name) is not None:
            text = str(SCORES[name])
            cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": text})]
    return notebook


def write_stock(url, student="ada", timestamp=None, answers=ANSWERS, config=None):
    with Gradebook(url) as book:
        book.update_or_create_student(student)
        more = {"timestamp": timestamp} if timestamp else {}
        book.update_or_create_submission("toy", student, **more)
    where = {"nbgrader": {"student": student, "assignment": "toy", "notebook": "toy", "db_url": url}}
    for step in (SaveAutoGrades, AssignLatePenalties):
        step(config=config).preprocess(graded(answers), where)


def write_ours(url, student="ada", timestamp=None, answers=ANSWERS, config=None):
    unanswered = frozenset({"double", "quadruple", "written-why"} - answers.keys())
    scores = SCORES | ({} if "written-why" in answers else {"written-why": 0.0})
    with GradebookWriter(url, "toy", config) as book:
        book.write([Entry(student, timestamp, scores, unanswered)])


def rows(url):
    """All that the gradebook says, without the random ids."""
    with Gradebook(url) as book:
        grades = [
            (
                g.student.id,
                g.name,
                g.auto_score,
                g.manual_score,
                g.extra_credit,
                g.needs_manual_grade,
                g.score,
            )
            for g in book.db.query(Grade).all()
        ]
        comments = [
            (c.student.id, c.name, c.auto_comment, c.manual_comment) for c in book.db.query(Comment).all()
        ]
        submissions = [
            (
                *(s.student.id, s.timestamp, s.extension, s.score, s.late_submission_penalty),
                s.needs_manual_grade,
                *((n.name, n.flagged, n.late_submission_penalty, n.failed_tests) for n in s.notebooks),
            )
            for s in book.db.query(SubmittedAssignment).all()
        ]
        return sorted(grades), sorted(comments, key=str), sorted(submissions, key=str)


def compare(books, **how):
    write_stock(books[0], **how)
    write_ours(books[1], **how)
    expected, got = rows(books[0]), rows(books[1])
    assert got == expected
    return got


def test_a_new_submission(books):
    grades, _, _ = compare(books)
    assert grades[0][:3] == ("ada", "check-double", 20.25)


def test_an_answer_left_as_it_was_released_is_no_response(books):
    _, comments, _ = compare(books, answers={"double": ANSWERS["double"]})
    assert ("ada", "quadruple", "No response.", None) in comments


@pytest.mark.parametrize("method", ["none", "zero"])
def test_a_late_submission(books, method):
    config = Config()
    config.LateSubmissionPlugin.penalty_method = method
    _, _, submissions = compare(books, timestamp=DUE + timedelta(hours=1), config=config)
    assert submissions[0][4] == (70.25 if method == "zero" else 0.0)


def test_an_extension_counts(books):
    config = Config()
    config.LateSubmissionPlugin.penalty_method = "zero"
    compare(books)
    for url in books:
        with Gradebook(url) as book:
            book.grant_extension("toy", "ada", hours=2)
    _, _, submissions = compare(books, timestamp=DUE + timedelta(hours=1), config=config)
    assert submissions[0][4] == 0.0


def test_what_a_person_entered_survives(books):
    compare(books)
    for url in books:
        with Gradebook(url) as book:
            grade = book.find_grade("check-double", "toy", "toy", "ada")
            grade.manual_score, grade.extra_credit = 33.0, 2.0
            book.find_comment("double", "toy", "toy", "ada").manual_comment = "well done"
            book.db.commit()
    grades, comments, _ = compare(books)
    assert grades[0] == ("ada", "check-double", 20.25, 33.0, 2.0, True, 35.0)
    assert ("ada", "double", None, "well done") in comments


def test_a_file_that_could_not_be_graded_changes_no_grade(books):
    write_ours(books[1])
    before = rows(books[1])
    with GradebookWriter(books[1], "toy") as book:
        book.write([Entry("ada", None, None), Entry("bob", DUE, None)])
    grades, _, submissions = rows(books[1])
    assert [row for row in grades if row[0] == "ada"] == before[0]
    assert ("bob", "check-double", None, None, None, True, 0.0) in grades
    assert [row[1] for row in submissions if row[0] == "bob"] == [DUE]


def test_a_batch_says_what_its_entries_say_one_after_another(books):
    """Known and new students, and one of them twice."""
    better = SCORES | {"check-double": 40.0}
    entries = [
        Entry("ada", DUE, SCORES),
        Entry("bob", None, SCORES, frozenset({"double"})),
        Entry("ada", None, better, frozenset({"double"})),
        Entry("cyd", DUE, None, frozenset({"double"})),
        Entry("bob", DUE, None),
    ]
    for url, batches in zip(books, ([[one] for one in entries], [entries[:1], entries]), strict=True):
        with GradebookWriter(url, "toy") as book:
            for batch in batches:
                book.write(batch)
    grades, comments, _ = rows(books[1])
    assert (grades, comments) == rows(books[0])[:2]
    assert [row[:3] for row in grades if row[1] == "check-double"] == [
        ("ada", "check-double", 40.0),
        ("bob", "check-double", 20.25),
        ("cyd", "check-double", None),
    ]


def test_all_entries_are_written_or_none(books):
    entries = [Entry("ada", None, SCORES), Entry("bob", None, {"check-double": "no number"})]  # type: ignore[dict-item]
    with GradebookWriter(books[1], "toy") as book, pytest.raises(Exception, match=r"no number|float"):
        book.write(entries)
    assert rows(books[1]) == ([], [], [])


def test_a_unit_that_the_gradebook_does_not_know_is_told_with_the_remedy(books):
    with pytest.raises(CourseError, match="autograder build other"), GradebookWriter(books[1], "other"):
        pass


def test_a_gradebook_that_cannot_be_opened_is_told(tmp_path):
    with (
        pytest.raises(CourseError, match="could not be used"),
        GradebookWriter(f"sqlite:///{tmp_path}/no/such.db", "toy"),
    ):
        pass


FOOLS_NBGRADER = ["nan", "-3.0", "None", "True", "np.float64(20.0)", "array([20.])", "", "41.0", "inf"]


@pytest.mark.parametrize("text", [*FOOLS_NBGRADER, None])
def test_what_is_no_plain_number_of_points_earns_nothing_at_the_seam(books, text):
    """nbgrader's own reading gives full points for most of these, or stops."""
    notebook = graded()
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "check-double":
            data = {"text/plain": text}
            cell.outputs = [] if text is None else [nbformat.v4.new_output("execute_result", data=data)]
    assert seam_gives(books[1], notebook) == {"check-double": 0.0, "check-quadruple": 50.0}


def test_an_error_earns_nothing_and_a_warning_costs_nothing_at_the_seam(books):
    notebook = graded()
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    warning = nbformat.v4.new_output("stream", name="stderr", text="DeprecationWarning")
    more = {"check-double": warning, "check-quadruple": error}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in more:
            cell.outputs.insert(0, more[name])
    assert seam_gives(books[1], notebook) == {"check-double": 20.25, "check-quadruple": 0.0}


def seam_gives(url, notebook):
    where = {"nbgrader": {"student": "ada", "assignment": "toy", "notebook": "toy", "db_url": url}}
    with Gradebook(url) as book:
        book.update_or_create_student("ada")
        book.update_or_create_submission("toy", "ada")
    preprocessor.SaveAutoGrades().preprocess(notebook, where)
    preprocessor.gradebook(url, "toy", os.getcwd()).__exit__(None, None, None)
    grades, _, _ = rows(url)
    return {name: auto for _, name, auto, *_ in grades if name.startswith("check-")}


def test_writing_looks_at_no_row_of_other_students(tmp_path, copy_of_empty):
    """Else the ten-thousandth submission would take longer than the first."""
    url = copy_of_empty(tmp_path, "large")
    if not url.startswith("sqlite"):
        pytest.skip("how SQLite finds rows is asked of SQLite")
    said = []
    with GradebookWriter(url, "toy", Config()) as writer:
        event.listen(writer._engine, "before_cursor_execute", lambda *told: said.append(told[2:4]))
        for _ in range(2):
            writer.write([Entry("ada", DUE, SCORES)])
        plans = []
        with writer._engine.connect() as db:
            for statement, values in said:
                if statement.split()[0].lower() in ("select", "update"):
                    one = values[0] if values and isinstance(values[0], tuple) else values
                    rows = db.exec_driver_sql(f"explain query plan {statement}", one)
                    plans += [(statement, row[3]) for row in rows]
    assert len(plans) > 6
    assert [plan for plan in plans if plan[1].startswith("SCAN")] == []
