"""The examination: points for hidden cases, one report, plain floats."""

import subprocess
import sys

import numpy as np
import pytest

from reference import examine as exported
from reference.judge.examine import examine, examined, set_seed, warm
from reference.kit import units
from stagewise.judge.report import Status
from stagewise.judge.script import RaisedElsewhere
from stagewise.show import display
from tests.reference import toy


@pytest.fixture(autouse=True)
def _toy_unit(monkeypatch):
    monkeypatch.setitem(sys.modules, "reference.exercises.toy", toy)


@pytest.fixture
def shown():
    reports = []
    with display.use(reports.append):
        yield reports


def named(name, f):
    f.__name__ = name
    return f


def backward(f):
    return named("center_backward", f)


def test_the_package_exports_the_function_not_the_module():
    assert exported is examine


def test_right_work_earns_a_plain_float_and_one_report(shown):
    earned = examine(toy.center_backward, toy.center_forward, unit="toy", points=4)
    assert (type(earned), earned) == (float, 4.0)
    (report,) = shown
    assert (report.kind, report.status, report.misconception) == ("examine", Status.PASSED, "")
    assert (report.points, report.max_points, report.unit) == (4.0, 4.0, "toy")
    assert len(report.rows) == 2 * len(toy.BACKWARD.cases)


def test_a_known_mistake_is_told_its_sentence(shown):
    examine(
        backward(lambda dout, cache: (dout * cache[1], (dout * cache[0]).sum(0))),
        toy.center_forward,
        unit="toy",
        points=4,
    )
    assert (shown[0].misconception, shown[0].diagnosis) == ("no-mean-path", "The mean depends on x too.")


def test_an_unknown_side_flaw_is_told_too():
    def f(dout, cache):
        dx, dscale = toy.center_backward(dout, cache)
        return dx[None], dscale

    report = examined(backward(f), toy.center_forward, unit="toy", points=4)
    assert (report.misconception, report.points) == ("", round(4 * (2 * 0.75 + 1) / 3, 4))
    assert report.diagnosis.startswith("dx: the values are right, but the shape is (1, ")


def test_points_are_rounded_to_four_places():
    report = examined(
        backward(lambda dout, cache: (dout, (dout * cache[0]).sum(0))),
        toy.center_forward,
        unit="toy",
        points=1,
    )
    assert report.points == 0.3333


def test_an_exception_shows_the_students_lines_only():
    def f(dout, cache):
        raise KeyError("here")

    report = examined(backward(f), toy.center_forward, unit="toy", points=4)
    assert (report.points, report.status) == (0.0, Status.ERROR)
    assert "KeyError" in report.traceback
    assert "judging.py" not in report.traceback


def test_an_exception_elsewhere_brings_its_own_lines():
    def f(dout, cache):
        raise RaisedElsewhere("KeyError", "'there'", frames="cell 3, line 2: dx = cache['there']")

    report = examined(backward(f), toy.center_forward, unit="toy", points=4)
    assert "cell 3, line 2" in report.traceback


def test_unfinished_is_no_error():
    def f(dout, cache):
        raise NotImplementedError

    report = examined(backward(f), toy.center_forward, unit="toy", points=4)
    assert (report.points, report.status, report.traceback) == (0.0, Status.UNFINISHED, "")


def test_the_functions_name_tells_the_exercise():
    with pytest.raises(LookupError, match="no exercise 'loop_backward'"):
        examined(toy.loop_backward, toy.center_forward, unit="toy", points=4)
    with pytest.raises(LookupError, match="there is no unit 'nowhere'"):
        examined(toy.loop_backward, unit="nowhere", points=4)
    with pytest.raises(TypeError, match="needs functions, and got an object of type int"):
        examined(3, unit="toy", points=4)


def test_a_missing_partner_is_named():
    with pytest.raises(ValueError, match="examined together with center_forward"):
        examined(toy.center_backward, unit="toy", points=4)


def test_the_seed_changes_the_hidden_cases_and_nothing_else():
    def rounds(dout, cache):
        inputs.append(dout.copy())
        return toy.center_backward(dout, cache)

    seen = []
    try:
        for seed in (0, 5):
            inputs = []
            set_seed(seed)
            assert examined(backward(rounds), toy.center_forward, unit="toy", points=4).points == 4.0
            seen.append(inputs)
    finally:
        set_seed(0)
    np.testing.assert_array_equal(seen[0][0], seen[1][0])
    assert not np.array_equal(seen[0][1], seen[1][1])


def test_warming_computes_what_needs_no_submission():
    from reference.judge.diagnosis import answers
    from reference.judge.drawing import draw

    warm("toy")
    before = draw.cache_info().misses, answers.cache_info().misses
    examined(toy.center_backward, toy.center_forward, unit="toy", points=4)
    assert (draw.cache_info().misses, answers.cache_info().misses) == before


def test_units_are_found_and_not_registered():
    assert "toy" not in units.names()
    assert units.load("toy") is toy.UNIT
    assert set(units.names()) == {name for name in units.names() if name.isidentifier()}


def test_reference_needs_numpy_only():
    """On a bare machine there is neither IPython nor matplotlib nor scikit-learn."""
    blocked = "matplotlib", "IPython", "sklearn", "ipywidgets", "torch", "nbgrader"
    code = f"import sys; [sys.modules.__setitem__(n, None) for n in {blocked}]; "
    code += "import reference.killmatrix, reference.judge.record"
    subprocess.run([sys.executable, "-c", code], check=True)
