"""hint(f): what it tells, step by step, and what it says where there is nothing to tell."""

import numpy as np
import pytest

from stagewise import begin, check, hint
from stagewise.checks import apart, hinting, limits, recording
from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.searching import Fit
from stagewise.show import display
from tests.stagewise.cells import define

LONG = """
def center(x):
    N = x.shape[0]
    total = np.sum(x, axis=0)
    mu = total * N
    out = x - mu
    return out
""".lstrip()


@pytest.fixture
def told(recorded, monkeypatch):
    """What is said, in order; checks show nothing. The search is done here, and as long as it takes."""
    said = []
    monkeypatch.setattr(display, "say", lambda text, html="": said.append(text))
    monkeypatch.setattr(display, "show", lambda report: None)
    monkeypatch.setattr(apart, "can_fork", lambda: False)
    monkeypatch.setattr(hinting, "SECONDS", 1e9)
    monkeypatch.setattr(apart, "_EACH", 1e9)
    monkeypatch.setattr(hinting, "_given", {})
    begin("toy")
    said.clear()
    return said


def hints(told, f, count, *partners):
    check(f, *partners)
    told.clear()
    for _ in range(count):
        hint(f)
    return list(told)


def test_first_the_line_then_the_kind_never_what_to_write(told):
    first, second, third = hints(told, define(LONG), 3)
    line = "Hint: one change in line 4 of its cell, `mu = total * N`, makes all visible cases right."
    assert first.startswith(line)
    assert "need not be the only fault" in first
    assert "Call hint(center) again" in first
    assert second.startswith(line)
    assert second.endswith("Look at an operator (+, -, *, /, **, @).")
    assert third == second
    assert not [said for said in (first, second) if "total / N" in said]


def test_in_a_short_function_the_line_alone(told):
    source = "def center(x):\n    mu = np.mean(x, axis=1, keepdims=True)\n    y = 2 * x\n    return x + mu\n"
    one, other = hints(told, define(source.replace("axis=1, keepdims=True", "axis=0")), 2)
    assert one == other
    assert "line 4" in one
    assert "again" not in one
    assert "Look at" not in one


def test_another_text_begins_anew(told):
    hints(told, define(LONG), 2)
    (said,) = hints(told, define(LONG.replace("total * N", "total / N").replace("x - mu", "x + mu")), 1)
    assert "line 5" in said
    assert said.endswith("what kind of thing to look at.")


def test_the_line_is_that_of_the_cell(told):
    (said,) = hints(told, define("import numpy as np\n\n\n" + LONG), 1)
    assert "line 7 of its cell" in said


def test_several_lines_that_could_be_meant_are_told_as_several(told, monkeypatch):
    fits = [Fit(3, 3, "AXIS", 0), Fit(4, 5, "ORDER", 0)]
    monkeypatch.setattr(hinting, "fits", lambda *_: iter([None, *fits]))
    one, other = hints(told, define(LONG), 2)
    assert "several different changes" in one
    assert "line 3 of its cell; lines 4 to 5 of its cell" in one
    assert other == one


def test_a_function_that_does_not_end_is_told_as_that(told, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    monkeypatch.setattr(limits, "_TICK", 0.01)
    (said,) = hints(told, define("def center(x):\n    while True: x = x"), 1)
    assert said.startswith("Hint: center does not end")


def test_where_nothing_fits_it_says_so(told):
    source = "def center(x):\n    mu = x.max(axis=1)\n    return x * mu\n"
    (said,) = hints(told, define(source), 1)
    assert said.startswith("Hint: no single change of center that was tried makes all visible cases right.")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return x - x.mean(axis=0)", "center passes its check"),
        ("return x", "the check names the mistake already: Your `center` subtracts nothing at all."),
        ("raise NotImplementedError", "center is not written yet"),
    ],
)
def test_where_no_hint_is_needed_it_says_why(told, body, said):
    (one,) = hints(told, define(f"def center(x):\n    {body}\n"), 1)
    assert one.startswith(f"Hint: {said}")


def test_the_check_comes_first(told):
    hint(define(LONG))
    assert told == ["Hint: run the check of center first; a hint is for what it finds wrong."]


