"""The data: shapes, ranges, splits that share nothing, seeds that matter."""

from importlib import resources

import numpy as np
import pytest

from stagewise import data
from stagewise.data.handwriting import originals


def test_digits_have_the_promised_shapes():
    digits = data.digits()
    assert [len(x) for x in (digits.x_train, digits.x_val, digits.x_test)] == [1197, 300, 300]
    assert digits.x_train.shape[1:] == (64,)
    assert digits.x_train.dtype == np.float64
    assert digits.y_test.dtype == np.int64
    assert data.digits(flat=False).x_val.shape == (300, 8, 8)


def test_every_digit_is_in_exactly_one_part():
    digits = data.digits("raw", seed=3)
    together = np.concatenate([digits.x_train, digits.x_val, digits.x_test])
    everything = data.digits("raw", seed=4)
    other = np.concatenate([everything.x_train, everything.x_val, everything.x_test])
    assert np.array_equal(np.sort(together, axis=0), np.sort(other, axis=0))
    assert not np.array_equal(together, other)


def test_scalings():
    raw, unit, standard = (data.digits(scaling) for scaling in ("raw", "unit", "standard"))
    assert (raw.x_train.min(), raw.x_train.max()) == (0, 16)
    assert (unit.x_train.min(), unit.x_train.max()) == (0, 1)
    varies = raw.x_train.std(axis=0) > 0
    np.testing.assert_allclose(standard.x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard.x_train.std(axis=0), varies.astype(float), atol=1e-12)
    assert np.isfinite(standard.x_test).all()
    assert np.all(standard.x_test[:, ~varies] == 0)


def test_the_digits_are_scikit_learns():
    """The same numbers and kinds in the same order."""
    sklearn = pytest.importorskip("sklearn.datasets")
    expected = sklearn.load_digits(return_X_y=True)
    for ours, theirs in zip(originals(), expected, strict=True):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)


def test_source_and_licence_of_the_digits_ship_beside_them():
    text = resources.files(data).joinpath("shipped", "digits.txt").read_text()
    assert "CC BY 4.0" in text
    assert "Alpaydin" in text


def test_unknown_scaling_is_refused():
    with pytest.raises(ValueError, match="standard"):
        data.digits("normal")


def test_spirals_are_seeded_and_bounded():
    x, y = data.spirals(50, 3, seed=1)
    again, _ = data.spirals(50, 3, seed=1)
    assert x.shape == (150, 2)
    assert np.array_equal(np.bincount(y), [50, 50, 50])
    assert np.array_equal(x, again)
    assert np.abs(x).max() <= 1


def test_minibatches_visit_every_example_once():
    x = np.arange(10)
    batches = list(data.minibatches(x, 2 * x, 4, np.random.default_rng(0)))
    assert [len(one) for one, _ in batches] == [4, 4, 2]
    assert sorted(np.concatenate([one for one, _ in batches])) == list(x)
    assert all(np.array_equal(two, 2 * one) for one, two in batches)


def test_minibatches_can_drop_the_rest():
    x = np.arange(10)
    assert [len(b) for b, _ in data.minibatches(x, x, 4, np.random.default_rng(0), drop_last=True)] == [4, 4]


@pytest.mark.parametrize(("labels", "size"), [(9, 4), (10, 0)])
def test_minibatches_refuse_nonsense(labels, size):
    with pytest.raises(ValueError, match="minibatches needs"):
        data.minibatches(np.arange(10), np.arange(labels), size, np.random.default_rng(0))
