"""A marker's desk: marks go into nbgrader's tables at once, and every tool tells the same of them."""

import json

import pytest
from nbgrader.api import Gradebook

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.driver import Settings, grade
from autograder.marking.asked import BadRequestError
from autograder.marking.desk import Desk, Marker
from autograder.marking.questions import read_questions
from autograder.reports.scores import scores
from tests.autograder.graded_toy import ANSWERS, submitted
from tests.autograder.toy_class import hand_in
from tests.autograder.written_class import WHY, answer, desk_for, give, request, shown, write

SAME = "Because two and two are four, as one counts who takes twice two for the sum of two and two."
NEAR = SAME.replace("who takes", "who never takes")
OTHER = "I do not know."


@pytest.fixture
def graded(toy_course):
    """Four students who answered, two of them alike, and one who left it blank."""
    return answer(toy_course, ada=SAME, bob=SAME.upper(), cem=OTHER, dan=NEAR, eve="")


def in_gradebook(assignment, student):
    with Gradebook(assignment.course.db_url) as book:
        found = book.find_grade(WHY, "toy", "toy", student)
        comment = book.find_comment(WHY, "toy", "toy", student)
        return found.manual_score, found.needs_manual_grade, comment.manual_comment


def row_of(assignment, student):
    (row,) = [row for row in scores(assignment.course, "toy", [student]) if row.check == WHY]
    return row.points, row.reason


def test_a_question_has_text_scheme_and_model_answer(graded):
    (question,) = read_questions(graded.course, "toy")
    assert question.title == "Why is twice two four?"
    assert question.model.strip() == "Because the secret model answer says so."
    assert [(one.points, one.text) for one in question.criteria] == [(9.5, "the secret reason.")]


def test_a_mark_is_in_the_gradebook_and_in_scores_at_once(graded):
    desk = desk_for(graded)
    assert row_of(graded, "ada") == (0.0, "waiting")
    give(desk, "ada", 4.5, comment="Show the *formula* too.")
    assert in_gradebook(graded, "ada") == (4.5, False, "Show the *formula* too.")
    assert row_of(graded, "ada") == (4.5, "by-hand")
    assert in_gradebook(graded, "bob") == (None, True, None)
    with Gradebook(graded.course.db_url) as book:
        assert book.find_submission("toy", "ada").score == 40.5 + 50 + 4.5
        assert book.find_submission("toy", "ada").needs_manual_grade is False


def test_a_mark_that_is_taken_back_waits_again(graded):
    desk = desk_for(graded)
    give(desk, "ada", 4.5, comment="Good.")
    give(desk, "ada", None)
    assert in_gradebook(graded, "ada") == (None, True, None)
    assert row_of(graded, "ada") == (0.0, "waiting")


def test_answers_that_are_alike_are_shown_together_and_marked_together(graded):
    desk = desk_for(graded)
    groups = desk.question(WHY)["groups"]
    labels = [{one["label"] for one in group} for group in groups]
    assert labels == [{"ada", "bob", "dan"}, {"cem"}]
    desk.mark(request(*groups[0], points=9.5))
    assert {student: in_gradebook(graded, student)[0] for student in ("ada", "bob", "cem", "dan")} == {
        "ada": 9.5,
        "bob": 9.5,
        "cem": None,
        "dan": 9.5,
    }
    give(desk, "dan", 2.0, alone=True)
    states = shown(desk)
    assert (states["dan"]["points"], states["dan"]["alone"]) == (2.0, True)
    assert (states["ada"]["points"], states["ada"]["alone"]) == (9.5, False)


def test_what_a_near_answer_says_otherwise_is_told(graded):
    found = shown(desk_for(graded))
    assert "<ins>never </ins>" in found["dan"]["other"]
    assert sorted(bool(found[student]["html"]) for student in ("ada", "bob")) == [False, True]


def test_what_waits_is_counted_and_a_blank_answer_does_not_wait(graded):
    desk = desk_for(graded)
    assert desk.counts() == {WHY: {"waiting": 4, "marked": 0, "blank": 1, "lost": 0}}
    told = give(desk, "cem", 0)
    assert told["counts"] == {"waiting": 3, "marked": 1, "blank": 1, "lost": 0}
    graded.graded("ada").unlink()
    assert desk.counts() == {WHY: {"waiting": 2, "marked": 1, "blank": 1, "lost": 1}}


def test_ticks_are_shown_again_and_not_beside_points_of_the_form_grader(graded):
    give(desk_for(graded), "ada", 9.5, ticks={"0": 1})
    assert shown(desk_for(graded))["ada"]["ticks"] == {"0": 1.0}
    with Gradebook(graded.course.db_url) as book:
        book.find_grade(WHY, "toy", "toy", "ada").manual_score = 3.0
        book.db.commit()
    found = shown(desk_for(graded))["ada"]
    assert (found["points"], found["ticks"], found["alone"]) == (3.0, {}, True)


def test_comments_that_were_given_are_offered_the_commonest_first(graded):
    desk = desk_for(graded)
    give(desk, "ada", 5, comment="Why?\nShow it.")
    give(desk, "bob", 5, comment="Show it.")
    assert desk.question(WHY)["comments"] == ["Show it.", "Why?"]


def test_an_answer_that_changed_since_it_was_shown_is_not_marked(graded):
    """The marker has not seen what it says now."""
    desk = desk_for(graded)
    seen = shown(desk)
    write(graded.course, ada="Something else entirely, and much longer than it was.")
    told = desk.mark(request(seen["ada"], seen["bob"], points=5))
    assert told["stale"] == [seen["ada"]["key"]]
    assert in_gradebook(graded, "ada") == (None, True, None)
    assert in_gradebook(graded, "bob")[0] == 5


