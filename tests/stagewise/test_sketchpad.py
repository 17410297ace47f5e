"""Paper to draw on: what is drawn becomes a picture, and what is made of it stands below."""

import numpy as np
import pytest

from stagewise import sketchpad


class Handle:
    """What is displayed in place of a notebook's output."""

    def __init__(self):
        self.shown = {}

    def display(self, data, raw, metadata=None):
        self.shown = data

    update = display


@pytest.fixture
def squares():
    return sketchpad._squares()


def click(squares, *places):
    for place in places:
        squares[place]._click_handlers(squares[place])


def test_a_click_inks_a_square_and_another_one_cleans_it(squares):
    click(squares, 0, 13, 13)
    assert [squares[0].style.button_color, squares[13].style.button_color] == ["black", "white"]


def test_each_square_says_where_it_is(squares):
    assert squares[sketchpad.SIDE + 1].tooltip == "row 2, column 2"


def test_the_drawing_is_read_as_a_picture_of_the_courses_size(squares):
    seen = []
    click(squares, *range(5, 144, 12))
    sketchpad._answered(lambda picture: seen.append(picture) or "a stroke", squares, answer := Handle())
    assert answer.shown == {"text/plain": "a stroke"}
    assert seen[0].shape == (8, 8)
    assert np.flatnonzero(seen[0].any(axis=0)).tolist() in ([3, 4], [3], [4])


def test_paper_without_ink_is_told(squares):
    sketchpad._answered(lambda picture: "read", squares, answer := Handle())
    assert "ink" in answer.shown["text/plain"]


def test_without_a_front_end_a_sentence_stands_there(capsys):
    sketchpad.sketchpad(lambda picture: "read")
    assert "paper to draw on" in capsys.readouterr().out
