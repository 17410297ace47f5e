"""The exercises of the unit on modules: what students write is told as what it is."""

import numpy as np
import pytest

from reference.exercises.modules import UNIT
from reference.judge.examine import report_on
from reference.truth import modules as mo


def reported(name, function):
    exercise = UNIT.exercise(name)
    functions = {one: function if one == name else getattr(mo, one) for one in exercise.functions}
    return report_on(UNIT, name, functions, 10.0)


def averaging(dvalues, graph, modules, cache):
    """The mean of all that comes back to a value, at the end of all ways."""
    found = {name: [gradient] for name, gradient in dvalues.items()}
    for name in list(cache)[::-1]:
        if name in found:
            kind, sources = graph[name]
            back = modules[kind][1](np.mean(found[name], axis=0), cache[name])
            for source, gradient in zip(sources, back, strict=True):
                found.setdefault(source, []).append(gradient)
    return {name: np.mean(several, axis=0) for name, several in found.items()}


def jump_of(what):
    def residual_backward(dout, cache):
        dx, *rest = mo.residual_backward(dout, cache)
        return (dx - dout + what(dout, cache[0]), *rest)

    return residual_backward


def tanh_again(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - np.tanh(next_h) ** 2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)


def states_before(x, h0, Wx, Wh, b):
    h, cache = mo.rnn_forward(x, h0, Wx, Wh, b)
    return np.concatenate([h0[:, None], h[:, :-1]], axis=1), cache


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("graph_backward", averaging, "averaged-over-all-ways"),
        ("residual_backward", jump_of(lambda dout, x: x), "x-for-dout"),
        ("residual_backward", jump_of(lambda dout, x: 1), "one-for-dout"),
        ("rnn_step_backward", tanh_again, "tanh-taken-twice"),
        ("rnn_forward", states_before, "states-before-the-steps"),
    ],
)
def test_what_students_write_is_told_as_what_it_is(name, function, told):
    report = reported(name, function)
    assert report.misconception == told
    assert (report.points or 0) < 10


def test_the_gradients_of_the_second_layer_in_front_are_an_order():
    def turned(dout, cache):
        dx, dw1, db1, dw2, db2 = mo.residual_backward(dout, cache)
        return dx, dw2, db2, dw1, db1

    assert reported("residual_backward", turned).diagnosis == (
        "Your results are right, in another order: return dx, dw1, db1, dw2, db2."
    )


def test_a_wrong_cut_is_not_told_to_keep_an_axis():
    def uncut(dout, cache):
        x, first, *_ = cache
        return (dout * (first > 0) @ np.ones((first.shape[1], x.shape[1])),) * 5

    report = reported("split_merge_backward", uncut)
    assert any("broadcast" in row.message for row in report.rows)
    assert not any("keepdims" in row.message for row in report.rows)
