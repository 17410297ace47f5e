"""The truth of the unit on modules, on cases that can be told by hand or measured."""

import numpy as np
import pytest

from reference.truth import modules as mo
from stagewise.gradients import gradient_check
from stagewise.modules import MODULES

RNG = np.random.default_rng


def test_modules_run_when_their_sources_are_there_whatever_the_order_of_the_dict():
    graph = {"c": ("add", ("b", "a")), "b": ("multiply", ("a", "a")), "a": ("add", ("x", "x"))}
    values, _ = mo.graph_forward(graph, MODULES, {"x": np.array([3.0])})
    assert {name: float(value[0]) for name, value in values.items()} == {"x": 3, "a": 6, "b": 36, "c": 42}


@pytest.mark.parametrize(
    "graph",
    [
        {"a": ("add", ("x", "b")), "b": ("relu", ("a",))},
        {"a": ("relu", ("a",))},
        {"a": ("add", ("x", "lost"))},
    ],
)
def test_a_graph_that_no_order_can_run_is_refused_and_its_names_are_told(graph):
    with pytest.raises(ValueError, match="cannot be made: a"):
        mo.graph_forward(graph, MODULES, {"x": np.ones(2)})


def test_gradients_add_up_where_branches_meet():
    graph = {"square": ("multiply", ("x", "x")), "cube": ("multiply", ("square", "x"))}
    _, cache = mo.graph_forward(graph, MODULES, {"x": np.array([2.0])})
    grads = mo.graph_backward({"cube": np.array([1.0])}, graph, MODULES, cache)
    assert float(grads["x"][0]) == 12


def test_a_value_on_which_no_output_depends_has_no_gradient():
    graph = {"side": ("relu", ("x",)), "out": ("tanh", ("x",))}
    _, cache = mo.graph_forward(graph, MODULES, {"x": np.zeros(2)})
    assert set(mo.graph_backward({"out": np.ones(2)}, graph, MODULES, cache)) == {"out", "x"}


def test_a_block_whose_second_map_is_zero_hands_everything_on():
    x, dout = RNG(1).standard_normal((2, 4, 3))
    w1, b1, w2, b2 = RNG(2).standard_normal((3, 5)), np.ones(5), np.zeros((5, 3)), np.zeros(3)
    out, cache = mo.residual_forward(x, w1, b1, w2, b2)
    assert np.array_equal(out, x)
    assert np.array_equal(mo.residual_backward(dout, cache)[0], dout)


def test_a_block_by_hand_is_the_graph_of_its_modules():
    given = dict(zip(("x", "w1", "w2"), RNG(3).standard_normal((3, 4, 4)), strict=True))
    given |= {"b1": np.ones(4) / 2, "b2": -np.ones(4)}
    graph = {
        "z": ("affine", ("x", "w1", "b1")),
        "h": ("relu", ("z",)),
        "y": ("affine", ("h", "w2", "b2")),
        "out": ("add", ("x", "y")),
    }
    dout = RNG(4).standard_normal((4, 4))
    _, cache = mo.graph_forward(graph, MODULES, given)
    grads = mo.graph_backward({"out": dout}, graph, MODULES, cache)
    order = ("x", "w1", "b1", "w2", "b2")
    by_hand = mo.residual_backward(dout, mo.residual_forward(*(given[name] for name in order))[1])
    for name, mine in zip(order, by_hand, strict=True):
        np.testing.assert_allclose(mine, grads[name], rtol=1e-12)


@pytest.mark.parametrize("merge", ["add", "concat"])
def test_branches_go_back_as_differences_say(merge):
    rng = RNG(5)
    x, w1, w2 = rng.standard_normal((4, 3)), *rng.standard_normal((2, 3, 5))
    b1, b2 = rng.standard_normal((2, 5))
    out, cache = mo.split_merge_forward(x, w1, b1, w2, b2, merge)
    dout = rng.standard_normal(out.shape)
    dx = mo.split_merge_backward(dout, cache)[0]
    assert gradient_check(lambda x: mo.split_merge_forward(x, w1, b1, w2, b2, merge)[0], x, dx, dout).right


def test_another_merge_is_refused():
    with pytest.raises(ValueError, match='"add" or "concat", not \'mean\''):
        mo.split_merge_forward(
            np.ones((1, 2)), np.ones((2, 2)), np.ones(2), np.ones((2, 2)), np.ones(2), "mean"
        )


def test_a_sequence_is_a_graph_of_steps_that_share_their_weights():
    rng, T = RNG(6), 4
    x, h0, dh = rng.standard_normal((2, T, 3)), rng.standard_normal((2, 5)), rng.standard_normal((2, T, 5))
    weights = {"Wx": rng.standard_normal((3, 5)), "Wh": rng.standard_normal((5, 5)), "b": np.ones(5)}
    graph = {f"h{t + 1}": ("step", (f"x{t}", f"h{t}", "Wx", "Wh", "b")) for t in range(T)}
    modules = {"step": (mo.rnn_step_forward, mo.rnn_step_backward)}
    given = {"h0": h0, **weights, **{f"x{t}": x[:, t] for t in range(T)}}
    values, cache = mo.graph_forward(graph, modules, given)
    grads = mo.graph_backward({f"h{t + 1}": dh[:, t] for t in range(T)}, graph, modules, cache)
    h, own = mo.rnn_forward(x, h0, *weights.values())
    np.testing.assert_allclose(h[:, -1], values[f"h{T}"], rtol=1e-12)
    dx, *others = mo.rnn_backward(dh, own)
    np.testing.assert_allclose(dx[:, 1], grads["x1"], rtol=1e-12)
    for mine, name in zip(others, ("h0", "Wx", "Wh", "b"), strict=True):
        np.testing.assert_allclose(mine, grads[name], rtol=1e-12)


def test_a_gradient_shrinks_at_least_by_the_largest_singular_value_in_each_step():
    rng = RNG(7)
    Wh = 0.8 * np.linalg.qr(rng.standard_normal((6, 6)))[0]
    h, cache = mo.rnn_forward(
        rng.standard_normal((1, 10, 2)), np.zeros((1, 6)), np.ones((2, 6)), Wh, np.zeros(6)
    )
    dh = np.zeros_like(h)
    dh[:, -1] = rng.standard_normal(6)
    dh0 = mo.rnn_backward(dh, cache)[1]
    assert np.linalg.norm(dh0) <= 0.8**10 * np.linalg.norm(dh[:, -1])
