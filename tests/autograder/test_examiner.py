"""Check cells run outside, from the plan's text; points are plain floats; every failure has its reason."""

import pytest

from autograder.examining.examiner import Examiner
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from stagewise.judge.report import Report, Row, Status
from stagewise.show import display


def cell(source, role="check", points=4.0):
    """A cell of a plan."""
    return PlannedCell(f"{role}-f", role, "code", source, source, points, "", "", {})


@pytest.fixture
def examined(template):
    """Run student cells and a check cell: its result."""
    opened = []

    def run(check, *student, given="", limits=None, points=4.0):
        candidate = template.new_candidate(limits or Limits())
        opened.append(candidate)
        examiner = Examiner(candidate, "unit")
        examiner.run_given(cell(given, "given", 0.0))
        for source in student:
            candidate.run_cell(source)
        return examiner.run_check(cell(check, points=points))

    yield run
    for candidate in opened:
        candidate.close()


def test_the_last_expression_is_the_points(examined):
    """Shown as one result, which nbgrader reads."""
    result = examined("x = f(2)\n4.0 if x == 4 else 0.0", "def f(x): return 2 * x")
    assert (result.points, result.reason) == (4.0, Reason.OK)
    assert [output["output_type"] for output in result.outputs] == ["execute_result"]
    assert result.outputs[0]["data"] == {"text/plain": "4.0"}


@pytest.mark.parametrize(
    "points", ["4", "True", "None", "float('nan')", "-1.0", "4.5", "np.float64(2)", "[4.0]", "f(1)"]
)
def test_only_a_plain_float_in_range_is_points(examined, points):
    """Anything else is the check's fault and earns nothing; nbgrader would give full marks."""
    result = examined(f"import numpy as np\n{points}", "def f(x): return 10")
    assert (result.points, result.reason) == (0.0, Reason.CHECK_BROKEN)
    assert result.outputs[-1]["output_type"] == "error"


def test_names_of_the_examiner_win(examined):
    """Over the student's of the same name: imports, `given` names, builtins, what the check defines."""
    student = (
        "np = None\nhelp_me = None\nabs = lambda x: 7\nown = 1\ndef float(x): return 4.0\ndef f(): return 3.0"
    )
    given = "%matplotlib inline\nimport numpy as np\ndef help_me(x): return np.sum([x])"
    check = "own = 1.0\nassert abs(-1) == 1\nfloat(help_me(own) + f())"
    assert examined(check, student, given=given).points == 4.0


def test_names_starting_with_an_underscore_are_not_asked_for(examined):
    """`__builtins__` and such are the examiner's."""
    assert examined("_secret\n4.0", "_secret = 1").reason is Reason.UNDEFINED


def test_given_functions_may_call_the_students(examined):
    """Lazily, whatever is defined at the time of the check."""
    result = examined(
        "apply(1.0)", "def f(x): return x + 1", "def f(x): return x + 3", given="def apply(x): return f(x)"
    )
    assert result.points == 4.0


def test_a_given_cell_that_fails_here_does_not_matter(examined):
    """It may plot, or call what is not written yet; what else it defines is defined."""
    assert examined("a * b", given="a = 2.0\nf()\nb = 2").points == 4.0


def test_a_name_of_a_given_cell_is_never_the_students(examined):
    """Though a student makes the statement fail that defines it."""
    student = "def f(): raise ValueError\ndef judge(x): return 4.0"
    result = examined("judge(1)", student, given="judge = [f(), lambda x: 0.0][1]")
    assert (result.points, result.reason) == (0.0, Reason.UNDEFINED)


@pytest.mark.parametrize(
    ("check", "student", "reason", "detail"),
    [
        ("f(1)\n4.0", "", Reason.UNDEFINED, "Nothing in the notebook is called f"),
        ("f(1)\n4.0", "f = 3", Reason.UNDEFINED, "f is of type int, not a function"),
        ("f()\n4.0", "def f(): raise NotImplementedError", Reason.UNFINISHED, "not written yet"),
        ("f()\n4.0", "def f():\n    return 1 / 0", Reason.ERROR, "ZeroDivisionError: division by zero"),
        ("assert f() == 2, 'two'\n4.0", "def f(): return 1", Reason.WRONG, "two"),
        ("f()\n4.0", "import os\ndef f(): os._exit(3)", Reason.DIED, "exit code 3"),
        ("1 / 0", "", Reason.CHECK_BROKEN, "ZeroDivisionError"),
        ("f(", "", Reason.CHECK_BROKEN, "SyntaxError"),
        ("4.0\nx = 1", "", Reason.CHECK_BROKEN, "None"),
        ("f(object())\n4.0", "def f(x): pass", Reason.CHECK_BROKEN, "cannot be sent"),
    ],
)
def test_every_failure_has_its_reason(examined, check, student, reason, detail):
    """And one error in the notebook, with what to do."""
    result = examined(check, student)
    assert (result.points, result.reason) == (0.0, reason)
    assert detail in f"{result.detail}\n{result.evidence}"
    last = result.outputs[-1]
    assert (last["output_type"], last["ename"]) == ("error", reason.value)
    assert reason.advice in last["traceback"]
    assert result.outputs[0]["metadata"]["stagewise"]["reason"] == reason.value


