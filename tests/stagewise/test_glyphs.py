"""Letters and photographed digits: shapes, ranges, repeatability, and what the distortions do."""

import numpy as np
import pytest

from stagewise.data.distortion import CLEAN, distorted, upscaling_matrix
from stagewise.data.glyphs import LETTERS, _clean, glyphs
from stagewise.data.handwriting import digits
from stagewise.data.snapshots import shuffled, snapshots, snapshots_of, upscaled
from tests.closeness import assert_close


def test_letters_have_the_stated_shape_type_and_range() -> None:
    x, y = glyphs(60, seed=1)
    assert (x.shape, x.dtype) == ((60, 16, 16), np.float32)
    assert (y.shape, y.dtype) == ((60,), np.int64)
    assert x.min() >= 0
    assert x.max() <= 1


def test_no_letters_are_an_empty_array() -> None:
    x, y = glyphs(0)
    assert (x.shape, y.shape) == ((0, 16, 16), (0,))


def test_the_same_seed_gives_the_same_letters_and_another_seed_others() -> None:
    np.testing.assert_array_equal(glyphs(30, seed=5).x, glyphs(30, seed=5).x)
    assert not np.array_equal(glyphs(30, seed=5).x, glyphs(30, seed=6).x)


def test_every_letter_comes_equally_often() -> None:
    assert set(np.bincount(glyphs(26 * 4, seed=2).y)) == {4}


def test_each_picture_is_another_one() -> None:
    x = glyphs(500, seed=3).x.reshape(500, -1)
    assert len(np.unique(x, axis=0)) == 500


def test_every_font_draws_every_letter() -> None:
    ink = _clean().reshape(-1, CLEAN * CLEAN).max(axis=1)
    assert ink.min() > 128


def test_letters_of_one_class_look_more_alike_than_letters_of_two() -> None:
    x, y = glyphs(2600, seed=4)
    mean = np.stack([x[y == k].mean(axis=0).ravel() for k in range(len(LETTERS))])
    fresh = glyphs(520, seed=5)
    nearest = ((fresh.x.reshape(520, 1, -1) - mean) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == fresh.y).mean() > 0.3  # chance is 1 in 26


def test_a_blank_page_stays_blank_but_for_the_noise() -> None:
    blank = distorted(np.zeros((50, CLEAN, CLEAN)), np.random.default_rng(0))
    assert blank.mean() < 0.03


def test_snapshots_are_the_digits_in_the_same_split() -> None:
    plain, seen = digits(seed=3), snapshots(seed=3)
    for part in ("train", "val", "test"):
        np.testing.assert_array_equal(getattr(plain, f"y_{part}"), getattr(seen, f"y_{part}"))
    assert (seen.x_train.shape, seen.x_train.dtype) == ((1197, 16, 16), np.float32)
    assert (seen.x_val.shape, seen.x_test.shape) == ((300, 16, 16), (300, 16, 16))


def test_snapshots_of_own_pictures_differ_from_each_other_and_repeat_with_their_seed() -> None:
    pictures = np.zeros((2, 8, 8))
    pictures[0, 2:6, 2:6] = pictures[1, 3] = 1
    taken = snapshots_of(pictures, 3, seed=1)
    assert (taken.shape, taken.dtype) == ((6, 16, 16), np.float32)
    assert len(np.unique(taken, axis=0)) == 6
    np.testing.assert_array_equal(taken, snapshots_of(pictures, 3, seed=1))
    ink = taken.reshape(2, 3, -1).sum(axis=2)
    assert ink[0].min() > ink[1].max()


def test_snapshots_repeat_with_their_seed() -> None:
    np.testing.assert_array_equal(snapshots(seed=3).x_test, snapshots(seed=3).x_test)


def test_shuffling_moves_the_same_pixel_to_the_same_place_in_all_pictures() -> None:
    pictures = np.arange(2 * 16).reshape(2, 4, 4)
    mixed = shuffled(pictures, seed=1)
    np.testing.assert_array_equal(mixed[1] - mixed[0], np.full((4, 4), 16))
    np.testing.assert_array_equal(np.sort(mixed[0], axis=None), np.arange(16))


@pytest.mark.parametrize(("small", "large"), [(8, 16), (8, 36), (4, 32), (1, 4)])
def test_upscaling_keeps_a_constant_constant(small: int, large: int) -> None:
    assert_close(upscaling_matrix(small, large).sum(axis=1), np.ones(large), rtol=1e-12, stol=1e-12)


def test_upscaling_agrees_with_torch() -> None:
    torch = pytest.importorskip("torch")
    pictures = np.random.default_rng(0).random((2, 8, 8)).astype(np.float32)
    theirs = torch.nn.functional.interpolate(
        torch.from_numpy(pictures)[None], (16, 16), mode="bilinear", align_corners=False
    )
    assert_close(upscaled(pictures), theirs[0].numpy(), rtol=1e-5, stol=1e-6)