def test_a_mark_that_somebody_else_gave_meanwhile_is_not_overwritten(graded):
    """The page has not shown it; after that it may."""
    first, second = desk_for(graded), desk_for(graded, name="bob")
    seen = shown(second)
    give(first, "ada", 7.0, comment="Good.")
    assert second.mark(request(seen["ada"], points=1))["stale"] == [seen["ada"]["key"]]
    assert in_gradebook(graded, "ada") == (7.0, False, "Good.")
    give(second, "ada", 1)
    assert in_gradebook(graded, "ada")[0] == 1.0


def test_what_was_just_marked_can_be_marked_again_at_once(graded):
    desk = desk_for(graded)
    answer = shown(desk)["ada"]
    told = desk.mark(request(answer, points=7))["marked"][answer["key"]]
    desk.mark(request(answer | told, points=8))
    assert in_gradebook(graded, "ada")[0] == 8.0


def test_a_marked_answer_that_changes_waits_again(toy_course):
    """Through grading itself."""
    hand_in(toy_course, ada=submitted(ANSWERS))
    grade(toy_course, "toy", ["ada"], Settings(jobs=1))
    desk = desk_for(Assignment(toy_course, "toy"))
    give(desk, "ada", 5.0, comment="Good.")
    hand_in(toy_course, ada=submitted(ANSWERS | {WHY: OTHER}))
    grade(toy_course, "toy", ["ada"], Settings(jobs=1))
    found = shown(desk)["ada"]
    assert (found["state"], found["points"], found["comment"]) == ("changed", 5.0, "Good.")
    assert desk.counts()[WHY]["waiting"] == 1
    give(desk, "ada", 1.0)
    assert shown(desk)["ada"]["state"] == "marked"


def test_an_anonymous_page_holds_no_name_and_no_order_of_names(toy_course):
    students = [f"student-{number:02}" for number in range(12)]
    assignment = answer(
        toy_course, **{name: f"{number} {name[::-1]}" for number, name in enumerate(students)}
    )
    desk = desk_for(assignment, anonymous=True)
    told = desk.question(WHY)
    assert "student-" not in json.dumps(told)
    digests = {one["label"]: one["seen"] for group in told["groups"] for one in group}
    assert set(digests) == {f"answer {number}" for number in range(1, 13)}
    named = {one["seen"]: label for label, one in shown(desk_for(assignment)).items()}
    order = [named[digests[f"answer {number}"]] for number in range(1, 13)]
    assert order != sorted(order)


def test_keys_of_answers_are_others_on_every_run(graded):
    first, second = (shown(desk_for(graded))["ada"]["key"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"points": -1}, "0 to 9.5 points, not -1"),
        ({"points": 10}, "0 to 9.5 points, not 10"),
        ({"points": float("nan")}, "a number"),
        ({"points": True}, "a number"),
        ({"points": "5"}, "a number"),
        ({"question": "check-double"}, "no question 'check-double'"),
        ({"question": ["x"]}, "no question"),
        ({"answers": {}}, "answers are an object"),
        ({"answers": {"nobody": "x"}}, "no answer 'nobody'"),
        ({"answers": [1]}, "answers are an object"),
        ({"comment": "x" * 10_001}, "at most 10000"),
        ({"comment": None}, "a comment is a text"),
        ({"ticks": {"7": 1}}, "criteria 0 to 0"),
        ({"ticks": {"0": 2}}, "0.5 or 1"),
        ({"ticks": {"0": []}}, "0.5 or 1"),
        ({"alone": 1}, "true or false"),
        ({"more": 1}, "has the fields"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_entered(graded, change, problem):
    desk = desk_for(graded)
    asked = request(shown(desk)["ada"], points=5) | change
    with pytest.raises(BadRequestError, match=problem):
        desk.mark(asked)
    assert in_gradebook(graded, "ada") == (None, True, None)


def test_a_gradebook_that_does_not_know_an_answer_marks_none(graded):
    from autograder.marking.entering import Given, enter

    with pytest.raises(CourseError, match="no answer of zoe"):
        enter(graded.course.db_url, "toy", WHY, ["ada", "zoe"], Given(5.0, ""))
    assert in_gradebook(graded, "ada") == (None, True, None)


def test_a_unit_without_written_questions_is_told(graded, monkeypatch):
    from dataclasses import replace

    from autograder.marking import questions

    plan = questions.read_plan(graded.instructor)
    cells = tuple(cell for cell in plan.cells if cell.role != "written")
    monkeypatch.setattr(questions, "read_plan", lambda path: replace(plan, cells=cells))
    with pytest.raises(CourseError, match="asks nothing in writing"):
        desk_for(graded)


def test_a_course_that_was_built_before_schemes_had_a_form_is_told_to_build(graded):
    path = graded.instructor
    path.write_text(path.read_text().replace("- 9.5 points: the", "9.5 points for the"))
    with pytest.raises(CourseError, match="autograder build toy"):
        desk_for(graded)


def test_a_damaged_file_of_ticks_is_told_and_kept(graded):
    file = graded.course.root / "marking" / "toy" / "first.json"
    file.parent.mkdir(parents=True)
    file.write_text("[")
    with pytest.raises(CourseError, match="holds no marks"):
        desk_for(graded).question(WHY)
    assert file.read_text() == "["


@pytest.mark.parametrize("name", ["", "../ada", "a/b", ".x", "x" * 65, "ä"])
def test_a_marker_has_a_name_that_a_file_can_have(graded, name):
    with pytest.raises(CourseError, match="cannot be called"):
        Desk(graded, Marker(name))
