"""The truth of the unit on the whole process, on cases that can be told by hand."""

import math

import numpy as np
import pytest

from reference.truth import training as tr
from stagewise.data import digits


def test_a_split_is_a_partition_in_which_each_example_keeps_its_label():
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    x_train, y_train, x_val, y_val = tr.train_validation_split(x, y, 3, np.random.default_rng(1))
    assert (len(x_train), len(x_val)) == (7, 3)
    assert sorted([*y_train, *y_val]) == list(range(10))
    assert np.array_equal(x[y_val], x_val)


def test_the_training_part_of_real_digits_has_mean_0_and_variance_1_where_a_pixel_varies():
    raw = digits("raw")
    train, val = tr.preprocess(raw.x_train, raw.x_val)
    varies = raw.x_train.std(axis=0) > 0
    assert np.abs(train.mean(axis=0)).max() < 1e-12
    assert np.allclose(train.std(axis=0), varies, atol=1e-12)
    assert np.array_equal(val, digits("standard").x_val)


def test_the_loss_of_ten_classes_is_that_of_the_lecture():
    assert tr.expected_initial_loss(10) == pytest.approx(2.3026, abs=5e-5)


def test_both_questions_are_answered_apart():
    assert tr.check_initial_loss(lambda strength: 2.3 + strength, 10) == {"chance": True, "penalty": True}
    assert tr.check_initial_loss(lambda strength: 3.9, 10) == {"chance": False, "penalty": False}


def test_learning_by_heart_stops_when_the_answer_is_known():
    losses = iter([2.0, 1.0, 0.1, 9.0])
    reached = tr.overfit_tiny_batch(lambda x, y: next(losses), np.ones((3, 2)), np.ones(3), target=0.5)
    assert reached == (True, [2.0, 1.0, 0.1])


@pytest.mark.parametrize(
    ("curve", "verdict"),
    [
        (np.linspace(2.3, 2.2, 30), "too low"),
        (np.geomspace(2.3, 0.1, 30), "good"),
        ([2.3, *[9.0] * 5, *[0.2] * 24], "too high"),
        ([*np.geomspace(2.3, 0.1, 25), *[0.9] * 5], "too high"),
        ([2.3, math.nan, *[0.1] * 28], "diverged"),
    ],
)
def test_a_curve_has_one_verdict(curve, verdict):
    assert tr.diagnose_learning_rate(curve) == verdict


def test_decades_get_equal_shares():
    numbers = tr.log_uniform(1e-4, 1.0, 8000, np.random.default_rng(0))
    shares = np.histogram(np.log10(numbers), bins=4, range=(-4, 0))[0] / 8000
    assert np.abs(shares - 0.25).max() < 0.02


def test_a_grid_counts_with_its_last_name_fastest():
    results = tr.grid_search(lambda settings: settings["a"] + settings["b"], {"a": [1, 2], "b": [10, 20]})
    assert [score for _, score in results] == [11, 21, 12, 22]


def test_a_random_search_draws_each_name_from_its_own_range():
    space = {"a": (1e-3, 1e-2), "b": (10.0, 100.0)}
    results = tr.random_search(lambda settings: 0.0, space, 50, np.random.default_rng(0))
    assert all(space[name][0] <= value <= space[name][1] for one, _ in results for name, value in one.items())
    assert len({one["a"] for one, _ in results}) == 50


def test_the_best_is_never_nan():
    assert tr.best_of([({"a": 1}, math.nan), ({"a": 2}, 0.5), ({"a": 3}, 0.5)]) == ({"a": 2}, 0.5)
    with pytest.raises(ValueError, match="no score"):
        tr.best_of([({"a": 1}, math.nan)])


def test_ranges_shrink_around_the_best_of_all_rounds():
    asked = []

    def search(space):
        asked.append(space["rate"])
        return [({"rate": 0.1}, 1.0 if len(asked) == 1 else 0.5)]

    best, history = tr.coarse_to_fine(search, {"rate": (0.01, 1.0)}, 3, 0.5)
    assert best == ({"rate": 0.1}, 1.0)
    assert [space["rate"] for space, _ in history] == asked
    widths = [math.log10(high / low) for low, high in asked]
    assert widths == pytest.approx([2.0, 1.0, 0.5])
    assert math.sqrt(asked[2][0] * asked[2][1]) == pytest.approx(0.1)
