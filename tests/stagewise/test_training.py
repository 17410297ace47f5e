"""The small trainer of the experiments: right gradients, honest divergence, and the layer it is given."""

from typing import Any

import numpy as np
import pytest

from stagewise import data
from stagewise.gradients import gradient_check
from stagewise.training import ACTIVATIONS, Network, accuracy, cross_entropy, train

SIZES = (5, 7, 6, 3)


def standardise(x, gamma, beta, param):
    """A normalisation whose gradient is easy: it divides by a constant, unlike any exercise."""
    param["calls"] = [*param.get("calls", []), param["mode"]]
    return gamma * x / 2 + beta, (x, gamma)


def standardise_backward(dout, cache):
    x, gamma = cache
    return dout * gamma / 2, (dout * x / 2).sum(axis=0), dout.sum(axis=0)


LAYER = (standardise, standardise_backward)


def problem(count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, count)
    return rng.standard_normal((count, 5)) + 2 * np.eye(3, 5)[y], y


@pytest.mark.parametrize("norm", [None, LAYER])
def test_every_gradient_of_the_network_is_the_measured_one(norm: Any) -> None:
    x, y = problem(8)
    network = Network(SIZES, scale=0.5, seed=1, norm=norm)
    _, grads = network.gradients(x, y)
    assert set(grads) == set(network.params)
    for name, value in network.params.items():
        measured = gradient_check(lambda _: network.gradients(x, y)[0], value, grads[name])
        assert measured.right, f"{name}: {measured}"


