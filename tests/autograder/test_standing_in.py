"""The truth stands in for a wrong function of a student's: it runs here, the others in the sandbox."""

from reference.examine import examined

STUDENT = """
import numpy as np

def sigmoid_forward(x):
    out = 1 / (1 + np.exp(-2 * x))
    return out, out

def sigmoid_backward(dout, cache):
    return {backward}
"""


def report_on(candidate, backward):
    candidate.begin_check()
    assert candidate.run_cell(STUDENT.format(backward=backward)).status == "ok"
    functions = [candidate.lookup(name) for name in ("sigmoid_backward", "sigmoid_forward")]
    return examined(*functions, unit="activations", points=4)


def test_a_right_function_beside_a_slip_keeps_its_points(candidate):
    report = report_on(candidate, "dout * cache * (1 - cache)")
    assert report.points == 4
    assert "the course's stood in for it" in report.notes[-1]


def test_a_known_mistake_beside_a_slip_is_still_named(candidate):
    report = report_on(candidate, "cache * (1 - cache)")
    assert report.points < 4
    assert report.misconception != ""
