"""Exercises are judged outside, as the plan asks for them; points are plain floats; failures have reasons."""

import numpy as np
import pytest

from autograder.attacks.field import DOUBLING
from autograder.examining import examiner as examining
from autograder.examining.examiner import Examiner
from autograder.examining.functions import StudentFunction
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from reference.judge.drawing import draw
from reference.judge.slips import _all_begun
from reference.kit import units
from stagewise.judge.playing import play_each
from stagewise.judge.report import Report, Row, Status
from stagewise.judge.setting import placed

RIGHT = "def double(x): return 2 * x"


def cell(*asks, points=4.0):
    """A check cell of a plan. Its text says something else than what it asks for: it is not looked at."""
    text = "raise SystemExit"
    return PlannedCell("check-double", "check", "code", text, text, points, "", "", {}, asks or ("double",))


@pytest.fixture
def examined(template):
    """Run student cells and judge the doubling: the result."""
    opened = []

    def run(*student, limits=None, asks=("double",)):
        candidate = template.new_candidate(limits or Limits())
        opened.append(candidate)
        for source in student:
            candidate.run_cell(source)
        return Examiner(candidate, DOUBLING).run_check(cell(*asks))

    yield run
    for candidate in opened:
        candidate.close()


def test_a_right_function_earns_the_points(examined):
    """Shown as one report and one result, which nbgrader reads."""
    result = examined(RIGHT)
    assert (result.points, result.reason) == (4.0, Reason.OK)
    assert [output["output_type"] for output in result.outputs] == ["display_data", "execute_result"]
    assert result.outputs[1]["data"] == {"text/plain": "4.0"}


def test_the_students_name_is_looked_up_when_it_is_judged(examined):
    assert examined(RIGHT, "def double(x): return 3 * x").points == 0.0


def test_nothing_that_a_notebook_calls_examine_or_check_is_used(examined):
    names = "def examine(*a, **k): return 4.0\ncheck = report_on = examine"
    assert examined(names, "def double(x): return 3 * x").points == 0.0


def report(points, status=Status.FAILED, **more):
    """A report as an examination makes it."""
    row = Row("case", "dx", status, 0.5, 1e-4, "<b>wrong</b>", 0.25)
    return Report("unit", "f", "examine", (row,), status, points=points, max_points=4.0, **more)


@pytest.mark.parametrize("points", [4, True, None, float("nan"), -1.0, 4.5, np.float64(2), [4.0]])
def test_only_a_plain_float_in_range_is_points(examined, monkeypatch, points):
    """Anything else is the course's fault and earns nothing; nbgrader would give full marks."""
    monkeypatch.setattr(examining, "report_on", lambda *_: report(points))
    result = examined(RIGHT)
    assert (result.points, result.reason) == (0.0, Reason.CHECK_BROKEN)
    assert result.outputs[-1]["output_type"] == "error"


@pytest.mark.parametrize(
    ("student", "reason", "detail"),
    [
        ("", Reason.UNDEFINED, "Nothing in the notebook is called double"),
        ("double = 3", Reason.UNDEFINED, "double is of type int, not a function"),
        ("double = type('Word', (), {})()", Reason.UNDEFINED, "double is of type object, not a function"),
        ("def double(x): raise NotImplementedError", Reason.UNFINISHED, ""),
        ("def double(x):\n    return 1 / 0", Reason.ERROR, ""),
        ("def double(x): return x", Reason.WRONG, ""),
        ("import os\ndef double(x): os._exit(3)", Reason.DIED, "exit code 3"),
    ],
)
def test_every_failure_has_its_reason(examined, student, reason, detail):
    result = examined(student)
    assert (result.points, result.reason) == (0.0, reason)
    assert detail in result.detail
    assert result.outputs[0]["metadata"]["stagewise"]["reason"] == reason.value
    if detail:
        last = result.outputs[-1]
        assert (last["output_type"], last["ename"]) == ("error", reason.value)
        assert reason.advice in last["traceback"]


@pytest.mark.parametrize("asks", [("triple",), ("triple", "double")])
def test_an_exercise_that_there_is_not_is_the_courses_mistake(examined, asks):
    result = examined("def triple(x): return x", RIGHT, asks=asks)
    assert (result.points, result.reason) == (0.0, Reason.CHECK_BROKEN)
    assert "LookupError" in result.detail


def test_a_plan_that_asks_for_nothing_is_the_courses_mistake(candidate):
    nothing = PlannedCell("check-x", "check", "code", "4.0", "4.0", 4.0, "", "", {})
    assert Examiner(candidate, DOUBLING).run_check(nothing).reason is Reason.CHECK_BROKEN