def square(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An activation unlike any exercise."""
    return x**2 / 2, x


def hinge(scores: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """A loss of one score: its square distance from the label."""
    off = scores[:, 0] - y
    return float((off**2).mean()), (2 * off / len(y))[:, None]


def test_the_gradients_go_through_the_activation_and_the_loss_it_is_given() -> None:
    x, y = problem(8)
    activation = (square, lambda dout, x: dout * x)
    network = Network((5, 7, 6, 1), scale=0.5, seed=1, activation=activation, loss=hinge)
    _, grads = network.gradients(x, y)
    for name, value in network.params.items():
        measured = gradient_check(lambda _: network.gradients(x, y)[0], value, grads[name])
        assert measured.right, f"{name}: {measured}"


def test_training_learns_a_separable_problem() -> None:
    x, y = problem()
    network = Network(SIZES, scale=0.5, seed=1)
    history = train(network, x, y, learning_rate=0.3, steps=200, batch_size=20, seed=2)
    assert history.loss[-1] < 0.1 * history.loss[0]
    assert accuracy(network, x, y) > 0.95


def test_equal_seeds_give_equal_runs() -> None:
    x, y = problem()
    runs = [
        train(Network(SIZES, scale=0.5, seed=1), x, y, learning_rate=0.1, steps=5, batch_size=8, seed=4).loss
        for _ in range(2)
    ]
    assert np.array_equal(*runs)


def test_the_layer_is_told_the_mode_and_keeps_a_dict_of_its_own() -> None:
    x, y = problem()
    network = Network(SIZES, scale=0.5, seed=1, norm=LAYER, norm_param={"eps": 1e-3})
    train(network, x, y, learning_rate=0.1, steps=2, batch_size=8, seed=2)
    accuracy(network, x, y)
    expected = {"eps": 1e-3, "mode": "test", "calls": ["train", "train", "test"]}
    assert network.norm_params == [expected, expected]


def test_frozen_parameters_stay_and_the_others_move() -> None:
    x, y = problem()
    network = Network(SIZES, scale=0.5, seed=1, norm=LAYER)
    before = dict(network.params)
    train(network, x, y, learning_rate=0.1, steps=3, batch_size=8, seed=2, frozen=("gamma", "b0"))
    unmoved = {name for name, value in network.params.items() if np.array_equal(value, before[name])}
    assert unmoved == {"gamma0", "gamma1", "b0"}


def test_divergence_ends_training_and_is_reported_as_nan() -> None:
    x, y = problem()
    network = Network(SIZES, scale=5.0, seed=1)
    history = train(network, x, y, learning_rate=1e200, steps=30, batch_size=8, seed=2)
    assert history.diverged
    assert np.isfinite(history.loss[0])
    assert np.isnan(history.loss[-1])
    assert accuracy(network, x, y) < 0.5


def test_a_run_that_ends_well_has_not_diverged() -> None:
    x, y = problem()
    history = train(Network(SIZES, scale=0.5, seed=1), x, y, learning_rate=0.1, steps=3, batch_size=8, seed=2)
    assert not history.diverged


def test_watch_sees_the_network_before_each_step_and_keeps_what_it_returns() -> None:
    x, y = problem()
    network = Network(SIZES, scale=0.5, seed=1)
    start = network.params["W0"]
    history = train(
        network, x, y, learning_rate=0.1, steps=5, batch_size=8, seed=2,
        watch=lambda network, step: network.params["W0"] if step % 2 == 0 else None,
    )  # fmt: skip
    assert sorted(history.watched) == [0, 2, 4]
    assert np.array_equal(history.watched[0], start)
    assert not np.array_equal(history.watched[4], start)


def test_a_passage_tells_what_each_layer_saw() -> None:
    x, _ = problem()
    network = Network(SIZES, scale=0.5, seed=1, norm=LAYER)
    scores, trail = network.propagate(x)
    assert [passage.preactivation.shape for passage in trail] == [(40, 7), (40, 6), (40, 3)]
    assert np.array_equal(trail[0].entered, x)
    assert np.array_equal(trail[0].preactivation, trail[0].linear / 2)
    assert trail[-1].preactivation is scores


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes() -> None:
    loss, _ = cross_entropy(np.zeros((4, 10)), np.array([0, 3, 3, 9]))
    assert loss == pytest.approx(np.log(10))


def test_a_network_of_one_size_is_refused() -> None:
    with pytest.raises(ValueError, match="at least an input and an output size"):
        Network((5,), scale=1.0, seed=0)


def test_an_update_of_ones_own_replaces_gradient_descent():
    x, y = data.spirals(30)
    by_rate, by_update = (Network((2, 8, 3), scale=0.5, seed=2) for _ in range(2))
    seen = []

    def update(params, grads, step):
        seen.append((step, sorted(params) == sorted(grads)))
        return {name: params[name] - 0.3 * grads[name] for name in grads}

    settings = {"steps": 12, "batch_size": 20, "seed": 5, "frozen": ("b1",)}
    one = train(by_rate, x, y, learning_rate=0.3, **settings)
    other = train(by_update, x, y, update=update, **settings)
    assert np.array_equal(one.loss, other.loss)
    assert seen == [(step, True) for step in range(12)]
    assert not by_update.params["b1"].any()


@pytest.mark.parametrize("given", [{}, {"learning_rate": 0.1, "update": lambda params, grads, step: params}])
def test_training_wants_a_rate_or_an_update(given):
    x, y = data.spirals(10)
    with pytest.raises(ValueError, match="either a learning_rate or an update"):
        train(Network((2, 3), scale=1, seed=0), x, y, steps=1, batch_size=2, seed=0, **given)


def test_a_start_gives_the_weights_of_each_layer_with_a_seed_of_its_own():
    seen = []

    def start(fan_in, fan_out, seed):
        seen.append((fan_in, fan_out, seed))
        return np.full((fan_in, fan_out), float(seed))

    network = Network((3, 4, 2), start=start, seed=5)
    assert seen == [(3, 4, 5000), (4, 2, 5001)]
    assert (network.params["W1"] == 5001).all()


def test_a_network_has_a_scale_or_a_start_and_not_both():
    for given in ({}, {"scale": 0.1, "start": lambda fan_in, fan_out, seed: np.zeros((fan_in, fan_out))}):
        with pytest.raises(ValueError, match="either a scale or a start"):
            Network((3, 2), seed=1, **given)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_each_activation_goes_back_by_its_own_slope(name):
    forward, backward = ACTIVATIONS[name]
    x, dout = np.array([[-30.0, -1.2, 0.4, 2.0]]), np.array([[0.5, -1.0, 2.0, 0.3]])
    step = 1e-6
    slope = (forward(x + step)[0] - forward(x - step)[0]) / (2 * step)
    np.testing.assert_allclose(backward(dout, forward(x)[1]), dout * slope, rtol=1e-6, atol=1e-12)