def report(kind, status=Status.FAILED, points=1.0, **more):
    """A report as checks show it."""
    row = Row("case", "dx", status, 0.5, 1e-4, "<b>wrong</b>", 0.25)
    return Report("unit", "f", kind, (row,), status, points=points, max_points=4.0, **more)


def shows(*reports):
    """A `given` cell whose function shows reports."""
    test_shows.reports = reports
    return "from tests.autograder.test_examiner import test_shows"


def test_shows():
    """Show the reports that a test has prepared."""
    for one in getattr(test_shows, "reports", ()):
        display.show(one)


def test_reports_are_one_display_and_say_the_diagnosis(examined):
    """Escaped HTML and text; the misconception and the isolation in its metadata."""
    given = shows(
        report("check"), report("examine", misconception="sum", diagnosis="Your variance is a sum.")
    )
    result = examined("test_shows()\n1.0", given=given)
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
def test_the_reason_follows_from_points_and_report(examined, status, points, reason):
    """Of the graded report, not of the visible one."""
    given = shows(report("check", Status.PASSED), report("examine", status, points))
    assert examined(f"test_shows()\n{points}", given=given).reason is reason


def test_what_a_check_prints_is_not_in_the_notebook(examined):
    """Anything on stderr would count as zero."""
    result = examined("import sys, warnings\nprint('x')\nsys.stderr.write('y')\nwarnings.warn('z')\n4.0")
    assert len(result.outputs) == 1


def test_calls_that_are_stopped_make_the_reason_a_time_out(examined):
    """Where points were lost by it."""
    limits = Limits(call_seconds=0.2, check_seconds=0.3)
    check = "try:\n    f()\n    points = 4.0\nexcept Exception:\n    points = 1.0\npoints"
    assert examined(check, "def f():\n    while True: pass", limits=limits).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("judging", "reason", "detail"),
    [
        ("[] + f()", Reason.PROTOCOL, "cannot be judged (TypeError"),
        ("f()[3]", Reason.PROTOCOL, "cannot be judged (IndexError"),
        ("f() and (_ for _ in ()).throw(MemoryError)", Reason.FLOODED, "more memory"),
        ("assert f() == 2", Reason.WRONG, "not so"),
    ],
)
def test_what_values_of_the_students_make_fail_is_not_the_courses_mistake(examined, judging, reason, detail):
    """Before any came, it is."""
    result = examined(f"{judging}\n4.0", "def f(): return (1, 2)")
    assert (result.points, result.reason) == (0.0, reason)
    assert detail in result.detail
    assert examined(f"1 / 0\n{judging}", "def f(): return (1, 2)").reason is Reason.CHECK_BROKEN


def test_judging_that_takes_too_long_ends_that_students_conversation(template):
    """In processor time of the examiner, whatever is caught on the way."""
    endless = "f()\nwhile True:\n    try:\n        while True: pass\n    except Exception: pass"
    with template.new_candidate(Limits(judging_seconds=0.1)) as candidate:
        examiner = Examiner(candidate, "unit")
        candidate.run_cell("def f(): return 4.0")
        assert examiner.run_check(cell("f()")).points == 4.0
        results = [examiner.run_check(cell(source)) for source in (endless, "f()")]
    assert [result.reason for result in results] == [Reason.FLOODED] * 2
    assert "took more than 0.1 seconds" in results[0].detail
    assert not candidate.in_order


def test_what_was_passed_before_the_end_stays_passed(template):
    """Checks from there on fail with the reason, each by itself."""
    with template.new_candidate() as candidate:
        examiner = Examiner(candidate, "unit")
        candidate.run_cell("import os\ndef f(): return 4.0\ndef g(): os._exit(1)")
        results = [examiner.run_check(cell(source)) for source in ("f()", "g()", "f()")]
    assert [result.points for result in results] == [4.0, 0.0, 0.0]
    assert [result.reason for result in results] == [Reason.OK, Reason.DIED, Reason.DIED]
