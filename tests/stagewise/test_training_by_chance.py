"""Networks with dropout between the layers or a linear map of one's own: modes, seeds, gradients."""

import numpy as np
import pytest

from stagewise.gradients import gradient_check
from stagewise.training import Network, affine, affine_back, cross_entropy, train

SIZES = (5, 7, 6, 3)
RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(40, 5)), RNG.integers(0, 3, 40)


def thin(x, param):
    """Dropout whose mask is a function of its seed."""
    if param["mode"] == "test":
        return x, np.ones_like(x)
    mask = (np.random.default_rng(param.get("seed")).random(x.shape) < param["p"]) / param["p"]
    return x * mask, mask


def thin_back(dout, mask):
    return dout * mask


def half_the_weights(x, w, b, param):
    kept = np.ones_like(w) if param["mode"] == "test" else np.arange(w.size).reshape(w.shape) % 2
    return x @ (w * kept) + b, (x, w, kept)


def half_the_weights_back(dout, cache):
    x, w, kept = cache
    dx, dw, db = affine_back(dout, (x, w * kept))
    return dx, dw * kept, db


def thinned(**param):
    return Network(SIZES, scale=0.7, seed=1, dropout=(thin, thin_back), dropout_param=param)


def losses(network):
    return train(network, X, Y, learning_rate=0.2, steps=15, batch_size=20, seed=2).loss


def test_runs_with_a_seed_repeat_and_use_another_mask_in_each_step():
    assert np.array_equal(losses(thinned(p=0.6, seed=3)), losses(thinned(p=0.6, seed=3)))
    assert not np.array_equal(losses(thinned(p=0.6, seed=3)), losses(thinned(p=0.6, seed=4)))
    network = thinned(p=0.6, seed=3)
    first, second = (network.propagate(X, "train")[0] for _ in range(2))
    assert not np.allclose(first, second)


def test_nothing_is_dropped_in_test_mode_or_without_dropout():
    network = thinned(p=0.5)
    plain = Network(SIZES, scale=0.7, seed=1)
    assert np.array_equal(network.propagate(X)[0], plain.propagate(X)[0])
    assert np.array_equal(losses(thinned(p=1.0)), losses(plain))


@pytest.mark.parametrize("hook", ["dropout", "linear"])
@pytest.mark.parametrize("name", ["W0", "b0", "W1", "b1", "W2", "b2"])
def test_gradients_go_back_through_what_was_dropped(hook, name):
    made = {"dropout": (thin, thin_back)} if hook == "dropout" else {}
    made |= {"linear": (half_the_weights, half_the_weights_back)} if hook == "linear" else {}

    def fresh(params=None):
        network = Network(SIZES, scale=0.7, seed=1, dropout_param={"p": 0.6, "seed": 8}, **made)
        biases = {f"b{k}": network.params[f"b{k}"] + 0.1 for k in range(3)}  # no ReLU sits on its kink
        network.params.update(biases | (params or {}))
        return network

    def loss(value):
        scores, _ = fresh({name: value}).propagate(X, "train")
        return cross_entropy(scores, Y)[0]

    _, grads = fresh().gradients(X, Y)
    assert gradient_check(loss, fresh().params[name].copy(), grads[name]).error < 1e-5


def test_the_linear_map_of_a_network_that_is_given_none():
    w, b = RNG.normal(size=(5, 2)), RNG.normal(size=2)
    out, cache = affine(X, w, b, {})
    np.testing.assert_allclose(out, X @ w + b)
    assert [g.shape for g in affine_back(out, cache)] == [(40, 5), (5, 2), (2,)]
