"""The two-dimensional landscapes: gradients that fit the losses, and the promised difficulty."""

import numpy as np
import pytest

from stagewise import data
from stagewise.gradients import numerical_gradient
from tests.closeness import assert_close

LANDSCAPES = (data.ravine(), data.ravine(100.0), data.saddle(), data.two_valleys())


@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_the_gradient_is_that_of_the_loss(landscape):
    for w in np.random.default_rng(3).uniform(-1.5, 1.5, (5, 2)):
        measured = numerical_gradient(lambda v: float(landscape.loss(v)), w)
        assert_close(landscape.gradient(w), measured, rtol=1e-6, stol=1e-7)


@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_loss_and_gradient_take_many_points_at_once(landscape):
    w = np.random.default_rng(3).uniform(-1.5, 1.5, (4, 3, 2))
    assert landscape.loss(w).shape == (4, 3)
    assert landscape.gradient(w).shape == (4, 3, 2)
    assert_close(landscape.gradient(w)[1, 2], landscape.gradient(w[1, 2]), rtol=1e-12, stol=0)


@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_the_goal_is_the_lowest_point_of_the_window(landscape):
    left, right, bottom, top = landscape.window
    everywhere = np.stack(np.meshgrid(np.linspace(left, right, 301), np.linspace(bottom, top, 301)), axis=-1)
    goal = np.array(landscape.goal)
    assert landscape.loss(goal) <= landscape.loss(everywhere).min() + 1e-6
    assert np.abs(landscape.gradient(goal)).max() < 1e-3
    assert left < landscape.start[0] < right
    assert bottom < landscape.start[1] < top


def test_the_shallow_valley_is_a_minimum_and_not_the_lowest():
    valleys, w = data.two_valleys(), np.array([0.9, 0.0])
    for _ in range(500):
        w = w - 0.1 * valleys.gradient(w)
    assert w[0] > 0.9
    assert valleys.loss(w) > valleys.loss(np.array(valleys.goal)) + 0.2
