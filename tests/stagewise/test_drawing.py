"""Pictures of one's own: text drawings and picture files in the form of the course's data."""

import numpy as np
import pytest
from matplotlib.image import imsave

from stagewise import data

SEVEN = """
    ######
         #
        #
       #
      #
      #
"""


def test_what_is_drawn_fills_the_picture_wherever_it_stands():
    small = data.drawn("##\n##", side=4)
    large = data.drawn("\n\n" + "......########\n" * 8, side=4)
    np.testing.assert_allclose(small, np.ones((1, 4, 4)), rtol=1e-12)
    np.testing.assert_allclose(large, small, rtol=1e-12)


def test_a_tall_drawing_stands_in_the_middle():
    np.testing.assert_allclose(data.drawn("#\n#\n#\n#", side=4)[0], [[0, 1, 1, 0]] * 4, rtol=0, atol=1e-12)


def test_a_width_leaves_paper_on_both_sides():
    picture = data.drawn("####\n####\n####\n####", side=8, width=4)[0]
    assert not picture[:, :2].any()
    assert not picture[:, 6:].any()
    assert picture[2:6, 2:6].min() == pytest.approx(1)


def test_no_ink_is_lost_when_a_drawing_is_reduced():
    drawing = np.random.default_rng(0).choice([".", "#"], (16, 16))
    drawing[0], drawing[:, 0] = "#", "#"
    picture = data.drawn("\n".join("".join(row) for row in drawing), side=4)[0]
    blocks = (drawing == "#").reshape(4, 4, 4, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(picture, blocks / blocks.max(), rtol=1e-12)


def test_several_drawings_come_as_a_batch_of_digits():
    assert data.drawn(SEVEN, SEVEN, width=6).shape == (2, 8, 8)


@pytest.mark.parametrize(
    ("drawing", "told"), [("a#", "not 'a'"), ("..\n..", "at least one #"), ("", "at least")]
)
def test_what_is_no_drawing_is_refused(drawing, told):
    with pytest.raises(ValueError, match=told):
        data.drawn(drawing)


@pytest.mark.parametrize("paper", [0.9, 0.1])
def test_a_photograph_is_read_whether_its_ink_is_dark_or_light(tmp_path, paper):
    pixels = np.full((40, 30), paper)
    pixels[10:30, 12:17] = 1 - paper
    imsave(tmp_path / "one.png", pixels, cmap="gray", vmin=0, vmax=1)
    expected = data.drawn("#\n#\n#\n#")[0]
    np.testing.assert_allclose(data.photographed(tmp_path / "one.png"), expected, rtol=0, atol=1e-6)


def test_uneven_paper_is_no_ink(tmp_path):
    pixels = np.full((40, 30), 0.9)
    pixels[2:38, 2:28] = 0.8
    pixels[10:30, 12:17] = 0.1
    imsave(tmp_path / "one.png", pixels, cmap="gray", vmin=0, vmax=1)
    expected = data.drawn("#\n#\n#\n#")[0]
    np.testing.assert_allclose(data.photographed(tmp_path / "one.png"), expected, rtol=0, atol=1e-6)


def test_a_picture_of_one_colour_is_refused(tmp_path):
    imsave(tmp_path / "none.png", np.full((9, 9), 0.5), cmap="gray", vmin=0, vmax=1)
    with pytest.raises(ValueError, match="one colour"):
        data.photographed(tmp_path / "none.png")
