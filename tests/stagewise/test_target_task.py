"""Batches of the new task: evenly drawn, reshuffled, repeatable; the unseen digits are not among them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from stagewise.target_task import TARGETS, Batches, few, unseen  # noqa: E402 - torch decides whether this runs


@pytest.mark.parametrize("target", TARGETS)
def test_each_digit_comes_as_often_as_asked(target):
    batches = few(3, target, size=7)
    assert batches.x.shape == (30, 1, 16, 16)
    assert np.bincount(batches.y.numpy()).tolist() == [3] * 10
    assert [len(y) for _, y in batches] == [7, 7, 7, 7, 2]
    assert len(batches) == 5


def test_every_walk_has_another_order_and_the_same_examples():
    batches = Batches(torch.arange(20.0), torch.arange(20), size=20, seed=1)
    ((_, first),), ((_, second),) = list(batches), list(batches)
    assert not torch.equal(first, second)
    assert torch.equal(first.sort().values, second.sort().values)


def test_examples_and_labels_stay_together():
    for x, y in Batches(torch.arange(20.0), torch.arange(20), size=6):
        assert torch.equal(x, y.double().float())


def test_orders_repeat_with_their_seed():
    first, again = ([y.tolist() for _, y in few(2, seed=4)] for _ in range(2))
    assert first == again


def test_another_seed_draws_other_examples():
    assert not torch.equal(few(2, seed=4).x, few(2, seed=5).x)


def test_no_unseen_digit_is_among_the_examples():
    ((x, y),) = unseen()
    assert (x.shape, y.shape) == ((300, 1, 16, 16), (300,))
    known = {bytes(one.numpy().tobytes()) for one in few(100).x}
    assert not any(one.numpy().tobytes() in known for one in x)


def test_shuffled_digits_have_the_same_pixels_in_other_places():
    ((plain, _),), ((mixed, _),) = unseen(), unseen("shuffled")
    assert torch.equal(plain.flatten(1).sort().values, mixed.flatten(1).sort().values)
    assert not torch.equal(plain, mixed)


@pytest.mark.parametrize("per_class", [0, 1000])
def test_too_few_or_too_many_examples_are_refused(per_class):
    with pytest.raises(ValueError, match=r"few needs 1 to \d+ examples per class"):
        few(per_class)


def test_another_target_is_refused():
    with pytest.raises(ValueError, match="The targets are 'snapshots' and 'shuffled', got 'cats'"):
        unseen("cats")
