"""check(f): which exercise it finds, what it judges, and what it never does."""

import functools

import numpy as np
import pytest

from stagewise import begin, check
from stagewise.checks import recording, session
from stagewise.checks.checking import CheckFailed
from stagewise.judge.report import Status
from stagewise.judge.script import RaisedElsewhere
from stagewise.judge.student_traceback import describe, is_students
from tests.stagewise.cells import define


def test_right_function_passes(reports):
    check(define("def center(x): return x - x.mean(axis=0)"))
    (report,) = reports
    assert report.status is Status.PASSED
    assert [row.case for row in report.rows] == ["basic", "one example", "far away"]
    assert report.max_points == 2


def test_known_mistake_is_told_its_sentence(reports):
    check(define("def center(x): return x"))
    assert reports[0].misconception == "no-mean"
    assert reports[0].diagnosis == "Your `center` subtracts nothing at all."


def test_unknown_mistake_is_told_nothing_that_is_not_so(reports):
    check(define("def center(x): return x + 17"))
    assert reports[0].status is Status.FAILED
    assert reports[0].diagnosis == ""
    assert reports[0].notes == ("The case “basic” calls `out = center(x)`",)


@pytest.mark.parametrize(
    ("written", "said"),
    [("return x", "subtracts nothing"), ("raise NotImplementedError", "not written yet")],
    ids=["wrong", "unfinished"],
)
def test_validate_button_sees_a_check_that_is_not_passed(reports, monkeypatch, written, said):
    """nbgrader's Validate knows exceptions only: without one it would call a wrong notebook right."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(CheckFailed, match=said):
        check(define(f"def center(x): {written}"))
    assert len(reports) == 1


def test_validate_button_sees_a_misused_check(reports, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(CheckFailed, match="not a function"):
        check(np.zeros(3))


def test_validate_button_is_content_with_a_right_function(reports, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    check(define("def center(x): return x - x.mean(axis=0)"))


@pytest.mark.parametrize(("execution", "stream"), [("validate", "out"), ("", "err")])
def test_validate_button_does_not_take_a_note_on_stderr_for_a_failure(
    reports, monkeypatch, capsys, execution, stream
):
    """Which it does with all that a check cell writes there. Elsewhere it stays where it was sent."""
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    body = "\n    ".join(["import sys", "print('here', file=sys.stderr)", "return x - x.mean(axis=0)"])
    check(define(f"def center(x):\n    {body}"))
    said = capsys.readouterr()._asdict()
    assert {name for name, text in said.items() if "here" in text} == {stream}


@pytest.mark.parametrize("body", ["raise NotImplementedError", "pass", "return ..."])
def test_unfinished_is_not_an_error(reports, body):
    check(define(f"def center(x): {body}"))
    assert reports[0].status is Status.UNFINISHED
    assert reports[0].traceback == ""


def test_exception_shows_the_students_lines_only(reports):
    check(
        define("def center(x):\n    return helper(x)\ndef helper(x):\n    return np.mean(x, axis='rows')\n")
    )
    report = reports[0]
    assert report.status is Status.ERROR
    assert "line 2, in center\n    return helper(x)" in report.traceback
    assert "line 4, in helper\n    return np.mean(x, axis='rows')" in report.traceback
    assert "numpy" not in report.traceback.split("TypeError")[0]
    assert "stagewise" not in report.traceback


def test_wrong_number_of_arguments_is_told_with_the_call(reports):
    check(define("def center(x, y): return x"))
    assert reports[0].traceback.startswith("TypeError: center() missing 1 required positional argument")
    assert "The call that went wrong: `out = center(x)`" in reports[0].notes


def test_endless_recursion_is_cut(reports):
    check(define("def center(x): return center(x)"))
    assert "more calls" in reports[0].traceback
    assert len(reports[0].traceback.splitlines()) < 30


def test_interruption_passes(reports):
    with pytest.raises(KeyboardInterrupt):
        check(define("def center(x): raise KeyboardInterrupt"))
    assert reports == []


def test_exit_does_not_end_the_notebook(reports):
    check(define("def center(x): raise SystemExit(1)"))
    assert reports[0].status is Status.ERROR


def test_written_input_is_named(reports):
    check(define("def center(x):\n    x -= x.mean(axis=0)\n    return x"))
    assert any("x was changed by" in row.message for row in reports[0].rows)


def test_partners_are_called(reports, toy):
    check(toy.center_backward, toy.center_forward)
    assert reports[0].status is Status.PASSED


def test_missing_partner_is_asked_for(recorded, toy, capsys):
    check(toy.center_backward)
    assert "check(center_backward, center_forward)" in capsys.readouterr().out


def test_called_function_is_recognised(recorded, toy, capsys):
    check(toy.center(np.ones((2, 2))))
    assert "check was given a float array of shape (2, 2), not a function." in capsys.readouterr().out


def test_nameless_function_is_refused_kindly(recorded, capsys):
    check(lambda x: x)
    assert "Define it with def" in capsys.readouterr().out


class Centring:
    def __call__(self, x):
        return x - x.mean(axis=0)


def decorated(function):
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


@pytest.mark.parametrize(
    "way",
    [lambda x: x - x.mean(axis=0), functools.partial(np.subtract, 0), Centring(), decorated(Centring())],
    ids=["lambda", "partial", "object", "decorated"],
)
def test_whatever_can_be_called_is_checked_under_the_name_of_its_variable(reports, way):
    center = way
    check(center)
    assert reports[0].exercise == "center"
    assert reports[0].status is (Status.FAILED if isinstance(way, functools.partial) else Status.PASSED)


@pytest.mark.parametrize(
    "derived",
    [
        np.ma.array,
        np.asmatrix,
        lambda a: a.view(type("Own", (np.ndarray,), {})),
        lambda a: a.astype(np.longdouble),
    ],
    ids=["masked", "matrix", "subclass", "longdouble"],
)
def test_arrays_of_every_make_are_right(reports, derived):
    center = lambda x: derived(x - x.mean(axis=0))  # noqa: E731 - a way to write it that students use
    check(center)
    assert reports[0].status is Status.PASSED


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print(x)", "a return is missing (print returns nothing)"),
        ("out = x - 1\n    raise NotImplementedError", "remove that line of the stub below your code"),
        ("raise NotImplementedError", "center is not written yet"),
        ("return x - x.mean(axis=0),", "a comma behind a single value makes a tuple"),
        ("return (x - x.mean(axis=0)).tolist()", "the values are right, but they come in a list of"),
        ("return x - x.mean(axis=1)", "keepdims=True keeps the axis"),
        ("return x if x > 0 else 0", "np.where and np.maximum choose entry by entry"),
        ("return x ^ 2", "a power is written **"),
        ("return (x - x.mean(axis=0)).astype(complex)", "the values are right, but they are complex numbers"),
    ],
)
def test_every_slip_of_form_has_a_sentence_of_its_own(reports, body, said):
    check(define(f"def center(x):\n    {body}\n"))
    assert said in reports[0].rows[0].message


def test_shapes_that_lack_no_axis_are_not_told_to_keep_one(reports):
    check(define("def center(x):\n    return x * np.ones((x.shape[1] + 1, 2))\n"))
    message = reports[0].rows[0].message
    assert "could not be broadcast" in message
    assert "keepdims" not in message


def test_one_result_of_two_is_told_with_what_is_missing(reports, toy):
    center_forward = lambda x, scale: x * scale  # noqa: E731
    check(toy.center_backward, center_forward)
    assert "expected 2 values: out, cache (return them with commas)" in reports[0].rows[0].message


def test_results_in_another_order_are_told_so(reports, toy):
    def center_backward(dout, cache):
        return toy.center_backward(dout, cache)[::-1]

    check(center_backward, toy.center_forward)
    assert reports[0].diagnosis == "Your results are right, in another order: return dx, dscale."


def test_near_names_are_suggested(recorded, capsys):
    begin("toy")
    check(define("def centre(x): return x", "centre"))
    assert "Did you mean center" in capsys.readouterr().out


def test_ambiguous_name_asks_for_begin(recorded, toy, capsys):
    (recorded / "other.json").write_text(recording.dump(toy.unit("other", 3)), encoding="utf-8")
    check(toy.center)
    said = capsys.readouterr().out
    assert 'begin("other")' in said
    assert 'begin("toy")' in said
    begin("other")
    check(toy.center)
    assert session.last_reports()["center"].max_points == 3


def test_exercise_of_another_unit_says_so(recorded, toy, capsys):
    other = toy.unit("other")
    exercises = {"center": other.exercises["center"]}
    (recorded / "small.json").write_text(
        recording.dump(recording.UnitRecording("small", "Small", exercises)), encoding="utf-8"
    )
    begin("small")
    check(toy.center_backward, toy.center_forward)
    assert 'begin("toy")' in capsys.readouterr().out


def test_exception_from_another_process_is_described_by_its_frames():
    error = RaisedElsewhere("ValueError", "no", "Cell In[4], line 2, in center\n    oops\n")
    assert describe(error) == "Cell In[4], line 2, in center\n    oops\nValueError: no"


def test_a_package_is_no_students_where_its_files_are_links(tmp_path):
    """Nor is one that stands where it was installed; a module beside the notebook is."""
    for place in ("clone", "site-packages", "notebook"):
        (tmp_path / place).mkdir()
    (tmp_path / "clone" / "package.py").write_text("")
    (tmp_path / "site-packages" / "package.py").symlink_to(tmp_path / "clone" / "package.py")
    assert not is_students(str(tmp_path / "site-packages" / "package.py"))
    assert is_students(str(tmp_path / "notebook" / "own.py"))


def test_unprintable_exception_is_described():
    class SilentError(Exception):
        def __str__(self):
            raise ValueError

    assert describe(SilentError()) == "SilentError: (its message could not be made into text)"
