"""The truth keeps its conventions; that its numbers are right is test_verify's business."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from reference.truth import activations as act
from stagewise.gradients import gradient_check
from tests.closeness import assert_close

NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "silu", "gelu")
EXTREMES = np.array([-1e308, -1000.0, -40.0, -1e-300, 0.0, 1e-300, 40.0, 1000.0, 1e308])
every_one = pytest.mark.parametrize("name", NAMES)


def pair(name):
    return getattr(act, f"{name}_forward"), getattr(act, f"{name}_backward")


def floats(width):
    size = 1e4 if width == 64 else float(np.float32(1e4))
    dtype = np.dtype(f"float{width}")
    return arrays(dtype, array_shapes(max_dims=3, max_side=4), elements=st.floats(-size, size, width=width))


@every_one
@pytest.mark.parametrize("width", [32, 64])
def test_shape_and_dtype_are_kept_and_nothing_is_written_into(name, width):
    forward, backward = pair(name)

    @settings(derandomize=True, deadline=None, max_examples=50)
    @given(floats(width))
    def holds(x):
        before = x.copy()
        out, cache = forward(x)
        dout = np.ones_like(x)
        dx = backward(dout, cache)
        assert (out.shape, out.dtype, dx.shape, dx.dtype) == (x.shape, x.dtype, x.shape, x.dtype)
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(dout, np.ones_like(x))

    holds()


@every_one
def test_the_largest_numbers_there_are_give_no_warning_and_no_nan(name):
    forward, backward = pair(name)
    x = EXTREMES[np.abs(EXTREMES) < 1e150] if name in ("silu", "gelu") else EXTREMES
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        out, cache = forward(x)
        dx = backward(np.ones_like(x), cache)
    assert np.isfinite(out).all()
    assert np.isfinite(dx).all()


@every_one
def test_the_gradients_are_those_that_can_be_measured(name):
    """Without torch: NumPy's own central differences, away from the kinks."""
    forward, backward = pair(name)
    rng = np.random.default_rng(5)
    x = rng.choice([-1, 1], (4, 3)) * rng.uniform(0.1, 3, (4, 3))
    dout = rng.standard_normal((4, 3))
    gradient = backward(dout, forward(x)[1])
    assert gradient_check(lambda p: forward(p)[0], x, gradient, dout).right


def test_the_sigmoid_is_exact_on_the_far_left_too():
    out, _ = act.sigmoid_forward(np.array([-700.0, -40.0]))
    assert_close(out, np.exp([-700.0, -40.0]), rtol=1e-12, stol=0)


def test_tanh_is_the_sigmoid_stretched():
    x = np.linspace(-9, 9, 37)
    assert_close(act.tanh_forward(x)[0], 2 * act.sigmoid_forward(2 * x)[0] - 1, rtol=1e-12, stol=1e-15)


def test_relatives_of_relu_are_equal_where_they_should_be():
    x = np.linspace(-3, 3, 13)
    relu = act.relu_forward(x)[0]
    assert_close(act.leaky_relu_forward(x, 0.0)[0], relu, rtol=0, stol=0)
    assert_close(act.leaky_relu_forward(x, 1.0)[0], x, rtol=0, stol=0)
    assert_close(act.leaky_relu_forward(x)[0], relu + 0.01 * np.minimum(x, 0), rtol=0, stol=0)
    assert_close(act.elu_forward(x)[0], np.where(x > 0, x, np.expm1(x)), rtol=0, stol=0)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky_relu", 0.01), ("elu", 1.0)])
def test_the_slope_at_the_kink_is_that_of_the_left_side_as_in_torch(name, slope):
    forward, backward = pair(name)
    assert_close(backward(np.ones(1), forward(np.zeros(1))[1]), np.array([slope]), rtol=0, stol=0)


def test_relu_leaky_relu_and_the_absolute_value_are_maxout_units():
    x = np.linspace(-2, 2, 9)[:, None]
    zero = np.zeros((2, 1))
    for slopes, wanted in (([0, 1], np.maximum(0, x)), ([0.1, 1], np.maximum(0.1 * x, x)), ([-1, 1], abs(x))):
        out, _ = act.maxout_forward(x, np.array(slopes, dtype=float).reshape(2, 1, 1), zero)
        assert_close(out, wanted, rtol=1e-15, stol=0)


@pytest.mark.parametrize("name", ["x", "w", "b"])
def test_the_gradients_of_maxout_are_those_that_can_be_measured(name):
    rng = np.random.default_rng(6)
    values = {
        "x": rng.standard_normal((4, 3)),
        "w": rng.standard_normal((3, 3, 5)),
        "b": rng.standard_normal((3, 5)),
    }
    dout = rng.standard_normal((4, 5))
    gradients = dict(zip(values, act.maxout_backward(dout, act.maxout_forward(**values)[1]), strict=True))

    def f(value):
        return act.maxout_forward(**{**values, name: value})[0]

    assert gradient_check(f, values[name], gradients[name], dout).right


def test_a_single_piece_of_maxout_is_a_linear_layer():
    rng = np.random.default_rng(7)
    x, w, b = rng.standard_normal((4, 3)), rng.standard_normal((1, 3, 5)), rng.standard_normal((1, 5))
    assert_close(act.maxout_forward(x, w, b)[0], x @ w[0] + b[0], rtol=1e-12, stol=1e-13)


def test_the_ends_of_the_safe_zone_are_safe():
    x = np.array([[-5.0, 5.0], [5.1, np.inf]])
    assert act.saturated_fraction(x) == 0.5
    assert act.saturated_fraction(x, limit=4.9) == 1.0


def test_a_unit_that_fires_once_is_alive():
    out = np.array([[0.0, 0.0, 2.0], [0.0, 1e-300, 3.0]])
    assert act.dead_fraction(out) == 1 / 3


def test_the_norms_are_those_of_a_network_trained_by_somebody_else():
    """Against the gradients of the course's trainer, which walks back in its own way."""
    from stagewise.training import Network, cross_entropy

    rng = np.random.default_rng(8)
    x, y = rng.standard_normal((9, 4)), rng.integers(0, 3, 9)
    network = Network((4, 6, 5, 3), scale=0.7, seed=1, activation=pair("tanh"))
    scores, trail = network.propagate(x)
    layers = [
        {"x": one.entered, "w": network.params[f"W{i}"], "slope": 1 - np.tanh(one.linear) ** 2}
        for i, one in enumerate(trail)
    ]
    layers[-1]["slope"] = np.ones_like(scores)
    _, grads = network.gradients(x, y)
    wanted = np.array([np.linalg.norm(grads[f"W{i}"]) for i in range(3)])
    assert_close(act.gradient_norms(cross_entropy(scores, y)[1], layers), wanted, rtol=1e-12, stol=0)