def test_a_wrong_partner_comes_first(told, toy, recorded):
    unit = toy.unit()
    x, scale = np.arange(6.0).reshape(3, 2), np.ones(2)
    asked = toy.case("basic", "out, cache = center_forward(x, scale)", ["out"], {"x": x, "scale": scale})
    forward = ExerciseRecording("center_forward", 1, (), (asked,), ())
    changed = UnitRecording(unit.unit, unit.title, {**unit.exercises, "center_forward": forward})
    (recorded / "toy.json").write_text(recording.dump(changed), encoding="utf-8")
    recording.load.cache_clear()
    source = "def center_forward(x, scale):\n    return x * scale, (x, scale)\n"
    source += "def center_backward(dout, cache):\n    return dout, dout\n"
    backward = define(source, "center_backward")
    (said,) = hints(told, backward, 1, backward.__globals__["center_forward"])
    assert said.startswith("Hint: your center_forward does not pass its own check")
    assert said.endswith("mend it first.")


def test_partners_are_those_of_the_notebook(told, toy):
    source = (
        "def center_backward(dout, cache):\n    x, s = cache\n    d = dout * s\n    y = x - x.mean(axis=0)\n"
    )
    source += "    z = dout + y\n    return d - d.mean(axis=0), z.sum(axis=0)\n"
    backward = define(source, "center_backward", center_forward=toy.center_forward)
    (said,) = hints(told, backward, 1, toy.center_forward)
    assert "line 5 of its cell, `z = dout + y`" in said
    (said,) = hints(told, define(source, "center_backward"), 1, toy.center_forward)
    assert (
        said == "Hint: center_backward is checked together with center_forward: write and check that first."
    )


def test_a_value_of_the_notebook_is_told_before_anything_is_searched(told):
    first, second = hints(told, define("def center(x):\n    return x - mu\n", mu=np.ones(3)), 2)
    assert first.startswith("Hint: center reads `mu`, a value of the notebook")
    assert second.startswith("Hint: no single change")


def test_a_change_that_changes_no_answer_is_told(told):
    check(define(LONG))
    (said,) = hints(told, define(LONG.replace("np.sum(x, axis=0)", "x.sum(axis=0)")), 1)
    assert "has changed, and none of its answers has" in said
    (said,) = hints(told, define(LONG.replace("* N", "* N  # times")), 1)
    assert "has changed" in said
    (said,) = hints(told, define(LONG.replace("* N", "* N  # again")), 1)
    assert "line 4" in said


def test_what_the_function_prints_is_not_said_again(told, capsys):
    hints(told, define(LONG.replace("    out", "    print(mu)\n    out")), 1)
    before = capsys.readouterr().out
    hint(define(LONG.replace("    out", "    print(mu)\n    out")))
    assert before
    assert capsys.readouterr().out == ""


def test_what_resembles_the_right_answer_is_told_first(told):
    source = "def center(x):\n    y = x - x.mean(axis=0)\n    z = 2 * y\n    w = z\n    return w\n"
    first, second = hints(told, define(source), 2)
    assert first.startswith("Hint: Every entry of `out` is 2 times what is expected.")
    assert "line 3" in second


def test_a_function_whose_text_is_unknown_is_told_so(told):
    cell = {}
    exec("def center(x): return x + 5", cell)
    lam = define("center = lambda x: x + 5")
    lam.__name__ = "center"
    for f in (cell["center"], lam):
        (said,) = hints(told, f, 1)
        assert said.startswith("Hint: the text of center cannot be read.")


def test_a_former_definition_is_told_as_that(told, monkeypatch):
    monkeypatch.setattr(hinting, "overtaken", lambda f: "It is the one of before.")
    assert hints(told, define(LONG), 1) == ["Hint: It is the one of before."]


def test_loops_that_may_not_end_are_not_searched_where_nothing_stops_them(told):
    source = "def center(x):\n    n = 0\n    while n < 1:\n        n += 1\n    return x + x.mean(axis=0)\n"
    (said,) = hints(told, define(source), 1)
    assert "no single change" in said


def test_what_is_no_exercise_is_told_so(told):
    hint(3)
    hint(np.zeros)
    assert len(told) == 2
    assert told[0].startswith("Hint: hint was given a single number, not a function")
    assert "no exercise" in told[1]


def test_a_check_mentions_it_after_the_second_failure_in_a_row(reports):
    wrong, known = define("def center(x): return x + 17"), define("def center(x): return x")
    for f in (wrong, wrong, known, wrong):
        check(f)
    mentioned = [any("hint(center)" in note for note in report.notes) for report in reports]
    assert mentioned == [False, True, False, False]
