"""Drawn pictures: shapes, ranges, answers that fit what is drawn, seeds that matter."""

import numpy as np
import pytest

from stagewise import data
from stagewise.data.shapes import KINDS


@pytest.mark.parametrize("task", ["binary", "labels", "class", "size"])
def test_pictures_have_the_promised_form(task):
    x, y = data.shapes(6, task, seed=2)
    assert (x.shape, x.dtype) == ((6, 64, 64, 3), np.uint8)
    assert y.shape == ((6, 3) if task == "labels" else (6,))
    assert y.dtype == (np.float64 if task == "size" else np.int64)


def test_yes_or_no_asks_the_pictures_of_several_labels_for_the_circle():
    labels, binary = data.shapes(30, "labels", seed=4), data.shapes(30, "binary", seed=4)
    assert np.array_equal(labels.x, binary.x)
    assert np.array_equal(labels.y[:, KINDS.index("circle")], binary.y)


def test_each_kind_is_there_about_half_of_the_time():
    assert np.all(np.abs(data.shapes(400, "labels", seed=0).y.mean(axis=0) - 0.5) < 0.1)


def test_classes_are_equally_frequent():
    assert np.bincount(data.shapes(30, "class", seed=0).y).tolist() == [10, 10, 10]


def inked(pictures):
    """Pixels whose colour is far from the usual one of their picture."""
    ground = np.median(pictures, axis=(1, 2), keepdims=True)
    return np.abs(pictures - ground).max(axis=-1) > 65


def test_a_picture_without_a_label_has_no_ink():
    x, y = data.shapes(60, "labels", seed=1)
    none, some = y.sum(axis=1) == 0, y.sum(axis=1) > 0
    assert inked(x[none]).mean(axis=(1, 2)).max() < 0.005
    assert inked(x[some]).mean(axis=(1, 2)).min() > 0.005


def test_the_size_is_that_of_the_circle():
    x, radius = data.shapes(40, "size", seed=1)
    wide = [np.ptp(np.flatnonzero(ink.sum(axis=0) > 2)) / 2 for ink in inked(x)]
    assert np.abs(np.array(wide) - radius).max() < 3
    assert radius.min() >= 8
    assert radius.max() <= 28


def test_the_same_seed_draws_the_same_pictures_and_another_one_others():
    first, again, other = (data.shapes(3, "class", seed=seed).x for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match=r"binary, labels, class, size, got 'colour'"):
        data.shapes(2, "colour")