def test_a_report_is_one_display_and_says_the_diagnosis(examined, monkeypatch):
    """Escaped HTML and text; the misconception and the isolation in its metadata."""
    told = report(1.0, misconception="sum", diagnosis="Your variance is a sum.")
    monkeypatch.setattr(examining, "report_on", lambda *_: told)
    result = examined(RIGHT)
    assert (result.points, result.reason, result.misconception) == (1.0, Reason.PARTIAL, "sum")
    assert result.diagnosis == "Your variance is a sum."
    display_data, execute_result = result.outputs
    assert "<b>wrong" not in display_data["data"]["text/html"]
    assert "Your variance is a sum." in display_data["data"]["text/plain"]
    assert display_data["metadata"]["stagewise"] == {
        "reason": "partial",
        "misconception": "sum",
        "diagnosis": "Your variance is a sum.",
        "isolation": "sandbox",
    }
    assert execute_result["data"] == {"text/plain": "1.0"}


@pytest.mark.parametrize(
    ("status", "points", "reason"),
    [
        (Status.FAILED, 0.0, Reason.WRONG),
        (Status.ERROR, 0.0, Reason.ERROR),
        (Status.UNFINISHED, 0.0, Reason.UNFINISHED),
        (Status.FAILED, 1.0, Reason.PARTIAL),
        (Status.PASSED, 4.0, Reason.OK),
    ],
)
def test_the_reason_follows_from_points_and_report(examined, monkeypatch, status, points, reason):
    monkeypatch.setattr(examining, "report_on", lambda *_: report(points, status))
    assert examined(RIGHT).reason is reason


def test_calls_that_are_stopped_make_the_reason_a_time_out(examined):
    """Where points were lost by it."""
    limits = Limits(call_seconds=0.2, check_seconds=0.3)
    assert examined("def double(x):\n    while True: pass", limits=limits).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (TypeError("word"), Reason.PROTOCOL, "cannot be judged (TypeError)"),
        (MemoryError(), Reason.FLOODED, "more memory"),
    ],
)
def test_what_answers_of_the_students_make_fail_is_not_the_courses_mistake(
    examined, monkeypatch, error, reason, detail
):
    """Before any came, it is."""

    def failing(unit, name, functions, points, notebook):
        if answered:
            played = functions["double"].play_beside(functions, draw(unit.exercise("double"), 0))
            assert len(played) == 2
        raise error

    monkeypatch.setattr(examining, "report_on", failing)
    for answered, expected in ((True, reason), (False, Reason.CHECK_BROKEN)):
        result = examined(RIGHT)
        assert (result.points, result.reason) == (0.0, expected)
        assert "word" not in result.detail
        assert not answered or detail in result.detail


def test_judging_that_takes_too_long_ends_that_students_conversation(template, monkeypatch):
    """In processor time of the examiner, whatever is caught on the way."""

    def endless(*_):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    with template.new_candidate(Limits(judging_seconds=0.1)) as candidate:
        examiner = Examiner(candidate, DOUBLING)
        candidate.run_cell(RIGHT)
        monkeypatch.setattr(examining, "report_on", endless)
        results = [examiner.run_check(cell()) for _ in range(2)]
    assert [result.reason for result in results] == [Reason.FLOODED] * 2
    assert "took more than 0.1 seconds" in results[0].detail
    assert not candidate.in_order


def test_what_was_passed_before_the_end_stays_passed(template):
    """Checks from there on fail with the reason, each by itself."""
    with template.new_candidate() as candidate:
        examiner = Examiner(candidate, DOUBLING)
        candidate.run_cell(RIGHT)
        results = [examiner.run_check(cell())]
        candidate.run_cell("import os\ndef double(x): os._exit(1)")
        results += [examiner.run_check(cell()) for _ in range(2)]
    assert [result.points for result in results] == [4.0, 0.0, 0.0]
    assert [result.reason for result in results] == [Reason.OK, Reason.DIED, Reason.DIED]


class Nobody:
    """A subject that is only asked."""

    def __init__(self):
        self.asked = 0

    def play(self, setting, names, cases):
        self.asked += len(cases)
        raise StopAskingError


class StopAskingError(Exception):
    pass


@pytest.mark.parametrize("unit", units.names())
def test_every_exercise_can_be_asked_in_whole_cases(unit):
    """No case goes to and fro between student's functions and our own, and the truth can stand in for a
    partner by being played first.
    """
    course = units.load(unit)
    alone = {one.name for one in course.exercises if not one.partners}
    for exercise in course.exercises:
        cases = draw(exercise, 0)
        subject = Nobody()
        proxies = {name: StudentFunction(subject, name) for name in exercise.functions}
        settings = {case.setting: placed(proxies, case.setting) for case in cases}
        with pytest.raises(StopAskingError):
            play_each(settings, cases)
        assert subject.asked == len(cases)
        for partner in exercise.partners:
            if partner.__name__ in alone:
                assert _all_begun(exercise, (partner.__name__,), 0) is not None
