"""What is measured on pictures that were changed at random."""

import numpy as np
import pytest

from stagewise.judge import pictures

X = np.arange(1.0, 2 * 3 * 4 + 1).reshape(2, 3, 4)
COLOURED = np.random.default_rng(0).uniform(0.3, 0.7, (3, 4, 5, 3))


def test_mirrored_pictures_are_told_from_others():
    out = np.stack([X[0], X[1, :, ::-1]])
    assert pictures.mirrored(out, X).tolist() == [0, 1]
    assert pictures.faces(out, X) == "each picture as it was, or mirrored"
    assert pictures.faces(X[:, ::-1], X) == "pictures upside down"
    assert pictures.faces(X + 1, X) == "pictures that were not there before"


def test_the_same_number_of_mirrored_pictures_in_every_call_is_told():
    first, second = np.stack([X[0], X[1, :, ::-1]]), np.stack([X[0, :, ::-1], X[1]])
    assert pictures.counted(X, first, second) == "the same in every call"
    assert pictures.counted(X, first, X) == "differs from call to call"


def test_another_form_is_named():
    with pytest.raises(TypeError, match="asked for are pictures"):
        pictures.mirrored(X[0], X)


def test_windows_are_found_in_the_padded_picture():
    padded = np.pad(X, [(0, 0), (1, 1), (1, 1)])
    out = np.stack([padded[0, 0:2, 3:6], padded[1, 2:4, 1:4]])
    assert pictures.tops(out, X, (2, 3), 1).tolist() == [0, 2]
    assert pictures.lefts(out, X, (2, 3), 1).tolist() == [3, 1]
    assert pictures.windows(out, X, (2, 3), 1) == "a window of each picture"
    assert pictures.windows(out + 1, X, (2, 3), 1) == "something that is no window of its picture"


def test_places_between_the_ends_are_told_from_the_ends():
    down, across = np.array([0, 1, 2]), np.array([0, 1, 1])
    assert pictures.inside(down, across, (2, 1)).tolist() == [0, 1, 0, 0, 0, 0]


def test_numbers_beyond_0_or_1_are_told():
    m = COLOURED.mean(axis=(1, 2, 3), keepdims=True)
    whole = m + 4 * (COLOURED - m)
    for bounds, told in (((0, 9), "1"), ((-9, 1), "0"), ((-9, 9), "0 and 1")):
        out = np.clip(whole, *bounds)
        assert (pictures.contrasts(out, COLOURED) < 4).all()
        assert pictures.jittered(out, COLOURED) == f"m + c (x - m) + s, beyond {told}"


def test_contrast_and_shift_are_measured_although_some_numbers_are_cut():
    m = COLOURED.mean(axis=(1, 2, 3), keepdims=True)
    s = np.array([0.3, -0.2, 0.1])
    out = np.clip(m + 1.5 * (COLOURED - m) + s, 0, 1)
    assert (out == 1).any()
    assert np.allclose(pictures.contrasts(out, COLOURED), 0.5)
    assert np.allclose(pictures.shifts(out, COLOURED), np.tile(s, 3))
    assert pictures.jittered(out, COLOURED) == "m + c (x - m) + s, from 0 to 1"
    assert pictures.colours(out, COLOURED) == "one s for each channel"
    uncut = m + 1.5 * (COLOURED - m) + s
    assert pictures.jittered(uncut, COLOURED).startswith(("m + c (x - m) + s, beyond", "no m"))


def test_noise_is_no_jitter():
    noise = COLOURED + np.random.default_rng(1).uniform(-0.1, 0.1, COLOURED.shape)
    assert pictures.jittered(noise, COLOURED) == "no m + c (x - m) + s, from 0 to 1"


@pytest.mark.parametrize(
    ("boundaries", "told"),
    [
        ([0, 1, 3], "steps of 1 and 2"),
        ([1, 2, 3], "from 1 to 3, and not from 0 to 3"),
        ([0, 3], "a step of 3"),
        ([], "from nothing, and not from 0 to 3"),
    ],
)
def test_steps_are_told(boundaries, told):
    assert pictures.steps(np.array(boundaries, dtype=int), 3) == told


def test_a_pattern_is_pseudorandom_for_some_u():
    assert pictures.pattern(np.array([0, 1, 3, 4, 6]), 6).startswith("ceil")
    assert pictures.pattern(np.array([0, 1, 2, 4, 6]), 6).startswith("no ceil")


def test_pairs_and_early_steps_are_counted():
    a = np.array([0, 1, 2, 4, 5, 7, 9])
    assert pictures.pairs(a).tolist() == [1, 0, 1]
    assert pictures.early(a).tolist() == [1, 1, 0]


def test_boundaries_that_differ_from_call_to_call_are_told():
    one, other = np.array([0, 1, 3]), np.array([0, 2, 3])
    assert pictures.varied(one, other, one) == "differ from call to call"
    assert pictures.varied(one, one) == "the same in every call"
    assert pictures.varied(*[one, other] * 4) == "only two, by turns"
    assert pictures.varied(*[one, other] * 4, np.array([0, 1, 2])) == "differ from call to call"


def test_floats_are_no_boundaries():
    with pytest.raises(TypeError, match="a row of whole numbers"):
        pictures.steps(np.array([0.0, 1.0]), 1)
