"""The truth stands in for a wrong function of a student's: it runs here, the others in the sandbox."""

from autograder.examining.functions import StudentFunction
from reference.judge.examine import report_on
from reference.kit import units

STUDENT = """
import numpy as np

def sigmoid_forward(x):
    out = 1 / (1 + np.exp(-2.3 * x))
    return out, out

def sigmoid_backward(dout, cache):
    return {backward}
"""


def told_of(candidate, backward):
    candidate.begin_check()
    assert candidate.run_cell(STUDENT.format(backward=backward)).status == "ok"
    names = ("sigmoid_backward", "sigmoid_forward")
    assert [candidate.lookup(name) for name in names] == ["", ""]
    functions = {name: StudentFunction(candidate, name) for name in names}
    return report_on(units.load("activations"), names[0], functions, 4)


def test_a_right_function_beside_a_slip_keeps_its_points(candidate):
    report = told_of(candidate, "dout * cache * (1 - cache)")
    assert report.points == 4
    assert "the course's stood in for it" in report.notes[-1]


def test_a_known_mistake_beside_a_slip_is_still_named(candidate):
    report = told_of(candidate, "cache * (1 - cache)")
    assert report.points < 4
    assert report.misconception != ""


def test_where_the_truth_cannot_stand_in_the_answer_is_judged_as_it_is(candidate, monkeypatch):
    """It would have to run among the student's code."""
    monkeypatch.setattr("reference.judge.slips._all_begun", lambda *_: None)
    report = told_of(candidate, "dout * cache * (1 - cache)")
    assert report.points < 4
    assert not any("stood in" in note for note in report.notes)


CONTAINER = """
def graph_forward(graph, modules, inputs):
    values, cache = dict(inputs), {}
    for name, (kind, sources) in graph.items():
        values[name], cache[name] = modules[kind][0](*[values[one] for one in sources])
    return values, cache

def graph_backward(dvalues, graph, modules, cache):
    grads = dict(dvalues)
    for name in reversed(cache):
        if name in grads:
            kind, sources = graph[name]
            for one, part in zip(sources, modules[kind][1](grads[name], cache[name])):
                grads[one] = grads.get(one, 0) + part
    return grads
"""


def test_it_stands_in_where_functions_are_handed_over_as_data(candidate):
    candidate.begin_check()
    assert candidate.run_cell(CONTAINER).status == "ok"
    names = ("graph_backward", "graph_forward")
    assert [candidate.lookup(name) for name in names] == ["", ""]
    functions = {name: StudentFunction(candidate, name) for name in names}
    report = report_on(units.load("modules"), names[0], functions, 16)
    assert report.points == 16
    assert "the course's stood in for it" in report.notes[-1]
