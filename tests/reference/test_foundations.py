"""The truth keeps its conventions: means, shapes, what is finite, what stays. Its numbers: test_verify."""

import numpy as np
import pytest

from reference.exercises.foundations.inputs import three_layers
from reference.truth import foundations as fo
from stagewise.gradients import gradient_check
from tests.closeness import assert_close

RNG = np.random.default_rng(7)
Z, ANSWERS = RNG.standard_normal((6, 4)), RNG.integers(0, 2, (6, 4))
CLASSES = RNG.integers(0, 4, 6)
LOSSES = {
    "logistic": (fo.logistic_loss, Z[:, 0], ANSWERS[:, 0]),
    "multilabel": (fo.multilabel_loss, Z, ANSWERS),
    "softmax": (fo.softmax_loss, Z, CLASSES),
    "mse": (fo.mse_loss, Z, RNG.standard_normal((6, 4))),
}
every_loss = pytest.mark.parametrize(("loss", "z", "y"), LOSSES.values(), ids=LOSSES)


@every_loss
def test_the_gradient_is_that_of_the_loss(loss, z, y):
    assert gradient_check(lambda z: loss(z, y)[0], z.copy(), loss(z, y)[1]).right


@every_loss
def test_a_batch_seen_twice_has_the_same_loss_and_half_of_the_gradient_each(loss, z, y):
    once, twice = loss(z, y), loss(np.concatenate([z, z]), np.concatenate([y, y]))
    assert_close(twice[0], once[0], rtol=1e-12, stol=0)
    assert_close(2 * twice[1][: len(z)], once[1], rtol=1e-12, stol=0)


def test_knowing_nothing_costs_log_two_and_log_of_the_classes():
    nothing = np.zeros((5, 7))
    assert fo.logistic_loss(nothing[:, 0], np.array([0, 1, 1, 0, 1]))[0] == pytest.approx(np.log(2))
    assert fo.multilabel_loss(nothing, np.ones((5, 7)))[0] == pytest.approx(7 * np.log(2))
    assert fo.softmax_loss(nothing, np.arange(5))[0] == pytest.approx(np.log(7))


def test_a_certain_mistake_costs_its_logit():
    assert fo.logistic_loss(np.array([800.0]), np.array([0]))[0] == 800
    assert fo.softmax_loss(np.array([[0.0, 900.0]]), np.array([0]))[0] == 900


def test_labels_together_are_labels_alone():
    together = fo.multilabel_loss(Z, ANSWERS)
    alone = [fo.logistic_loss(Z[:, k], ANSWERS[:, k]) for k in range(4)]
    assert_close(together[0], sum(loss for loss, _ in alone), rtol=1e-12, stol=0)
    assert_close(together[1], np.stack([dz for _, dz in alone], axis=1), rtol=1e-12, stol=0)


def test_softmax_does_not_change_when_a_row_is_moved():
    moved = Z + np.array([[1000.0], [-1000], [3], [0], [-5], [1e5]])
    assert_close(fo.softmax(moved), fo.softmax(Z), rtol=1e-9, stol=0)


def test_answers_come_in_either_of_two_shapes():
    column, row = Z[:, :1], ANSWERS[:, 0]
    loss, dz = fo.logistic_loss(column, row)
    assert (loss, dz.shape) == (fo.logistic_loss(column[:, 0], row)[0], (6, 1))
    assert fo.mse_loss(column, row)[1].shape == (6, 1)


@pytest.mark.parametrize("name", ["w1", "b1", "w2", "b2", "w3", "b3"])
def test_the_way_back_through_three_layers(name):
    drawn = three_layers(5, (2, 3), (7, 4, 3))(np.random.default_rng(3))
    x, params, dscores = drawn["x"], drawn["params"], drawn["dscores"]
    grads = fo.three_layer_backward(dscores, fo.three_layer_forward(x, params)[1])

    def scores(value):
        return fo.three_layer_forward(x, {**params, name: value})[0]

    assert gradient_check(scores, params[name].copy(), grads[name], dscores).right


def test_a_difference_to_both_sides_is_exact_for_a_parabola():
    x = np.array([[1.0, -2.0, 3.0]])
    assert_close(fo.numerical_gradient(lambda x: np.sum(x**2), x, 0.5), 2 * x, rtol=1e-12, stol=0)


def test_a_third_power_shows_the_square_of_h():
    found = fo.numerical_gradient(lambda x: np.sum(x**3), np.array([2.0]), 0.1)
    assert found[0] == pytest.approx(12 + 0.1**2)


def test_the_largest_layer_of_a_picture_network_is_the_first():
    assert fo.count_parameters([12288, 1]) == 12289
    assert fo.count_parameters([12288, 3]) == 3 * 12289
    assert fo.count_parameters([12288, 64, 32, 3]) == 788_675


def test_an_epoch_lowers_the_loss_and_leaves_its_parameters():
    drawn = three_layers(1, (4,), (8, 6, 3))(np.random.default_rng(0))
    x, params = RNG.standard_normal((40, 4)), drawn["params"]
    y = (x[:, 0] > 0) + (x[:, 1] > 0) * 1
    before = {name: value.copy() for name, value in params.items()}
    after, first = fo.train_epoch(params, fo.minibatches(x, y, 8, 0), 0.1)
    for epoch in range(1, 60):
        after, last = fo.train_epoch(after, fo.minibatches(x, y, 8, epoch), 0.1)
    assert np.mean(last) < 0.3 * np.mean(first)
    assert all(np.array_equal(params[name], before[name]) for name in before)
