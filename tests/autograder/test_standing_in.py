"""The truth stands in for a wrong function of a student's: it runs here, the others in the sandbox."""

from reference.judge.examine import examined

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


def test_the_cases_are_asked_together_and_come_to_the_same(candidate, monkeypatch):
    """As if each call had been asked for."""
    together = report_on(candidate, "dout * cache * (1 - cache) + 1e-3")
    assert "call" not in _asked(candidate, monkeypatch, "dout * cache * (1 - cache) + 1e-3")
    monkeypatch.setattr("reference.judge.slips._all_begun", lambda *_: None)
    assert "call" in _asked(candidate, monkeypatch, "dout * cache * (1 - cache) + 1e-3")
    assert report_on(candidate, "dout * cache * (1 - cache) + 1e-3") == together


def _asked(candidate, monkeypatch, backward):
    kinds = []
    send = type(candidate)._send
    with monkeypatch.context() as watching:
        watching.setattr(
            type(candidate), "_send", lambda self, op, *rest: (kinds.append(op), send(self, op, *rest))[1]
        )
        report_on(candidate, backward)
    return kinds
