"""The truth of the unit on regularization, on cases that can be told by hand."""

import math

import numpy as np
import pytest

from reference.truth import regularization as re


def test_the_turn_is_where_the_validation_loss_is_least():
    gap, turn = re.overfitting_gap(np.array([2.0, 1.0, 0.5, 0.25]), np.array([2.5, 1.5, 1.25, 2.0]))
    assert gap.tolist() == [0.5, 0.5, 0.75, 1.75]
    assert turn == 2


def test_penalties_leave_biases_alone():
    params = {"W0": np.array([[1.0, -2.0]]), "b0": np.array([9.0, 9.0]), "W1": np.array([[3.0], [0.0]])}
    loss, grads = re.l2_penalty(params, 0.5)
    assert loss == 0.25 * 14
    assert grads["W1"].tolist() == [[1.5], [0.0]]
    assert grads["b0"].tolist() == [0.0, 0.0]
    loss, grads = re.l1_penalty(params, 0.5)
    assert loss == 3.0
    assert grads["W0"].tolist() == [[0.5, -0.5]]
    assert grads["W1"].tolist() == [[0.5], [0.0]]


@pytest.mark.parametrize(("ratio", "penalty"), [(0.0, re.l2_penalty), (1.0, re.l1_penalty)])
def test_the_elastic_net_has_both_penalties_at_its_ends(ratio, penalty):
    params = {"W0": np.array([[1.0, -2.0]]), "b0": np.ones(2)}
    mixed, alone = re.elastic_net_penalty(params, 0.3, ratio), penalty(params, 0.3)
    assert mixed[0] == pytest.approx(alone[0])
    assert np.allclose(mixed[1]["W0"], alone[1]["W0"])


def test_a_mirrored_picture_has_its_columns_turned_round():
    x = np.arange(12).reshape(1, 2, 3, 2)
    assert re.horizontal_flip(x, np.random.default_rng(0), 1.0)[0, 0].tolist() == [[4, 5], [2, 3], [0, 1]]


def test_every_place_of_a_window_is_drawn_about_equally_often():
    x = np.tile(np.arange(12).reshape(1, 3, 4), (6000, 1, 1))
    corners = re.random_crop(x, (2, 3), np.random.default_rng(0))[:, 0, 0]
    assert np.unique(corners).tolist() == [0, 1, 4, 5]
    assert np.abs(np.bincount(corners)[[0, 1, 4, 5]] / 6000 - 0.25).max() < 0.03


def test_contrast_leaves_the_mean_of_a_picture_as_it_is():
    x = np.random.default_rng(0).uniform(0.3, 0.7, (5, 4, 4, 3))
    out = re.color_jitter(x, np.random.default_rng(1), contrast=0.3, brightness=0.0)
    assert np.allclose(out.mean(axis=(1, 2, 3)), x.mean(axis=(1, 2, 3)))
    assert not np.allclose(out.std(axis=(1, 2, 3)), x.std(axis=(1, 2, 3)))


@pytest.mark.parametrize("kind", ["random", "pseudorandom"])
@pytest.mark.parametrize(("end", "count"), [(1, 1), (7, 5), (24, 17), (30, 15), (31, 31)])
def test_boundaries_go_up_in_steps_of_one_or_two_from_0_to_the_end(kind, end, count):
    for seed in range(50):
        a = re.pooling_boundaries(end, count, np.random.default_rng(seed), kind)
        assert (a[0], a[-1], len(a)) == (0, end, count + 1)
        assert set(np.diff(a).tolist()) <= {1, 2}


def test_overlapping_regions_share_a_row_and_a_column():
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    x[0, 2, 2, 0] = 99.0
    param = {"rows": np.array([0, 2, 3]), "cols": np.array([0, 2, 3]), "overlapping": True}
    out, cache = re.fractional_max_pool_forward(x, param)
    assert out[0, :, :, 0].tolist() == [[99.0, 99.0], [99.0, 99.0]]
    assert re.fractional_max_pool_backward(np.ones_like(out), cache)[0, 2, 2, 0] == 4.0
    apart, _ = re.fractional_max_pool_forward(x, {**param, "overlapping": False})
    assert apart[0, :, :, 0].tolist() == [[5.0, 6.0], [9.0, 99.0]]


@pytest.mark.parametrize(
    ("losses", "patience", "min_delta", "told"),
    [
        ([3.0, 2.0, 1.0], 2, 0.0, (2, 2)),
        ([3.0, 1.0, 1.0, 1.0, 0.5], 2, 0.0, (3, 1)),
        ([1.0, math.nan, math.nan, 0.5], 2, 0.0, (2, 0)),
        ([math.nan, math.nan], 2, 0.0, (1, -1)),
        ([1.0, 0.95, 0.92, 0.85], 3, 0.1, (3, 3)),
    ],
)
def test_patience_ends_where_no_improvement_came_for_so_long(losses, patience, min_delta, told):
    assert re.early_stopping(losses, patience, min_delta) == told


def test_an_ensemble_averages_probabilities_and_does_not_vote():
    scores = np.array([[[0.0, 6.0]], [[0.5, 0.0]], [[0.5, 0.0]]])
    labels, probabilities = re.ensemble_predict(scores)
    assert labels.tolist() == [1]
    assert probabilities.sum() == pytest.approx(1)


def test_dropout_of_one_linear_unit_is_a_penalty_on_average():
    rng, p = np.random.default_rng(0), 0.5
    x, w, t = rng.standard_normal(6), rng.standard_normal(6), 0.7
    masks = (rng.random((400_000, 6)) < p) / p
    measured = np.mean(((masks * x) @ w - t) ** 2)
    stated = (x @ w - t) ** 2 + (1 - p) / p * np.sum(x**2 * w**2)
    assert measured == pytest.approx(stated, rel=0.02)
