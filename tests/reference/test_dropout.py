"""The truth keeps its conventions: p keeps, means agree, masks travel. Its numbers: test_verify."""

import numpy as np
import pytest

from reference.exercises.dropout.in_torch import torch_p
from reference.exercises.dropout.montecarlo import example, moments, network
from reference.truth import dropout as do
from stagewise.gradients import gradient_check
from tests.closeness import assert_close

X = np.random.default_rng(1).uniform(0.5, 2.5, (200, 300))
W = np.random.default_rng(2).uniform(0.5, 2.5, (300, 40))
B = np.arange(40.0)
FORWARDS = {
    "dropout": lambda param: do.dropout_forward(X, param),
    "vanilla": lambda param: do.vanilla_dropout_forward(X, param),
    "dropconnect": lambda param: do.dropconnect_forward(X, W, B, param),
}
every_layer = pytest.mark.parametrize("layer", FORWARDS.values(), ids=FORWARDS)


def param(p, mode="train", **more):
    return {"p": p, "mode": mode, **more}


@every_layer
@pytest.mark.parametrize("p", [0.2, 0.7])
def test_the_mean_of_many_masks_is_what_test_mode_gives(layer, p):
    mean = sum(layer(param(p, seed=k))[0] for k in range(400)) / 400
    tested, _ = layer(param(p, "test"))
    assert abs(mean.mean() / tested.mean() - 1) < 0.01
    assert np.abs(mean - tested).mean() < 0.25 * np.abs(tested).mean()


@pytest.mark.parametrize("p", [0.2, 0.7])
def test_p_is_the_probability_to_keep(p):
    out, _ = do.dropout_forward(X, param(p))
    assert abs(np.mean(out != 0) - p) < 0.01
    assert_close(out[out != 0], X[out != 0] / p, rtol=1e-12, stol=0)
    assert torch_p(p) == 1 - p


@every_layer
def test_the_same_seed_gives_the_same_mask_and_none_another_one(layer):
    first, again, other = (layer(param(0.5, seed=seed))[0] for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(layer(param(0.5))[0], layer(param(0.5))[0])


@every_layer
@pytest.mark.parametrize("mode", ["eval", "", None])
def test_another_mode_is_refused(layer, mode):
    with pytest.raises(ValueError, match=f'mode "{mode}"'):
        layer(param(0.5, mode))


@every_layer
def test_arguments_keep_their_values(layer):
    kept = X.copy(), W.copy()
    given = param(0.5, seed=1)
    layer(given)
    assert np.array_equal(X, kept[0])
    assert np.array_equal(W, kept[1])
    assert given == param(0.5, seed=1)


def test_float32_stays_float32_in_both_modes():
    x, w, b = (a.astype(np.float32) for a in (X, W, B))
    for mode in ("train", "test"):
        assert do.dropout_forward(x, param(0.3, mode))[0].dtype == np.float32
        assert do.vanilla_dropout_forward(x, param(0.3, mode))[0].dtype == np.float32
        out, cache = do.dropconnect_forward(x, w, b, param(0.3, mode))
        assert {a.dtype.name for a in (out, *do.dropconnect_backward(out, cache))} == {"float32"}


def test_gradients_are_those_of_the_mask_that_was_drawn():
    x, dout = X[:4, :5].copy(), np.random.default_rng(0).standard_normal((4, 5))
    given = param(0.6, seed=5)
    dx = do.dropout_backward(dout, do.dropout_forward(x, given)[1])
    assert gradient_check(lambda x: do.dropout_forward(x, given)[0], x, dx, dout).right
    w, b = W[:5, :5].copy(), B[:5].copy()
    gradients = do.dropconnect_backward(dout, do.dropconnect_forward(x, w, b, given)[1])
    layer = do.dropconnect_forward
    assert gradient_check(lambda x: layer(x, w, b, given)[0], x, gradients[0], dout).right
    assert gradient_check(lambda w: layer(x, w, b, given)[0], w, gradients[1], dout).right
    assert gradient_check(lambda b: layer(x, w, b, given)[0], b, gradients[2], dout).right


def test_dropping_inputs_is_dropconnect_with_whole_rows():
    out, mask = do.dropout_forward(X, param(0.6, seed=5))
    for n in (0, 7):
        assert_close(out[n] @ W, X[n] @ (W * mask[n][:, None]), rtol=1e-12, stol=1e-12)


def test_many_passes_come_close_to_the_mean_over_all_masks():
    x, net = np.tile(example(1364), (4000, 1)), network(1364)
    mean, spread = do.mc_dropout_predict(x, net, {"p": 0.7, "mode": "test"}, 5)
    exact, variance = moments(example(1364), net, 0.7)
    assert np.abs(mean.mean(axis=0) - exact).max() < 0.03
    assert np.abs((spread**2).mean(axis=0) - variance * 4 / 5).max() < 0.02


def test_with_nothing_dropped_the_spread_is_zero():
    _, spread = do.mc_dropout_predict(X[:6, :4], network(3), {"p": 1.0}, 4)
    assert spread.max() < 1e-12


def test_softmax_does_not_overflow():
    assert_close(do.softmax(np.array([[1000.0, 0.0]])), np.array([[1.0, 0.0]]), rtol=1e-12, stol=1e-12)
